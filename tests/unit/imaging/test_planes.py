"""The three planes: screen directions, letters, slice numbers, whatever way a grid is stored."""

from __future__ import annotations

import numpy as np
import pytest
from grids import SIGNED_PERMUTATIONS, axes_name, grids, make_grid, points, rotation
from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume

AXIAL, CORONAL, SAGITTAL = Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL
LEFT, FRONT, HEAD = np.array([1.0, 0, 0]), np.array([0, -1.0, 0]), np.array([0, 0, 1.0])
# Screen right, screen up, and from where one looks: the radiological convention.
SEEN = {AXIAL: (LEFT, FRONT, -HEAD), CORONAL: (LEFT, HEAD, FRONT), SAGITTAL: (-FRONT, HEAD, LEFT)}
LETTERS = {AXIAL: "RLAP", CORONAL: "RLSI", SAGITTAL: "APSI"}

stored = pytest.mark.parametrize("axes", SIGNED_PERMUTATIONS, ids=axes_name)
planes = st.sampled_from(list(Plane))


def stacks(grid: Geometry) -> dict[Plane, PlaneOfVolume]:
    return {plane: PlaneOfVolume(grid, plane) for plane in Plane}


def test_there_are_48_ways_to_store_a_grid() -> None:
    assert len({axes_name(axes) for axes in SIGNED_PERMUTATIONS}) == 48
    assert sum(np.linalg.det(axes) > 0 for axes in SIGNED_PERMUTATIONS) == 24


@stored
def test_the_screen_shows_the_radiological_convention(axes: np.ndarray) -> None:
    for plane, stack in stacks(make_grid(axes)).items():
        right, up, towards = SEEN[plane]
        assert np.array_equal(stack.right_lps, right)
        assert np.array_equal(stack.up_lps, up)
        assert np.array_equal(stack.towards_viewer_lps, towards)


@stored
def test_the_letters_say_how_the_patient_lies(axes: np.ndarray) -> None:
    for plane, stack in stacks(make_grid(axes)).items():
        shown = [stack.letters[edge] for edge in ("left", "right", "top", "bottom")]
        assert "".join(shown) == LETTERS[plane]


@stored
def test_sizes_follow_the_axes_wherever_they_are_stored(axes: np.ndarray) -> None:
    # 10 columns of 2 mm to the left, 20 of 3 mm to the back, 30 slices of 5 mm to the head.
    along = np.abs(axes).argmax(axis=0)
    grid = make_grid(axes, tuple((10, 20, 30)[a] for a in along), tuple((2.0, 3.0, 5.0)[a] for a in along))
    by_plane = stacks(grid)
    assert {plane: stack.count for plane, stack in by_plane.items()} == {AXIAL: 30, CORONAL: 20, SAGITTAL: 10}
    assert by_plane[AXIAL].extent_mm == (20.0, 60.0)
    assert by_plane[CORONAL].extent_mm == (20.0, 150.0)
    assert by_plane[SAGITTAL].extent_mm == (60.0, 150.0)


@stored
def test_positive_numbers_go_to_the_head_the_back_and_the_left(axes: np.ndarray) -> None:
    for stack in stacks(make_grid(axes)).values():
        onwards = stack.position_mm(1) - stack.position_mm(0)
        assert np.sign(onwards) == stack.towards_positive
        assert abs(onwards) == pytest.approx(stack.geometry.spacing_mm[stack.axis])


@given(grids())
def test_each_plane_counts_along_another_array_axis(grid: Geometry) -> None:
    by_plane = stacks(grid)
    assert {stack.axis for stack in by_plane.values()} == {0, 1, 2}
    for stack in by_plane.values():
        assert {stack.axis, stack.horizontal, stack.vertical} == {0, 1, 2}


