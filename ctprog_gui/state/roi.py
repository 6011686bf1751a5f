"""The regions of interest of the open study as they change: edits, their history, and signals of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.edit import NOTHING, Atom, Box, merged, tight_box, union, write
from ctprog_gui.core.roi.history import History, OpenStep, Step
from ctprog_gui.core.roi.journal import Record
from ctprog_gui.core.roi.layers import Overlap
from ctprog_gui.core.roi.measures import RoiMeasures
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.state.regions import Regions, Segments
from ctprog_gui.state.segment import Segment, after_jump, next_segment


class RoiState(Regions):
    """Segments and the label maps (z, y, x; uint8, 0 is background) they share.

    All lie in one, until `overlap` lets some share voxels. `changed` tells which part of them is new,
    as slices (z, y, x), or None for all of it; `segments_changed` that a name, colour, visibility or the
    list itself is new; `measures_changed` that the active segment's measures came in or no longer hold;
    `recorded` carries each finished step, undo, redo or change of looks to whoever keeps the journal;
    `stroke_changed` that a stroke was opened or has ended.
    """

    changed = Signal(object)
    segments_changed = Signal()
    measures_changed = Signal()
    recorded = Signal(object)
    stroke_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._history: History[Segments] = History()
        self._measures: RoiMeasures | None = None
        self._stroke: OpenStep[Segments] | None = None

    def show(self, geometry: Geometry | None) -> None:
        """Begin with an empty label map on a new grid; memory is taken at the first region.

        A stroke that is still open is finished first: it belongs to the case that is left.
        """
        self.finish_stroke()
        self._begin(geometry)
        self._history.clear()
        self.measures = None
        self.segments_changed.emit()
        self.changed.emit(None)

    @property
    def history(self) -> History[Segments]:
        """What can be undone and redone; changed only through `undo`, `redo` and edits."""
        return self._history

    @property
    def measures(self) -> RoiMeasures | None:
        """Measures of the active segment as it is now, or None until they are taken."""
        return self._measures

    @measures.setter
    def measures(self, value: RoiMeasures | None) -> None:
        if value is not self._measures:
            self._measures = value
            self.measures_changed.emit()

    @property
    def overlap(self) -> Overlap:
        """What happens where segments meet; locked ones never lose a voxel."""
        return self._overlap

    @overlap.setter
    def overlap(self, value: Overlap) -> None:
        if value is not self._overlap:
            self._overlap = value
            self._looks_changed()

    # Regions

    def add(self, mask: Mask, overlap: Overlap | None = None) -> Segment:
        """Add a region as a segment of its own and make it the active one.

        What happens where it meets another segment is `overlap`, where not given the state's own.

        Raises
        ------
        GeometryError
            If the mask lies on another grid than the study.
        InputError
            If the label map is full.
        """
        return self.add_all([mask], overlap)[0]

    def add_all(self, masks: Sequence[Mask], overlap: Overlap | None = None) -> Segments:
        """Add regions, all or none, as one step of the history; see `add`."""
        for mask in masks:
            if self._geometry is not None:
                self._geometry.require_same(mask.geometry, f"ROI {mask.name}")
        return self._add([(mask.name, mask) for mask in masks], overlap)

    def add_empty(self, name: str) -> Segment:
        """Add a segment to paint into."""
        return self._add([(name, None)])[0]

    def _add(self, wanted: Sequence[tuple[str, Mask | None]], overlap: Overlap | None = None) -> Segments:
        self.finish_stroke()
        if self._geometry is None:
            raise InputError("open a CT before adding a ROI")
        before = made = self._segments
        for name, mask in wanted:
            made = (*made, next_segment(name, made).like(mask))
        self._segments, self._active = made, made[-1].label
        _ = self._layers[0]
        atoms: list[Atom] = []
        changed: Box | None = None
        for segment, (_name, mask) in zip(made[len(before) :], wanted, strict=True):
            self._extents[segment.label] = None
            box = mask.bounding_box if mask is not None else None
            if mask is not None and box is not None:
                atoms += self._write(box, mask.voxels[box], segment.label, overlap)
                changed = union(changed, box)
        names = ", ".join(segment.name for segment in made[len(before) :])
        self._finish(Step(f"Add {names}", tuple(atoms), before, self._segments), changed or NOTHING)
        return self._segments[len(before) :]

    def remove(self, label: int) -> bool:
        """Remove a segment and its voxels, unless it is locked; returns whether it was."""
        self.finish_stroke()
        segment = self._segment(label)
        if segment is None or segment.locked:
            return False
        before = self._segments
        box = self._extents.get(label)
        atom = None
        if box is not None:
            atom = write(self._layers[segment.layer], box, self.inside(label, box), 0, segment.layer)
        self._segments = tuple(s for s in before if s.label != label)
        self._extents[label] = None
        if self._active == label:
            self._active = self._segments[-1].label if self._segments else None
        atoms = (atom,) if atom is not None else ()
        self._finish(Step(f"Remove {segment.name}", atoms, before, self._segments), box or NOTHING)
        return True

    # Looks: not steps of the history, but kept in the journal

    def activate(self, label: int) -> None:
        if label != self._active and self._segment(label) is not None:
            self.finish_stroke()
            self._active = label
            self.measures = None
            self._looks_changed()

    def set_visible(self, label: int, visible: bool) -> None:
        self._change(label, visible=visible)

    def set_opacity(self, label: int, opacity: float) -> None:
        self._change(label, opacity=min(max(opacity, 0.0), 1.0))

    def set_locked(self, label: int, locked: bool) -> None:
        self._change(label, locked=locked)

    def set_colour(self, label: int, colour: tuple[int, int, int]) -> None:
        self._change(label, colour=colour)

    def rename(self, label: int, name: str) -> None:
        self._change(label, name=name)

    # Status and order: steps of the history without a voxel

    def set_status(self, label: int, status: str) -> None:
        segment = self._segment(label)
        if segment is not None and segment.status != status:
            changed = segment.with_status(status)
            told = f"Status of {segment.name}: {status}"
            self._arrange(told, tuple(changed if s is segment else s for s in self._segments))

    def move(self, label: int, places: int) -> None:
        """Move a segment up (negative) or down in the list; what is drawn and scored stays the same."""
        order = [s.label for s in self._segments]
        if label not in order:
            return
        at = order.index(label)
        to = min(max(at + places, 0), len(order) - 1)
        if to != at:
            moved = list(self._segments)
            moved.insert(to, moved.pop(at))
            self._arrange(f"Move {moved[to].name} {'up' if to < at else 'down'}", tuple(moved))

    def _arrange(self, name: str, segments: Segments) -> None:
        self.finish_stroke()
        step = Step(name, (), self._segments, segments)
        self._segments = segments
        self._history.push(step)
        self._record_step(step)
        self.segments_changed.emit()

    # Editing

    def reshape(self, name: str, label: int, box: Box, shape: NDArray[np.bool_]) -> bool:
        """Give a segment a shape (z, y, x) within a box: see `reshape_together`."""
        return self.reshape_together(name, box, {label: shape})

    def reshape_together(self, name: str, box: Box, shapes: Mapping[int, NDArray[np.bool_]]) -> bool:
        """Give segments, by label, shapes (z, y, x) within a box; outside the box they stay as they are.

        One step of the history, called `name`. Locked segments, and others where `overlap` says so, lose
        nothing; what one of those given loses another may have. Returns whether anything changed.
        """
        self.finish_stroke()
        before = self._segments
        changing = [s for s in before if s.label in shapes and not s.locked]
        gone = [
            write(self._layers[s.layer], box, self.inside(s.label, box) & ~shapes[s.label], 0, s.layer)
            for s in changing
        ]
        atoms = [atom for atom in gone if atom is not None]
        for segment in changing:
            atoms += self._write(box, shapes[segment.label], segment.label)
        changed: Box | None = None
        for atom in atoms:
            changed = union(changed, atom.box)
        if atoms:
            self._finish(Step(name, tuple(atoms), before, self._segments), changed)
        return bool(atoms)

    def split(self, name: str, label: int, corner: Box, numbers: NDArray[np.int32]) -> None:
        """Make segments of a segment's parts: those numbered 2 and up (z, y, x, in a box) leave it.

        One step of the history; the new segments are called after the old one.

        Raises
        ------
        InputError
            If the label map can't hold so many segments.
        """
        self.finish_stroke()
        segment = self._segment(label)
        count = int(numbers.max(initial=0))
        if segment is None or segment.locked or count < 2:
            return
        before, atoms = self._segments, []
        self._segments = segment.parted(count, before)
        for number, made in enumerate(self._segments[len(before) :], start=2):
            self._extents[made.label] = None
            part = numbers == number
            box = tight_box(part)
            if box is None:
                continue
            z, y, x = (slice(c.start + b.start, c.start + b.stop) for c, b in zip(corner, box, strict=True))
            atom = write(self._layers[made.layer], (z, y, x), part[box], made.label, made.layer)
            if atom is not None:
                self._extents[made.label] = atom.box
                atoms.append(atom)
        self._finish(Step(name, tuple(atoms), before, self._segments), corner)

    def begin_stroke(self, name: str) -> None:
        """Open a stroke: what is painted from here on is one step of the history."""
        self.finish_stroke()
        self._stroke = OpenStep(name, self._segments)
        self.stroke_changed.emit()

    @property
    def stroking(self) -> bool:
        """Whether a stroke is open: what changes now is part of it."""
        return self._stroke is not None

    def paint(self, box: Box, where: NDArray[np.bool_], *, erase: bool) -> bool:
        """Write the active segment into voxels of a box, or take it out of them.

        The change is on the screen at once, and part of the open stroke; without one nothing is
        painted. Locked segments are left as they are. Returns whether any voxel changed.
        """
        segment = self.active
        if self._stroke is None or segment is None or segment.locked:
            return False
        if erase:
            inside = where & self.inside(segment.label, box)
            atom = write(self._layers[segment.layer], box, inside, 0, segment.layer)
            atoms = [atom] if atom is not None else []
        else:
            atoms = self._write(box, where, segment.label)
        if atoms:
            self._stroke.atoms += atoms
            self.measures = None
            changed: Box | None = None
            for atom in atoms:
                changed = union(changed, atom.box)
            self.changed.emit(changed)
        return bool(atoms)

    def finish_stroke(self) -> None:
        """Make the open stroke one step of the history; whatever else edits does so first."""
        stroke, self._stroke = self._stroke, None
        if stroke is not None and stroke.atoms:
            step = Step(stroke.name, merged(stroke.atoms), stroke.before, self._segments)
            self._history.push(step)
            self._record_step(step)
            self.segments_changed.emit()
        if stroke is not None:
            self.stroke_changed.emit()

    def undo(self) -> None:
        """Take back the last step, exactly."""
        self.finish_stroke()
        if self._jump("undo"):
            self.recorded.emit(Record("undo", self._looks()))

    def redo(self) -> None:
        """Do again what was last undone."""
        self.finish_stroke()
        if self._jump("redo"):
            self.recorded.emit(Record("redo", self._looks()))

    def restore(self, records: list[Record]) -> None:
        """Bring back what a journal holds, with its history. The label map must be untouched."""
        if records:
            _ = self._layers[0]
        for record in records:
            if record.kind == "step":
                after = tuple(Segment.from_json(s) for s in record.facts["segments"])
                step = Step(record.facts["name"], record.atoms, self._segments, after)
                self._layers.apply(record.atoms)
                self._history.push(step)
                self._after_jump(step, step.before, after, quietly=True)
            elif record.kind in ("undo", "redo"):
                self._jump(record.kind, quietly=True)
            self._segments = tuple(Segment.from_json(s) for s in record.facts["segments"])
            self._active = record.facts.get("active", self._active)
            # Journals from before it was kept tell none.
            self._overlap = Overlap(record.facts.get("overlap", self._overlap.value))
        self.segments_changed.emit()
        self.changed.emit(None)

    # Inside

    def _jump(self, kind: str, *, quietly: bool = False) -> bool:
        """Undo or redo a step; returns whether there was one."""
        back = kind == "undo"
        step = (self._history.undo if back else self._history.redo)(self._segments)
        if step is None:
            return False
        (self._layers.revert if back else self._layers.apply)(step.atoms)
        left, reached = (step.after, step.before) if back else (step.before, step.after)
        if back:
            # What comes back was in hand when it went.
            there = {s.label for s in left}
            self._active = next((s.label for s in reached if s.label not in there), self._active)
        self._after_jump(step, left, reached, quietly=quietly)
        return True

    def _after_jump(
        self, step: Step[Segments], left: Segments, reached: Segments, *, quietly: bool = False
    ) -> None:
        """Segments and extents after voxels were written by undo, redo or a journal."""
        self._segments = reached if quietly else after_jump(self._segments, left, reached)
        box: Box | None = None
        for atom in step.atoms:
            box = union(box, atom.box)
            for label in atom.labels:
                self._extents[label] = union(self._extents.get(label), atom.box)
        if self._segment(self._active or 0) is None:
            self._active = self._segments[-1].label if self._segments else None
        if not quietly:
            drawn = bool(step.atoms) or {s.label for s in left} != {s.label for s in reached}
            if drawn:
                self.measures = None
            self.segments_changed.emit()
            if drawn:
                self.changed.emit(box or NOTHING)

    def _finish(self, step: Step[Segments], box: Box | None) -> None:
        self._history.push(step)
        self.measures = None
        self._record_step(step)
        self.segments_changed.emit()
        self.changed.emit(box)

    def _record_step(self, step: Step[Segments]) -> None:
        facts = {"name": step.name, **self._looks()}
        self.recorded.emit(Record("step", facts, step.atoms))

    def _looks(self) -> dict[str, object]:
        segments = [s.to_json() for s in self._segments]
        return {"segments": segments, "active": self._active, "overlap": self._overlap.value}

    def _looks_changed(self) -> None:
        self.recorded.emit(Record("look", self._looks()))
        self.segments_changed.emit()

    def _change(self, label: int, **values: object) -> None:
        segment = self._segment(label)
        if segment is not None:
            changed = replace(segment, **values)  # type: ignore[arg-type]  # callers name fields of a segment
            if changed != segment:
                self._segments = tuple(changed if s.label == label else s for s in self._segments)
                self._looks_changed()
