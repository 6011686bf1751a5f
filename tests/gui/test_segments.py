"""The table of segments with the mouse: status, order, who gives way."""

from __future__ import annotations

import numpy as np
from either_series import on_either, told
from gui_support import drag, make_study, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.layers import Overlap
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import BrushSettings, Tool
from ctprog_gui.state.study import Study
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.panels.segment_table import LOCKED, NAME, STATUS
from ctprog_gui.views.viewer.slice_view import SliceCanvas

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def names(window: MainWindow) -> list[str]:
    table = window.roi_panel.table
    return [table.item(row, NAME).text() for row in range(table.rowCount())]


def test_a_status_is_chosen_from_a_menu_and_undone(opened: MainWindow, sphere: Mask, qtbot: QtBot):
    roi, segments = opened.session.roi, opened.roi_panel.segments
    roi.add(sphere)
    table = segments.table
    where = table.visualItemRect(table.item(0, STATUS)).center()
    QTest.mouseClick(table.viewport(), LEFT, pos=where)
    qtbot.waitUntil(segments.statuses.isVisible)
    flagged = segments.statuses.actions()[3]
    QTest.mouseClick(segments.statuses, LEFT, pos=segments.statuses.actionGeometry(flagged).center())
    assert roi.active.status == "flagged"
    assert "flagged" in table.item(0, STATUS).toolTip()
    assert opened.findChild(object, "roi.undo").text() == "Undo Status of ball: flagged"
    opened.findChild(object, "roi.undo").trigger()
    assert roi.active.status == "not started"
    assert roi.mask_of(1).count == sphere.count


def test_segments_are_moved_made_and_deleted_with_the_buttons(opened: MainWindow, sphere: Mask):
    segments = opened.roi_panel.segments
    opened.session.roi.add(sphere)
    for _ in range(2):
        QTest.mouseClick(segments.new, LEFT)
    assert names(opened) == ["ball", "Segment 2", "Segment 3"]
    assert not segments.down.isEnabled()
    QTest.mouseClick(segments.up, LEFT)
    assert names(opened) == ["ball", "Segment 3", "Segment 2"]
    assert opened.session.roi.active.name == "Segment 3"
    opened.findChild(object, "roi.undo").trigger()
    assert names(opened) == ["ball", "Segment 2", "Segment 3"]
    QTest.mouseClick(segments.remove, LEFT)
    assert names(opened) == ["ball", "Segment 2"]


def test_no_two_segments_have_one_name(opened: MainWindow, sphere: Mask):
    """Files and --roi-name find a segment by it."""
    roi, table = opened.session.roi, opened.roi_panel.table
    for _ in range(3):
        roi.add(sphere)
    assert names(opened) == ["ball", "ball 2", "ball 3"]
    assert roi.history.undo_name == "Add ball 3"
    where = table.visualItemRect(table.item(2, NAME)).center()
    QTest.mouseClick(table.viewport(), LEFT, pos=where)
    QTest.mouseDClick(table.viewport(), LEFT, pos=where)
    field = table.viewport().findChild(QLineEdit)
    field.setText("ball 2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle(opened)
    assert names(opened) == ["ball", "ball 2", "ball 3"]
    assert "ball 2 already" in opened.status.notice.text()


def test_a_stroke_over_another_segment_overlaps_it_in_every_plane(opened: MainWindow, sphere: Mask):
    roi, segments = opened.session.roi, opened.roi_panel.segments
    roi.add(sphere)
    opened.session.go_to_roi()
    settle(opened)
    QTest.mouseClick(segments.new, LEFT)
    segments.policy.setFocus()
    QTest.keyClick(segments.policy, Qt.Key.Key_End)
    assert roi.overlap is Overlap.ALLOW
    opened.session.tools.brush = BrushSettings(radius_mm=8.0)
    QTest.mouseClick(opened.roi_panel.tools[Tool.BRUSH], LEFT)
    for plane in Plane:
        view = opened.viewer.slices[plane].canvas
        x, y = view.scene.pixel_of(opened.session.viewports.crosshair_mm)
        middle = QPoint(round(x), view.height() - 1 - round(y))
        before = roi.mask_of(2).count
        drag(view, middle, middle + QPoint(25, 0))
        assert roi.mask_of(2).count > before, plane
    assert np.array_equal(roi.mask_of(1).voxels, sphere.voxels)
    assert (roi.mask_of(2).voxels & sphere.voxels).sum() > 20
    assert [s.layer for s in roi.segments] == [0, 1]
    for _ in Plane:
        opened.findChild(object, "roi.undo").trigger()
    assert roi.mask_of(2).is_empty
    assert np.array_equal(roi.mask_of(1).voxels, sphere.voxels)


@on_either
def test_name_colour_and_lock_come_back_with_the_segment(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    segments, roi = window.roi_panel.segments, session.roi
    QTest.mouseClick(segments.new, LEFT)
    label = roi.active.label
    roi.rename(label, "LN 7")
    roi.set_colour(label, (255, 0, 255))
    row = names(window).index("LN 7")
    segments.table.item(row, LOCKED).setCheckState(Qt.CheckState.Checked)
    kept = roi.active
    assert kept.locked
    # A locked segment is not deleted, and says why.
    QTest.mouseClick(segments.remove, LEFT)
    assert roi.active == kept
    assert told(window) == "LN 7 is locked: unlock it first."
    for _ in range(2):
        QTest.keyClick(view, Qt.Key.Key_Z, CTRL)
        assert names(window) == ["GTV"]
        QTest.keyClick(view, Qt.Key.Key_Z, CTRL | SHIFT)
        assert roi.segments[1] == kept
    # What was removed comes back as what it was in hand, with looks that it was given since.
    roi.set_locked(label, False)
    roi.activate(1)
    QTest.mouseClick(segments.remove, LEFT)
    assert roi.active.name == "LN 7"
    QTest.keyClick(view, Qt.Key.Key_Z, CTRL)
    assert roi.active.name == "GTV"
    roi.rename(1, "Tumour")
    for _ in range(2):
        QTest.keyClick(view, Qt.Key.Key_Z, CTRL | SHIFT)
        QTest.keyClick(view, Qt.Key.Key_Z, CTRL)
    assert names(window) == ["Tumour", "LN 7"]


def test_who_gives_way_is_the_cases_own_and_comes_back_with_it(opened: MainWindow, study: Study):
    session, policy = opened.session, opened.roi_panel.segments.policy
    QTest.keyClick(opened, "B")
    view = opened.viewer.slices[Plane.AXIAL].canvas
    drag(view, view.rect().center(), view.rect().center() + QPoint(20, 0))
    policy.setFocus()
    QTest.keyClick(policy, Qt.Key.Key_End)
    other = make_study((20, 40, 40), name="another")
    for shown, expected in ((other, Overlap.OVERWRITE), (study, Overlap.ALLOW)):
        session.show(shown)
        settle(opened)
        assert session.roi.overlap is expected
        assert policy.currentData() is expected
    assert session.roi.segments
