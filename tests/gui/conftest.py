"""The window under test: real widgets, real events, and nothing left behind."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from gui_support import make_study, settle
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from vtkmodules.vtkRenderingCore import vtkRenderWindow

from ctprog_gui.app import make_application, make_window
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.state.study import Study
from ctprog_gui.views.main_window import MainWindow


@pytest.fixture(scope="session")
def qapp() -> Iterator[QApplication]:
    """The application; what is there before the first window is left out of every search for leaks.

    After tests that import torch, half a million objects are, and each window's test goes through all
    that the collector knows: 0.4 s of its processor time, against nothing to speak of for its own ones.
    """
    made = make_application()
    gc.collect()
    gc.freeze()
    yield made
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTPROG_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[MainWindow]:
    """The main window, shown. After the test it is closed, and must leave no thread, timer,
    process or render window."""
    threads = set(threading.enumerate())
    made = make_window()
    with ExitStack() as unless_ready:
        # What follows the yield is not run where something fails before it, and the window's threads
        # would keep pytest from ending.
        unless_ready.callback(made.close)
        with qtbot.waitExposed(made):
            made.show()
        # Shortcuts belong to the active window, and there may be no window manager to make it so.
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        unless_ready.pop_all()
    yield made
    pid = made.inference.pid
    made.close()
    # deleteLater and queued signals of the closing window run here.
    for _ in range(3):
        qapp.processEvents()
    timers = [t for t in made.findChildren(QTimer) if t.isActive()]
    made.deleteLater()
    del made
    qapp.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    qapp.processEvents()
    gc.collect()
    assert not [t.name for t in set(threading.enumerate()) - threads]
    assert not timers
    # By type, not isinstance: asking some of torch's objects for their class warns.
    assert not [o for o in gc.get_objects() if issubclass(type(o), vtkRenderWindow)]
    assert pid is None or not _alive(pid)


def _alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.fixture
def study() -> Study:
    return make_study()


@pytest.fixture
def sphere(study: Study) -> Mask:
    """A ball of radius 14 mm in the patient's right upper front."""
    grid = study.volume.geometry
    index = np.stack(np.indices(grid.shape)[::-1], axis=-1)
    centre = grid.index_to_patient((12, 16, 20))
    inside = np.linalg.norm(grid.index_to_patient(index) - centre, axis=-1) < 14
    return Mask(inside, grid, "ball")


@pytest.fixture
def opened(window: MainWindow, study: Study, qtbot: QtBot) -> MainWindow:
    """The window with the study on the screen, drawn."""
    window.session.show(study)
    settle(window)
    return window
