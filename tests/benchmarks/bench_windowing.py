"""A drag of the window in ours against a bare VTK loop that windows the same three slices.

Ours: LUNG1-001 with GTV-1 in the application's window; a mouse move with the left button down goes to
the axial view, and the clock stops when the slice, in all three planes, and the text that tells the
window are drawn. The peer: three windows of VTK alone, as large as ours, each with a vtkImageSlice over
the same memory, whose window and level are set and which are rendered. Blocks of moves alternate in one
process. Run as ``python tests/benchmarks/bench_windowing.py FOLDER``; prints one line of JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

import numpy as np
from bench_scrolling import Bare, timed
from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from window_driver import hosts, open_case, settle, shown_window

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.views.main_window import MainWindow

GOAL = 1.2
BLOCKS, MOVES = 20, 12
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
    study = window.session.study
    assert study is not None
    places = {
        plane: (view.canvas.mapToGlobal(QPoint(0, 0)), view.canvas.width(), view.canvas.height())
        for plane, view in window.viewer.slices.items()
    }
    bare = Bare(study, places, window.session.viewports.window.range_hu)
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    # Beside the regions and measures: a press on a measure would take that.
    start = QPointF(canvas.width() * 0.25, canvas.height() * 0.85)
    ours: list[float] = []
    theirs: list[float] = []
    way = 1
    for block in range(BLOCKS + 1):
        bare.show(False)
        settle(0.3)
        before = window.session.viewports.window
        mouse(window, QEvent.Type.MouseButtonPress, start)
        QApplication.processEvents()
        mine, ranges = [], []
        for step in range(1, MOVES + 1):
            mine.append(timed(move, window, start + QPointF(way * PIXELS_A_MOVE * step, 0)))
            ranges.append(window.session.viewports.window)
        mouse(window, QEvent.Type.MouseButtonRelease, start + QPointF(way * PIXELS_A_MOVE * MOVES, 0))
        QApplication.processEvents()
        assert window.session.viewports.window != before
        bare.show(True)
        settle(0.3)
        other = [timed(bare.windowed, shown.width_hu, shown.level_hu) for shown in ranges]
        way = -way
        if block:  # the first warms both up
            ours += mine
            theirs += other
    window.close()
    mine_s, other_s = statistics.median(ours), statistics.median(theirs)
    return {
        "name": "a move of the window/level drag against a bare VTK image-slice loop of the same views",
        "ours_s": round(mine_s, 5),
        "peer_s": round(other_s, 5),
        "ratio": round(mine_s / other_s, 3),
        "goal": GOAL,
        "quartiles_s": [[round(float(q), 5) for q in np.percentile(s, (25, 75))] for s in (ours, theirs)],
    }


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
