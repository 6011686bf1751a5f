"""The ring around the ROI that a model looked at besides, as an overlay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

Part = tuple[tuple[int, int, int], NDArray[np.bool_]]


class RingState:
    """Whether it is wanted, how wide it is, and its voxels for the ROI as it is.

    `part` is the first (z, y, x) of a box and the voxels within it; None until it is found.
    """

    changed = Signal()
    wanted_changed = Signal()

    def __init__(self) -> None:
        self._wanted = False
        self._part: Part | None = None

    @property
    def wanted(self) -> bool:
        return self._wanted

    @wanted.setter
    def wanted(self, value: bool) -> None:
        if value != self._wanted:
            self._wanted = value
            self.wanted_changed.emit()

    @property
    def part(self) -> Part | None:
        return self._part

    @part.setter
    def part(self, value: Part | None) -> None:
        if value is not self._part:
            self._part = value
            self.changed.emit()
