"""Putting images on other grids."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates
from scipy.spatial.transform import Rotation

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import reorient_mask, resample, resample_mask
from ctprog_gui.core.imaging.volume import Volume

GRID = Geometry((9, 8, 7), (1.0, 1.5, 3.0), (-20.0, 10.0, 300.0))


@pytest.fixture
def volume():
    noise = np.random.default_rng(0).integers(-1024, 3071, GRID.shape).astype(np.int16)
    return Volume(noise, GRID)


@pytest.mark.parametrize("interpolation", ["linear", "nearest"])
def test_the_same_grid_gives_the_same_voxels(volume, interpolation):
    same = resample(volume, GRID, interpolation=interpolation)
    np.testing.assert_array_equal(same.voxels, volume.voxels)


def test_linear_interpolation_as_scipy_does_it(volume):
    turn = Rotation.from_euler("xyz", [5, 10, 15], degrees=True).as_matrix()
    target = Geometry((6, 5, 4), (0.8, 0.9, 1.1), tuple(GRID.index_to_patient((2, 2, 2))), turn.ravel())
    z, y, x = np.meshgrid(*map(np.arange, target.shape), indexing="ij")
    points = target.index_to_patient(np.stack([x, y, z], axis=-1))
    index = np.moveaxis(GRID.patient_to_index(points)[..., ::-1], -1, 0)
    expected = map_coordinates(volume.voxels.astype(float), index, order=1, mode="nearest")
    read = resample(volume, target)
    assert read.voxels.dtype == np.float32
    np.testing.assert_allclose(read.voxels, expected, atol=0.05)


def test_nearest_keeps_the_type_and_outside_is_filled(volume):
    target = Geometry((3, 3, 3), GRID.spacing_mm, tuple(GRID.index_to_patient((7, 6, 5))))
    read = resample(volume, target, interpolation="nearest", outside=-2000)
    assert read.voxels.dtype == np.int16
    np.testing.assert_array_equal(read.voxels[:2, :2, :2], volume.voxels[5:, 6:, 7:])
    assert (read.voxels[2] == -2000).all()


def test_twice_gives_the_same_bits(volume):
    target = Geometry((20, 20, 20), (0.37, 0.51, 0.93), (-19.0, 11.0, 301.0))
    assert resample(volume, target).sha256 == resample(volume, target).sha256


def test_a_mask_keeps_its_place_on_a_finer_grid():
    voxels = np.zeros(GRID.shape, bool)
    voxels[3, 4, 5] = True
    fine = Geometry((90, 120, 210), (0.1, 0.1, 0.1), tuple(np.add(GRID.origin_mm, (-0.45, -0.7, -1.45))))
    mask = resample_mask(Mask(voxels, GRID, "GTV"), fine)
    assert mask.name == "GTV"
    assert mask.volume_mm3 == pytest.approx(4.5)
    box = [fine.index_to_patient(np.array([axis.start for axis in mask.bounding_box[::-1]]))]
    np.testing.assert_allclose(box[0], GRID.index_to_patient((4.5, 3.5, 2.5)), atol=0.06)


@settings(deadline=None)
@given(
    st.permutations(range(3)),
    st.tuples(*[st.sampled_from([-1, 1])] * 3),
    st.integers(0, 2**32 - 1),
)
def test_swapped_and_reversed_axes_are_put_right_without_moving_a_voxel(order, signs, seed):
    voxels = np.random.default_rng(seed).random(GRID.shape) > 0.5
    mask = Mask(voxels, GRID, "GTV")
    axes = (GRID.axes[:, order] * np.array(signs)).ravel()
    size = [GRID.size[axis] for axis in order]
    spacing = [GRID.spacing_mm[axis] for axis in order]
    corner = [0 if signs[order.index(axis)] > 0 else GRID.size[axis] - 1 for axis in range(3)]
    turned = Geometry(size, spacing, tuple(GRID.index_to_patient(corner)), axes)
    back = reorient_mask(reorient_mask(mask, turned), GRID)
    assert reorient_mask(mask, turned).geometry.difference_from(turned) is None
    assert back.geometry.difference_from(GRID) is None
    np.testing.assert_array_equal(back.voxels, voxels)


def test_a_turn_by_another_angle_is_left_alone():
    mask = Mask(np.zeros(GRID.shape, bool), GRID)
    turn = Rotation.from_euler("z", 3, degrees=True).as_matrix()
    assert reorient_mask(mask, Geometry(GRID.size, GRID.spacing_mm, direction=turn.ravel())) is mask
