"""Twenty cases, one after the other: what they took is given back."""

from __future__ import annotations

import ctypes
import gc
import threading
import weakref
from pathlib import Path

import pytest
from gui_support import make_study, settle
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot
from vtkmodules.vtkCommonCore import vtkObjectBase

from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.views.main_window import MainWindow

MIB = 2**20
SHAPE = (32, 128, 128)


def resident_bytes() -> int:
    """Anonymous memory of this process, with what the allocator keeps for itself given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def vtk_objects() -> int:
    gc.collect()
    return sum(issubclass(type(thing), vtkObjectBase) for thing in gc.get_objects())


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Two series of different sizes on disk, opened by turns."""
    made = []
    for number, shape in enumerate((SHAPE, (28, 144, 112))):
        study = make_study(shape, name=f"case {number}")
        write_ct_series(tmp_path / str(number), study.volume, patient_id=f"P{number}")
        made.append(tmp_path / str(number))
    return made


def test_twenty_cases_leave_as_much_as_two(window: MainWindow, folders: list[Path], qtbot: QtBot):
    """Opened, scrolled, switched and closed. Memory after the twentieth: within 5 % of the second's."""
    after: list[int] = []
    counts: list[tuple[int, int, int]] = []
    gone: list[weakref.ref] = []
    for number in range(20):
        window.opening.open([folders[number % 2]])
        qtbot.waitUntil(
            lambda number=number: (
                window.session.study is not None
                and window.session.study.info.patient.patient_id == f"P{number % 2}"
            ),
            timeout=60_000,
        )
        qtbot.waitUntil(lambda: not window.tasks.busy("pictures"), timeout=60_000)
        gone.append(weakref.ref(window.session.study.volume))
        for plane in Plane:
            window.session.viewports.scroll(plane, 2)
        settle(window)
        # Every other case is switched for the next, the others are closed first.
        if number % 2:
            window.close_study()
            settle(window)
            after.append(resident_bytes())
            timers = sum(timer.isActive() for timer in window.findChildren(QTimer))
            counts.append((threading.active_count(), timers, vtk_objects()))
    assert [ref() for ref in gone] == [None] * 20
    assert abs(after[-1] / after[0] - 1) <= 0.05, [round(one / MIB, 1) for one in after]
    assert counts[-1] == counts[0]
