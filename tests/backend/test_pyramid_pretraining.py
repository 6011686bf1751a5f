from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from ctprog_gui.core.networks.pyramid import PyramidEncoder
from ctprog_gui.core.preprocessing.recipe import SliceRecipe
from ctprog_gui.core.shared.errors import InputError
from training.configuration.experiment import PretrainingConfig, load_config
from training.configuration.parts import FOUND, EncoderConfig
from training.preparation.images import PreparedImage
from training.prepare import CONFIGS
from training.pretraining.encoder import pretrain_encoder
from training.pretraining.pyramid import finding_loss, tumour_slices

RECIPE = SliceRecipe(spacing_mm=(2.5, 2.5, 5.0), slice_size=(48, 64), fit="pad")
ENCODER = EncoderConfig(name="pyramid2d", widths=(8, 8, 8, 8), pyramid=8, stretched=(0.6071, 0.8929))
FINDING = PretrainingConfig(
    method="finding",
    epochs=10,
    batch_size=16,
    learning_rate=0.01,
    finding={"piece": 32},  # type: ignore[arg-type]  # pydantic builds it
)


def chest(
    seed: int, slices: int = 6, *, roi: bool = True, spread_hu: float | None = None
) -> tuple[PreparedImage, NDArray[np.float64]]:
    """Lung with thin bright vessels, in every second slice a round tumour; and the spreads drawn."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:48, :64]
    pixels, shares, spreads = [], [], np.zeros(slices)
    for k in range(slices):
        hu = rng.normal(-850, 20, (48, 64))
        for _ in range(6):
            hu[int(rng.integers(48)), :] = 0.0
        share = np.zeros((48, 64))
        if k % 2:
            cy, cx, radius = rng.uniform(14, 34), rng.uniform(14, 50), rng.uniform(5, 9)
            share = np.clip(radius - np.hypot(y - cy, x - cx) + 0.5, 0, 1)
            spreads[k] = rng.uniform(5, 75) if spread_hu is None else spread_hu
            hu = (1 - share) * hu + share * (40 + spreads[k] * rng.standard_normal((48, 64)))
        pixels.append(np.clip((hu + 1000) / 1400, 0, 1))
        shares.append(share)
    tumour = np.array(shares).astype(np.float16) if roi else None
    return PreparedImage(
        f"p{seed}", np.array(pixels).astype(np.float16), tumour, (2.5, 2.5, 5.0), {}
    ), spreads


def test_the_targets_are_the_tumours_extent_presence_and_spread() -> None:
    image, spreads = chest(1, 40)
    found = tumour_slices([image], RECIPE)
    there = np.arange(40) % 2 == 1
    assert (found.values[there, FOUND.index("tumour_present")] > 0).all()
    assert found.with_tumour.tolist() == np.flatnonzero(there).tolist()
    column = FOUND.index("tumour_sd")
    assert (found.counts[:, column] == there).all()
    assert np.corrcoef(found.values[there, column], spreads[there])[0, 1] > 0.97
    assert image.tumour is not None
    area = image.tumour.astype(float).sum(axis=(1, 2))
    assert (
        np.corrcoef(found.values[:, FOUND.index("tumour_extent")], np.log1p(area * 6.25 / 100))[0, 1] > 0.999
    )
    for number in range(len(FOUND)):
        known = found.values[found.counts[:, number], number]
        assert (known.mean(), known.std()) == pytest.approx((0, 1), abs=1e-3)


def test_a_perfect_answer_costs_no_more_than_the_maps_own_entropy() -> None:
    image, _ = chest(2)
    found = tumour_slices([image], RECIPE)
    share = torch.from_numpy((found.tumour > 0.5).astype(np.float32))
    values, counts = torch.from_numpy(found.values), torch.from_numpy(found.counts)
    of_places = [FOUND.index(name) for name in FOUND if name != "tumour_present"]
    places = values[:, of_places, None, None].expand(-1, -1, *share.shape[1:])
    odds = 40 * (2 * share - 1)
    assert float(finding_loss((values, odds, places), share, values, counts)) == pytest.approx(0, abs=1e-6)
    for wrong in ((values + 1, odds, places), (values, -odds, places), (values, odds, places + 1)):
        assert float(finding_loss(wrong, share, values, counts)) > 0.3


def test_a_pyramid_learns_to_point_at_tumours() -> None:
    torch.set_num_threads(1)
    images = [chest(10 + n)[0] for n in range(16)]
    encoder = pretrain_encoder(ENCODER.spec, images, RECIPE, FINDING, seed=3, device=torch.device("cpu"))
    untaught = pretrain_encoder(
        ENCODER.spec,
        images,
        RECIPE,
        FINDING.model_copy(update={"epochs": 0}),
        seed=3,
        device=torch.device("cpu"),
    )
    unseen, _ = chest(99, 60)
    hits = []
    for one in (encoder, untaught):
        assert isinstance(one, PyramidEncoder)
        with torch.inference_mode():
            told, odds, _ = one.look(torch.from_numpy(unseen.pixels.astype(np.float32)).unsqueeze(1))
        assert unseen.tumour is not None
        peaks = odds.flatten(1).argmax(1).numpy()[1::2]
        shares = unseen.tumour.astype(float)[1::2]
        places = zip(*np.divmod(peaks, 32), shares, strict=True)
        hits.append(np.mean([share[2 * r, 2 * c] > 0 for r, c, share in places]))
        if one is encoder:
            present = told[:, FOUND.index("tumour_present")].numpy()
    assert hits[0] > 0.9 > hits[1]
    assert present[1::2].min() > np.median(present[::2])


def test_finding_needs_rois_with_and_without_tumour() -> None:
    with pytest.raises(InputError, match="no patient of the cohort has one"):
        tumour_slices([chest(1, roi=False)[0]], RECIPE)
    image, _ = chest(1)
    assert image.tumour is not None
    whole = PreparedImage(image.key, image.pixels[::2], image.tumour[::2], image.spacing_mm, {})
    with pytest.raises(InputError, match="only one kind"):
        tumour_slices([whole], RECIPE)


@pytest.mark.parametrize(
    "setting", ["pretraining.method=measures", "pretraining.method=simclr", "network.encoder.name=resnet2d"]
)
def test_finding_and_pyramids_belong_together(setting: str) -> None:
    with pytest.raises(InputError):
        load_config(CONFIGS / "phantom_slice_attention.yaml", [setting])
