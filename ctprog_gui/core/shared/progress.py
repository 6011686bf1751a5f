"""How a long task tells how far it is, and learns that it should stop."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from ctprog_gui.core.shared.errors import Cancelled


class Progress:
    """A handle that a long task holds while it runs.

    Parameters
    ----------
    on_report
        Called as ``on_report(fraction, text)`` with a fraction in 0..1, in the task's own thread.
    span
        The part of the whole that this handle stands for; `part` narrows it.
    """

    def __init__(
        self,
        on_report: Callable[[float, str], None] | None = None,
        *,
        cancelled: Event | None = None,
        span: tuple[float, float] = (0.0, 1.0),
    ) -> None:
        self._on_report = on_report
        self._cancelled = cancelled if cancelled is not None else Event()
        self._span = span

    def cancel(self) -> None:
        """Ask the task to stop at its next `report` or `check`. Safe from any thread."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raise `Cancelled` if stopping was asked for."""
        if self._cancelled.is_set():
            raise Cancelled("cancelled")

    def report(self, fraction: float, text: str = "") -> None:
        """Tell how far the task is; raises `Cancelled` if stopping was asked for."""
        self.check()
        if self._on_report is not None:
            low, high = self._span
            self._on_report(low + (high - low) * min(max(fraction, 0.0), 1.0), text)

    def part(self, start: float, stop: float) -> Progress:
        """A handle whose 0..1 is start..stop of this one; cancelling either cancels both."""
        low, high = self._span
        width = high - low
        return Progress(
            self._on_report,
            cancelled=self._cancelled,
            span=(low + width * start, low + width * stop),
        )
