"""Cases made by formula, and events as a person makes them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from ctprog_gui.core.dicom.series import Patient, SeriesInfo
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.state.study import Study


def make_study(
    shape: tuple[int, int, int] = (30, 48, 40),
    *,
    direction: np.ndarray | None = None,
    spacing: tuple[float, float, float] = (2.0, 2.0, 4.0),
    name: str = "study",
) -> Study:
    """A study whose voxel value tells its place: HU = 10 z + y - x / 100 rounded."""
    z, y, x = np.indices(shape)
    voxels = (10 * z + y - x).astype(np.int16)
    axes = np.eye(3) if direction is None else direction
    grid = Geometry(shape[::-1], spacing, (-40.0, -50.0, 100.0), tuple(axes.ravel()))
    patient = Patient(name="TEST^PATIENT", patient_id="P1")
    info = SeriesInfo(name, name, patient, "test series", "CT", shape[0], *shape, grid, None, "")
    return Study(info, Volume(voxels, grid))


def settle(window: QWidget) -> None:
    """Let posted events and repaints happen."""
    for _ in range(3):
        QApplication.processEvents()
    QTest.qWait(1)


NO_MODIFIER = Qt.KeyboardModifier.NoModifier


def wheel(widget: QWidget, notches: int, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    """Turn the wheel over the middle of a widget, one notch an event; positive is away from the person."""
    centre = QPointF(widget.rect().center())
    for _ in range(abs(notches)):
        event = QWheelEvent(
            centre,
            QPointF(widget.mapToGlobal(centre.toPoint())),
            QPoint(),
            QPoint(0, 120 if notches > 0 else -120),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)
    settle(widget.window())


def drag(
    widget: QWidget,
    start: QPoint,
    stop: QPoint,
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    modifiers: Qt.KeyboardModifier = NO_MODIFIER,
) -> None:
    """Press, move in steps with the button held, release."""
    QTest.mousePress(widget, button, modifiers, start)
    for step in range(1, 6):
        at = start + (stop - start) * step / 5
        move = _move(widget, at, button, modifiers)
        QApplication.sendEvent(widget, move)
    QTest.mouseRelease(widget, button, modifiers, stop)
    settle(widget.window())


def held(widget: QWidget, at: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    """Move the pointer over a widget with a button held."""
    QApplication.sendEvent(widget, _move(widget, at, button, NO_MODIFIER))


def hover(widget: QWidget, at: QPoint) -> None:
    """Move the pointer over a widget, no button held.

    The event is sent, not the pointer moved: the screen's own pointer belongs to whoever moved it last.
    """
    QApplication.sendEvent(widget, _move(widget, at, Qt.MouseButton.NoButton, NO_MODIFIER))
    settle(widget.window())


def _move(widget: QWidget, at: QPoint, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> QMouseEvent:
    return QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(at),
        QPointF(widget.mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        button,
        modifiers,
    )
