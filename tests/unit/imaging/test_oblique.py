"""Turned planes: where their slices lie, and what they show, by numbers."""

from __future__ import annotations

import numpy as np
import pytest
from grids import SIGNED_PERMUTATIONS, make_grid, orientations, rotation
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.annotations.annotation import Annotation, Kind, triple
from ctprog_gui.core.annotations.measures import measure
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.oblique import ObliquePlane, Triad, oblique_plane
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.core.imaging.sampling import linear_at, nearest_section, shown_value
from ctprog_gui.core.imaging.slab import Projection, Slab
from ctprog_gui.core.imaging.volume import Volume

GRID = make_grid(np.eye(3), (40, 36, 24), (1.0, 1.0, 2.5))


def planes_of(grid: Geometry) -> dict[Plane, PlaneOfVolume]:
    return {plane: PlaneOfVolume(grid, plane) for plane in Plane}


def turned(grid: Geometry, about: Plane, degrees: float, plane: Plane) -> ObliquePlane:
    planes = planes_of(grid)
    triad = Triad.of(planes).turned(about, np.radians(degrees))
    stack = oblique_plane(planes[plane], triad.axes[plane], grid.centre_mm)
    assert isinstance(stack, ObliquePlane)
    return stack


def ramp(grid: Geometry) -> Volume:
    """HU that rise linearly through the patient, which linear interpolation gives back exactly."""
    index = np.stack(np.indices(grid.shape)[::-1], axis=-1)
    return Volume((grid.index_to_patient(index) @ [3.0, -2.0, 5.0]).astype(np.float32), grid)


@given(orientations(), st.floats(-170, 170), st.sampled_from(Plane))
@settings(max_examples=40, deadline=None)
def test_turning_one_view_turns_the_other_two_and_keeps_all_perpendicular(axes, degrees, about):
    before = Triad.of(planes_of(make_grid(axes)))
    after = before.turned(about, np.radians(degrees))
    assert after.axes[about] is before.axes[about]
    normals = np.array([after.normal(plane) for plane in Plane])
    assert normals @ normals.T == pytest.approx(np.eye(3), abs=2e-3)
    for plane in set(Plane) - {about}:
        expected = rotation(tuple(before.normal(about)), degrees) @ before.normal(plane)
        assert after.normal(plane) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("axes", SIGNED_PERMUTATIONS[::5])
@pytest.mark.parametrize("plane", Plane)
def test_a_plane_that_is_not_turned_is_the_standard_one_itself(axes, plane):
    planes = planes_of(make_grid(axes))
    triad = Triad.of(planes).turned(Plane.AXIAL, 0.0)
    assert oblique_plane(planes[plane], triad.axes[plane], (0, 0, 0)) is planes[plane]


@pytest.mark.parametrize("axes", SIGNED_PERMUTATIONS[::5])
def test_slices_go_through_the_anchor_and_scroll_in_mm_along_the_normal(axes):
    grid = make_grid(axes, (20, 24, 28), (1.0, 1.5, 2.5))
    planes = planes_of(grid)
    triad = Triad.of(planes).turned(Plane.SAGITTAL, np.radians(25))
    anchor = grid.index_to_patient((7.3, 11.8, 9.1))
    stack = oblique_plane(planes[Plane.AXIAL], triad.axes[Plane.AXIAL], anchor)
    number = stack.slice_at(anchor)
    assert stack.point_on(number, anchor) == pytest.approx(anchor, abs=1e-9)
    step = stack.point_on(number + 3, anchor) - anchor
    normal = triad.normal(Plane.AXIAL)
    assert np.linalg.norm(step) == pytest.approx(3 * stack.geometry.spacing_mm[2])
    assert abs(step @ normal) == pytest.approx(np.linalg.norm(step))
    # Numbers rise to the head, as those of the standard plane do with `towards_positive`.
    assert step[2] > 0
    assert stack.tilt_degrees == pytest.approx(25)
    # Between the two spacings that the normal runs along.
    along = sorted(grid.spacing_mm[planes[p].axis] for p in (Plane.AXIAL, Plane.CORONAL))
    assert along[0] - 1e-9 <= stack.geometry.spacing_mm[2] <= along[1] + 1e-9


def test_the_lattice_covers_the_volume_and_is_as_fine():
    stack = turned(GRID, Plane.CORONAL, 30, Plane.AXIAL)
    ends = np.array([[x, y, z] for x in (-0.5, 39.5) for y in (-0.5, 35.5) for z in (-0.5, 23.5)])
    corners = stack.geometry.patient_to_index(GRID.index_to_patient(ends))
    assert corners.min(axis=0)[:2] == pytest.approx([-0.5, -0.5], abs=0.51)
    assert (corners.max(axis=0)[:2] <= np.array(stack.geometry.size[:2]) - 0.49).all()
    assert stack.geometry.spacing_mm[:2] == (1.0, 1.0)
    # The middle of the picture is the middle of the volume, and turning does not zoom.
    across = stack.geometry.centre_mm - GRID.centre_mm
    assert np.array([across @ stack.right_lps, across @ stack.up_lps]) == pytest.approx([0, 0], abs=1e-9)
    assert stack.extent_mm == PlaneOfVolume(GRID, Plane.AXIAL).extent_mm


def test_a_screen_axis_says_where_it_points_when_it_is_far_from_the_patients():
    assert turned(GRID, Plane.CORONAL, 10, Plane.AXIAL).letters["right"] == "L"
    assert turned(GRID, Plane.CORONAL, 40, Plane.AXIAL).letters["right"] in ("LS", "LI")
    assert turned(GRID, Plane.CORONAL, 40, Plane.AXIAL).position_words(3) == "oblique 40°"


