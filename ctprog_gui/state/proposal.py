"""A change of the ROI that is shown before it is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ctprog_gui.core.roi.edit import Box
from ctprog_gui.state.roi import RoiState


@dataclass(frozen=True, eq=False)
class Proposal:
    """What segment `label` would be within a box (z, y, x): `shape`, where it was `before`.

    `name` is what the step will be called; `told` is a word of caution that belongs to it.
    """

    name: str
    label: int
    box: Box
    before: NDArray[np.bool_]
    shape: NDArray[np.bool_]
    told: str = ""

    @property
    def added(self) -> int:
        return int(np.count_nonzero(self.shape & ~self.before))

    @property
    def removed(self) -> int:
        return int(np.count_nonzero(self.before & ~self.shape))


class ProposalState:
    """At most one proposal. It is gone as soon as the ROI changes in any other way."""

    changed = Signal()

    def __init__(self, roi: RoiState) -> None:
        self._roi = roi
        self._current: Proposal | None = None
        roi.changed.connect(self._on_roi_change)
        roi.segments_changed.connect(self._on_segments_change)

    @property
    def current(self) -> Proposal | None:
        return self._current

    def show(self, name: str, label: int, box: Box, shape: NDArray[np.bool_], told: str = "") -> None:
        """Propose a shape for a segment; what it may not take of others is left out of it already."""
        before = self._roi.inside(label, box)
        self._current = Proposal(name, label, box, before, self._roi.landing(label, box, shape), told)
        self.changed.emit()

    def commit(self) -> bool:
        """Make the change; returns whether there was one to make."""
        proposal, self._current = self._current, None
        if proposal is None:
            return False
        self.changed.emit()
        return self._roi.reshape(proposal.name, proposal.label, proposal.box, proposal.shape)

    def discard(self) -> bool:
        """Drop it; returns whether there was one."""
        if self._current is None:
            return False
        self._current = None
        self.changed.emit()
        return True

    def _on_roi_change(self, _box: object) -> None:
        self.discard()

    def _on_segments_change(self) -> None:
        """Another segment was chosen, or what may be taken of others changed."""
        proposal = self._current
        active = self._roi.active
        if proposal is not None and (active is None or active.label != proposal.label or active.locked):
            self.discard()
