"""What a property of the tumour changes, and what it leaves as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import binary_erosion, distance_transform_edt

from ctprog_gui.core.phantom.case import CaseParameters, PhantomCase, Take, make_case, make_cube
from ctprog_gui.core.phantom.scanner import Scanner

PLAIN = CaseParameters(volume_mm3=16_000, texture_hu=15, lobulation=0.2, edge_mm=1.0, depth=0.4)
VOXELS, SPACING = 56, 1.2
# Without noise: what differs is what was drawn.
SILENT = Take(scanner=Scanner(noise=0.0))


def _cube(take: Take = SILENT, **changes: Any) -> PhantomCase:
    return make_cube(replace(PLAIN, **changes), 21, VOXELS, SPACING, take)


@pytest.fixture(scope="module")
def plain() -> PhantomCase:
    return _cube()


def _inside(case: PhantomCase) -> np.ndarray:
    """HU well inside the tumour."""
    return case.volume.voxels[binary_erosion(case.roi.voxels, iterations=2)].astype(float)


def _differs(case: PhantomCase, other: PhantomCase) -> np.ndarray:
    return case.volume.voxels != other.volume.voxels


def test_the_cube_lies_around_the_tumour(plain: PhantomCase) -> None:
    assert plain.roi.bounding_box is not None
    for side in plain.roi.bounding_box:
        assert (side.start + side.stop) / 2 == pytest.approx(VOXELS / 2, abs=1.0)


def test_the_cube_shows_the_patient_of_the_whole_thorax(plain: PhantomCase) -> None:
    whole = make_case(PLAIN, 21, (128, 128, 97), (3.0, 3.0, 3.0), SILENT)
    assert whole.roi.volume_mm3 == pytest.approx(plain.roi.volume_mm3, rel=0.05)
    index = np.argwhere(plain.roi.voxels)[:, ::-1].mean(axis=0)
    there = np.argwhere(whole.roi.voxels)[:, ::-1].mean(axis=0)
    place = plain.volume.geometry.index_to_patient(index)
    assert place == pytest.approx(whole.volume.geometry.index_to_patient(there), abs=1.0)


def test_a_larger_volume_is_more_voxels() -> None:
    counts = [_cube(volume_mm3=volume).roi.count for volume in (2_000.0, 8_000.0, 16_000.0)]
    assert counts == sorted(counts)
    assert counts[2] / counts[0] == pytest.approx(8, rel=0.08)


def test_texture_spreads_the_hu_and_leaves_the_volume(plain: PhantomCase) -> None:
    coarse = _cube(texture_hu=60.0)
    assert np.array_equal(coarse.roi.voxels, plain.roi.voxels)
    assert _inside(plain).std() == pytest.approx(15, rel=0.15)
    assert _inside(coarse).std() == pytest.approx(60, rel=0.15)
    assert _inside(coarse).mean() == pytest.approx(_inside(plain).mean(), abs=4)


def test_the_ring_lies_outside_and_near(plain: PhantomCase) -> None:
    ringed = _cube(ring_hu=150.0)
    assert np.array_equal(ringed.roi.voxels, plain.roi.voxels)
    differs = _differs(plain, ringed)
    assert not (differs & plain.roi.voxels).any()
    away = distance_transform_edt(~plain.roi.voxels, sampling=SPACING)
    # 6 mm, and half a voxel's diagonal of softness on either side.
    assert away[differs].max() < 6 + 2 * SPACING
    added = (ringed.volume.voxels.astype(int) - plain.volume.voxels)[(away > 2) & (away < 5)]
    assert np.median(added) == pytest.approx(150, abs=2)


def test_dead_tissue_is_the_share_asked_for(plain: PhantomCase) -> None:
    dead = _cube(texture_hu=0.0, necrosis=0.3)
    alive = _cube(texture_hu=0.0)
    assert np.array_equal(dead.roi.voxels, plain.roi.voxels)
    fell = (alive.volume.voxels - dead.volume.voxels)[dead.roi.voxels]
    # Half way between living tissue and dead is the border.
    assert (fell > 18).mean() == pytest.approx(0.3, abs=0.03)
    deep = distance_transform_edt(dead.roi.voxels)
    lost = np.zeros(dead.roi.voxels.shape)
    lost[dead.roi.voxels] = fell
    assert deep[lost > 18].mean() > 1.5 * deep[dead.roi.voxels & (lost <= 18)].mean()


def test_spicules_reach_into_the_lung_and_leave_the_region() -> None:
    bare, spiky = _cube(spiculation=0.0), _cube(spiculation=1.0)
    assert np.array_equal(bare.roi.voxels, spiky.roi.voxels)
    differs = _differs(bare, spiky)
    away = distance_transform_edt(~bare.roi.voxels, sampling=SPACING)
    assert away[differs].max() > 6
    # Strands, not a shell: near the surface most of the lung is as it was.
    near = (away > 2) & (away < 4)
    assert 0.02 < differs[near].mean() < 0.5


def test_lobulation_makes_the_surface_larger_and_keeps_the_volume() -> None:
    ball, lobed = _cube(lobulation=0.0), _cube(lobulation=0.35)
    assert lobed.roi.volume_mm3 == pytest.approx(ball.roi.volume_mm3, rel=0.05)
    surface = [int((c.roi.voxels & ~binary_erosion(c.roi.voxels)).sum()) for c in (ball, lobed)]
    assert surface[1] > 1.02 * surface[0]


def test_without_the_tumour_the_patient_is_the_same() -> None:
    drawn = make_case(PLAIN, 21, (128, 128, 73), (3.0, 3.0, 4.0))
    erased = make_case(replace(PLAIN, erased=True), 21, (128, 128, 73), (3.0, 3.0, 4.0))
    differs = _differs(drawn, erased)
    away = distance_transform_edt(~drawn.roi.voxels, sampling=(4.0, 3.0, 3.0))
    # The strands reach no further than 0.7 of the radius (15.6 mm); a slice is the mean of two.
    assert away[differs].max() < 16
    assert differs.any()
    assert erased.volume.voxels[drawn.roi.voxels].mean() < -600
    # The region tells nothing of the tumour: it is the same ball for all.
    assert erased.roi.volume_mm3 == pytest.approx(14_000, rel=0.05)
    other = make_cube(replace(PLAIN, erased=True, volume_mm3=60_000), 21, VOXELS, SPACING, SILENT)
    assert other.roi.volume_mm3 == pytest.approx(14_000, rel=0.02)
    assert np.array_equal(other.volume.voxels, _cube(erased=True).volume.voxels)


def test_a_narrow_reader_draws_less(plain: PhantomCase) -> None:
    counts = [_cube(replace(SILENT, roi_level=level)).roi.count for level in (0.3, 0.7)]
    assert counts[0] > plain.roi.count > counts[1]


def test_another_phase_is_the_same_patient_with_other_blood() -> None:
    early, late = (
        _cube(Take(number, Scanner(noise=0.0), contrast_hu=hu)) for number, hu in enumerate((260.0, 140.0))
    )
    assert np.array_equal(early.roi.voxels, late.roi.voxels)
    fell = early.volume.voxels.astype(int) - late.volume.voxels
    assert fell.min() >= -1
    assert fell.max() == pytest.approx(120, abs=2)
    noisy = [_cube(Take(number)).volume.voxels for number in (0, 1)]
    assert (noisy[0] != noisy[1]).mean() > 0.9
