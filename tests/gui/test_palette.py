"""Commands by name."""

from __future__ import annotations

from gui_support import settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ctprog_gui.core.imaging.windows import PRESETS
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.palette import Palette


def open_palette(window: MainWindow, qtbot: QtBot) -> Palette:
    QTest.keyClick(window, "K", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), Palette))
    return QApplication.activeModalWidget()


def test_a_command_is_found_and_done(opened: MainWindow, qtbot: QtBot):
    palette = open_palette(opened, qtbot)
    QTest.keyClicks(palette.line, "window (")
    assert palette.rows.count() >= 5
    QTest.keyClick(palette.line, Qt.Key.Key_Down)
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    settle(opened)
    assert opened.session.viewports.window == PRESETS["Lung"]
    assert QApplication.activeModalWidget() is None


def test_what_cannot_be_done_now_is_grey_and_does_nothing(opened: MainWindow, qtbot: QtBot):
    palette = open_palette(opened, qtbot)
    QTest.keyClicks(palette.line, "redo")
    assert palette.rows.count() == 1
    assert not palette.rows.item(0).flags() & Qt.ItemFlag.ItemIsEnabled
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.isVisible()
    QTest.keyClick(palette, Qt.Key.Key_Escape)
    settle(opened)
    assert QApplication.activeModalWidget() is None
