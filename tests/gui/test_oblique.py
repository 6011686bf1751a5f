"""Turning planes by the crosshair's handles, with real events; what is drawn and edited there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from gui_support import drag, hover, make_study, settle, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from ctprog_gui.core.annotations.annotation import Kind
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.sampling import linear_at
from ctprog_gui.core.imaging.slab import Projection, Slab
from ctprog_gui.state.stroke import Tool
from ctprog_gui.views.main_window import MainWindow

AXIAL, CORONAL, SAGITTAL = Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL
SHIFT = Qt.KeyboardModifier.ShiftModifier


def canvas(window: MainWindow, plane: Plane):
    return window.viewer.slices[plane].canvas


def pixel(view, x: float, y: float) -> QPoint:
    ratio = view.devicePixelRatioF()
    return QPoint(round(x / ratio), round(view.height() - 1 - y / ratio))


def place(view, point_mm: np.ndarray) -> QPoint:
    return pixel(view, *view.scene.pixel_of(np.asarray(point_mm)))


def turn(window: MainWindow, plane: Plane, degrees: float, number: int = 0) -> None:
    """Drag a handle of a view about the crosshair; positive degrees are clockwise on the screen."""
    view = canvas(window, plane)
    middle = place(view, window.session.viewports.crosshair_mm)
    hover(view, view.rect().center())
    start = pixel(view, *view.scene.handles.places[number])
    arm, angle = start - middle, np.radians(degrees)
    way = complex(arm.x(), arm.y()) * complex(np.cos(angle), np.sin(angle))
    hover(view, start)
    assert view.cursor().shape() is Qt.CursorShape.OpenHandCursor
    drag(view, start, middle + QPoint(round(way.real), round(way.imag)))


def stack(window: MainWindow, plane: Plane) -> ObliquePlane:
    found = window.session.viewports.stack(plane)
    assert isinstance(found, ObliquePlane)
    return found


def test_dragging_an_arm_turns_the_other_two_planes_about_the_crosshair(opened: MainWindow):
    viewports, study = opened.session.viewports, opened.session.study
    window = viewports.window
    crosshair = viewports.crosshair_mm
    pictures = {plane: canvas(opened, plane).picture() for plane in Plane}
    turn(opened, AXIAL, 20)
    # Clockwise seen from the feet is from the patient's right to the front.
    assert stack(opened, CORONAL).tilt_degrees == pytest.approx(20, abs=1)
    assert stack(opened, SAGITTAL).tilt_degrees == pytest.approx(20, abs=1)
    angle = np.radians(stack(opened, CORONAL).tilt_degrees)
    assert stack(opened, CORONAL).right_lps == pytest.approx((np.cos(angle), np.sin(angle), 0), abs=1e-9)
    assert viewports.stack(AXIAL) is study.planes[AXIAL]
    assert viewports.crosshair_mm == pytest.approx(crosshair)
    assert viewports.window == window
    assert canvas(opened, CORONAL).picture() != pictures[CORONAL]
    for plane in (CORONAL, SAGITTAL):
        told = opened.viewer.slices[plane].place.text()
        assert told.endswith("oblique 20°")
        assert opened.viewer.slices[plane].slider.maximum() == stack(opened, plane).count - 1
    assert "oblique" not in opened.viewer.slices[AXIAL].place.text()
    # Another view turns the axial plane too.
    turn(opened, CORONAL, -30, number=2)
    assert stack(opened, AXIAL).tilt_degrees == pytest.approx(30, abs=1)
    # Narrow views leave the corners empty; the large one says it there as well.
    assert canvas(opened, AXIAL).scene.corners.right.GetInput().endswith("oblique 30°")
    letters = canvas(opened, AXIAL).scene.letters()
    assert letters["left"] != "R"
    assert letters["left"].startswith("R")
    # Shift+X lays all as they were, to the pixel.
    QTest.keyClick(canvas(opened, AXIAL), Qt.Key.Key_X, SHIFT)
    for view in (canvas(opened, plane) for plane in Plane):
        view.scene.point_handles(None)
    settle(opened)
    assert not viewports.oblique
    assert all(canvas(opened, plane).picture() == pictures[plane] for plane in Plane)


def test_the_wheel_goes_in_mm_along_the_turned_normal_and_the_picture_is_of_that_place(opened: MainWindow):
    viewports, volume = opened.session.viewports, opened.session.study.volume
    turn(opened, SAGITTAL, 35)
    before = viewports.crosshair_mm
    wheel(canvas(opened, AXIAL), 4)
    moved = viewports.crosshair_mm - before
    found = stack(opened, AXIAL)
    assert np.linalg.norm(moved) == pytest.approx(4 * found.geometry.spacing_mm[2], rel=1e-6)
    assert abs(moved @ found.towards_viewer_lps) == pytest.approx(np.linalg.norm(moved))
    # The pointer reads there what interpolation gives, and says that it is that.
    point = viewports.crosshair_mm + 7 * found.right_lps
    hover(canvas(opened, AXIAL), place(canvas(opened, AXIAL), point))
    shown = float(opened.status.pointer.text().split("slice")[1].split()[1])
    pointed = canvas(opened, AXIAL).scene.point_at(*canvas(opened, AXIAL).scene.pixel_of(point))
    assert shown == pytest.approx(float(linear_at(volume, pointed)), abs=8)
    assert opened.status.pointer.text().endswith("(interpolated)")
    # A click sets the crosshair under the pointer, in the plane.
    QTest.mouseClick(
        canvas(opened, AXIAL),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        place(canvas(opened, AXIAL), point),
    )
    settle(opened)
    assert np.linalg.norm(viewports.crosshair_mm - point) < 2 * canvas(opened, AXIAL).scene.mm_per_pixel
    # The slider reaches both ends without leaving the volume.
    for end in (0, found.count - 1):
        opened.viewer.slices[AXIAL].slider.setValue(end)
        assert abs(viewports.slice_of(AXIAL) - end) <= 1
        assert volume.value_at(viewports.crosshair_mm) is not None


def test_handles_show_only_to_the_bare_hand_in_the_view_under_the_pointer(opened: MainWindow):
    scenes = {plane: canvas(opened, plane).scene for plane in Plane}
    hover(canvas(opened, AXIAL), QPoint(60, 60))
    assert scenes[AXIAL].handles.visible
    assert len(scenes[AXIAL].handles.places) == 4
    assert not scenes[CORONAL].handles.visible
    canvas(opened, AXIAL).leaveEvent(None)
    assert not scenes[AXIAL].handles.visible
    opened.session.tools.tool = Tool.LENGTH
    hover(canvas(opened, AXIAL), QPoint(60, 60))
    assert not scenes[AXIAL].handles.visible
    opened.session.tools.tool = Tool.NAVIGATE
    opened.session.viewports.crosshair_visible = False
    hover(canvas(opened, AXIAL), QPoint(60, 60))
    assert not scenes[AXIAL].handles.visible
    # A small turn is no turn: a slip of the hand leaves the voxels uninterpolated.
    opened.session.viewports.crosshair_visible = True
    triad = opened.session.viewports.triad
    opened.session.viewports.turn_planes(triad.turned(AXIAL, np.radians(0.5)))
    assert not opened.session.viewports.oblique


def test_a_measure_on_a_turned_plane_is_found_again_from_the_list(opened: MainWindow):
    viewports, annotations = opened.session.viewports, opened.session.annotations
    turn(opened, CORONAL, 25)
    view = canvas(opened, AXIAL)
    found = stack(opened, AXIAL)
    start = viewports.crosshair_mm + 5 * found.up_lps
    stop = start + 20 * found.right_lps
    opened.session.tools.tool = Tool.LENGTH
    drag(view, place(view, start), place(view, stop))
    opened.session.tools.tool = Tool.NAVIGATE
    (length,) = annotations.items
    assert length.kind is Kind.LENGTH
    assert np.linalg.norm(np.subtract(*length.points_mm)) == pytest.approx(
        20, abs=1.5 * view.scene.mm_per_pixel
    )
    assert view.scene.measures.labels()
    # It doesn't lie on the standard slice.
    viewports.reset_planes()
    settle(opened)
    assert not view.scene.measures.labels()
    assert view.scene.measures.shown == []
    viewports.move_crosshair(viewports.crosshair_mm + np.array([4.0, 0.0, 12.0]))
    opened.measures_panel.rows.cellClicked.emit(0, 1)
    settle(opened)
    assert stack(opened, AXIAL).tilt_degrees == pytest.approx(25, abs=1)
    assert view.scene.measures.shown == [length]


def test_a_measure_on_one_turned_plane_leaves_the_others_as_they_are(opened: MainWindow):
    """The arm is turned in the axial view, which stays the study's own slices, unturned on the screen."""
    viewports = opened.session.viewports
    axial = viewports.stack(AXIAL)
    turn(opened, AXIAL, 23)
    view, found = canvas(opened, CORONAL), stack(opened, CORONAL)
    opened.session.tools.tool = Tool.RECTANGLE
    start = viewports.crosshair_mm
    drag(view, place(view, start), place(view, start + 15 * found.right_lps + 10 * found.up_lps))
    opened.session.tools.tool = Tool.NAVIGATE
    QTest.keyClick(view, "X", SHIFT)
    assert not viewports.oblique
    opened.measures_panel.rows.cellClicked.emit(0, 1)
    settle(opened)
    assert stack(opened, CORONAL).tilt_degrees == pytest.approx(23, abs=1)
    assert view.scene.measures.shown
    assert viewports.stack(AXIAL) is axial
    assert "oblique" not in opened.viewer.slices[AXIAL].place.text()


