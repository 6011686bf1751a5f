from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from ctprog_gui.core.phantom.case import CaseParameters, PhantomCase, make_case

SIZE, SPACING = (128, 128, 72), (3.0, 3.0, 4.0)


def _case(**changes: object) -> PhantomCase:
    return make_case(CaseParameters(**changes), seed=11, size=SIZE, spacing_mm=SPACING)


@pytest.fixture(scope="module")
def case() -> PhantomCase:
    return _case()


def _centre(
    case: PhantomCase, chosen: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Mean place (x, y, z in LPS mm) of some voxels."""
    z, y, x = (index.mean() for index in np.nonzero(chosen))
    return case.volume.geometry.index_to_patient((x, y, z))


def test_the_same_arguments_give_the_same_bits(case: PhantomCase) -> None:
    again = _case()
    assert again.volume.sha256 == case.volume.sha256
    assert again.roi.sha256 == case.roi.sha256


def test_another_seed_is_another_patient(case: PhantomCase) -> None:
    other = make_case(case.parameters, seed=12, size=SIZE, spacing_mm=SPACING)
    assert other.volume.sha256 != case.volume.sha256


def test_the_tumour_leaves_the_patient_around_it_as_it_is(case: PhantomCase) -> None:
    other = _case(texture_hu=70.0)
    differs = case.volume.voxels != other.volume.voxels
    box = np.zeros_like(differs)
    z, y, x = case.roi.bounding_box or (slice(0),) * 3
    box[z.start - 3 : z.stop + 3, y.start - 8 : y.stop + 8, x.start - 8 : x.stop + 8] = True
    assert differs.any()
    assert not (differs & ~box).any()


def test_it_is_a_ct(case: PhantomCase) -> None:
    assert case.volume.voxels.dtype == np.int16
    assert case.volume.geometry.orientation == "axial"
    hu = case.volume.voxels
    assert hu.min() < -950
    assert hu.max() > 500
    # Both lungs together hold two to seven litres of air.
    litres = ((hu > -920) & (hu < -700)).sum() * case.volume.geometry.voxel_volume_mm3 / 1e6
    assert 2 < litres < 8


def test_organs_lie_on_their_side(case: PhantomCase) -> None:
    grid, hu = case.volume.geometry, case.volume.voxels.astype(float)
    _, _, z = (grid.index_to_patient(np.stack([np.arange(SIZE[a])] * 3, axis=1))[:, a] for a in range(3))

    def soft(low_mm: float, high_mm: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        level = (z > low_mm) & (z < high_mm)
        body = np.zeros(hu.shape, dtype=bool)
        # The middle of the cavity, away from the chest wall and the spine.
        body[level, 40:70, 20:108] = True
        return body & (hu > 20) & (hu < 250)

    # LPS: the heart lies to the left, the liver under the right dome to the right.
    assert _centre(case, soft(-40, -20))[0] > 5
    assert _centre(case, soft(-125, -95))[0] < -10
    bone = hu > 350
    spine = bone & (np.arange(SIZE[1])[None, :, None] > 66)
    assert abs(_centre(case, spine)[0]) < 6
    assert _centre(case, spine)[1] > 20


@pytest.mark.parametrize("volume_mm3", [4_000.0, 20_000.0, 60_000.0])
def test_the_tumour_has_the_volume_asked_for(volume_mm3: float) -> None:
    # Deep in the lung nothing cuts it off; the voxel is 36 mm³.
    case = _case(volume_mm3=volume_mm3, height=0.45, depth=0.5, azimuth_deg=10.0)
    assert case.roi.volume_mm3 == pytest.approx(volume_mm3, rel=0.12)


def test_the_texture_is_what_was_asked_for() -> None:
    spread = []
    for case in (_case(texture_hu=5.0), _case(texture_hu=60.0)):
        # The edge is half lung; inside there is texture and noise.
        core = binary_erosion(case.roi.voxels, iterations=2)
        spread.append(float(case.volume.voxels[core].std()))
    assert spread[0] < 25
    assert spread[1] == pytest.approx(60, rel=0.25)


def test_the_tumour_lies_in_the_lung_asked_for() -> None:
    assert _centre(_case(side="left"), _case(side="left").roi.voxels)[0] > 20
    low, high = _case(height=0.1), _case(height=0.9)
    assert _centre(high, high.roi.voxels)[2] > _centre(low, low.roi.voxels)[2] + 60


def test_a_large_tumour_stops_at_the_chest_wall() -> None:
    case = _case(volume_mm3=120_000.0, depth=1.0)
    assert 20_000 < case.roi.volume_mm3 < 110_000
    # Ribs keep their HU: none of them was painted over.
    assert case.volume.voxels[case.roi.voxels].mean() < 120
