"""Long work off the UI thread, with progress, cancelling, and nothing stale coming back."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from ctprog_gui.core.shared.errors import Cancelled, CtprogError
from ctprog_gui.core.shared.progress import Progress

# At most 20 reports a second reach the window.
BETWEEN_REPORTS_S = 0.05


class _Task(QObject):
    """One running piece of work. Its signals carry results from its thread to the UI's."""

    reported = Signal(object, float, str)  # itself, fraction, text
    ended = Signal(object, object, object)  # itself, result, error

    def __init__(self, work: Callable[[Progress], Any]) -> None:
        super().__init__()
        self._work = work
        self._told_at = float("-inf")
        self.progress = Progress(self._report)
        # Not a daemon: a task asked to stop does so at its next report, and the process waits for it.
        self.thread_ = threading.Thread(target=self._run, name="task")

    def _report(self, fraction: float, text: str) -> None:
        """Pass a report on, as often as the eye follows: each one is an event of the UI thread."""
        now = time.monotonic()
        if now - self._told_at >= BETWEEN_REPORTS_S:
            self._told_at = now
            self.reported.emit(self, fraction, text)

    def _run(self) -> None:
        try:
            result, error = self._work(self.progress), None
        except Exception as raised:
            result, error = None, raised
            if not isinstance(raised, CtprogError):
                traceback.print_exc()
        self.ended.emit(self, result, error)


class TaskRunner(QObject):
    """Runs tasks in named lanes, one at a time in each.

    Starting work in a lane cancels what runs there: the old task's result, failure and progress
    are dropped, however late it ends.
    """

    progressed = Signal(str, float, str)  # lane, fraction, text
    idle = Signal(str)  # lane
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._current: dict[str, tuple[_Task, Callable[[Any], None], str]] = {}
        self._alive: set[_Task] = set()

    def start(
        self, lane: str, title: str, work: Callable[[Progress], Any], done: Callable[[Any], None]
    ) -> None:
        """Run ``work(progress)`` in a thread, then ``done(result)`` in the UI thread.

        Without a title the work is a small matter that nobody waits for: it tells no progress.
        """
        self.cancel(lane)
        task = _Task(work)
        self._current[lane] = task, done, title
        self._alive.add(task)
        queued = Qt.ConnectionType.QueuedConnection
        task.reported.connect(self._on_report, queued)
        task.ended.connect(self._on_end, queued)
        if title:
            self.progressed.emit(lane, 0.0, title)
        task.thread_.start()

    def cancel(self, lane: str) -> None:
        """Ask the lane's task to stop; the lane is idle at once."""
        entry = self._current.pop(lane, None)
        if entry is not None:
            entry[0].progress.cancel()
            self._rest(lane, entry[2])

    def busy(self, lane: str) -> bool:
        return lane in self._current

    def close(self) -> None:
        """Cancel everything and wait for the threads to end."""
        for lane in list(self._current):
            self.cancel(lane)
        for task in list(self._alive):
            task.thread_.join()
            task.reported.disconnect()
            task.ended.disconnect()
        self._alive.clear()

    def _rest(self, lane: str, title: str) -> None:
        if title:
            self.idle.emit(lane)

    def _lane_of(self, task: _Task) -> str | None:
        return next((lane for lane, entry in self._current.items() if entry[0] is task), None)

    @Slot(object, float, str)
    def _on_report(self, task: _Task, fraction: float, text: str) -> None:
        lane = self._lane_of(task)
        if lane is not None and self._current[lane][2]:
            self.progressed.emit(lane, fraction, text or self._current[lane][2])

    @Slot(object, object, object)
    def _on_end(self, task: _Task, result: Any, error: Exception | None) -> None:
        self._alive.discard(task)
        task.thread_.join()
        lane = self._lane_of(task)
        if lane is None:
            return
        _, done, title = self._current.pop(lane)
        self._rest(lane, title)
        if error is None:
            done(result)
        elif not isinstance(error, Cancelled):
            told = str(error) if isinstance(error, CtprogError) else f"{type(error).__name__}: {error}"
            self.failed.emit(told)
