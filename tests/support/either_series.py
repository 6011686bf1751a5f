"""A test that is done on the main series and on the one beside it, and what a hand does in a view."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from gui_support import drag, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from two_series import arterial, venous

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Limit, Tool
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.viewer.slice_view import SliceCanvas

LEFT = Qt.MouseButton.LeftButton


def on_either(check: Callable[[MainWindow, Session, SliceCanvas], None]) -> Callable[[MainWindow], None]:
    """A test in one window for the main series and then for the one beside it.

    Each has an empty segment "GTV", is in hand, and is drawn in its axial view.
    """

    def test(window: MainWindow) -> None:
        window.session.show(arterial())
        window.second.comparison.show(venous())
        settle(window)
        one, other = window.second.comparison.sessions
        for session, views in ((one, window.viewer.slices), (other, window.viewer.compared)):
            session.roi.add_empty("GTV")
            window.second.comparison.take(session)
            assert window.session.at_hand is session
            window.status.tell("")
            check(window, session, views[Plane.AXIAL].canvas)
            session.tools.limit, session.tools.tool = Limit(), Tool.NAVIGATE

    test.__name__ = check.__name__
    return test


def told(window: MainWindow) -> str:
    notice = window.status.notice
    return notice.text() if notice.property("trouble") else ""


def painted(session: Session) -> int:
    return sum(int(np.count_nonzero(layer)) for layer in session.roi.layers)


def stroke(view, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    middle = view.rect().center()
    drag(view, middle - QPoint(25, 0), middle + QPoint(25, 0), modifiers=modifiers)


def triangle(view, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    middle = view.rect().center()
    for corner in (QPoint(-30, 20), QPoint(30, 20), QPoint(0, -30)):
        QTest.mouseClick(view, LEFT, modifiers, middle + corner)
