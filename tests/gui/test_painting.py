"""Painting with the mouse: what is under the brush changes, is drawn, undone, saved and brought back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gui_support import drag, held, hover, settle, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctprog_gui.app import make_window
from ctprog_gui.core.imaging.files import read_label_file
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.state.stroke import Tool
from ctprog_gui.state.study import Study
from ctprog_gui.state.viewports import Framing
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.panels.segment_table import LOCKED, NAME
from ctprog_gui.views.viewer import slice_view


def canvas(window: MainWindow, plane: Plane):
    return window.viewer.slices[plane].canvas


def pixel(window: MainWindow, plane: Plane, index: tuple[float, float, float]) -> QPoint:
    """Where a voxel is drawn in a view."""
    view = canvas(window, plane)
    x, y = view.scene.pixel_of(window.session.study.volume.geometry.index_to_patient(index))
    return QPoint(round(x), view.height() - 1 - round(y))


def shows(window: MainWindow, plane: Plane, index: tuple[float, float, float], colour) -> bool:
    """Whether the voxel's place in the picture is tinted with a segment's colour."""
    shown = canvas(window, plane).picture().pixelColor(pixel(window, plane, index))
    grey = min(shown.red(), shown.green(), shown.blue())
    tint = np.array([shown.red(), shown.green(), shown.blue()]) - grey
    return bool(tint.max() > 20 and np.argmax(tint) == np.argmax(colour))


@pytest.mark.parametrize("plane", list(Plane))
def test_a_drag_of_the_brush_paints_a_disc_along_its_way_in_every_plane(opened: MainWindow, plane: Plane):
    session = opened.session
    QTest.keyClick(canvas(opened, plane), "B")
    assert session.tools.tool is Tool.BRUSH
    stack = session.study.planes[plane]
    index = np.rint(session.study.volume.geometry.patient_to_index(session.viewports.crosshair_mm))
    start, stop = index.copy(), index.copy()
    start[stack.horizontal] -= 8
    stop[stack.horizontal] += 8
    drag(canvas(opened, plane), pixel(opened, plane, tuple(start)), pixel(opened, plane, tuple(stop)))
    (segment,) = session.roi.segments
    labels = session.roi.labels
    filled = labels.any(axis=tuple(a for a in range(3) if a != 2 - stack.axis)).nonzero()[0]
    assert filled.tolist() == [int(index[stack.axis])]
    # Every voxel on the way is painted, however few events the drag had.
    for step in np.linspace(start, stop, 40):
        x, y, z = np.rint(step).astype(int)
        assert labels[z, y, x] == segment.label
    assert session.roi.history.undo_name == "Paint"
    opened.session.viewports.crosshair_visible = False
    quarter = tuple(index + (stop - index) * 0.5)
    assert shows(opened, plane, quarter, segment.colour)


def test_the_ball_paints_in_depth_and_all_planes_show_it(opened: MainWindow):
    session = opened.session
    session.viewports.crosshair_visible = False
    view = canvas(opened, Plane.AXIAL)
    QTest.keyClick(view, "B")
    QTest.keyClick(view, "D")
    middle = tuple(session.study.volume.geometry.patient_to_index(session.viewports.crosshair_mm))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=pixel(opened, Plane.AXIAL, middle))
    settle(opened)
    radius = session.tools.brush.radius_mm
    volume = session.roi.mask_of(1).volume_mm3
    assert volume == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.15)
    for plane in Plane:
        stack = session.study.planes[plane]
        beside = list(middle)
        beside[stack.horizontal] += 2
        assert shows(opened, plane, tuple(beside), session.roi.segments[0].colour)


def test_the_eraser_takes_out_and_ctrl_turns_the_brush_into_it(opened: MainWindow, sphere: Mask):
    session = opened.session
    session.roi.add(sphere)
    session.go_to_roi()
    settle(opened)
    view = canvas(opened, Plane.AXIAL)
    QTest.keyClick(view, "E")
    at = pixel(opened, Plane.AXIAL, (12, 16, 20))
    before = session.roi.mask_of(1).count
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    erased = session.roi.mask_of(1).count
    assert erased < before
    assert session.roi.labels[20, 16, 12] == 0
    QTest.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.roi.mask_of(1).count == before
    QTest.keyClick(view, "B")
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, at)
    assert session.roi.mask_of(1).count == erased


def test_undo_and_redo_from_the_keyboard(opened: MainWindow):
    session = opened.session
    view = canvas(opened, Plane.AXIAL)
    QTest.keyClick(view, "B")
    middle = view.rect().center()
    for shift in (-30, 0, 30):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(shift, 0))
    three = session.roi.labels.copy()
    undo = opened.findChild(object, "roi.undo")
    assert undo.text() == "Undo Paint"
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not session.roi.labels.any()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Z, both)
    assert np.array_equal(session.roi.labels, three)


def test_two_quick_dabs_are_two_dabs_and_do_not_maximise(opened: MainWindow):
    view = canvas(opened, Plane.AXIAL)
    QTest.keyClick(view, "B")
    middle = view.rect().center()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(40, 0))
    assert opened.session.viewports.maximised is None
    assert opened.session.roi.history.undo_name == "Paint"


def test_a_locked_segment_is_not_painted_over(opened: MainWindow, sphere: Mask):
    session = opened.session
    session.roi.add(sphere)
    settle(opened)
    opened.roi_panel.table.item(0, LOCKED).setCheckState(Qt.CheckState.Checked)
    assert session.roi.segments[0].locked
    QTest.keyClick(canvas(opened, Plane.AXIAL), Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    session.viewports.move_crosshair(sphere.geometry.index_to_patient((12, 16, 20)))
    settle(opened)
    QTest.keyClick(canvas(opened, Plane.AXIAL), "B")
    at = pixel(opened, Plane.AXIAL, (12, 16, 20))
    drag(canvas(opened, Plane.AXIAL), at, at + QPoint(200, 0))
    assert np.array_equal(session.roi.mask_of(1).voxels, sphere.voxels)
    assert session.roi.mask_of(2).count > 0


def test_the_brush_size_in_mm_by_wheel_key_and_panel(opened: MainWindow):
    session = opened.session
    view = canvas(opened, Plane.AXIAL)
    QTest.keyClick(view, "B")
    wheel(view, 2, Qt.KeyboardModifier.ShiftModifier)
    assert session.tools.brush.radius_mm == pytest.approx(8 * 1.15**2)
    assert opened.roi_panel.radius.value() == pytest.approx(16 * 1.15**2, abs=0.06)
    QTest.keyClick(view, "[")
    assert session.tools.brush.radius_mm == pytest.approx(8 * 1.15**2 / 1.25)
    opened.roi_panel.radius.setValue(24.0)
    assert session.tools.brush.radius_mm == 12.0


def test_a_segment_is_renamed_in_place(opened: MainWindow, sphere: Mask):
    opened.session.roi.add(sphere)
    settle(opened)
    opened.roi_panel.table.item(0, NAME).setText("Primary")
    assert opened.session.roi.segments[0].name == "Primary"


def test_segments_are_saved_with_their_names(opened: MainWindow, sphere: Mask, tmp_path: Path, qtbot: QtBot):
    opened.session.roi.add(sphere)
    for name in ("roi.nrrd", "roi.nii.gz"):
        opened.opening.save_roi(tmp_path / name, lambda _: None)
        qtbot.waitUntil(lambda: not opened.tasks.busy("writing"), timeout=20_000)
        back = read_label_file(tmp_path / name)
        assert back.geometry.difference_from(sphere.geometry) is None
        assert np.array_equal(back.mask(back.segments[0]).voxels, sphere.voxels)
    assert read_label_file(tmp_path / "roi.nrrd").segments[0].name == "ball"


def test_work_comes_back_when_the_case_is_opened_again(opened: MainWindow, study: Study, qtbot: QtBot):
    view = canvas(opened, Plane.AXIAL)
    QTest.keyClick(view, "B")
    middle = view.rect().center()
    drag(view, middle - QPoint(40, 10), middle + QPoint(40, 10))
    painted = opened.session.roi.labels.copy()
    assert painted.any()
    opened.close_study()
    assert opened.session.roi.labels is None
    # The same image from elsewhere: a new study object, as after a new start.
    other = make_window()
    qtbot.addWidget(other)
    other.session.show(Study(study.info, study.volume))
    assert np.array_equal(other.session.roi.labels, painted)
    assert "earlier work on this case is back" in other.status.notice.text()
    other.session.roi.undo()
    assert not other.session.roi.labels.any()
    other.close()


def test_a_lost_release_ends_the_stroke(opened: MainWindow):
    view = canvas(opened, Plane.AXIAL)
    QTest.keyClick(view, "B")
    middle = view.rect().center()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    painted = opened.session.roi.labels.copy()
    hover(view, middle + QPoint(60, 0))
    hover(view, middle + QPoint(90, 0))
    assert np.array_equal(opened.session.roi.labels, painted)
    assert opened.session.roi.history.undo_name == "Paint"


def test_quick_moves_of_a_stroke_share_a_picture_and_its_end_is_drawn_at_once(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch
):
    """Only views that the stroke has changed are drawn."""
    monkeypatch.setattr(slice_view, "STROKE_S", 60.0)
    monkeypatch.setattr(slice_view, "LINKED_S", 60.0)
    view = canvas(opened, Plane.AXIAL)
    QTest.keyClick(view, "B")
    middle = opened.session.study.volume.geometry.patient_to_index(opened.session.viewports.crosshair_mm)
    way = [pixel(opened, Plane.AXIAL, (middle[0] + step, middle[1] + 12, middle[2])) for step in (-8, -4, 0)]
    # The segment and what its panel says are there before it is counted.
    opened.session.roi.add_empty("painted")
    settle(opened)

    def pictures() -> list[int]:
        return [canvas(opened, plane).renders for plane in Plane]

    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=way[0])
    settle(opened)
    pressed = pictures()
    for at in way[1:]:
        held(view, at)
        settle(opened)
    assert pictures() == pressed
    assert view.due
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=way[-1])
    settle(opened)
    # The disc lies in front of the coronal slice and through the sagittal one.
    assert [after - before for after, before in zip(pictures(), pressed, strict=True)] == [1, 0, 1]
    assert not any(canvas(opened, plane).due for plane in Plane)


def test_a_stroke_beside_the_image_leaves_nothing(opened: MainWindow):
    session = opened.session
    session.viewports.set_framing(Plane.AXIAL, Framing(zoom=0.4))
    settle(opened)
    view = canvas(opened, Plane.AXIAL)
    beside, further = (pixel(opened, Plane.AXIAL, (at, 20, 15)) for at in (-12, -9))
    assert view.rect().contains(beside)
    for key in "BAFOJKYQU":
        QTest.keyClick(view, key)
        drag(view, beside, further)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=beside + QPoint(0, 9))
        QTest.keyClick(view, Qt.Key.Key_Return)
        assert not session.roi.segments
        assert session.proposal.awaited is None
        assert session.undoing.undo_name is None
    QTest.keyClick(view, "B")
    drag(view, beside, pixel(opened, Plane.AXIAL, (20, 20, 15)))
    assert session.roi.labels.any()
    QTest.keyClick(opened, "Z", Qt.KeyboardModifier.ControlModifier)
    assert not session.roi.labels.any()


def test_the_ring_of_the_brush_comes_and_goes_with_its_tool(opened: MainWindow):
    """Without a move of the mouse; and its radius follows the key."""
    session, view = opened.session, canvas(opened, Plane.AXIAL)
    scene = view.scene
    hover(view, view.rect().center())
    assert not scene._cursor.visible
    assert scene.handles.visible
    QTest.keyClick(view, "B")
    assert scene._cursor.visible
    small = np.ptp(scene._cursor._actor.GetBounds())
    QTest.keyClick(view, "]")
    assert np.ptp(scene._cursor._actor.GetBounds()) > small
    assert not scene.handles.visible
    for gone in "BNO":
        session.tools.tool = Tool.BRUSH
        assert scene._cursor.visible
        before = view.picture()
        QTest.keyClick(view, gone)
        assert not scene._cursor.visible
        assert view.picture() != before
