"""Measures as points in the patient: editing keeps what must hold."""

from __future__ import annotations

import numpy as np
import pytest
from grids import grids
from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.core.annotations.annotation import Annotation, Kind
from ctprog_gui.core.annotations.measures import measure, values_inside
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import InputError

places = st.tuples(st.floats(-80, 80), st.floats(-80, 80))


def on(grid: Geometry, plane: Plane, kind: Kind, *uv: tuple[float, float]) -> Annotation:
    """A measure on the middle slice of a grid, at places in mm right and up of its middle."""
    stack = PlaneOfVolume(grid, plane)
    middle = stack.point_on(stack.count // 2, grid.centre_mm)
    points = [middle + u * stack.right_lps + v * stack.up_lps for u, v in uv]
    blank = Annotation(kind, plane, (), tuple(stack.towards_viewer_lps), tuple(stack.right_lps), "one")
    return blank.with_points(points)


GRID = Geometry((60, 50, 10), (1.0, 1.0, 3.0), (-30.0, -25.0, 0.0))


@given(grids(), st.sampled_from(list(Plane)), places, places)
def test_a_length_is_the_distance_whatever_the_grid(grid: Geometry, plane: Plane, a, b) -> None:
    volume = Volume(np.zeros(grid.shape, np.int16), grid)
    told = measure(on(grid, plane, Kind.LENGTH, a, b), volume).length_mm
    assert told == pytest.approx(np.hypot(a[0] - b[0], a[1] - b[1]), rel=2e-3, abs=1e-6)


@pytest.mark.parametrize(
    ("end", "degrees"), [((5, 0), 0), ((5, 5), 45), ((0, 5), 90), ((-5, 5), 135), ((-5, 0), 180)]
)
def test_angles(end: tuple[float, float], degrees: float) -> None:
    volume = Volume(np.zeros(GRID.shape, np.int16), GRID)
    told = measure(on(GRID, Plane.AXIAL, Kind.ANGLE, (9, 0), (0, 0), end), volume)
    assert told.angle_degrees == pytest.approx(degrees, abs=1e-9)


def test_a_path_is_the_sum_of_its_pieces() -> None:
    volume = Volume(np.zeros(GRID.shape, np.int16), GRID)
    told = measure(on(GRID, Plane.CORONAL, Kind.POLYLINE, (0, 0), (3, 4), (3, 10)), volume)
    assert told.length_mm == pytest.approx(11.0)


def _perpendicular(annotation: Annotation) -> tuple[float, float]:
    """How far (mm) the short axis leans along the long one, and where on it they cross (share)."""
    a, b, c, d = (np.asarray(p) for p in annotation.points_mm)
    lean = (b - a) @ (d - c) / np.linalg.norm(b - a)
    return float(lean), float((c - a) @ (b - a) / ((b - a) @ (b - a)))


@given(st.lists(st.tuples(st.integers(0, 3), places), max_size=8))
def test_recist_axes_stay_perpendicular_and_crossed_however_they_are_pulled(pulls) -> None:
    made = on(GRID, Plane.AXIAL, Kind.BIDIRECTIONAL, (-10, 0), (10, 0)).with_perpendicular()
    stack = PlaneOfVolume(GRID, Plane.AXIAL)
    for handle, (u, v) in pulls:
        point = stack.point_on(5, GRID.centre_mm) + u * stack.right_lps + v * stack.up_lps
        pulled = made.with_handle(handle, point)
        a, b = (np.asarray(p) for p in pulled.points_mm[:2])
        if np.linalg.norm(b - a) < 1e-3:
            continue
        made = pulled
        lean, share = _perpendicular(made)
        assert abs(lean) < 1e-6
        assert -1e-6 <= share <= 1 + 1e-6
        assert np.ptp(np.array(made.points_mm)[:, 2]) < 1e-9
        if handle < 2:
            assert made.points_mm[handle] == pytest.approx(tuple(point))


def test_the_first_perpendicular_goes_through_the_middle() -> None:
    made = on(GRID, Plane.AXIAL, Kind.BIDIRECTIONAL, (-10, 0), (10, 0)).with_perpendicular()
    volume = Volume(np.zeros(GRID.shape, np.int16), GRID)
    told = measure(made, volume)
    assert (told.length_mm, told.perpendicular_mm) == (pytest.approx(20), pytest.approx(10))
    # Pulled beyond the long axis, it is the long axis that is told first.
    middle = np.mean(made.points_mm, axis=0)
    longer = made.with_handle(2, middle - np.array([0, 30, 0])).with_handle(3, middle + np.array([0, 30, 0]))
    told = measure(longer, volume)
    assert (told.length_mm, told.perpendicular_mm) == (pytest.approx(60), pytest.approx(20))


@given(st.integers(0, 3), places)
def test_a_box_stays_a_box_and_keeps_the_opposite_corner(handle: int, place) -> None:
    made = on(GRID, Plane.AXIAL, Kind.RECTANGLE, (-10, -5), (12, 8))
    opposite = made.handles()[(handle + 2) % 4]
    point = made.handles()[0] + np.array([*place, 0])
    pulled = made.with_handle(handle, point)
    assert pulled.handles()[handle] == pytest.approx(point)
    assert pulled.handles()[(handle + 2) % 4] == pytest.approx(opposite)
    a, b, c, d = pulled.handles()
    assert (b - a) @ (d - a) == pytest.approx(0, abs=1e-6)
    assert a + c == pytest.approx(b + d)


@given(grids(), st.sampled_from(list(Plane)), st.sampled_from([Kind.ELLIPSE, Kind.RECTANGLE]), places, places)
def test_hu_are_those_of_the_voxels_whose_centres_lie_inside(grid, plane, kind, a, b) -> None:
    """Against every voxel of the volume asked one by one."""
    voxels = np.arange(np.prod(grid.shape), dtype=np.int32).reshape(grid.shape)
    volume = Volume(voxels, grid)
    made = on(grid, plane, kind, a, b)
    stack = PlaneOfVolume(grid, plane)
    index = np.stack(np.indices(grid.shape)[::-1], axis=-1).reshape(-1, 3)
    index = index[index[:, stack.axis] == stack.count // 2]
    start, stop = (np.asarray(p) for p in made.points_mm)
    apart = grid.index_to_patient(index) - (start + stop) / 2
    half = [abs((stop - start) @ axis) / 2 for axis in (stack.right_lps, stack.up_lps)]
    if min(half) < 1e-6:
        return
    u, v = apart @ stack.right_lps / half[0], apart @ stack.up_lps / half[1]
    reach = np.hypot(u, v) if kind is Kind.ELLIPSE else np.maximum(abs(u), abs(v))
    if (abs(reach - 1) < 1e-6).any():
        return  # On the border the two ways of reckoning may round apart.
    x, y, z = index[reach <= 1].T
    assert sorted(values_inside(made, volume)) == sorted(voxels[z, y, x])


def test_statistics_and_area_of_a_known_box() -> None:
    voxels = np.zeros(GRID.shape, np.int16)
    # The middle slice, 4 by 2 voxels: 10, 20, ... 80 HU.
    voxels[5, 24:26, 28:32] = np.arange(10, 90, 10).reshape(2, 4)
    volume = Volume(voxels, GRID)
    start, stop = (GRID.index_to_patient(i) for i in ((27.6, 23.6, 5), (31.4, 25.4, 5)))
    blank = on(GRID, Plane.AXIAL, Kind.RECTANGLE, (0, 0), (1, 1))
    told = measure(blank.with_points([start, stop]), volume)
    assert (told.voxels, told.mean_hu, told.min_hu, told.max_hu) == (8, 45, 10, 80)
    # Population standard deviation of 10, 20 ... 80.
    assert told.sd_hu == pytest.approx(22.912878)
    assert told.area_mm2 == pytest.approx(3.8 * 1.8)
    assert told.words()[:2] == ["45 ± 23 HU", "10 to 80 HU"]


def test_a_box_between_voxel_centres_has_no_hu() -> None:
    blank = on(GRID, Plane.AXIAL, Kind.ELLIPSE, (0, 0), (1, 1))
    start, stop = (GRID.index_to_patient(i) for i in ((20.2, 20.2, 5), (20.8, 20.8, 5)))
    told = measure(blank.with_points([start, stop]), Volume(np.zeros(GRID.shape, np.int16), GRID))
    assert told.mean_hu is None
    assert "no voxel inside" in told.words()


@pytest.mark.parametrize("kind", list(Kind))
def test_json_round_trip(kind: Kind) -> None:
    made = on(GRID, Plane.SAGITTAL, kind, (0, 0), (1, 2), (3, 4), (5, 6))
    assert Annotation.from_json(made.to_json()) == made


@pytest.mark.parametrize(
    "broken", [{}, {"kind": "square"}, {"points_mm": [[0, 1]]}, {"points_mm": [[0, 0, float("nan")]] * 2}]
)
def test_what_is_no_measure_is_refused(broken: dict[str, object]) -> None:
    told = on(GRID, Plane.AXIAL, Kind.LENGTH, (0, 0), (1, 2)).to_json()
    with pytest.raises(InputError):
        Annotation.from_json({**told, **broken} if broken else {})
