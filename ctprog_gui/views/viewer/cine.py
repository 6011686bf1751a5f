"""Slices as a film."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer

from ctprog_gui.state.viewports import Viewports


class CinePlayer(QObject):
    """Steps through the plane that the state says, at its pace; round from the last slice to the first.

    Where drawing can't keep up, slices are left out rather than the film slowed down.
    """

    def __init__(self, viewports: Viewports, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewports = viewports
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._clock = QElapsedTimer()
        self._owed = 0.0
        viewports.cine_changed.connect(self._on_cine_change)

    def finalise(self) -> None:
        self._timer.stop()
        self._viewports.cine_changed.disconnect(self._on_cine_change)

    def _on_cine_change(self) -> None:
        if self._viewports.cine is None:
            self._timer.stop()
            return
        self._timer.setInterval(round(1000 / self._viewports.cine_fps))
        if not self._timer.isActive():
            self._clock.start()
            self._owed = 0.0
            self._timer.start()

    def _on_tick(self) -> None:
        plane = self._viewports.cine
        if plane is None:
            return
        self._owed += self._clock.restart() / 1000 * self._viewports.cine_fps
        # The timer's own jitter must not make a step of two.
        steps = max(1, int(self._owed)) if self._owed > 0.5 else 0
        self._owed -= steps
        if steps:
            self._viewports.advance(plane, steps)
