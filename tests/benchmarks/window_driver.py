"""Drives the application's own window, as its tests do, for the benchmarks of it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from ctprog_gui.app import make_application, make_window
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.viewer.vtk_host import VtkHost

PATIENCE_S = 120.0

# A home of its own: the person's journal would bring regions of earlier days along.
_HOME = tempfile.TemporaryDirectory(prefix="ctprog-benchmark-")
os.environ["CTPROG_HOME"] = _HOME.name


def hosts(window: MainWindow) -> list[VtkHost]:
    """The four views, the volume view last."""
    return [view.canvas for view in window.viewer.slices.values()] + [window.viewer.volume.canvas]


def pump(condition: Callable[[], bool]) -> None:
    """Handle events until the condition holds."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def settle(seconds: float = 1.0) -> None:
    """Handle events for a while, so that nothing is left over from before."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def shown_window() -> MainWindow:
    """The empty window, every view of it drawn once."""
    make_application()
    window = make_window()
    window.show()
    pump(lambda: all(host.renders for host in hosts(window)))
    settle()
    return window


def open_case(window: MainWindow, folder: Path) -> None:
    """Open LUNG1-001 (its ``ct`` and ``rtstruct`` in `folder`) with GTV-1, drawn in all views."""
    # Here, so that the empty window does not hold what only reading needs.
    from ctprog_gui.core.roi.reading import read_rois

    window.opening.open([folder / "ct"])
    pump(lambda: window.session.study is not None)
    study = window.session.study
    assert study is not None
    (rtstruct,) = (folder / "rtstruct").iterdir()
    regions = [mask for mask in read_rois(rtstruct, study.volume.geometry) if mask.name == "GTV-1"]
    window.opening.add(regions)
    del regions
    pump(lambda: window.session.roi.measures is not None)
    settle()