def test_the_ball_brush_paints_in_the_patient_and_flat_tools_say_why_not(opened: MainWindow, sphere: Mask):
    session = opened.session
    session.roi.add(sphere)
    turn(opened, SAGITTAL, -30)
    view = canvas(opened, AXIAL)
    target = session.viewports.crosshair_mm
    labels = session.roi.labels
    before = labels.copy()
    for tool in (Tool.BRUSH, Tool.FREEHAND, Tool.POLYGON):
        session.tools.tool = tool
        opened.status.tell("")
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place(view, target))
        assert "oblique" in opened.status.notice.text()
        assert np.array_equal(labels, before)
        assert session.sketch.plane is None
    session.tools.tool = Tool.BRUSH
    session.tools.brush = replace(session.tools.brush, radius_mm=7.0, ball=True)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place(view, target))
    settle(opened)
    painted = np.argwhere(labels != before)[:, ::-1]
    points = session.study.volume.geometry.index_to_patient(painted)
    assert len(points) > 20
    assert np.linalg.norm(points - target, axis=1).max() < 7 + view.scene.mm_per_pixel + 1e-6
    # On the plane that was not turned, flat tools work as ever.
    session.tools.brush = replace(session.tools.brush, ball=False)
    flat = canvas(opened, SAGITTAL)
    before = labels.copy()
    QTest.mouseClick(
        flat,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        place(flat, target + np.array([0.0, 10.0, 20.0])),
    )
    assert (labels != before).any()


