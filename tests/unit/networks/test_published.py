from __future__ import annotations

import numpy as np
import pytest
import torch

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.inference.attribution import reached, saliency_of
from ctprog_gui.core.inference.slice_attention import SliceAttentionModel
from ctprog_gui.core.networks.aggregation import places
from ctprog_gui.core.networks.norms import settle_norms
from ctprog_gui.core.networks.published_cnn import EfficientNetB0
from ctprog_gui.core.networks.registry import ENCODERS, build_encoder, build_head
from ctprog_gui.core.networks.spec import OF_VOLUMES, PUBLISHED, EncoderSpec, SliceAttentionSpec
from ctprog_gui.core.preprocessing.slices import NetworkSlices

# What torchvision and DINOv2 print for the whole network, less the last layer of 1000 (400) classes;
# DINOv2's without its mask token, and DenseNet in 3D counted as MONAI builds it, with three channels;
# MedViT's as its published code has it.
COUNTS = {
    "efficientnet_b0": 5_288_548 - 1_281_000,
    "resnet50": 25_557_032 - 2_049_000,
    "vgg16": 138_357_544 - 4_097_000,
    "vgg19": 143_667_240 - 4_097_000,
    "resnet101": 44_549_160 - 2_049_000,
    # torchvision's 27 161 264 hold the classifier beside it too (3 326 696).
    "inception_v3": 27_161_264 - 3_326_696 - 2_049_000,
    "alexnet": 61_100_840 - 4_097_000,
    "vit_b_16": 86_567_656 - 769_000,
    "vit_s_14": 22_056_576 - 384,
    "densenet121": 7_978_856 - 1_025_000,
    "medvit_small": 31_136_440,
    "resnet3d_18": 33_371_472 - 205_200,
    "densenet3d_121": 11_286_528,
}


def published(name: str) -> EncoderSpec:
    return EncoderSpec(name=name, channels=3, pooling="average")


def test_every_published_encoder_is_counted_here() -> None:
    assert set(COUNTS) == set(PUBLISHED) == set(ENCODERS) - {"resnet2d", "pyramid2d"}


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_an_encoder_has_the_published_number_of_parameters(name: str) -> None:
    with torch.device("meta"):
        encoder = build_encoder(published(name))
    assert sum(p.numel() for p in encoder.parameters()) == COUNTS[name]


def test_the_layers_of_efficientnet_are_those_of_monai() -> None:
    """Written by others from the same paper: parameters of the same shapes, the classifier apart."""
    from monai.networks.nets import EfficientNetBN

    with torch.device("meta"):
        mine, theirs = EfficientNetB0(), EfficientNetBN("efficientnet-b0", pretrained=False)
    rest = [tuple(p.shape) for p in theirs.parameters()]
    for parameter in mine.parameters():
        rest.remove(tuple(parameter.shape))
    assert sorted(rest) == [(1000,), (1000, 1280)]


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_saliency_falls_on_every_encoder_s_slices(name: str) -> None:
    """Of a random network: maps of the right number, somewhere above 0, on the slices' grid."""
    torch.manual_seed(0)
    spec = SliceAttentionSpec(
        published(name),
        hidden=8,
        shared_layers=1,
        cause_layers=1,
        bins=4,
        aggregation="average" if name in OF_VOLUMES else "soft_attention",
    )
    pixels = np.random.default_rng(1).random((3, 70, 70), dtype=np.float32)
    encoder = build_encoder(spec.encoder)
    settle_norms(encoder, torch.from_numpy(pixels).unsqueeze(1))
    # Drawn by itself: a head this small may come out with all its units at rest, and then rightly has
    # no saliency; which one comes must not hang on how many numbers an encoder drew before.
    torch.manual_seed(0)
    model = SliceAttentionModel(encoder, [build_head(spec)], torch.device("cpu"))
    slices = NetworkSlices(pixels, Geometry((70, 70, 3), (1.0, 1.0, 3.0)), np.eye(3), lungs_found=True)
    features = model.encode(pixels)
    assert features.shape == (1 if name in OF_VOLUMES else 3, PUBLISHED[name])
    found = saliency_of(model, slices, features.clone())
    on_slices = found.on(slices.geometry).voxels
    assert on_slices.shape == (3, 70, 70)
    assert on_slices.max() > 0


