"""A grid in patient space."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from ctprog_gui.core.imaging.geometry import Geometry, direction_letters
from ctprog_gui.core.shared.errors import GeometryError

_LENGTH = st.floats(0.05, 50)
_PLACE = st.floats(-3000, 3000)


@st.composite
def geometries(draw):
    axes = Rotation.random(random_state=draw(st.integers(0, 2**32 - 1))).as_matrix()
    axes = axes * np.array(draw(st.tuples(*[st.sampled_from([-1, 1])] * 3)))
    size = draw(st.tuples(*[st.integers(1, 600)] * 3))
    spacing, origin = draw(st.tuples(*[_LENGTH] * 3)), draw(st.tuples(*[_PLACE] * 3))
    return Geometry(size, spacing, origin, axes.ravel())


@given(geometries(), st.tuples(*[_PLACE] * 3))
def test_index_and_patient_space_are_inverse(grid, index):
    back = grid.patient_to_index(grid.index_to_patient(index))
    np.testing.assert_allclose(back, index, atol=1e-4)


@given(geometries())
def test_json_keeps_every_number(grid):
    assert Geometry.from_json(grid.to_json()) == grid


@given(geometries())
def test_every_patient_axis_has_an_array_axis_of_its_own(grid):
    assert sorted(grid.axis_along(axis) for axis in range(3)) == [0, 1, 2]


@given(geometries(), st.tuples(*[st.integers(-5, 5)] * 3))
def test_a_crop_lies_where_it_was_cut(grid, start):
    crop = grid.cropped(start, (2, 3, 4))
    np.testing.assert_allclose(
        crop.index_to_patient((1, 1, 1)), grid.index_to_patient(np.add(start, 1)), atol=1e-6
    )


def test_a_known_point():
    """LPS: the index rises to the left, the back and the head."""
    grid = Geometry((10, 20, 30), (0.5, 2.0, 3.0), (-10, 5, 100))
    np.testing.assert_allclose(grid.index_to_patient((2, 3, 4)), [-9, 11, 112])
    assert grid.shape == (30, 20, 10)
    assert grid.voxel_volume_mm3 == 3.0
    np.testing.assert_allclose(grid.centre_mm, [-7.75, 24, 143.5])


@pytest.mark.parametrize(
    ("direction", "orientation", "axial_axis"),
    [
        ((1, 0, 0, 0, 1, 0, 0, 0, 1), "axial", 2),
        ((1, 0, 0, 0, 0, 1, 0, -1, 0), "coronal", 1),
        ((0, 0, 1, 1, 0, 0, 0, -1, 0), "sagittal", 1),
    ],
)
def test_planes_of_acquisition(direction, orientation, axial_axis):
    grid = Geometry((4, 4, 4), (1, 1, 1), direction=direction)
    assert grid.orientation == orientation
    assert grid.axis_along(2) == axial_axis
    assert not grid.is_oblique


def test_half_a_voxel_beyond_the_outermost_centre_is_inside():
    grid = Geometry((4, 5, 6), (1, 1, 1))
    assert grid.contains_index((-0.5, 4.5, 5.5))
    assert not grid.contains_index((-0.51, 0, 0))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"size": (0, 1, 1)}, "no voxels"),
        ({"spacing_mm": (1, 0, 1)}, "must be positive"),
        ({"spacing_mm": (1, -1, 1)}, "must be positive"),
        ({"origin_mm": (float("nan"), 0, 0)}, "not finite"),
        ({"direction": (1, 0.1, 0, 0, 1, 0, 0, 0, 1)}, "not perpendicular"),
        ({"direction": (2, 0, 0, 0, 1, 0, 0, 0, 1)}, "not perpendicular"),
        ({"direction": (1, 0, 0)}, "nine numbers"),
    ],
)
def test_what_is_no_grid_is_refused(change, reason):
    values = {"size": (2, 2, 2), "spacing_mm": (1, 1, 1)} | change
    with pytest.raises(GeometryError, match=reason):
        Geometry(**values)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, None),
        ({"origin_mm": (0, 0, 0.005)}, None),
        ({"origin_mm": (0, 0, 0.5)}, "corners lie up to 0.50 mm apart"),
        ({"size": (10, 10, 11)}, "size"),
        ({"spacing_mm": (1, 1, 1.01)}, "spacing"),
    ],
)
def test_two_grids_are_compared_by_their_corners(change, told):
    base = {"size": (10, 10, 10), "spacing_mm": (1, 1, 1), "origin_mm": (0, 0, 0)}
    difference = Geometry(**base | change).difference_from(Geometry(**base))
    assert (difference is None) if told is None else (told in difference)


def test_a_spacing_that_differs_little_adds_up_over_the_grid():
    one = Geometry((512, 512, 1000), (0.7, 0.7, 1.0))
    other = Geometry((512, 512, 1000), (0.7, 0.7, 1.0001))
    assert "0.10 mm apart" in one.difference_from(other)


@pytest.mark.parametrize(
    ("vector", "letters"),
    [
        ((1, 0, 0), "L"),
        ((-1, 0, 0), "R"),
        ((0, 1, 0), "P"),
        ((0, 0, 1), "S"),
        ((0, 0.32, 0.95), "S"),
        ((0, 0.5, 0.866), "SP"),
        ((-0.7, -0.6, 0.4), "RAS"),
        ((0, 0, 0), ""),
    ],
)
def test_letters_of_a_direction(vector, letters):
    assert direction_letters(vector) == letters
