"""The tour goes through the window and ends."""

from __future__ import annotations

from gui_support import settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctprog_gui.commands.catalogue import command
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.tour import STEPS, Tour


def test_every_step_lies_in_the_window_and_the_last_one_ends_it(opened: MainWindow):
    command("help.tour").run(opened)
    settle(opened)
    (tour,) = opened.findChildren(Tour)
    area = opened.rect().translated(opened.mapToGlobal(opened.rect().topLeft()))
    for number, step in enumerate(STEPS, start=1):
        assert tour.title.text() == step.title
        assert tour.place.text() == f"{number} of {len(STEPS)}"
        assert area.contains(tour.frameGeometry())
        assert tour.demo.isVisible() is (number == 1)
        QTest.mouseClick(tour.onwards, Qt.MouseButton.LeftButton)
        settle(opened)
    assert not opened.findChildren(Tour)


def test_back_and_escape(opened: MainWindow, qtbot: QtBot):
    opened.show_tour()
    (tour,) = opened.findChildren(Tour)
    QTest.mouseClick(tour.onwards, Qt.MouseButton.LeftButton)
    QTest.mouseClick(tour.back, Qt.MouseButton.LeftButton)
    assert tour.number == 0
    tour.activateWindow()
    qtbot.waitUntil(tour.isActiveWindow)
    QTest.keyClick(tour, Qt.Key.Key_Escape)
    settle(opened)
    assert not [t for t in opened.findChildren(Tour) if t.isVisible()]
