"""A change of the ROI that is shown before it is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ctprog_gui.core.roi.edit import Box
from ctprog_gui.state.roi import RoiState

Shape = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Change:
    """What segment `label` would be within the proposal's box (z, y, x): `shape`, where it was `before`."""

    label: int
    before: Shape
    shape: Shape


@dataclass(frozen=True, eq=False)
class Proposal:
    """Changes of one segment or of several, within one box.

    `name` is what the step will be called; `told` is a word of caution that belongs to it. What was drawn
    in the volume view is shown there too (`in_space`).
    """

    name: str
    box: Box
    changes: tuple[Change, ...]
    told: str = ""
    in_space: bool = False
    islands: NDArray[np.int32] | None = None

    @property
    def labels(self) -> frozenset[int]:
        return frozenset(one.label for one in self.changes)

    @property
    def added(self) -> int:
        """Voxels that segments would gain; what one loses to another is counted at both."""
        return sum(int(np.count_nonzero(one.shape & ~one.before)) for one in self.changes)

    @property
    def removed(self) -> int:
        return sum(int(np.count_nonzero(one.before & ~one.shape)) for one in self.changes)


class Awaited:
    """A proposal for segments, by label, that is being worked out; another one is another object."""

    def __init__(self, labels: Collection[int]) -> None:
        self.labels = frozenset(labels)


class ProposalState:
    """At most one proposal, shown or awaited. It is gone as soon as the ROI changes in any other way, or
    another segment than its own is chosen."""

    changed = Signal()

    def __init__(self, roi: RoiState) -> None:
        self._roi = roi
        self._current: Proposal | None = None
        self._awaited: Awaited | None = None
        self._accepted = False
        self._basis: object = None
        roi.changed.connect(self._on_roi_change)
        roi.segments_changed.connect(self._on_segments_change)

    @property
    def current(self) -> Proposal | None:
        return self._current

    @property
    def awaited(self) -> Awaited | None:
        """What is being worked out and not shown yet."""
        return self._awaited

    @property
    def accepted(self) -> bool:
        """Whether what is awaited is to be made as soon as it is there."""
        return self._accepted

    def expect(self, labels: Collection[int]) -> Awaited:
        """Another proposal is on its way: what is shown holds no more."""
        self._current, self._awaited = None, Awaited(labels)
        self._basis = self._made_of(self._awaited.labels)
        self.changed.emit()
        return self._awaited

    def accept_awaited(self) -> None:
        """Say yes to what is being worked out, before it is there."""
        if self._awaited is not None and not self._accepted:
            self._accepted = True
            self.changed.emit()

    def show(
        self, name: str, label: int, box: Box, shape: Shape, told: str = "", *, in_space: bool = False
    ) -> None:
        """Propose a shape for a segment; what it may not take of others is left out of it already."""
        before, landing = self._roi.inside(label, box), self._roi.landing(label, box, shape)
        self._show(Proposal(name, box, (Change(label, before, landing),), told, in_space))

    def show_together(self, name: str, box: Box, shapes: Mapping[int, Shape], told: str = "") -> None:
        """Propose shapes for several segments at once, by label, that share no voxel."""
        changes = (Change(label, self._roi.inside(label, box), shape) for label, shape in shapes.items())
        self._show(Proposal(name, box, tuple(changes), told))

    def show_islands(
        self, name: str, label: int, box: Box, islands: NDArray[np.int32], told: str = ""
    ) -> None:
        """Propose that a segment's islands (z, y, x; numbered from 1 in its box) become segments, but for
        the first, which stays.

        Raises
        ------
        InputError
            If a case can't hold so many.
        """
        before, roi = self._roi.inside(label, box), self._roi
        segment = next(s for s in roi.segments if s.label == label)
        made = segment.parted(int(islands.max()), roi.segments)[len(roi.segments) :]
        changes = [Change(label, before, islands == 1)]
        for number, part in enumerate(made, start=2):
            changes.append(Change(part.label, np.zeros_like(before), islands == number))
        self._show(Proposal(name, box, tuple(changes), told, islands=islands))

    def _show(self, proposal: Proposal) -> None:
        self._current, self._awaited, self._accepted = proposal, None, False
        self._basis = self._made_of(proposal.labels)
        self.changed.emit()

    def commit(self) -> bool:
        """Make the change; returns whether there was one to make."""
        proposal, self._current = self._current, None
        if proposal is None:
            return False
        self.changed.emit()
        if proposal.islands is not None:
            self._roi.split(proposal.name, proposal.changes[0].label, proposal.box, proposal.islands)
            return True
        shapes = {one.label: one.shape for one in proposal.changes}
        return self._roi.reshape_together(proposal.name, proposal.box, shapes)

    def discard(self) -> bool:
        """Drop it, shown or awaited; returns whether there was one."""
        if self._current is None and self._awaited is None:
            return False
        self._current, self._awaited, self._accepted = None, None, False
        self.changed.emit()
        return True

    def _made_of(self, labels: frozenset[int]) -> object:
        """What a proposal for segments depends on of their list: whose it is or which take part, and what
        may be taken of the others."""
        active, locks = self._roi.active, frozenset((s.label, s.locked) for s in self._roi.segments)
        if len(labels) == 1:
            own = active is not None and active.label in labels and not active.locked
            return own, locks, self._roi.overlap
        return locks, self._roi.overlap, frozenset(s.label for s in self._roi.segments if s.visible)

    def _on_roi_change(self, _box: object) -> None:
        self.discard()

    def _on_segments_change(self) -> None:
        """Another segment was chosen, or what may be taken of others changed."""
        proposal = self._current or self._awaited
        if proposal is not None and self._made_of(proposal.labels) != self._basis:
            self.discard()
