"""Ending a run on Ctrl-C or SIGTERM without leaving anything half-done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """Whether the run was asked to stop.

    Outside of `deferred`, a signal raises KeyboardInterrupt where it finds the run: all files are
    written under temporary names, so that is safe anywhere. Within, it only sets `asked`, and the
    loop raises between two steps, behind a checkpoint. A second signal raises at once everywhere.
    """

    def __init__(self) -> None:
        self.asked = False
        self._deferring = 0

    def ask(self) -> None:
        """What a signal does."""
        again = self.asked
        self.asked = True
        if again or not self._deferring:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raise KeyboardInterrupt if the run was asked to stop."""
        if self.asked:
            raise KeyboardInterrupt

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Let a first signal wait for `check`."""
        self._deferring += 1
        try:
            yield
        finally:
            self._deferring -= 1


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """A `Stop` that SIGINT and SIGTERM ask; off the main thread, which alone gets signals, nothing does.

    A run that was asked to stop leaves both signals ignored: the process is about to end, and an
    impatient third Ctrl-C would only write a traceback over its last line.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.ask()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if stop.asked else handler)
