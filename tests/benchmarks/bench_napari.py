"""Scrolling and painting in the application's window against napari, on a volume of 512 × 512 × 300.

napari runs in an environment of its own, whose Python ``CTPROG_NAPARI_PYTHON`` names; without it nothing is
measured. To make one::

    python -m venv peer
    peer/bin/pip install "napari[pyside6]" "pyside6-essentials==6.11.3" "pyside6-addons==6.11.3"

Both draw in software on the same screen, each in a process of its own, and take turns act by act. Ours has
three linked planes with a region and the crosshair, and the volume view; napari one view with an image and
labels, as large as our axial one. A scroll step is a turn of the wheel, and counts when all three planes are
drawn. A stroke is a press, eight moves along 40 mm and a release, each handled before the next; a disc of
20 mm counts when the axial view is drawn, a ball of 30 mm when all three are. Medians.
Run as ``python tests/benchmarks/bench_napari.py``; prints a list of JSON objects.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from pathlib import Path
from typing import Any

from bench_painting import drawn, stroke, window_on
from bench_scrolling import wheel
from window_driver import settle

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.state.stroke import BrushSettings
from ctprog_gui.views.main_window import MainWindow

ROUNDS = 15
PEER = Path(__file__).with_name("napari_peer.py")


class Peer:
    """napari in a process of its own."""

    def __init__(self, python: str, width: int, height: int) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self._process = subprocess.Popen(
            [python, str(PEER), str(width), str(height)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        if self._process.stdout.readline().strip() != "ready":
            raise RuntimeError("napari did not start")

    def does(self, act: str, number: int) -> float:
        """Seconds that it took."""
        self._process.stdin.write(f"{act} {number}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def painted(window: MainWindow, radius_mm: float, ball: bool, number: int) -> float:
    window.session.tools.brush = BrushSettings(radius_mm=radius_mm, ball=ball)
    settle(0.2)
    planes = tuple(Plane) if ball else (Plane.AXIAL,)
    took = drawn(window, lambda: stroke(window, number), planes)
    window.session.roi.undo()
    settle(0.2)
    return took


def run() -> list[dict[str, Any]]:
    python = os.environ.get("CTPROG_NAPARI_PYTHON")
    if not python:
        return []
    window = window_on(512, 300, 1.0)
    session = window.session
    # A region that every scroll step has to draw.
    session.tools.brush = BrushSettings(radius_mm=15.0, ball=True)
    stroke(window, 6)
    settle(2.0)
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    peer = Peer(python, canvas.width(), canvas.height())
    times: dict[str, list[tuple[float, float]]] = {"scroll": [], "disc": [], "ball": []}
    middle = session.viewports.slice_of(Plane.AXIAL)
    for number in range(ROUNDS + 2):
        way = 1 if number % 2 else -1
        for act, ours in (
            ("scroll", lambda w=way: drawn_scroll(window, w)),
            ("disc", lambda n=number: painted(window, 10.0, False, n)),
            ("ball", lambda n=number: painted(window, 15.0, True, n)),
        ):
            told = middle + (way < 0) if act == "scroll" else number
            pair = ours(), peer.does(act, told)
            if number > 1:  # the first two warm both up
                times[act].append(pair)
    peer.close()
    window.close()
    names = {
        "scroll": (
            "a scroll step, three linked planes with region and crosshair, against napari's one view",
            1.0,
        ),
        "disc": ("a stroke of the 20 mm disc in 512 × 512 × 300, event to picture, against napari's", 0.4),
        "ball": ("a stroke of the 30 mm ball, drawn in all three planes, against napari's in one", 0.7),
    }
    rows = []
    for act, (name, goal) in names.items():
        mine, theirs = (statistics.median(column) for column in zip(*times[act], strict=True))
        figures = {"ours_s": round(mine, 5), "peer_s": round(theirs, 5), "ratio": round(mine / theirs, 3)}
        rows.append({"name": name, **figures, "goal": goal})
    return rows


def drawn_scroll(window: MainWindow, way: int) -> float:
    settle(0.2)
    return drawn(window, lambda: wheel(window, way), tuple(Plane))


if __name__ == "__main__":
    print(json.dumps(run()))