@pytest.mark.parametrize(
    ("name", "side", "kept"), [("densenet121", 80, 4), ("densenet121", 96, 6), ("resnet50", 80, 5)]
)
def test_cells_that_pooling_leaves_out_are_told_from_those_where_nothing_was_found(
    name: str, side: int, kept: int
) -> None:
    """DenseNet's last pooling takes whole pairs: of 5 × 5 cells it goes on with 4 × 4. A stride takes all."""
    torch.manual_seed(0)
    encoder = build_encoder(published(name)).requires_grad_(False)
    image = torch.rand(1, 1, side, side)
    settle_norms(encoder, image.expand(2, -1, -1, -1))
    _, maps = encoder.eval().with_maps(image)
    assert maps is not None
    assert maps.shape[-1] == side // 16
    assert reached(encoder, maps) == (kept, kept)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Google's weights, by torchvision's `transform_input`: (x − 0.5) / 0.5 in each channel.
        ("inception_v3", [(-1.0, -1.0, -1.0), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)]),
        ("resnet101", [(-2.1179, -2.0357, -1.8044), (0.0655, 0.1964, 0.4178), (2.2489, 2.4286, 2.64)]),
    ],
)
def test_grey_comes_as_the_published_weights_expect_it(
    name: str, expected: list[tuple[float, float, float]]
) -> None:
    """The network proper is given black, middle grey and white."""
    encoder = build_encoder(published(name)).eval()
    given: list[torch.Tensor] = []
    first = next(part for part in encoder.modules() if isinstance(part, torch.nn.Conv2d))
    first.register_forward_pre_hook(lambda _, values: given.append(values[0]))
    grey = torch.tensor([0.0, 0.5, 1.0]).view(3, 1, 1, 1).expand(3, 1, 80, 80)
    with torch.inference_mode():
        encoder(grey)
    assert torch.allclose(given[0][:, :, 40, 40], torch.tensor(expected), atol=1e-4)


@pytest.mark.parametrize("aggregation", ["average", "self_attention", "slice_transformer"])
def test_other_aggregations_weigh_slices_too(aggregation: str) -> None:
    torch.manual_seed(0)
    spec = SliceAttentionSpec.from_json({"hidden": 8, "aggregation": aggregation, "bins": 5})
    assert SliceAttentionSpec.from_json(spec.to_json()) == spec
    head = build_head(spec).eval()
    vectors = torch.randn(2, 6, spec.encoder.feature_size)
    padded = torch.cat([vectors, torch.full((2, 3, spec.encoder.feature_size), 7.0)], dim=1)
    valid = torch.tensor([[True] * 6 + [False] * 3] * 2)
    log_pmf, weights = head(vectors)
    assert torch.allclose(weights.sum(dim=1), torch.ones(2))
    again, of_padded = head(padded, valid)
    assert torch.allclose(log_pmf, again, atol=1e-5)
    assert not of_padded[:, 6:].any()
    if aggregation == "average":
        assert torch.allclose(weights, torch.full((2, 6), 1 / 6))
    # Only a slice transformer knows where a slice lies.
    turned = head(vectors.flip(1))[0]
    assert torch.allclose(log_pmf, turned, atol=1e-5) == (aggregation != "slice_transformer")


def test_places_differ_from_slice_to_slice() -> None:
    found = places(50, 7)
    assert len(np.unique(found.numpy().round(4), axis=0)) == 50


def test_soft_attention_is_written_as_before() -> None:
    assert "aggregation" not in SliceAttentionSpec().to_json()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"aggregation": "maximum"}, "aggregation"),
        ({"encoder": {"name": "vgg16"}}, "channels: 3"),
        ({"encoder": {"name": "resnet3d_18", "channels": 3, "pooling": "average"}}, "one vector a volume"),
    ],
)
def test_what_does_not_go_together_is_refused(value: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        SliceAttentionSpec.from_json(value)
