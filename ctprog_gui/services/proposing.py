"""Works out what an effect or a click would make of the ROI, off the UI thread, and proposes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from ctprog_gui.core.roi.edit import Box, tight_box, union
from ctprog_gui.core.roi.effect import Effect, Part, room_for
from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.core.roi.joint_smoothing import JointSmoothing
from ctprog_gui.core.roi.scissors import Cut, Scissors
from ctprog_gui.core.roi.view_cut import ViewCut
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import marked, tr
from ctprog_gui.state.proposal import Awaited
from ctprog_gui.state.refusal import why_closed
from ctprog_gui.state.segment import NEW_SEGMENT, Segment
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Tool

LANE = "proposing"
# Tools that compute under the pointer, in the UI thread.
READS_IMAGE = frozenset({Tool.LIVEWIRE, Tool.ADAPTIVE, Tool.LEVEL})
# A region grown from a click ends here, in space: a leak through the whole body helps nobody.
GROW_LIMIT_MM = 50.0

Reshaped = dict[int, NDArray[np.bool_]]
Found = tuple[Box, NDArray[np.bool_], str]
Answer = TypeVar("Answer")


class Proposing(QObject):
    """A newer wish drops an older one. What nobody awaits any more is broken off: the ROI changed, another
    segment was chosen, or it was called off (`ProposalState`).

    `mark` tells its lane from that of another series.
    """

    told = Signal(str)

    def __init__(
        self, session: Session, tasks: TaskRunner, mark: str = "", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._lane = LANE + mark
        self._session = session
        self._tasks = tasks
        self._warm = False
        self._working_on: Awaited | None = None
        session.seeded.connect(self._on_seed)
        session.cut_drawn.connect(self._on_cut)
        session.tools.changed.connect(self._on_tools_change)
        session.proposal.changed.connect(self._on_proposal_change)
        tasks.failed.connect(self._on_failed)

    def close(self) -> None:
        self._session.seeded.disconnect(self._on_seed)
        self._session.cut_drawn.disconnect(self._on_cut)
        self._session.tools.changed.disconnect(self._on_tools_change)
        self._session.proposal.changed.disconnect(self._on_proposal_change)

    def _propose_together(self, effect: JointSmoothing) -> None:
        """Show what smoothing makes of all visible segments that are not locked."""
        session = self._session
        study, roi = session.study, session.roi
        if study is None:
            return
        parts = [s for s in roi.segments if s.visible and not s.locked and roi.extent(s.label) is not None]
        extent: Box | None = None
        for segment in parts:
            extent = union(extent, roi.extent(segment.label))
        if extent is None:
            session.proposal.discard()
            self.told.emit(tr("No visible segment has a voxel that may change."))
            return
        box = room_for(effect, extent, study.volume.geometry)
        # Copies: the label maps may change while the task reads.
        layers = [layer[box].copy() for layer in roi.layers]
        hu, limit = study.volume.voxels[box], session.tools.limit.holding
        spacing = study.volume.geometry.spacing_mm

        def work(progress: Progress) -> Reshaped | str:
            labels, others = np.zeros(layers[0].shape, np.uint8), np.zeros(layers[0].shape, bool)
            names = {s.label: s.name for s in parts}
            for layer in layers:
                taking = np.isin(layer, list(names))
                both = taking & (labels > 0)
                if both.any():
                    at = tuple(np.argwhere(both)[0])
                    overlap = tr("{name} and {other} overlap: only segments apart are smoothed together.")
                    return overlap.format(name=names[int(labels[at])], other=names[int(layer[at])])
                labels[taking] = layer[taking]
                others |= (layer > 0) & ~taking
            frozen = ~limit.holds(hu) if limit is not None else np.zeros_like(others)
            after = effect.apply(labels, others, frozen, spacing[::-1], progress)
            return {label: after == label for label in names}

        def done(found: Reshaped | str) -> None:
            if isinstance(found, str):
                session.proposal.discard()
                self.told.emit(found)
                return
            session.proposal.show_together(effect.name, box, found)
            self._drop_idle(effect.name)

        self._run([s.label for s in parts], work, done)

    def propose(self, effect: Effect | JointSmoothing, other: Segment | None = None) -> None:
        """Show what an effect would make of the active segment, or of all that are visible."""
        if isinstance(effect, JointSmoothing):
            self._propose_together(effect)
            return
        session = self._session
        study, active = session.study, session.roi.active
        why = why_closed(active)
        if study is None or active is None or why:
            session.proposal.discard()
            if why:
                session.tools.refused.emit(why)
            return
        extent = session.roi.extent(active.label)
        if other is not None:
            extent = union(extent, session.roi.extent(other.label))
        if extent is None:
            session.proposal.discard()
            empty = tr("{name} is empty: there is nothing to work on.")
            self.told.emit(empty.format(name=active.name))
            return
        box = room_for(effect, extent, study.volume.geometry)
        hu = study.volume.voxels[box]
        # Copies: the label map may change while the task reads.
        part = Part(
            session.roi.inside(active.label, box),
            study.volume.geometry.spacing_mm,
            session.roi.inside(other.label, box) if other is not None else None,
            hu,
        )
        limit = session.tools.limit.holding

        def work(_: Progress) -> Found:
            after = effect.apply(part)
            if limit is not None:
                after = limit.limit(part.voxels, after, hu)
            return box, after, ""

        self._start(active, effect.name, work)

    def _on_seed(self, point_mm: NDArray[np.float64]) -> None:
        session = self._session
        study, tool = session.study, session.tools.tool
        if study is None:
            return
        session.proposal.discard()
        volume, limit = study.volume, session.tools.limit.holding
        index = volume.geometry.patient_to_index(point_mm)
        if not volume.geometry.contains_index(index):
            self.told.emit(tr("The click is outside the image."))
            return
        active = session.roi.active
        if active is None:
            active = session.roi.add_empty(NEW_SEGMENT)

        def grow(_: Progress) -> Found | None:
            from ctprog_gui.core.roi.growing import grow, range_at

            hu_range = limit or range_at(volume, index)
            found = grow(volume, index, hu_range, GROW_LIMIT_MM)
            return None if found is None else (*found, _words(hu_range))

        def nodule(_: Progress) -> Found:
            from ctprog_gui.core.roi.nodule import propose_nodule

            found = propose_nodule(volume, index)
            return found.box, found.shape, found.told

        if tool is Tool.NODULE:
            self._start(active, marked("Nodule"), nodule, add=True)
        else:
            self._start(active, marked("Grow region"), grow, add=True)

    def _on_cut(self, cut: ViewCut) -> None:
        """A line was drawn in the volume view: cut the active segment along it, through all its depth."""
        session = self._session
        study, active = session.study, session.roi.active
        extent = session.roi.extent(active.label) if active else None
        if study is None or active is None or extent is None:
            self.told.emit(tr("There is no segment to cut."))
            return
        why = why_closed(active)
        if why:
            session.tools.refused.emit(why)
            return
        kind, limit = session.tools.scissors.cut, session.tools.limit.holding
        if kind is Cut.FILL_INSIDE:
            self.told.emit(tr("In the volume view the scissors cut: choose to erase inside or outside."))
            return
        before, hu = session.roi.inside(active.label, extent), study.volume.voxels[extent]

        def work(progress: Progress) -> Found:
            inside = cut.inside(study.volume.geometry, extent, progress)
            after = Scissors(kind).apply(before, inside)
            return extent, after if limit is None else limit.limit(before, after, hu), ""

        self._start(active, marked("Scissors in 3D"), work, in_space=True)

    def _start(
        self,
        segment: Segment,
        name: str,
        work: Callable[[Progress], Found | None],
        *,
        add: bool = False,
        in_space: bool = False,
    ) -> None:
        def done(found: Found | None) -> None:
            if found is None:
                self.told.emit(tr("The voxel that was clicked is outside the range of HU."))
                return
            box, shape, told = found
            if add:
                shape = shape | self._session.roi.inside(segment.label, box)
                box, shape = _trimmed(box, shape)
            self._session.proposal.show(name, segment.label, box, shape, told, in_space=in_space)
            self._drop_idle(name)

        self._run([segment.label], work, done)

    def _run(
        self, labels: list[int], work: Callable[[Progress], Answer], done: Callable[[Answer], None]
    ) -> None:
        """Work a proposal out; one that was accepted before it was there is made."""
        session, proposal = self._session, self._session.proposal

        def ended(found: Answer) -> None:
            accepted, self._working_on = proposal.accepted, None
            done(found)
            if proposal.awaited is awaited:
                proposal.discard()
            elif accepted and proposal.current is not None:
                session.accept()

        awaited = proposal.expect(labels)
        self._working_on = awaited
        self._tasks.start(self._lane, "", work, ended)

    def _drop_idle(self, name: str) -> None:
        """A proposal that changes nothing is none, and says so."""
        current = self._session.proposal.current
        if current is not None and not current.added and not current.removed:
            self._session.proposal.discard()
            self.told.emit(tr("{effect} changes nothing here.").format(effect=phrase(name)))

    def _on_tools_change(self) -> None:
        if self._session.tools.tool in READS_IMAGE and not self._warm:
            self._warm = True
            self._tasks.start("warming", "", _load_scipy, lambda _: None)

    def _on_proposal_change(self) -> None:
        if self._working_on is not None and self._session.proposal.awaited is not self._working_on:
            self._working_on = None
            self._tasks.cancel(self._lane)

    def _on_failed(self, _told: str) -> None:
        if self._working_on is not None and not self._tasks.busy(self._lane):
            self._session.proposal.discard()


def _load_scipy(_: Progress) -> None:
    """What these tools compute with takes 0.4 s to load: rather now than under the first click."""
    import scipy.ndimage
    import scipy.sparse.csgraph  # noqa: F401  # loaded for its effect alone


def _trimmed(box: Box, shape: NDArray[np.bool_]) -> tuple[Box, NDArray[np.bool_]]:
    """The box around what is set alone: a proposal is drawn and written within its box."""
    tight = tight_box(shape)
    if tight is None:
        return box, shape
    z, y, x = (slice(b.start + t.start, b.start + t.stop) for b, t in zip(box, tight, strict=True))
    return (z, y, x), shape[tight]


def _words(hu_range: HuRange) -> str:
    return tr("From {low} to {high} HU, within {limit} mm.").format(
        low=f"{hu_range.low_hu:.0f}", high=f"{hu_range.high_hu:.0f}", limit=f"{GROW_LIMIT_MM:g}"
    )
