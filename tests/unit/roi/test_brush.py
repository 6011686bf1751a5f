"""The brush paints what lies within its radius, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.roi.brush import Brush

GRID = Geometry((24, 20, 16), (1.0, 1.5, 3.0))
places = st.tuples(st.floats(-6, 30), st.floats(-6, 26), st.floats(-4, 20))


def painted(brush: Brush, start, stop, grid: Geometry = GRID) -> np.ndarray:
    """The whole grid's voxels that a sweep touches."""
    voxels = np.zeros(grid.shape, bool)
    swept = brush.sweep(grid, start, stop)
    if swept is not None:
        box, where = swept
        assert voxels[box].shape == where.shape
        voxels[box] = where
    return voxels


def distance_to_way(start, stop, grid: Geometry = GRID) -> np.ndarray:
    """Distance in mm of every voxel centre from the way, computed point by point."""
    spacing = np.array(grid.spacing_mm)
    a, b = np.array(start) * spacing, np.array(stop) * spacing
    centres = np.stack(np.indices(grid.shape)[::-1], -1) * spacing
    way = b - a
    along = np.clip(((centres - a) @ way) / max(way @ way, 1e-300), 0, 1)
    return np.linalg.norm(centres - (a + along[..., None] * way), axis=-1)


@given(start=places, stop=places, radius=st.floats(1.5, 12))
def test_a_ball_paints_exactly_what_lies_within_its_radius_of_the_way(start, stop, radius):
    apart = distance_to_way(start, stop)
    voxels = painted(Brush(radius, None), start, stop)
    edge = np.isclose(apart, radius, rtol=1e-6)
    assert np.array_equal(voxels[~edge], (apart <= radius)[~edge])


@given(start=places, stop=places, radius=st.floats(1.5, 12), axis=st.integers(0, 2))
def test_a_disc_paints_one_slice_and_there_what_lies_within_its_radius(start, stop, radius, axis):
    start, stop = list(start), list(stop)
    number = round(stop[axis])
    start[axis] = stop[axis] = number
    voxels = painted(Brush(radius, axis), start, stop)
    filled = voxels.any(axis=tuple(a for a in range(3) if a != 2 - axis)).nonzero()[0]
    assert set(filled) <= {number}
    if 0 <= number < GRID.size[axis]:
        in_slice = np.take(voxels, number, 2 - axis)
        apart = np.take(distance_to_way(start, stop), number, 2 - axis)
        effective = max(radius, 0.5 * max(GRID.spacing_mm[a] for a in range(3) if a != axis))
        edge = np.isclose(apart, effective, rtol=1e-6)
        assert np.array_equal(in_slice[~edge], (apart <= effective)[~edge])


@pytest.mark.parametrize("axis", [0, 1, 2, None])
def test_a_brush_smaller_than_a_voxel_still_paints_without_gaps(axis: int | None):
    brush = Brush(0.1, axis)
    assert painted(brush, (12, 10, 8), (12, 10, 8))[8, 10, 12]
    stop = [20.0, 17.0, 13.0]
    if axis is not None:
        stop[axis] = (12, 10, 8)[axis]
    voxels = painted(brush, (12, 10, 8), stop)
    points = np.linspace((12, 10, 8), stop, 500)
    nearest = np.rint(points).astype(int)
    touched = voxels[nearest[:, 2], nearest[:, 1], nearest[:, 0]]
    # The way may cut a corner of a voxel; two untouched in a row in voxel steps would be a gap.
    runs = np.flatnonzero(~touched)
    assert touched.mean() > 0.8
    if runs.size:
        steps = np.diff(np.concatenate([[-1], np.flatnonzero(touched), [500]]))
        assert steps.max() * np.abs(np.diff(points, axis=0)).max() < 1.0


def test_outside_the_grid_there_is_nothing_to_paint():
    assert Brush(3.0, None).sweep(GRID, (-50, 0, 0), (-40, 0, 0)) is None
    assert Brush(3.0, 2).sweep(GRID, (5, 5, 40), (5, 5, 40)) is None
