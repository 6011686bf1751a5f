"""Crosshair, slices, window and framing."""

from __future__ import annotations

import numpy as np
import pytest
from grids import SIGNED_PERMUTATIONS, axes_name, grids, make_grid, points, study_on
from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.windows import PRESETS, Window
from ctprog_gui.state.viewports import MAX_ZOOM, MIN_ZOOM, Framing, Viewports

planes = st.sampled_from(list(Plane))
# The patient axis and sign that positive steps go to: the left, the back, the head.
ONWARDS = {Plane.SAGITTAL: 0, Plane.CORONAL: 1, Plane.AXIAL: 2}


def showing(grid: Geometry) -> Viewports:
    viewports = Viewports()
    viewports.show(study_on(grid))
    return viewports


def counting(viewports: Viewports, signal: str) -> list[tuple[object, ...]]:
    heard: list[tuple[object, ...]] = []
    # psygnal passes as many arguments as the listener takes.
    getattr(viewports, signal).connect(lambda *told: heard.append(told))
    return heard


@given(grids())
def test_a_study_begins_on_its_middle_voxel(grid: Geometry) -> None:
    viewports = showing(grid)
    index = grid.patient_to_index(viewports.crosshair_mm)
    assert index == pytest.approx(np.rint(index), abs=1e-6)
    assert np.abs(index - (np.array(grid.size) - 1) / 2).max() <= 0.5 + 1e-6


@given(grids(), st.lists(points(), min_size=1, max_size=4))
def test_the_crosshair_never_leaves_the_volume(grid: Geometry, wanted: list[np.ndarray]) -> None:
    viewports = showing(grid)
    for point in wanted:
        viewports.move_crosshair(point)
        index = grid.patient_to_index(viewports.crosshair_mm)
        assert (index >= -1e-6).all()
        assert (index <= np.array(grid.size) - 1 + 1e-6).all()


@given(grids(), st.data())
def test_inside_the_volume_it_goes_where_it_is_sent(grid: Geometry, data: st.DataObject) -> None:
    viewports = showing(grid)
    index = [data.draw(st.floats(0, n - 1)) for n in grid.size]
    point = grid.index_to_patient(index)
    viewports.move_crosshair(point)
    assert viewports.crosshair_mm == pytest.approx(point, abs=1e-5)
    for plane in Plane:
        shown = viewports.slice_of(plane)
        axis = grid.axis_along(ONWARDS[plane])
        assert abs(shown - grid.patient_to_index(point)[axis]) <= 0.5 + 1e-4


@given(grids(), planes, st.integers(-5, 15))
def test_going_to_a_slice_shows_it_and_moves_no_other_plane(
    grid: Geometry, plane: Plane, number: int
) -> None:
    viewports = showing(grid)
    others = {p: viewports.slice_of(p) for p in Plane if p is not plane}
    viewports.go_to_slice(plane, number)
    last = grid.size[grid.axis_along(ONWARDS[plane])] - 1
    assert viewports.slice_of(plane) == min(max(number, 0), last)
    assert {p: viewports.slice_of(p) for p in others} == others


@pytest.mark.parametrize("axes", SIGNED_PERMUTATIONS, ids=axes_name)
@pytest.mark.parametrize("plane", Plane)
def test_scrolling_on_goes_to_the_head_the_back_or_the_left(axes: np.ndarray, plane: Plane) -> None:
    viewports = showing(make_grid(axes, (9, 9, 9)))
    start = viewports.crosshair_mm
    viewports.scroll(plane, 2)
    moved = viewports.crosshair_mm - start
    spacing = (1.0, 1.5, 2.5)[np.abs(axes[ONWARDS[plane]]).argmax()]
    meant = np.zeros(3)
    meant[ONWARDS[plane]] = 2 * spacing
    assert moved == pytest.approx(meant)
    viewports.scroll(plane, -2)
    assert viewports.crosshair_mm == pytest.approx(start)


@given(grids(), planes, st.integers(-12, 12), st.integers(-12, 12))
def test_scrolling_counts_slices_and_stops_at_the_ends(
    grid: Geometry, plane: Plane, first: int, second: int
) -> None:
    viewports = showing(grid)
    stack = study_on(grid).planes[plane]
    expected = viewports.slice_of(plane)
    for steps in (first, second):
        viewports.scroll(plane, steps)
        expected = min(max(expected + steps * stack.towards_positive, 0), stack.count - 1)
        assert viewports.slice_of(plane) == expected