@given(grids(), planes)
def test_a_slice_is_shown_along_its_own_rows_and_columns(grid: Geometry, plane: Plane) -> None:
    """An oblique slice is turned as a whole, never sheared."""
    stack = PlaneOfVolume(grid, plane)
    for shown, axis in ((stack.right_lps, stack.horizontal), (stack.up_lps, stack.vertical)):
        assert abs(shown @ grid.axes[:, axis]) == pytest.approx(1)
    assert np.linalg.norm(stack.towards_viewer_lps) == pytest.approx(1)
    assert abs(stack.towards_viewer_lps @ grid.axes[:, stack.axis]) == pytest.approx(1)


@given(st.sampled_from(SIGNED_PERMUTATIONS), points(1.0), st.floats(-40, 40), planes)
def test_a_tilted_series_keeps_the_convention(
    axes: np.ndarray, about: np.ndarray, degrees: float, plane: Plane
) -> None:
    if np.linalg.norm(about) < 0.1:
        about = HEAD
    stack = PlaneOfVolume(make_grid(rotation(tuple(about), degrees) @ axes), plane)
    shown = (stack.right_lps, stack.up_lps, stack.towards_viewer_lps)
    # No axis turns by more than the angle, so each stays within 40° of where it belongs.
    for vector, meant in zip(shown, SEEN[plane], strict=True):
        assert vector @ meant >= np.cos(np.radians(40)) - 1e-9


@given(grids(), planes, points(), st.data())
def test_a_slice_holds_the_points_moved_onto_it(
    grid: Geometry, plane: Plane, point: np.ndarray, data: st.DataObject
) -> None:
    stack = PlaneOfVolume(grid, plane)
    number = data.draw(st.integers(0, stack.count - 1))
    moved = stack.point_on(number, point)
    assert stack.slice_at(moved) == number
    # Moved along the normal and nowhere else.
    apart = grid.patient_to_index(moved) - grid.patient_to_index(point)
    assert np.delete(apart, stack.axis) == pytest.approx([0, 0], abs=1e-6)


@given(grids(), planes, points(), st.integers(-100, 100))
def test_no_slice_lies_outside_the_stack(
    grid: Geometry, plane: Plane, point: np.ndarray, number: int
) -> None:
    stack = PlaneOfVolume(grid, plane)
    assert 0 <= stack.slice_at(point) < stack.count
    kept = min(max(number, 0), stack.count - 1)
    assert stack.slice_at(stack.point_on(number, point)) == kept


@given(grids(), planes, st.data())
def test_a_point_belongs_to_the_slice_nearest_to_it(
    grid: Geometry, plane: Plane, data: st.DataObject
) -> None:
    stack = PlaneOfVolume(grid, plane)
    number = data.draw(st.integers(0, stack.count - 1))
    beside = data.draw(st.floats(-0.49, 0.49)) * grid.spacing_mm[stack.axis]
    point = stack.point_on(number, grid.centre_mm) + beside * grid.axes[:, stack.axis]
    assert stack.slice_at(point) == number


@given(grids(), planes, st.data())
def test_the_position_of_a_slice_is_that_of_its_middle(
    grid: Geometry, plane: Plane, data: st.DataObject
) -> None:
    stack = PlaneOfVolume(grid, plane)
    number = data.draw(st.integers(0, stack.count - 1))
    middle = stack.point_on(number, grid.centre_mm)
    along = {SAGITTAL: 0, CORONAL: 1, AXIAL: 2}[plane]
    assert stack.position_mm(number) == pytest.approx(middle[along], abs=1e-6)


@pytest.mark.parametrize(("degrees", "top"), [(0, "A"), (20, "A"), (30, "AS"), (60, "SA")])
def test_the_letters_of_a_tilted_series_tell_the_tilt(degrees: float, top: str) -> None:
    """Turned about the left-right axis, the upper edge of the axial slices leans to the head."""
    grid = make_grid(rotation((1, 0, 0), -degrees))
    slices = next(stack for stack in stacks(grid).values() if stack.axis == 2)
    assert top in slices.letters.values()
