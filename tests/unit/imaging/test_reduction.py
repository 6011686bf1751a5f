"""The coarse copy: means of the voxels, at the place of the voxels."""

from __future__ import annotations

import numpy as np
import pytest
from grids import grids, make_grid
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.reduction import LOWEST_HU, STEP_HU, level_of, overview, reduced
from ctprog_gui.core.imaging.volume import Volume

EYE = np.eye(3)


def blocks_of(volume: Volume, coarse: Volume) -> tuple[tuple[int, int, int], np.ndarray]:
    """How many voxels (z, y, x) each coarse voxel stands for, and their exact means."""
    ratios = np.array(coarse.geometry.spacing_mm[::-1]) / volume.geometry.spacing_mm[::-1]
    factors = tuple(int(n) for n in np.rint(ratios))
    kept = tuple(slice(0, few * factor) for few, factor in zip(coarse.voxels.shape, factors, strict=True))
    split = [n for few, factor in zip(coarse.voxels.shape, factors, strict=True) for n in (few, factor)]
    return factors, volume.voxels[kept].astype(np.float64).reshape(split).mean(axis=(1, 3, 5))


@st.composite
def volumes(draw: st.DrawFn, dtype: type = np.int16) -> Volume:
    grid = draw(grids(largest=11))
    small = {"width": 32, "allow_nan": False, "allow_infinity": False, "min_value": -4096, "max_value": 4096}
    values = st.integers(-32768, 32767) if dtype is np.int16 else st.floats(**small)
    return Volume(draw(arrays(dtype, grid.shape, elements=values)), grid)


def test_a_small_volume_is_its_own_copy() -> None:
    volume = Volume(np.zeros((256, 2, 3), np.int16), make_grid(EYE, (3, 2, 256)))
    assert reduced(volume) is volume


@given(volumes(), st.integers(2, 6))
def test_no_side_is_longer_than_asked_and_none_shorter_than_needed(volume: Volume, largest: int) -> None:
    coarse = reduced(volume, largest)
    assert max(coarse.voxels.shape) <= largest
    assert coarse.voxels.dtype == np.int16
    assert coarse.voxels.flags.c_contiguous
    for fine, few in zip(volume.voxels.shape, coarse.voxels.shape, strict=True):
        halved = [fine]
        while halved[-1] > largest:
            halved.append(halved[-1] // 2)
        assert few == halved[-1]


@given(volumes(), st.integers(2, 6))
def test_whole_numbers_are_means_rounded_down_a_little(volume: Volume, largest: int) -> None:
    coarse = reduced(volume, largest)
    factors, means = blocks_of(volume, coarse)
    halvings = sum(int(np.log2(factor)) for factor in factors)
    below = means - coarse.voxels
    assert below.min() >= 0
    # Each halving of an axis rounds down by at most half a unit.
    assert below.max() <= halvings / 2


@given(volumes(np.float32), st.integers(2, 6))
def test_real_numbers_are_means(volume: Volume, largest: int) -> None:
    coarse = reduced(volume, largest)
    _, means = blocks_of(volume, coarse)
    assert coarse.voxels == pytest.approx(means, abs=1e-2)
    assert coarse.voxels.dtype == np.float32


def test_the_ends_of_int16_do_not_overflow() -> None:
    for value in (-32768, 32767):
        volume = Volume(np.full((4, 4, 4), value, np.int16), make_grid(EYE, (4, 4, 4)))
        assert (reduced(volume, 2).voxels == value).all()


@given(grids(largest=11), st.integers(2, 6), st.data())
def test_a_coarse_voxel_lies_in_the_middle_of_those_it_stands_for(
    grid: Geometry, largest: int, data: st.DataObject
) -> None:
    volume = Volume(np.zeros(grid.shape, np.int16), grid)
    coarse = reduced(volume, largest)
    factors = np.array(blocks_of(volume, coarse)[0][::-1])
    index = np.array([data.draw(st.integers(0, n - 1)) for n in coarse.geometry.size])
    middle = index * factors + (factors - 1) / 2
    assert coarse.geometry.index_to_patient(index) == pytest.approx(grid.index_to_patient(middle), abs=1e-6)
    assert coarse.geometry.spacing_mm == pytest.approx(np.array(grid.spacing_mm) * factors)


@given(grids(largest=11), st.integers(2, 6))
def test_the_copy_covers_the_volume_but_for_odd_ends(grid: Geometry, largest: int) -> None:
    """At a far end, less than one coarse voxel is left out."""
    coarse = reduced(Volume(np.zeros(grid.shape, np.int16), grid), largest).geometry
    far = np.array(grid.size) - 0.5
    reached = grid.patient_to_index(coarse.index_to_patient(np.array(coarse.size) - 0.5))
    step = np.array(coarse.spacing_mm) / np.array(grid.spacing_mm)
    assert (far - reached >= -1e-6).all()
    assert (far - reached < step - 1 + 1e-6).all()
    near = grid.patient_to_index(coarse.index_to_patient([-0.5, -0.5, -0.5]))
    assert near == pytest.approx([-0.5] * 3, abs=1e-6)


def test_fine_stripes_fade_instead_of_flickering() -> None:
    """Every second slice bright: the copy is grey throughout, not black or white by luck."""
    voxels = np.zeros((8, 4, 4), np.int16)
    voxels[::2] = 1000
    assert (reduced(Volume(voxels, make_grid(EYE, (4, 4, 8))), 4).voxels == 500).all()


@given(volumes() | volumes(np.float32), st.integers(2, 6))
def test_an_overview_is_the_coarse_copy_to_half_a_step(volume: Volume, largest: int) -> None:
    coarse, looked_at = reduced(volume, largest), overview(volume, largest)
    assert looked_at.geometry == coarse.geometry
    assert looked_at.levels.dtype == np.uint8
    shown_hu = LOWEST_HU + STEP_HU * looked_at.levels.astype(float)
    kept_hu = np.clip(coarse.voxels.astype(float), LOWEST_HU, LOWEST_HU + 255 * STEP_HU)
    assert np.abs(shown_hu - kept_hu).max() <= STEP_HU / 2 + 1e-3


def test_air_soft_tissue_and_bone_are_apart_in_an_overview() -> None:
    voxels = np.array([-3024, -1024, 0, 40, 60, 1271, 3071], np.int16).reshape(1, 1, 7)
    levels = overview(Volume(voxels, make_grid(EYE, (7, 1, 1)))).levels.ravel().tolist()
    assert levels[:2] == [0, 0]
    assert levels[-2:] == [255, 255]
    assert levels[2] < levels[3] < levels[4]
    assert level_of(40) == pytest.approx(levels[3], abs=0.5)