def test_a_compared_series_turns_with_the_open_one(opened: MainWindow):
    comparison = opened.second.comparison
    comparison.show(make_study((60, 48, 40), spacing=(2.0, 2.0, 2.0), name="later"))
    settle(opened)
    turn(opened, CORONAL, 18)
    other = comparison.other.viewports
    assert other.triad.degrees_from(opened.session.viewports.triad) < 1e-6
    assert isinstance(other.stack(AXIAL), ObliquePlane)
    assert opened.viewer.compared[AXIAL].place.text().endswith("oblique 18°")
    # The same place in the middle of both views.
    here, there = canvas(opened, AXIAL).scene, opened.viewer.compared[AXIAL].canvas.scene
    point = opened.session.viewports.crosshair_mm
    apart = np.subtract(here.pixel_of(point), [s / 2 for s in here._size])
    apart -= np.subtract(there.pixel_of(point + comparison.offset_mm), [s / 2 for s in there._size])
    assert np.abs(apart).max() < 1.5
    opened.session.viewports.reset_planes()
    assert not other.oblique


def test_the_pointer_reads_what_a_slab_shows(opened: MainWindow):
    view, viewports = canvas(opened, AXIAL), opened.session.viewports
    number = viewports.slice_of(AXIAL)
    point = opened.session.study.volume.geometry.index_to_patient((30, 12, number))
    # HU rise by 10 from slice to slice, of which 10 mm hold the next one on either side (4 mm apart).
    for projection, expected in ((Projection.MAXIMUM, 10), (Projection.MINIMUM, -10), (Projection.MEAN, 0)):
        viewports.slab = Slab(projection, 10.0)
        hover(view, place(view, point) + QPoint(0, 0))
        hu = 10 * number + 12 - 30 + expected
        assert opened.status.pointer.text().endswith(f"{hu} HU ({projection.value} 10 mm)")
