"""One ROI has one answer: whatever was cut of the CT before, and however the CT is stored."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.region_grid import RegionGrid, ring_as_read
from ctprog_gui.core.radiomics.extraction import extract
from ctprog_gui.core.radiomics.ring import peritumoural_ring

RING_MM = 2.0
# An even, an odd side and slices that are thick: what is cut of 60 × 49 × 36 mm, grid points 1 mm apart.
THICK = Geometry((76, 50, 13), (0.8, 1.0, 3.0), (-20.0, 5.0, 100.0))
HU = np.random.default_rng(8).normal(-200, 250, THICK.shape).astype(np.int16)
CT = Volume(HU, THICK)


def ball(centre_mm: tuple[float, float, float], radius_mm: float, grid: Geometry = THICK) -> Mask:
    z, y, x = np.indices(grid.shape)
    away = np.stack([x, y, z], -1) * grid.spacing_mm - centre_mm
    return Mask(np.linalg.norm(away, axis=-1) <= radius_mm, grid)


def answers(part: RegionGrid, roi: Mask) -> list[float]:
    """851 features of a ROI and of its ring, on the part that was cut."""
    inside = part.mask(roi)
    ring = peritumoural_ring(inside, RING_MM, within=part.within)
    return [value for one in (inside, ring) for value in extract(part.sampled(CT), one).values()]


# Well within, at a face, in a corner, and at the odd side's end.
PLACES = [(30.0, 24.0, 18.0), (3.0, 20.0, 15.0), (57.0, 46.0, 33.0), (28.0, 47.0, 3.0)]


@settings(max_examples=6, deadline=None)
@given(st.sampled_from(PLACES), *[st.tuples(*[st.floats(-9, 9)] * 3)] * 2, st.floats(0, 14))
def test_any_two_cuts_give_the_same_features(place, first, second, beyond_mm: float) -> None:
    """Cut around other ROIs that were drawn before, and with any room."""
    roi = ball(place, 5.0)
    found = []
    for shift, more in ((first, 0.0), (second, beyond_mm)):
        before = ball(tuple(np.clip(np.add(place, shift), 0, (59, 48, 35))), 4.0)
        both = Mask(roi.voxels | before.voxels, THICK)
        part = RegionGrid.around(THICK, both, 1.0, RING_MM + more)
        assert part.holds(roi, RING_MM)
        found.append(answers(part, roi))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("place", PLACES)
def test_a_cut_has_the_features_of_the_whole_ct(place: tuple[float, float, float]) -> None:
    """The whole on the grid: 61 × 50 × 37 points, of which wavelets see the odd sides made even."""
    grid = Geometry((61, 50, 37), (1.0,) * 3, THICK.origin_mm)
    whole = Volume(np.rint(resample(CT, grid).voxels).astype(np.int16), grid)
    roi = ball(place, 5.0)
    part = RegionGrid.around(THICK, roi, 1.0, RING_MM)
    inside = np.zeros(grid.shape, bool)
    (left, _), (top, _), (low, _) = part.spans
    z, y, x = np.argwhere(part.mask(roi).voxels).T
    inside[z + low, y + top, x + left] = True
    ring = peritumoural_ring(Mask(inside, grid), RING_MM)
    expected = [v for one in (Mask(inside, grid), ring) for v in extract(whole, one).values()]
    np.testing.assert_allclose(answers(part, roi), expected, rtol=1e-9, atol=1e-12)


def stored(volume: Volume, roi: Mask, order: tuple[int, int, int], signs: tuple[int, int, int]):
    """The same patient with array axis c running along the old axis `order[c]`, or against it."""
    old = volume.geometry
    start = [0 if signs[order.index(axis)] > 0 else old.size[axis] - 1 for axis in range(3)]
    grid = Geometry(
        tuple(old.size[a] for a in order),
        tuple(old.spacing_mm[a] for a in order),
        tuple(old.index_to_patient(start)),
        tuple((old.axes[:, order] * signs).ravel()),
    )

    def turned(voxels: np.ndarray) -> np.ndarray:
        found = voxels.transpose([2 - order[2 - n] for n in range(3)])
        return np.ascontiguousarray(found[tuple(slice(None, None, signs[2 - n]) for n in range(3))])

    return Volume(turned(volume.voxels), grid), Mask(turned(roi.voxels), grid)


@pytest.mark.parametrize(
    ("order", "signs"), [((0, 1, 2), (-1, -1, 1)), ((0, 1, 2), (1, 1, -1)), ((1, 2, 0), (1, -1, 1))]
)
@pytest.mark.parametrize("place", PLACES[1:3])
def test_however_a_ct_is_stored_its_features_are_the_same(place, order, signs) -> None:
    roi = ball(place, 5.0)
    volume, other = stored(CT, roi, order, signs)
    one, two = (RegionGrid.around(of.geometry, of, 1.0, RING_MM) for of in (roi, other))
    assert one.spans == two.spans
    np.testing.assert_array_equal(one.sampled(CT).voxels, two.sampled(volume).voxels)
    np.testing.assert_array_equal(one.mask(roi).voxels, two.mask(other).voxels)


@pytest.mark.parametrize("place", PLACES)
def test_the_ring_that_is_shown_is_the_one_that_is_read(place: tuple[float, float, float]) -> None:
    roi = ball(place, 5.0)
    part = RegionGrid.around(THICK, roi, 1.0, RING_MM + 3)
    read = peritumoural_ring(part.mask(roi), RING_MM, within=part.within)
    shown = ring_as_read(roi, RING_MM, 1.0)
    assert shown.count == read.count
    places = [one.geometry.index_to_patient(np.argwhere(one.voxels)[:, ::-1]) for one in (shown, read)]
    np.testing.assert_allclose(*places, atol=1e-9)
    # Without a spacing of its own a model reads it on the CT.
    own = ring_as_read(roi, RING_MM, None)
    assert own.geometry.spacing_mm == THICK.spacing_mm
    assert own.count == peritumoural_ring(roi, RING_MM).count


def test_a_ct_smaller_than_what_wavelets_see_is_repeated() -> None:
    grid = Geometry((6, 5, 3), (1.0,) * 3)
    ct = Volume(HU[:3, :5, :6], grid)
    roi = Mask(np.ones(grid.shape, bool), grid)
    part = RegionGrid.around(grid, roi, 1.0, RING_MM)
    assert part.mask(roi).count == roi.count
    assert not peritumoural_ring(part.mask(roi), RING_MM, within=part.within).count
    found = list(extract(part.sampled(ct), part.mask(roi)).values())
    np.testing.assert_allclose(found, list(extract(ct, roi).values()), rtol=1e-9, atol=1e-12)
