"""A scroll step in the window against a bare VTK loop that draws the same three slices.

Ours: LUNG1-001 with GTV-1 in the application's window; a wheel event goes to the axial view, and
the clock stops when Qt has nothing left to do: the slice, the crosshair in the two other planes,
regions, letters, slice numbers and sliders are drawn. The peer: three windows of VTK alone, as
large as ours, each with a vtkImageSlice over the same memory; the axial slice changes and all
three are rendered. Blocks of steps alternate in one process over the same slices.
Run as ``python tests/benchmarks/bench_scrolling.py FOLDER``; prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bare_slices import STEPS, bare_beside, compared, timed
from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from window_driver import hosts, open_case, shown_window

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.views.main_window import MainWindow


def wheel(window: MainWindow, notches: int) -> None:
    """One turn of the wheel over the axial view, until every picture that it changes is there."""
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    centre = QPointF(canvas.rect().center())
    event = QWheelEvent(
        centre, QPointF(canvas.mapToGlobal(centre.toPoint())), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    slices = hosts(window)[:3]
    before = [host.renders for host in slices]
    QApplication.postEvent(canvas, event)
    while any(host.renders == drawn for host, drawn in zip(slices, before, strict=True)):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)


def run(folder: Path) -> dict[str, Any]:
    window = shown_window()
    open_case(window, folder)
    bare = bare_beside(window)
    viewports = window.session.viewports
    # Through the tumour, where the regions have to be drawn too.
    viewports.go_to_slice(Plane.AXIAL, viewports.slice_of(Plane.AXIAL) - STEPS // 2)

    def ours(way: int) -> list[float]:
        first = viewports.slice_of(Plane.AXIAL)
        took = [timed(wheel, window, way) for _ in range(STEPS)]
        assert viewports.slice_of(Plane.AXIAL) == first + way * STEPS
        return took

    def theirs(way: int) -> list[float]:
        first = viewports.slice_of(Plane.AXIAL) - way * STEPS
        return [timed(bare.step, first + way * k) for k in range(1, STEPS + 1)]

    row = compared("a scroll step", bare, ours, theirs)
    window.close()
    return row


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
