"""A drag of the window in ours against a bare VTK loop that windows the same three slices.

Ours: LUNG1-001 with GTV-1 in the application's window; a mouse move with the left button down goes to
the axial view, and the clock stops when the slice, in all three planes, and the text that tells the
window are drawn. The peer: three windows of VTK alone, as large as ours, each with a vtkImageSlice over
the same memory, whose window and level are set and which are rendered. Blocks of moves alternate in one
process. Run as ``python tests/benchmarks/bench_windowing.py FOLDER``; prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bare_slices import STEPS, bare_beside, compared, timed
from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from window_driver import hosts, open_case, shown_window

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.windows import Window
from ctprog_gui.views.main_window import MainWindow

PIXELS_A_MOVE = 5


def mouse(window: MainWindow, kind: QEvent.Type, at: QPointF) -> None:
    """A mouse event with the left button over the axial view."""
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    moves = kind == QEvent.Type.MouseMove
    down = kind != QEvent.Type.MouseButtonRelease
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    event = QMouseEvent(
        kind,
        at,
        QPointF(canvas.mapToGlobal(at.toPoint())),
        none if moves else left,
        left if down else none,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.postEvent(canvas, event)


def move(window: MainWindow, at: QPointF) -> None:
    """One move of the drag, until every picture that it changes is there."""
    slices = hosts(window)[:3]
    before = [host.renders for host in slices]
    mouse(window, QEvent.Type.MouseMove, at)
    while any(host.renders == drawn for host, drawn in zip(slices, before, strict=True)):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)


def run(folder: Path) -> dict[str, Any]:
    window = shown_window()
    open_case(window, folder)
    bare = bare_beside(window)
    viewports = window.session.viewports
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    # Beside the regions and measures: a press on a measure would take that.
    start = QPointF(canvas.width() * 0.25, canvas.height() * 0.85)
    shown: list[Window] = []

    def ours(way: int) -> list[float]:
        before = viewports.window
        shown.clear()
        mouse(window, QEvent.Type.MouseButtonPress, start)
        QApplication.processEvents()
        took = []
        for step in range(1, STEPS + 1):
            took.append(timed(move, window, start + QPointF(way * PIXELS_A_MOVE * step, 0)))
            shown.append(viewports.window)
        mouse(window, QEvent.Type.MouseButtonRelease, start + QPointF(way * PIXELS_A_MOVE * STEPS, 0))
        QApplication.processEvents()
        assert viewports.window != before
        return took

    def theirs(_: int) -> list[float]:
        return [timed(bare.windowed, one.width_hu, one.level_hu) for one in shown]

    row = compared("a move of the window/level drag", bare, ours, theirs)
    window.close()
    return row


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
