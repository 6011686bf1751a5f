"""The application with its window.

The order of the start: environment for Qt → QApplication → state → services → window → shown → what was
named on the command line is opened → the views have their first picture → the inference process is
started and asked for its bundles. Nothing of torch, pandas, SimpleITK or scipy is imported here: those
live in the inference process or in the task that needs them.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from ctprog_gui.commands.catalogue import COMMANDS
from ctprog_gui.core.shared.console import INTERRUPTED, OK
from ctprog_gui.core.shared.errors import CtprogError, InputError
from ctprog_gui.services.inference_process import InferenceProcess
from ctprog_gui.services.opening import Opening
from ctprog_gui.services.settings_file import SettingsFile
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.services.translation import translate_into
from ctprog_gui.state.session import Session
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.theme import repaint

DEMO_TIMEOUT_S = 600
# Pictures that do not come in this time hold nothing back.
PICTURES_S = 2.0
_M_ARENA_MAX = -8  # malloc.h


def make_application() -> QApplication:
    """The QApplication with what the views rely on; the running one if there is one."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    _share_one_arena()
    if sys.platform.startswith("linux"):
        # VTK draws into X11 windows; under Wayland that goes through XWayland.
        os.environ.setdefault("QT_QPA_PLATFORM", "xcb")
        if os.environ["QT_QPA_PLATFORM"] == "xcb":
            _require_display()
    # Each view needs a native window of its own; its neighbours do not.
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontCreateNativeWidgetSiblings)
    application = QApplication(["ctprog"])
    application.setApplicationName("CTProg")
    application.setApplicationDisplayName("")
    return application


def _share_one_arena() -> None:
    """Let all threads take memory from one arena of glibc's.

    It gives each new thread an arena of its own otherwise, and what the reading tasks left in theirs is not
    given back: twenty cases took a fifth more memory than two.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform.startswith("linux") else None
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


def _require_display() -> None:
    """Qt aborts the process where it can't reach the display; a line is kinder.

    Raises
    ------
    InputError
        If there is no display, or the X server does not answer.
    """
    name = os.environ.get("DISPLAY")
    if not name:
        raise InputError("there is no display; set DISPLAY, or run it under xvfb-run")
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    connection = x11.XOpenDisplay(name.encode())
    if not connection:
        raise InputError(f"the display {name} can't be reached; set DISPLAY, or run it under xvfb-run")
    x11.XCloseDisplay(connection)


def make_window() -> MainWindow:
    """State, services and window, connected; nothing runs yet."""
    kept = SettingsFile(command.id for command in COMMANDS)
    translate_into(kept.settings["appearance.language"])
    session = Session(kept.settings)
    tasks = TaskRunner()
    opening = Opening(session, tasks)
    inference = InferenceProcess(session)
    repaint(kept.settings)
    return MainWindow(session, tasks, opening, inference, kept)


def view(paths: list[Path]) -> int:
    """``ctprog [PATH…]``"""
    application = make_application()
    window = make_window()
    window.show()
    _once_drawn(window, window.inference.list_bundles, window.opening.prepare)
    settings = window.session.settings
    if settings["help.tour"] and not paths:
        # Once: a tour that comes back is a nuisance.
        settings.set("help.tour", False)
        QTimer.singleShot(0, window.show_tour)
    if paths:
        QTimer.singleShot(0, lambda: window.opening.open(paths))
    return _run(application)


def _once_drawn(window: MainWindow, *acts: Callable[[], object]) -> None:
    """Begin what takes other cores and the interpreter when the views have had their first picture.

    A view that the layout hides is not waited for, nor any for longer than `PICTURES_S`.
    """
    hosts = [*(view.canvas for view in window.viewer.slices.values()), window.viewer.volume.canvas]
    watch = QTimer(window)
    begun = time.monotonic()

    def look() -> None:
        waiting = any(host.isVisible() and not host.renders for host in hosts)
        if waiting and time.monotonic() - begun < PICTURES_S:
            return
        watch.stop()
        # A window that was closed meanwhile wants nothing any more.
        for act in acts if window.isVisible() else ():
            act()

    watch.timeout.connect(look)
    watch.start(10)


def demo(out: Path | None) -> int:
    """``ctprog demo [--out DIR]``"""
    application = make_application()
    window = make_window()
    window.show()
    if out is None:
        _once_drawn(window, window.inference.list_bundles)
        QTimer.singleShot(0, window.open_demo)
        return _run(application)
    try:
        loop = QEventLoop()
        with _interrupt(loop.quit) as interrupted:
            _demo_to_files(window, out, loop, interrupted)
    finally:
        window.close()
    return OK


def _run(application: QApplication) -> int:
    with _interrupt(application.closeAllWindows) as interrupted:
        status = application.exec()
    return INTERRUPTED if interrupted.is_set() else status


@contextmanager
def _interrupt(stop: Callable[[], object]) -> Iterator[Event]:
    """Let Ctrl-C in the terminal `stop` what runs, and tell afterwards that it did.

    Python sees a signal only while it runs itself: a timer gives it the occasion.
    """
    interrupted = Event()

    def on_signal(*_: object) -> None:
        interrupted.set()
        stop()

    before = signal.signal(signal.SIGINT, on_signal)
    timer = QTimer()
    timer.timeout.connect(lambda: None)
    timer.start(200)
    try:
        yield interrupted
    finally:
        timer.stop()
        signal.signal(signal.SIGINT, before)


def _demo_to_files(window: MainWindow, out: Path, loop: QEventLoop, interrupted: Event) -> None:
    """Wait for the predictions as a person would, then write what is on the screen."""
    from ctprog_gui.core.imaging.planes import Plane
    from ctprog_gui.core.inference.result import build_result
    from ctprog_gui.core.shared.writing import write_json
    from ctprog_gui.views.snapshot import save_png, snapshot

    troubles: list[str] = []
    window.tasks.failed.connect(lambda told: (troubles.append(told), loop.quit()))
    window.inference.failed.connect(troubles.append)
    window.inference.finished.connect(lambda _cancelled: loop.quit())
    QTimer.singleShot(DEMO_TIMEOUT_S * 1000, loop.quit)
    window.inference.list_bundles()
    window.open_demo()
    loop.exec()
    if interrupted.is_set():
        raise KeyboardInterrupt
    session = window.session
    if troubles or session.study is None or not session.prognosis.predictions:
        raise CtprogError(troubles[0] if troubles else "the demonstration gave no prediction in time")
    # Layouts settle and the charts are laid out once more before the picture is taken.
    for _ in range(5):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 100)
    active = session.roi.active
    result = build_result(
        session.study.volume,
        session.roi.mask_of(active.label) if active else None,
        session.prognosis.predictions,
        clinical=session.clinical.values,
    )
    save_png(snapshot(window), out / "window.png")
    save_png(window.viewer.slices[Plane.AXIAL].canvas.picture(), out / "axial.png")
    save_png(window.viewer.volume.canvas.picture(), out / "volume.png")
    write_json(out / "result.json", result)
    print(f"Research use only. Written to {out}")
