"""The ring around the ROI that a model looked at besides, as an overlay."""

from __future__ import annotations

from psygnal import Signal

from ctprog_gui.core.imaging.mask import Mask


class RingState:
    """Whether it is wanted, and the ring that was found last, on the grid on which the model reads it.

    It stays while that of a changed ROI is being found; None where there is none to show.
    """

    changed = Signal()
    wanted_changed = Signal()

    def __init__(self) -> None:
        self._wanted = False
        self._ring: Mask | None = None

    @property
    def wanted(self) -> bool:
        return self._wanted

    @wanted.setter
    def wanted(self, value: bool) -> None:
        if value != self._wanted:
            self._wanted = value
            self.wanted_changed.emit()

    @property
    def ring(self) -> Mask | None:
        return self._ring

    @ring.setter
    def ring(self, value: Mask | None) -> None:
        if value is not self._ring:
            self._ring = value
            self.changed.emit()
