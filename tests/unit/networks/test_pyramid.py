from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import Tensor

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.inference.attribution import saliency_of
from ctprog_gui.core.inference.slice_attention import SliceAttentionModel
from ctprog_gui.core.networks.pyramid import PyramidEncoder
from ctprog_gui.core.networks.registry import build_encoder, build_head
from ctprog_gui.core.networks.spec import EncoderSpec, SliceAttentionSpec
from ctprog_gui.core.preprocessing.slices import NetworkSlices

SPEC = EncoderSpec(
    name="pyramid2d",
    widths=(4, 6, 8, 8),
    pyramid=5,
    stretched=(0.6, 0.9),
    measures=("extent", "present", "spread"),
)


def encoder_of(spec: EncoderSpec = SPEC) -> PyramidEncoder:
    torch.manual_seed(0)
    found = build_encoder(spec).eval()
    assert isinstance(found, PyramidEncoder)
    return found


@pytest.mark.parametrize("size", [(32, 48), (31, 45)])
def test_a_slice_becomes_its_measures_and_a_map_at_half_its_resolution(size: tuple[int, int]) -> None:
    encoder = encoder_of()
    slices = torch.rand(2, 1, *size)
    vectors, odds, maps = encoder.look(slices)
    half = (size[0] + 1) // 2, (size[1] + 1) // 2
    assert vectors.shape == (2, SPEC.feature_size) == (2, 3)
    assert (odds.shape, maps.shape) == ((2, 1, *half), (2, 5, *half))
    assert torch.equal(encoder(slices), vectors)


def test_what_is_pooled_are_weighted_means_and_spreads_by_hand() -> None:
    encoder, caught = encoder_of(), []

    def catch(_module: object, inputs: tuple[Tensor, ...]) -> None:
        caught.append(inputs[0])

    encoder.measures.register_forward_pre_hook(catch)
    maps = torch.rand(1, 5, 3, 4)
    with torch.no_grad():
        encoder.focus.weight.mul_(4)
        encoder.pool(maps)
        odds = encoder.focus(maps)[0, 0].numpy().astype(np.float64)
    weights = np.exp(odds) / np.exp(odds).sum()
    flat = maps[0].numpy().astype(np.float64)
    mean = (flat * weights).sum(axis=(1, 2))
    spread = np.sqrt((weights * (flat - mean[:, None, None]) ** 2).sum(axis=(1, 2)))
    extent = np.log1p((1 / (1 + np.exp(-odds))).sum())
    expected = [*mean, *spread, extent, odds.max()]
    assert caught[0][0].numpy() == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_a_small_spread_inside_the_stretched_part_is_seen_larger() -> None:
    torch.manual_seed(1)
    slices = torch.full((1, 1, 32, 32), 0.75) + 0.01 * torch.randn(1, 1, 32, 32)
    seen = []
    for stretched in (None, SPEC.stretched):
        encoder = encoder_of(EncoderSpec(**{**SPEC.__dict__, "stretched": stretched}))
        stem = encoder.backbone.stem[0]
        caught: list[Tensor] = []
        stem.register_forward_pre_hook(lambda _m, inputs, caught=caught: caught.append(inputs[0]))
        encoder(slices)
        seen.append(float(caught[0][:, -1].std()))
    assert seen[1] == pytest.approx(seen[0] / 0.3, rel=1e-4)


def test_a_spec_survives_json_and_others_keep_theirs() -> None:
    spec = SliceAttentionSpec(SPEC, hidden=4)
    assert SliceAttentionSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    # Bundles of other encoders read as before, by older versions too.
    assert set(SliceAttentionSpec().to_json()["encoder"]) == {
        "name",
        "widths",
        "layers",
        "channels",
        "pooling",
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "resnet2d"}, "are for pyramid2d"),
        ({"pyramid": 0}, "1 to 1024 channels"),
        ({"measures": ()}, "different measures"),
        ({"measures": ("a", "a")}, "different measures"),
        ({"stretched": (0.9, 0.6)}, "rising shares"),
        ({"stretched": (-0.1, 0.6)}, "rising shares"),
        ({"channels": 3}, "channels: 1"),
        ({"pooling": "average"}, "pooling of its own"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        EncoderSpec(**{**SPEC.__dict__, **change})  # type: ignore[arg-type]  # wrong on purpose


def test_a_score_is_traced_back_onto_the_map() -> None:
    spec = SliceAttentionSpec(SPEC, hidden=4, shared_layers=1, cause_layers=1, bins=6)
    torch.manual_seed(2)
    model = SliceAttentionModel(encoder_of(), [build_head(spec)], torch.device("cpu"))
    pixels = np.random.default_rng(0).random((3, 32, 48), dtype=np.float32)
    grid = Geometry((48, 32, 3), (2.0, 2.0, 5.0))
    found = saliency_of(model, NetworkSlices(pixels, grid, np.eye(3), True), model.encode(pixels).clone())
    assert found.map.geometry.size == (24, 16, 3)
    answer = model.answer(model.encode(pixels))
    assert answer.attention.sum() == pytest.approx(1, abs=1e-6)


def test_saliency_from_the_kept_maps_is_that_from_the_slices() -> None:
    spec = SliceAttentionSpec(SPEC, hidden=4, shared_layers=1, cause_layers=1, bins=6)
    torch.manual_seed(3)
    model = SliceAttentionModel(encoder_of(), [build_head(spec)], torch.device("cpu"))
    pixels = np.random.default_rng(1).random((3, 32, 48), dtype=np.float32)
    slices = NetworkSlices(pixels, Geometry((48, 32, 3), (2.0, 2.0, 5.0)), np.eye(3), True)
    features, maps = model.look(pixels)
    assert maps is not None
    again = saliency_of(model, slices, features.clone())
    kept = saliency_of(model, slices, features.clone(), kept=maps)
    assert again.map.voxels.max() > 0
    assert kept.map.voxels == pytest.approx(again.map.voxels, rel=1e-4, abs=1e-9)