def test_scrolling_moves_by_thin_slices_far_from_the_scanners_centre() -> None:
    """Coordinates of metres and slices of a hundredth of a millimetre: still one slice a step."""
    viewports = showing(make_grid(np.eye(3), (9, 9, 9), (0.01, 0.01, 0.01), (4000.0, -4000.0, 4000.0)))
    for plane in Plane:
        viewports.scroll(plane, 1)
        assert viewports.slice_of(plane) == 5


@pytest.mark.parametrize("signal", ["crosshair_changed", "window_changed", "framing_changed"])
def test_what_stays_the_same_is_not_announced(signal: str) -> None:
    viewports = showing(make_grid(np.eye(3)))
    heard = counting(viewports, signal)
    viewports.move_crosshair(viewports.crosshair_mm)
    viewports.scroll(Plane.AXIAL, 0)
    viewports.window = viewports.window
    viewports.set_framing(Plane.AXIAL, viewports.framing(Plane.AXIAL))
    viewports.reset_framing()
    viewports.crosshair_visible = viewports.crosshair_visible
    viewports.maximised = viewports.maximised
    assert heard == []


def test_each_change_is_announced_once() -> None:
    viewports = showing(make_grid(np.eye(3)))
    names = ("crosshair", "window", "framing", "crosshair_visible", "maximised")
    heard = {name: counting(viewports, f"{name}_changed") for name in names}
    viewports.scroll(Plane.AXIAL, 1)
    viewports.window = PRESETS["Lung"]
    viewports.set_framing(Plane.CORONAL, Framing(2.0, (3.0, 4.0)))
    viewports.crosshair_visible = False
    viewports.maximised = "volume"
    assert {name: len(told) for name, told in heard.items()} == dict.fromkeys(names, 1)
    assert heard["framing"] == [(Plane.CORONAL,)]


def test_a_listener_hears_of_the_new_value() -> None:
    viewports = showing(make_grid(np.eye(3)))
    seen: list[int] = []
    viewports.crosshair_changed.connect(lambda: seen.append(viewports.slice_of(Plane.AXIAL)))
    viewports.go_to_slice(Plane.AXIAL, 5)
    assert seen == [5]


@given(planes, st.floats(1e-3, 1e3))
def test_zoom_stays_within_reason(plane: Plane, zoom: float) -> None:
    viewports = Viewports()
    viewports.set_framing(plane, Framing(zoom, (1.0, -2.0)))
    assert MIN_ZOOM <= viewports.framing(plane).zoom <= MAX_ZOOM
    if MIN_ZOOM <= zoom <= MAX_ZOOM:
        assert viewports.framing(plane) == Framing(zoom, (1.0, -2.0))


def test_framings_are_apart_and_reset_together() -> None:
    viewports = Viewports()
    viewports.set_framing(Plane.AXIAL, Framing(3.0))
    assert viewports.framing(Plane.CORONAL) == Framing()
    viewports.reset_framing()
    assert all(viewports.framing(plane) == Framing() for plane in Plane)


def test_a_new_study_resets_the_framing_and_keeps_the_window() -> None:
    viewports = showing(make_grid(np.eye(3)))
    viewports.set_framing(Plane.AXIAL, Framing(3.0))
    viewports.window = Window(1000, -500)
    viewports.show(study_on(make_grid(np.eye(3), (3, 3, 3))))
    assert viewports.framing(Plane.AXIAL) == Framing()
    assert viewports.window == Window(1000, -500)
    assert [viewports.slice_of(plane) for plane in Plane] == [1, 1, 1]


def test_without_a_study_nothing_moves() -> None:
    viewports = Viewports()
    heard = counting(viewports, "crosshair_changed")
    viewports.move_crosshair((10, 20, 30))
    viewports.scroll(Plane.AXIAL, 3)
    viewports.go_to_slice(Plane.CORONAL, 3)
    assert viewports.slice_of(Plane.AXIAL) == 0
    assert heard == []
    viewports.show(study_on(make_grid(np.eye(3))))
    viewports.show(None)
    assert viewports.slice_of(Plane.AXIAL) == 0


def test_the_crosshair_handed_out_is_a_copy() -> None:
    viewports = showing(make_grid(np.eye(3)))
    before = viewports.crosshair_mm
    viewports.crosshair_mm[:] = 1e6
    assert np.array_equal(viewports.crosshair_mm, before)
