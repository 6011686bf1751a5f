from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.phantom.case import CaseParameters, PhantomCase, make_case
from ctprog_gui.core.preprocessing.recipe import SliceRecipe
from ctprog_gui.core.preprocessing.slices import cut_slices
from ctprog_gui.core.shared.errors import Cancelled, GeometryError
from ctprog_gui.core.shared.progress import Progress

PAD = SliceRecipe(spacing_mm=(4, 4, 5), slice_size=(64, 80), fit="pad")
STRETCH = SliceRecipe(spacing_mm=(4, 4, 5), slice_size=(48, 56))


@pytest.fixture(scope="module")
def case() -> PhantomCase:
    return make_case(CaseParameters(), seed=3, size=(96, 96, 50), spacing_mm=(4, 4, 6))


def _ramp(size: tuple[int, int, int], geometry: Geometry) -> Volume:
    """HU that rise evenly along each patient axis, so that every place has its own value."""
    z, y, x = np.indices(geometry.shape, dtype=np.float64)
    points = geometry.index_to_patient(np.stack([x, y, z], axis=-1))
    return Volume((points @ np.array([1.0, 2.0, 3.0])).astype(np.float32), geometry)


@pytest.mark.parametrize("recipe", [PAD, STRETCH])
def test_lungs_fill_the_slices(case: PhantomCase, recipe: SliceRecipe) -> None:
    slices = cut_slices(case.volume, recipe)
    assert slices.lungs_found
    assert slices.pixels.shape[1:] == recipe.slice_size
    assert slices.pixels.dtype == np.float32
    assert slices.pixels.min() >= 0
    assert slices.pixels.max() <= 1
    # The lungs of the phantom are between 200 and 250 mm high.
    assert 170 < slices.count * 5 < 260
    # Lung is darker than -500 HU, 0.36 in this window: it makes up a good part of the middle slice.
    assert 0.2 < (slices.pixels[slices.count // 2] < 0.36).mean() < 0.9


def test_pixels_are_of_the_precision_that_training_caches(case: PhantomCase) -> None:
    pixels = cut_slices(case.volume, PAD).pixels
    assert (pixels.astype(np.float16).astype(np.float32) == pixels).all()


def test_pixels_lie_where_the_geometry_says() -> None:
    geometry = Geometry((40, 44, 30), (3, 3, 4), (-60, -66, 10))
    volume = _ramp((40, 44, 30), geometry)
    recipe = SliceRecipe(
        spacing_mm=(4, 4, 4), hu_window=(-500, 700), crop="body", slice_size=(20, 18), fit="pad", margin_mm=0
    )
    slices = cut_slices(volume, recipe)
    hu = -500 + 1200 * slices.pixels
    for k, j, i in ((0, 9, 9), (12, 5, 12), (slices.count - 1, 14, 4)):
        x, y, z = slices.geometry.index_to_patient((i, j, k))
        # Half precision in a window of 1200 HU.
        assert hu[k, j, i] == pytest.approx(x + 2 * y + 3 * z, abs=1.0)


@pytest.mark.parametrize("flip", [(False, False, True), (True, False, False), (True, True, True)])
def test_the_order_of_storage_does_not_matter(case: PhantomCase, flip: tuple[bool, bool, bool]) -> None:
    """The same patient stored feet first, or mirrored in memory, gives the same slices."""
    grid = case.volume.geometry
    corner = [n - 1 if f else 0 for n, f in zip(grid.size, flip, strict=True)]
    signs = np.where(flip, -1.0, 1.0)
    turned = Geometry(
        grid.size, grid.spacing_mm, tuple(grid.index_to_patient(corner)), tuple((np.eye(3) * signs).ravel())
    )
    order = tuple(slice(None, None, -1) if f else slice(None) for f in reversed(flip))
    volume = Volume(np.ascontiguousarray(case.volume.voxels[order]), turned)
    expected, found = cut_slices(case.volume, PAD), cut_slices(volume, PAD)
    assert np.array_equal(expected.pixels, found.pixels)
    assert np.allclose(expected.geometry.origin_mm, found.geometry.origin_mm)
    weights = np.linspace(1, 2, expected.count)
    there, here = expected.to_series(weights), found.to_series(weights)
    assert np.allclose(there, here[::-1] if flip[2] else here)


def test_coronal_series_are_refused() -> None:
    geometry = Geometry((8, 8, 8), (1, 1, 1), (0, 0, 0), (1, 0, 0, 0, 0, 1, 0, -1, 0))
    assert geometry.orientation == "coronal"
    with pytest.raises(GeometryError, match="coronal"):
        cut_slices(Volume(np.zeros((8, 8, 8), np.int16), geometry), PAD)


def test_without_lungs_the_body_is_shown_and_it_is_said() -> None:
    voxels = np.full((20, 60, 60), -1000, dtype=np.int16)
    voxels[:, 15:45, 10:50] = 40
    slices = cut_slices(Volume(voxels, Geometry((60, 60, 20), (5, 5, 5))), PAD)
    assert not slices.lungs_found
    assert slices.count == 20
    assert slices.pixels.max() > 0.7


def test_an_empty_image_gives_slices_all_the_same() -> None:
    slices = cut_slices(Volume(np.full((4, 30, 30), -1000, np.int16), Geometry((30, 30, 4), (5, 5, 5))), PAD)
    assert not slices.lungs_found
    assert not slices.pixels.any()


def test_cancelling_stops_it(case: PhantomCase) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        cut_slices(case.volume, PAD, progress)


@settings(max_examples=25, deadline=None)
@given(
    st.floats(0.5, 9.0),
    st.floats(0.5, 9.0),
    st.integers(2, 60),
    st.integers(0, 2**32 - 1),
)
def test_attention_keeps_its_sum_on_the_series(step: float, spacing: float, count: int, seed: int) -> None:
    volume = Volume(np.full((count, 10, 10), 40, np.int16), Geometry((10, 10, count), (5, 5, spacing)))
    recipe = SliceRecipe(spacing_mm=(5, 5, step), slice_size=(8, 8), crop="body", fit="pad")
    slices = cut_slices(volume, recipe)
    weights = np.random.default_rng(seed).random(slices.count)
    weights /= weights.sum()
    spread = slices.to_series(weights)
    assert spread.shape == (count,)
    assert spread.sum() == pytest.approx(1, abs=1e-12)
    assert (spread >= 0).all()


def test_slices_not_looked_at_get_no_attention(case: PhantomCase) -> None:
    slices = cut_slices(case.volume, PAD)
    spread = slices.to_series(np.ones(slices.count))
    heights = case.volume.geometry.index_to_patient(
        np.stack([np.zeros(len(spread)), np.zeros(len(spread)), np.arange(len(spread))], axis=1)
    )[:, 2]
    low = slices.geometry.index_to_patient((0, 0, 0))[2] - 5
    high = slices.geometry.index_to_patient((0, 0, slices.count - 1))[2] + 5
    outside = (heights < low - 6) | (heights > high + 6)
    assert outside.any()
    assert not spread[outside].any()
    assert (spread[(heights > low + 6) & (heights < high - 6)] > 0).all()


def test_lung1_shows_both_lungs(lung1: Path) -> None:
    volume = open_path([lung1 / "ct"])[0].read()
    slices = cut_slices(volume, SliceRecipe())
    assert slices.lungs_found
    assert slices.pixels.shape[1:] == (224, 224)
    # Slices of 3 mm, cut where the series has its own.
    offsets = (slices.geometry.origin_mm[2] - volume.geometry.origin_mm[2]) / 3
    assert offsets == pytest.approx(round(offsets), abs=1e-6)
    assert ((slices.share > 0).sum(axis=1) == 1).all()
