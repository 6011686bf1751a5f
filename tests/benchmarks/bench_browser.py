"""Looking into 1 000 files and opening a series, through the application's own window, from event to picture.

The files are those of `bench_scanning`: LUNG1-001's, as eight series in a folder, warm, not in the index.
The folder is opened as by a drop; the first thumbnail counts when the browser has painted it, the list when
it has painted all eight series as found. Compared with a loop of pydicom's
``dcmread(stop_before_pixels=True)``. Then a series is double-clicked: the first slice counts when it is
painted. It is compared with the time until the window has read all slices, and with reading them alone,
without a window. Rounds alternate, and medians are told.
Run as ``python tests/benchmarks/bench_browser.py FOLDER``; prints a list of JSON objects.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench_scanning import SERIES, copies, looped
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from window_driver import settle, shown_window

from ctprog_gui.views.main_window import MainWindow

ROUNDS, PATIENCE_MS = 5, 60_000


class Paints(QObject):
    """Counts how often widgets were painted, and when they last were."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self.of = dict.fromkeys(widgets, 0)
        self.at = dict.fromkeys(widgets, 0.0)
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and watched in self.of:
            self.of[watched] += 1
            self.at[watched] = time.perf_counter()
        return False


def waited(condition: Callable[[], bool]) -> None:
    """Let the window work as it does by itself until the condition holds; asked now and then."""
    loop, tick = QEventLoop(), QTimer()
    tick.timeout.connect(lambda: loop.quit() if condition() else None)
    tick.start(5)
    QTimer.singleShot(PATIENCE_MS, loop.quit)
    loop.exec()
    tick.stop()
    if not condition():
        raise TimeoutError("the window did not get there")


def painted_since(paints: Paints, widget: QWidget, ready: Callable[[], bool]) -> Callable[[], bool]:
    """Whether a widget was painted after something became ready."""
    seen: list[int] = []

    def now() -> bool:
        if not seen and ready():
            seen.append(paints.of[widget])
        return bool(seen) and paints.of[widget] > seen[0]

    return now


def scanned(window: MainWindow, paints: Paints, folder: Path) -> tuple[float, float]:
    """Seconds from the drop to the first thumbnail and to the whole list, as painted."""
    library, view = window.session.library, window.studies_panel.tree.viewport()
    window.opening.forget()
    start = time.perf_counter()
    window.opening.open([folder])
    waited(painted_since(paints, view, lambda: any(one.picture is not None for one in library.entries)))
    first = paints.at[view] - start
    waited(
        painted_since(paints, view, lambda: sum(one.series is not None for one in library.entries) == SERIES)
    )
    whole = paints.at[view] - start
    waited(lambda: not window.tasks.busy("pictures"))
    settle(0.5)
    return first, whole


def clicked(window: MainWindow, paints: Paints, number: int) -> tuple[float, float]:
    """Seconds from the double click on a series until its first slice is painted, and until all are read."""
    tree, cover = window.studies_panel.tree, window.first_slice
    entry = window.session.library.entries[number]
    item = window.studies_panel.item_of(entry.id)
    tree.scrollToItem(item)
    settle(0.3)
    at = QPointF(tree.visualItemRect(item).center())
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    view = tree.viewport()
    before = paints.of[cover]
    study = window.session.study
    start = time.perf_counter()
    for kind in (
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseButtonRelease,
    ):
        held = none if kind == QEvent.Type.MouseButtonRelease else left
        where = QPointF(view.mapToGlobal(at.toPoint()))
        QApplication.sendEvent(view, QMouseEvent(kind, at, where, left, held, Qt.KeyboardModifier.NoModifier))
    waited(lambda: paints.of[cover] > before)
    first = paints.at[cover] - start
    waited(lambda: window.session.study is not study)
    whole = time.perf_counter() - start
    settle(0.5)
    return first, whole


def read(window: MainWindow, number: int) -> float:
    series = window.session.library.entries[number].series
    start = time.perf_counter()
    series.read()
    return time.perf_counter() - start


def run(source: Path) -> list[dict[str, Any]]:
    window = shown_window()
    paints = Paints(window.studies_panel.tree.viewport(), window.first_slice)
    scans, clicks = [], []
    with tempfile.TemporaryDirectory(prefix="ctprog-benchmark-") as name:
        paths = copies(source, Path(name))
        for number in range(ROUNDS + 1):
            scans.append((*scanned(window, paints, Path(name)), looped(paths)))
            clicks.append((*clicked(window, paints, number), read(window, number)))
        window.close()
    # The first round warms up.
    first, whole, loop = (statistics.median(column) for column in zip(*scans[1:], strict=True))
    slice_, case, series = (statistics.median(column) for column in zip(*clicks[1:], strict=True))
    against = "against a pydicom loop"
    return [
        _row(f"1 000 files in the window: to the first thumbnail painted, {against}", first, loop, 0.3),
        _row(f"1 000 files in the window: to the whole list painted, {against}", whole, loop, 0.5),
        _row("from the double click to the first slice painted, against all slices read", slice_, case, 0.35),
        _row("from the double click to the first slice painted, against reading alone", slice_, series, 0.35),
    ]


def _row(name: str, ours: float, peer: float, goal: float) -> dict[str, Any]:
    figures = {"ours_s": round(ours, 4), "peer_s": round(peer, 4), "ratio": round(ours / peer, 3)}
    return {"name": name, **figures, "goal": goal}


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        print(json.dumps(run(Path(sys.argv[1]))))
