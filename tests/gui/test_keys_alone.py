"""Reading with the keyboard alone."""

from __future__ import annotations

import pytest
from gui_support import NO_MODIFIER, drag, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.state.stroke import Tool
from ctprog_gui.views.key_map import KeyMap
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.viewer.slice_view import SliceCanvas

AXIAL, CORONAL, SAGITTAL = Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL


def press(key: Qt.Key | str, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    """A key as it comes from the keyboard: to whatever has the focus."""
    QTest.keyClick(QApplication.focusWidget(), key, modifiers)
    QApplication.processEvents()


def test_keys_scroll_zoom_and_turn_the_view_that_they_have_gone_to(opened: MainWindow):
    viewports = opened.session.viewports
    opened.viewer.slices[AXIAL].canvas.setFocus()
    number = viewports.slice_of(AXIAL)
    press(Qt.Key.Key_Up)
    assert viewports.slice_of(AXIAL) == number + 1
    press(Qt.Key.Key_PageDown)
    assert viewports.slice_of(AXIAL) == number - 9
    press(Qt.Key.Key_End)
    assert viewports.slice_of(AXIAL) == 29
    press(Qt.Key.Key_Home)
    assert viewports.slice_of(AXIAL) == 0
    # To the next view, which the same keys mean from here on.
    press(Qt.Key.Key_Right)
    assert viewports.active is CORONAL
    press(Qt.Key.Key_Home)
    assert (viewports.slice_of(CORONAL), viewports.slice_of(AXIAL)) == (0, 0)
    press(Qt.Key.Key_Plus)
    assert viewports.framing(CORONAL).zoom == pytest.approx(1.25)
    press(Qt.Key.Key_Minus)
    assert viewports.framing(CORONAL).zoom == pytest.approx(1)
    press(Qt.Key.Key_Left)
    press(Qt.Key.Key_Left)
    assert viewports.active is SAGITTAL
    press(Qt.Key.Key_F7)
    press(Qt.Key.Key_Right)
    assert viewports.maximised == "axial"
    press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert viewports.stack(CORONAL).tilt_degrees == pytest.approx(5)
    settle(opened)


def test_tab_comes_to_a_view_and_lists_keep_their_arrows(opened: MainWindow):
    session = opened.session
    view = opened.viewer.slices[AXIAL].canvas
    session.tools.tool = Tool.LENGTH
    for down in (-30, 0, 30):
        middle = view.rect().center() + QPoint(0, down)
        drag(view, middle - QPoint(40, 0), middle + QPoint(40, 0))
    session.tools.tool = Tool.NAVIGATE
    number = session.viewports.slice_of(AXIAL)
    opened.measures_panel.rows.setFocus()
    opened.measures_panel.rows.selectRow(0)
    press(Qt.Key.Key_Down)
    assert session.annotations.selected is session.annotations.items[1]
    assert session.viewports.slice_of(AXIAL) == number
    for _ in range(12):
        press(Qt.Key.Key_Tab)
        if isinstance(QApplication.focusWidget(), SliceCanvas):
            break
    reached = QApplication.focusWidget()
    assert isinstance(reached, SliceCanvas)
    assert session.viewports.active is reached.plane
    number = session.viewports.slice_of(reached.plane)
    press(Qt.Key.Key_Down)
    assert session.viewports.slice_of(reached.plane) == number - 1


def test_the_map_of_keys_tells_of_scrolling_and_a_key_that_was_set(opened: MainWindow):
    opened.session.settings.set_key("view.slice.first", "Ctrl+Home", {"view.slice.first": "Home"})
    told = "".join(column.text() for column in KeyMap(opened.session.settings, opened).columns)
    for words in ("Next slice", "Last slice", "Zoom in", "Next view", "Ctrl+Home"):
        assert words in told
    opened.viewer.slices[AXIAL].canvas.setFocus()
    press(Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert opened.session.viewports.slice_of(AXIAL) == 0