@given(st.floats(5, 85), st.sampled_from(Plane), st.tuples(*[st.floats(1, 20)] * 3))
@settings(max_examples=30, deadline=None)
def test_a_value_is_that_of_the_place_whatever_plane_shows_it(degrees, about, index):
    volume = ramp(GRID)
    plane = next(plane for plane in Plane if plane is not about)
    planes = planes_of(GRID)
    point = GRID.index_to_patient(index)
    triad = Triad.of(planes).turned(about, np.radians(degrees))
    stack = oblique_plane(planes[plane], triad.axes[plane], point)
    shown = shown_value(volume, stack, Slab(), point)
    assert shown == pytest.approx(point @ [3, -2, 5], abs=1e-2)
    assert shown == pytest.approx(float(linear_at(volume, point)), abs=1e-9)


def test_interpolation_holds_the_outermost_value_up_to_the_face_and_nothing_beyond():
    volume = ramp(GRID)
    inside, outside = GRID.index_to_patient([(-0.4, 5, 5), (-0.6, 5, 5)])
    assert linear_at(volume, inside) == pytest.approx(float(volume.voxels[5, 5, 0]), abs=1e-3)
    assert np.isnan(linear_at(volume, outside))


def test_a_slab_tells_its_projection_and_a_slice_its_voxel():
    voxels = np.zeros(GRID.shape, np.int16)
    voxels[9:14, 18, 20] = (10, 70, 40, 20, 60)
    volume = Volume(voxels, GRID)
    stack = PlaneOfVolume(GRID, Plane.AXIAL)
    point = GRID.index_to_patient((20, 18, 11))
    told = {p: shown_value(volume, stack, Slab(p, 10.0), point) for p in Projection}
    assert told == {Projection.SLICE: 40, Projection.MAXIMUM: 70, Projection.MINIMUM: 10, Projection.MEAN: 40}
    assert shown_value(volume, stack, Slab(), GRID.index_to_patient((-3, 0, 11))) is None


def test_the_nearest_voxels_of_a_box_are_found_on_a_turned_slice():
    labels = np.zeros(GRID.shape, np.uint8)
    box = (slice(8, 15), slice(10, 24), slice(12, 30))
    labels[box] = np.arange(7 * 14 * 18).reshape(7, 14, 18) % 200 + 1
    stack = turned(GRID, Plane.CORONAL, 33, Plane.AXIAL)
    number = stack.slice_at(GRID.index_to_patient((20, 17, 11)))
    values, (row, column) = nearest_section(labels, stack, number, box)
    part, begins = labels[box], (8, 10, 12)
    assert np.array_equal(nearest_section(part, stack, number, box, begins_at=begins)[0], values)
    seen = 0
    for (r, c), value in np.ndenumerate(values):
        x, y, z = np.rint(
            GRID.patient_to_index(stack.geometry.index_to_patient((column + c, row + r, number)))
        )
        held = 0 <= x < 40 and 0 <= y < 36 and 0 <= z < 24
        assert value == (labels[int(z), int(y), int(x)] if held else 0)
        seen += value > 0
    # 14 rows, and 18 columns seen at an angle.
    assert seen > 14 * 14
    assert nearest_section(labels, stack, 0, box) is None


def test_a_slice_beyond_the_middle_is_reached_inside_the_volume():
    stack = turned(GRID, Plane.CORONAL, 45, Plane.AXIAL)
    corner = GRID.index_to_patient((0, 0, 0))
    for number in (0, stack.count // 2, stack.count - 1):
        point = stack.nearest_inside(stack.point_on(number, corner))
        assert stack.slice_at(point) == number
        assert GRID.contains_index(GRID.patient_to_index(point))


def test_measures_on_a_turned_plane_are_of_the_patient():
    volume = ramp(GRID)
    stack = turned(GRID, Plane.CORONAL, 30, Plane.AXIAL)
    centre = GRID.centre_mm
    right, up = stack.right_lps, stack.up_lps

    def drawn(kind: Kind, *points: np.ndarray) -> Annotation:
        normal = triple(stack.towards_viewer_lps)
        return Annotation(kind, Plane.AXIAL, tuple(triple(p) for p in points), normal, triple(right))

    length = drawn(Kind.LENGTH, centre, centre + 6 * right + 8 * up)
    assert measure(length, volume).length_mm == pytest.approx(10)
    assert length.oblique_in(GRID)
    number = stack.slice_at(centre)
    assert length.lies_on(stack, number)
    assert not length.lies_on(stack, number + 1)
    # The standard plane of the same name runs through the same place, and does not show it.
    standard = PlaneOfVolume(GRID, Plane.AXIAL)
    assert not length.lies_on(standard, standard.slice_at(centre))
    ellipse = drawn(Kind.ELLIPSE, centre - 5 * right - 4 * up, centre + 5 * right + 4 * up)
    told = measure(ellipse, volume)
    # The mean of a linear ramp over a shape is its value in the middle.
    assert told.mean_hu == pytest.approx(centre @ [3, -2, 5], abs=0.01)
    assert told.area_mm2 == pytest.approx(np.pi * 20)
    assert told.voxels == pytest.approx(np.pi * 20, rel=0.15)
    probe = drawn(Kind.PROBE, centre + 0.3 * right)
    assert measure(probe, volume).mean_hu == pytest.approx((centre + 0.3 * right) @ [3, -2, 5], abs=0.01)
