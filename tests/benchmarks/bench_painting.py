"""A stroke in a 512³ volume against the same stroke in 128³, and undo against the stroke.

Two windows of the application, one a volume, in one process; strokes alternate between them. The
clock runs from the press to when the painted slices are drawn: a disc of 20 mm, one press, eight
moves, one release, in the axial view. Undo is timed the same way, from the call to the picture.
Run as ``python tests/benchmarks/bench_painting.py``; prints a list of JSON objects.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterable
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from window_driver import settle, shown_window

from ctprog_gui.core.dicom.series import Patient, SeriesInfo
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.state.stroke import BrushSettings, Tool
from ctprog_gui.state.study import Study
from ctprog_gui.views.main_window import MainWindow

STROKES = 24


def window_on(side: int, slices: int, zoom: float) -> MainWindow:
    """A window on noise of `side` voxels across, each 1 mm, with the brush in the hand."""
    window = shown_window()
    grid = Geometry((side, side, slices), (1.0, 1.0, 1.0))
    noise = np.random.default_rng(1).integers(-50, 50, (1, side, side), dtype=np.int16)
    volume = Volume(np.repeat(noise, slices, axis=0), grid)
    info = SeriesInfo("n", "n", Patient(), "noise", "CT", slices, slices, side, side, grid, None, "")
    session = window.session
    session.show(Study(info, volume, synthetic=True))
    for plane in Plane:
        framing = session.viewports.framing(plane)
        session.viewports.set_framing(plane, type(framing)(zoom=zoom))
    session.tools.tool = Tool.BRUSH
    session.tools.brush = BrushSettings(radius_mm=10.0)
    session.roi.add_empty("painted")
    settle(2.0)
    return window


def drawn(window: MainWindow, act: Any, planes: Iterable[Plane] = (Plane.AXIAL,)) -> float:
    """Seconds from `act` until these views show it, the first of them drawn anew, and nothing is left to do.

    A view whose slice the act leaves alone is not drawn.
    """
    canvases = [window.viewer.slices[plane].canvas for plane in planes]
    before = canvases[0].renders
    start = time.perf_counter()
    act()
    while canvases[0].renders == before or any(canvas.due for canvas in canvases):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
    return time.perf_counter() - start


def stroke(window: MainWindow, number: int) -> None:
    """Press, eight moves along 40 mm, release, through the widget's own event handlers."""
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    centre = window.session.study.volume.geometry.centre_mm
    row = -40 + 80 * (number % 12) / 11
    for step in range(10):
        x, y = canvas.scene.pixel_of(centre + np.array([-20 + 40 * min(step, 8) / 8, row, 0.0]))
        ratio = canvas.devicePixelRatioF()
        place = QPointF(x / ratio, canvas.height() - 1 - y / ratio)
        kind, button, held = QEvent.Type.MouseMove, Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
        if step == 0:
            kind, button = QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton
        elif step == 9:
            kind, button = QEvent.Type.MouseButtonRelease, Qt.MouseButton.LeftButton
            held = Qt.MouseButton.NoButton
        where = QPointF(canvas.mapToGlobal(place.toPoint()))
        QApplication.sendEvent(
            canvas, QMouseEvent(kind, place, where, button, held, Qt.KeyboardModifier.NoModifier)
        )
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)


def run() -> list[dict[str, Any]]:
    # Zoomed so that both show the same 128 mm.
    windows = {side: window_on(side, side, side / 128) for side in (128, 512)}
    # Side by side, so that neither has to be drawn again because the other was in the way.
    for column, window in enumerate(windows.values()):
        window.resize(950, 900)
        window.move(960 * column, 0)
    settle(4.0)
    painted: dict[int, list[float]] = {side: [] for side in windows}
    undone: dict[int, list[float]] = {side: [] for side in windows}
    for number in range(STROKES):
        for side, window in windows.items():
            settle(0.5)
            painted[side].append(drawn(window, lambda w=window, n=number: stroke(w, n)))
            settle(0.5)
            undone[side].append(drawn(window, window.session.roi.undo))
    for window in windows.values():
        window.close()
    small, large = (statistics.median(painted[side]) for side in (128, 512))
    back = statistics.median(undone[512])
    return [
        _row("a stroke on 512³, from event to picture", "the same stroke on 128³", large, small, 1.15),
        _row("undo of a stroke on 512³", "the stroke", back, large, 1.0),
    ]


def _row(name: str, peer: str, ours_s: float, peer_s: float, goal: float) -> dict[str, Any]:
    return {
        "name": f"{name}, against {peer}",
        "ours_s": round(ours_s, 5),
        "peer_s": round(peer_s, 5),
        "ratio": round(ours_s / peer_s, 3),
        "goal": goal,
    }


if __name__ == "__main__":
    print(json.dumps(run()))
