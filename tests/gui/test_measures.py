"""Measuring with the mouse: drawing, moving, listing, saving."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from gui_support import NO_MODIFIER, drag, held, hover, make_study, settle, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from ctprog_gui.core.annotations.annotation import Annotation, Kind
from ctprog_gui.core.annotations.measures import measure
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.state.stroke import Tool
from ctprog_gui.views.main_window import MainWindow

AXIAL, CORONAL = Plane.AXIAL, Plane.CORONAL
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def canvas(window: MainWindow, plane: Plane = AXIAL):
    return window.viewer.slices[plane].canvas


def take(window: MainWindow, key: str) -> None:
    QTest.keyClick(canvas(window), key, SHIFT)
    settle(window)


def at(window: MainWindow, x: float, y: float) -> QPoint:
    """The widget pixel of voxel (x, y) on the shown axial slice."""
    view = canvas(window)
    number = window.session.viewports.slice_of(AXIAL)
    point = window.session.study.volume.geometry.index_to_patient((x, y, number))
    right, up = view.scene.pixel_of(point)
    return QPoint(round(right), view.height() - 1 - round(up))


def click(window: MainWindow, place: QPoint) -> None:
    QTest.mouseClick(canvas(window), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    settle(window)


def only(window: MainWindow) -> Annotation:
    (item,) = window.session.annotations.items
    return item


def pixel_mm(window: MainWindow) -> float:
    return canvas(window).scene.mm_per_pixel


def test_a_length_is_drawn_moved_and_undone(opened: MainWindow):
    take(opened, "L")
    drag(canvas(opened), at(opened, 10, 20), at(opened, 30, 20))
    study = opened.session.study
    made = only(opened)
    # 20 voxels of 2 mm.
    assert measure(made, study.volume).length_mm == pytest.approx(40, abs=2 * pixel_mm(opened))
    assert canvas(opened).scene.measures.labels() == [f"{measure(made, study.volume).length_mm:.1f} mm"]
    # The tool in the hand still takes the handle of what is there.
    drag(canvas(opened), at(opened, 30, 20), at(opened, 30, 35))
    length = measure(only(opened), study.volume).length_mm
    assert length == pytest.approx(50, abs=2 * pixel_mm(opened))
    QTest.keyClick(canvas(opened), "Z", CTRL)
    assert only(opened) == made
    # The bare hand takes the line itself; the window stays as it is.
    QTest.keyClick(canvas(opened), Qt.Key.Key_Escape)
    window = opened.session.viewports.window
    drag(canvas(opened), at(opened, 20, 20), at(opened, 20, 30))
    moved = np.array(only(opened).points_mm) - np.array(made.points_mm)
    assert moved == pytest.approx(np.array([[0, 20, 0]] * 2), abs=2 * pixel_mm(opened))
    assert opened.session.viewports.window == window
    # A click beside it lets it go; only its own slice shows it.
    assert opened.session.annotations.selected is not None
    click(opened, at(opened, 5, 40))
    assert opened.session.annotations.selected is None
    wheel(canvas(opened), 1)
    assert canvas(opened).scene.measures.labels() == []
    assert canvas(opened, CORONAL).scene.measures.shown == []


def test_the_buttons_above_the_views_are_the_commands(opened: MainWindow):
    buttons = opened.viewer.bar.buttons
    QTest.mouseClick(buttons["measure.ellipse"], Qt.MouseButton.LeftButton)
    assert opened.session.tools.tool is Tool.ELLIPSE
    assert buttons["measure.ellipse"].isChecked()
    assert buttons["measure.ellipse"].toolTip() == "Ellipse (Shift+E)"
    # The canvas keeps the keys.
    take(opened, "E")
    assert not buttons["measure.ellipse"].isChecked()
    right = max(b.geometry().right() for b in buttons.values())
    assert right < opened.viewer.bar.width()


def test_two_clicks_draw_a_length_too(opened: MainWindow):
    take(opened, "L")
    click(opened, at(opened, 10, 20))
    hover(canvas(opened), at(opened, 20, 20))
    # What hangs on the pointer is drawn with its number already.
    (told,) = canvas(opened).scene.measures.labels()
    assert float(told.removesuffix(" mm")) == pytest.approx(20, abs=2 * pixel_mm(opened))
    click(opened, at(opened, 30, 20))
    assert measure(only(opened), opened.session.study.volume).length_mm == pytest.approx(
        40, abs=2 * pixel_mm(opened)
    )


def test_recist_diameters(opened: MainWindow):
    take(opened, "B")
    drag(canvas(opened), at(opened, 10, 24), at(opened, 30, 24))
    told = measure(only(opened), opened.session.study.volume)
    assert told.perpendicular_mm == pytest.approx(told.length_mm / 2)
    # An end of the perpendicular is pulled out: it stays perpendicular, and is told.
    drag(canvas(opened), at(opened, 20, 19), at(opened, 24, 15))
    told = measure(only(opened), opened.session.study.volume)
    assert told.perpendicular_mm == pytest.approx(18 + 10, abs=3 * pixel_mm(opened))
    a, b, c, d = np.array(only(opened).points_mm)
    assert (b - a) @ (d - c) == pytest.approx(0, abs=1e-6)


def test_an_angle_is_a_drag_and_a_click(opened: MainWindow):
    take(opened, "A")
    drag(canvas(opened), at(opened, 30, 30), at(opened, 10, 30))
    assert opened.session.annotations.items == ()
    click(opened, at(opened, 10, 10))
    assert measure(only(opened), opened.session.study.volume).angle_degrees == pytest.approx(90, abs=1)


def test_a_polyline_ends_with_a_double_click(opened: MainWindow):
    take(opened, "Y")
    for x, y in ((10, 10), (20, 10), (20, 25)):
        click(opened, at(opened, x, y))
    QTest.mouseDClick(
        canvas(opened), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(opened, 20, 25)
    )
    settle(opened)
    assert len(only(opened).points_mm) == 3
    told = measure(only(opened), opened.session.study.volume)
    assert told.length_mm == pytest.approx(20 + 30, abs=4 * pixel_mm(opened))
    # The view did not go to the whole viewer.
    assert opened.session.viewports.maximised is None


def test_regions_tell_hu_and_area(opened: MainWindow):
    study = opened.session.study
    number = opened.session.viewports.slice_of(AXIAL)
    take(opened, "Q")
    drag(canvas(opened), at(opened, 9.6, 19.6), at(opened, 20.4, 30.4))
    told = measure(only(opened), study.volume)
    inside = study.volume.voxels[number, 20:31, 10:21]
    assert (told.mean_hu, told.min_hu, told.max_hu) == (inside.mean(), inside.min(), inside.max())
    assert told.sd_hu == pytest.approx(inside.std())
    take(opened, "E")
    drag(canvas(opened), at(opened, 22, 30), at(opened, 34, 42))
    ellipse = opened.session.annotations.items[1]
    assert ellipse.kind is Kind.ELLIPSE
    assert measure(ellipse, study.volume).area_mm2 == pytest.approx(np.pi / 4 * 24 * 24, rel=0.06)
    take(opened, "H")
    click(opened, at(opened, 30, 12))
    assert measure(opened.session.annotations.items[2], study.volume).mean_hu == 10 * number + 12 - 30


def test_on_a_turned_and_flipped_slice_the_voxels_are_the_same(opened: MainWindow):
    study = opened.session.study
    number = opened.session.viewports.slice_of(AXIAL)
    hover(canvas(opened), canvas(opened).rect().center())
    take(opened, "R")
    QTest.keyClick(canvas(opened), "H")
    take(opened, "Q")
    drag(canvas(opened), at(opened, 9.6, 19.6), at(opened, 20.4, 30.4))
    told = measure(only(opened), study.volume)
    assert told.mean_hu == study.volume.voxels[number, 20:31, 10:21].mean()


def test_escape_gives_up_the_draft_then_the_tool(opened: MainWindow):
    take(opened, "A")
    drag(canvas(opened), at(opened, 30, 30), at(opened, 10, 30))
    assert opened.session.annotations.draft is not None
    QTest.keyClick(canvas(opened), Qt.Key.Key_Escape)
    assert opened.session.annotations.draft is None
    assert opened.session.tools.tool is Tool.ANGLE
    QTest.keyClick(canvas(opened), Qt.Key.Key_Escape)
    assert opened.session.tools.tool is Tool.NAVIGATE


def test_the_list_leads_back_renames_and_deletes(opened: MainWindow, qtbot: QtBot):
    panel = opened.measures_panel
    assert not panel.isVisible()
    take(opened, "L")
    drag(canvas(opened), at(opened, 10, 20), at(opened, 30, 20))
    number = opened.session.viewports.slice_of(AXIAL)
    assert panel.isVisible()
    assert panel.rows.item(0, 0).text() == "Length 1"
    wheel(canvas(opened), 5)
    place = panel.rows.visualItemRect(panel.rows.item(0, 0)).center()
    QTest.mouseClick(panel.rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.session.viewports.slice_of(AXIAL) == number
    QTest.mouseDClick(panel.rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    editor = panel.rows.findChild(QLineEdit)
    QTest.keyClicks(editor, "Nodule")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    settle(opened)
    assert only(opened).name == "Nodule"
    QTest.keyClick(canvas(opened), Qt.Key.Key_Delete)
    assert opened.session.annotations.items == ()
    QTest.keyClick(canvas(opened), "Z", CTRL)
    assert only(opened).name == "Nodule"


def test_measures_come_back_with_their_case_and_go_out_as_a_table(
    opened: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch
):
    take(opened, "L")
    drag(canvas(opened), at(opened, 10, 20), at(opened, 30, 20))
    made = only(opened)
    opened.session.show(make_study((12, 20, 20)))
    assert opened.session.annotations.items == ()
    # The same image, opened anew.
    opened.session.show(make_study())
    assert only(opened) == made
    monkeypatch.setattr(
        "ctprog_gui.views.measures_export.QFileDialog.getSaveFileName",
        lambda *_: (str(tmp_path / "out.csv"), ""),
    )
    QTest.mouseClick(opened.measures_panel.table, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: (tmp_path / "out.csv").exists())
    with (tmp_path / "out.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["length_mm"]) == pytest.approx(
        measure(made, opened.session.study.volume).length_mm, rel=1e-5
    )
    assert "TEST" not in (tmp_path / "out.csv").read_text()


def test_undo_goes_on_after_a_restart_in_the_order_of_regions_and_measures(opened: MainWindow, sphere: Mask):
    session = opened.session
    take(opened, "L")
    drag(canvas(opened), at(opened, 10, 20), at(opened, 30, 20))
    session.roi.add(sphere)
    take(opened, "H")
    QTest.mouseClick(canvas(opened), Qt.MouseButton.LeftButton, NO_MODIFIER, at(opened, 8, 8))
    first, second = session.annotations.items
    session.annotations.remove(first.uid)
    # The same image, opened anew: all of it comes from the disk.
    session.show(make_study((12, 20, 20)))
    assert session.undoing.undo_name is None
    session.show(make_study())
    assert session.annotations.items == (second,)
    assert [segment.name for segment in session.roi.segments] == ["ball"]
    seen = []
    while (name := session.undoing.undo_name) is not None:
        QTest.keyClick(canvas(opened), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        seen.append((name, len(session.annotations.items), len(session.roi.segments)))
    assert seen == [
        ("Delete Length 1", 2, 1),
        ("HU probe", 1, 1),
        ("Add ball", 1, 0),
        ("Length", 0, 0),
    ]
    QTest.keyClick(
        canvas(opened),
        Qt.Key.Key_Z,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert session.annotations.items == (first,)


def test_a_file_of_measures_that_is_broken_is_kept_and_said(opened: MainWindow, tmp_path_factory):
    take(opened, "L")
    drag(canvas(opened), at(opened, 10, 20), at(opened, 30, 20))
    from ctprog_gui.core.shared.places import user_data

    (file,) = (user_data() / "annotations").glob("*.json")
    file.write_text('{"ctprog_annotations": 1, "annotations": [{}]}')
    opened.session.show(make_study((12, 20, 20)))
    opened.session.show(make_study())
    assert opened.session.annotations.items == ()
    assert "can't be read" in opened.status.notice.text()
    assert file.with_suffix(".unreadable").exists()


def test_a_measure_stays_on_its_slice_though_the_wheel_turns_or_a_film_runs(opened: MainWindow):
    """A slice is 4 mm thick here: points on two of them would be a length that no picture shows."""
    annotations, viewports = opened.session.annotations, opened.session.viewports
    view = canvas(opened)
    take(opened, "L")
    QTest.mousePress(view, Qt.MouseButton.LeftButton, NO_MODIFIER, at(opened, 10, 20))
    held(view, at(opened, 20, 20))
    drawn = annotations.draft.points_mm
    wheel(view, 3)
    held(view, at(opened, 30, 20))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, NO_MODIFIER, at(opened, 30, 20))
    made = only(opened)
    assert made.points_mm == drawn
    # A handle that is dragged on past the slice likewise.
    wheel(view, -3)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, NO_MODIFIER, at(opened, 20, 20))
    held(view, at(opened, 25, 20))
    moved = only(opened).points_mm
    assert moved != made.points_mm
    wheel(view, -2)
    held(view, at(opened, 35, 30))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, NO_MODIFIER, at(opened, 35, 30))
    assert only(opened).points_mm == moved
    # A press stops the film on the slice that was pressed on.
    viewports.cine = AXIAL
    drag(view, at(opened, 10, 35), at(opened, 30, 35))
    assert viewports.cine is None
    assert {np.ptp(np.array(item.points_mm)[:, 2]) for item in annotations.items} == {0.0}


def test_the_highlighted_row_is_the_measure_that_del_deletes(opened: MainWindow):
    annotations, rows = opened.session.annotations, opened.measures_panel.rows
    take(opened, "L")
    drag(canvas(opened), at(opened, 10, 20), at(opened, 30, 20))
    wheel(canvas(opened), 2)
    take(opened, "E")
    drag(canvas(opened), at(opened, 10, 25), at(opened, 30, 40))
    number = opened.session.viewports.slice_of(AXIAL)
    place = rows.visualItemRect(rows.item(0, 0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.session.viewports.slice_of(AXIAL) == number - 2
    QTest.keyClick(rows, Qt.Key.Key_Down)
    assert annotations.selected.name == "Ellipse 1"
    assert opened.session.viewports.slice_of(AXIAL) == number
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    assert [item.name for item in annotations.items] == ["Length 1"]
    # Tab goes on out of the list, however many measures stand in it.
    rows.setFocus()
    QTest.keyClick(rows, Qt.Key.Key_Tab)
    assert not rows.hasFocus()


def test_numbers_stay_in_the_view_and_off_each_other(opened: MainWindow):
    view = canvas(opened)
    edge = view.width() - 12
    for down in (-14, 0, 14):
        take(opened, "L")
        middle = view.height() // 2 + 100 + down
        drag(view, QPoint(edge - 200, middle), QPoint(edge, middle))
        take(opened, "L")
    boxes = view.scene.measures.label_boxes()
    assert len(boxes) == 3
    ratio = view.devicePixelRatioF()
    for left, bottom, right, top in boxes:
        assert 0 <= left < right <= view.width() * ratio
        assert 0 <= bottom < top <= view.height() * ratio
    for one, two in itertools.combinations(boxes, 2):
        assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
    # Two names that are cut in the middle are still told apart, and each says all of itself.
    rows = opened.measures_panel.rows
    assert rows.textElideMode() is Qt.TextElideMode.ElideMiddle
    assert [rows.item(row, 0).toolTip() for row in range(3)] == ["Length 1", "Length 2", "Length 3"]
