"""The regions of interest of the open study, in one label map, with their history."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.edit import Atom, Box, merged, tight_box, union, write
from ctprog_gui.core.roi.history import History, Step
from ctprog_gui.core.roi.journal import Record
from ctprog_gui.core.roi.measures import RoiMeasures
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.state.segment import COLOURS, STATUSES, Overlap, Segment

MAX_SEGMENTS = 255

Segments = tuple[Segment, ...]


class RoiState:
    """Segments and the label map (z, y, x; uint8, 0 is background) they share.

    `changed` tells which part of the label map is new, as slices (z, y, x), or None for all of it;
    `segments_changed` that a name, colour, visibility or the list itself is new; `measures_changed`
    that the active segment's measures came in or no longer hold; `recorded` carries each finished
    step, undo, redo or change of looks to whoever keeps the journal.
    """

    changed = Signal(object)
    segments_changed = Signal()
    measures_changed = Signal()
    recorded = Signal(object)

    def __init__(self) -> None:
        self._geometry: Geometry | None = None
        self._labels: NDArray[np.uint8] | None = None
        self._segments: Segments = ()
        self._active: int | None = None
        self._extents: dict[int, Box | None] = {}
        self._history: History[Segments] = History()
        self._measures: RoiMeasures | None = None
        self._stroke: tuple[str, list[Atom]] | None = None
        self._overlap = Overlap.OVERWRITE

    def show(self, geometry: Geometry | None) -> None:
        """Begin with an empty label map on a new grid; memory is taken at the first region.

        A stroke that is still open is finished first: it belongs to the case that is left.
        """
        self.finish_stroke()
        self._geometry = geometry
        self._labels = None
        self._segments = ()
        self._active = None
        self._extents = {}
        self._history.clear()
        self.measures = None
        self.segments_changed.emit()
        self.changed.emit(None)

    @property
    def geometry(self) -> Geometry | None:
        return self._geometry

    @property
    def labels(self) -> NDArray[np.uint8] | None:
        """The label map itself, or None while there is no region. Not to be written to."""
        return self._labels

    @property
    def segments(self) -> Segments:
        return self._segments

    @property
    def active(self) -> Segment | None:
        """The segment that is painted, scored and measured."""
        return next((s for s in self._segments if s.label == self._active), None)

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
        """Whether what is set may take voxels from other segments; locked ones never lose any."""
        return self._overlap

    @overlap.setter
    def overlap(self, value: Overlap) -> None:
        if value is not self._overlap:
            self._overlap = value
            self.segments_changed.emit()

    # Regions

    def add(self, mask: Mask) -> Segment:
        """Add a region as a segment of its own and make it the active one.

        Where it overlaps another segment, the voxels become the new one's, except where that is
        locked or `overlap` keeps them.

        Raises
        ------
        GeometryError
            If the mask lies on another grid than the study.
        InputError
            If the label map is full.
        """
        self.finish_stroke()
        if self._geometry is None:
            raise InputError("open a CT before adding a ROI")
        self._geometry.require_same(mask.geometry, f"ROI {mask.name}")
        before = self._segments
        segment = self._new_segment(mask.name)
        self._segments = (*before, segment)
        self._active = segment.label
        self._allocate()
        box = mask.bounding_box
        atoms = []
        if box is not None:
            atom = self._write(box, mask.voxels[box], segment.label)
            atoms = [atom] if atom is not None else []
        self._finish(Step(f"Add {mask.name}", tuple(atoms), before, self._segments), box)
        return segment

    def add_empty(self, name: str) -> Segment:
        """Add a segment to paint into."""
        self.finish_stroke()
        if self._geometry is None:
            raise InputError("open a CT before adding a ROI")
        before = self._segments
        segment = self._new_segment(name)
        self._segments = (*before, segment)
        self._active = segment.label
        self._allocate()
        self._finish(Step(f"Add {name}", (), before, self._segments), _NOTHING)
        return segment

    def remove(self, label: int) -> None:
        """Remove a segment and its voxels."""
        self.finish_stroke()
        segment = self._segment(label)
        if segment is None:
            return
        before = self._segments
        box = self._extents.get(label)
        atom = None
        if box is not None and self._labels is not None:
            atom = write(self._labels, box, self._labels[box] == label, 0)
        self._segments = tuple(s for s in before if s.label != label)
        self._extents[label] = None
        if self._active == label:
            self._active = self._segments[-1].label if self._segments else None
        atoms = (atom,) if atom is not None else ()
        self._finish(Step(f"Remove {segment.name}", atoms, before, self._segments), box or _NOTHING)

    def mask_of(self, label: int) -> Mask:
        """A copy of one segment's voxels as a mask."""
        segment = self._segment(label)
        if self._geometry is None or self._labels is None or segment is None:
            raise InputError("there is no ROI")
        return Mask.of_part(*self.part_of(label), self._geometry, segment.name)

    def part_of(self, label: int) -> tuple[tuple[int, int, int], NDArray[np.bool_]]:
        """A copy of one segment within its extent: the box's corner (z, y, x) and its voxels."""
        box = self._extents.get(label)
        if box is None or self._labels is None:
            return (0, 0, 0), np.zeros((0, 0, 0), dtype=bool)
        return (box[0].start, box[1].start, box[2].start), self._labels[box] == label

    def extent(self, label: int) -> Box | None:
        """A box (z, y, x) that holds all voxels of a segment, perhaps with room to spare."""
        return self._extents.get(label)

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

    def set_status(self, label: int, status: str) -> None:
        if status not in STATUSES:
            raise ValueError(f"a segment's status is one of {', '.join(STATUSES)}, not {status!r}")
        self._change(label, status=status)

    def move(self, label: int, places: int) -> None:
        """Move a segment up (negative) or down in the list; what is drawn and scored stays the same."""
        order = [s.label for s in self._segments]
        if label not in order:
            return
        at = order.index(label)
        to = min(max(at + places, 0), len(order) - 1)
        if to != at:
            self.finish_stroke()
            moved = list(self._segments)
            moved.insert(to, moved.pop(at))
            self._segments = tuple(moved)
            self._looks_changed()

    # Editing

    def landing(self, label: int, box: Box, shape: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """What a segment would be in a box if it were given a shape: what it may not take is left out."""
        segment = self._segment(label)
        if self._labels is None or segment is None:
            return np.zeros_like(shape)
        inside = self._labels[box] == label
        if segment.locked:
            return np.asarray(inside)
        return np.asarray(shape & (inside | self._free(box, label)))

    def reshape(self, name: str, label: int, box: Box, shape: NDArray[np.bool_]) -> bool:
        """Give a segment a shape (z, y, x) within a box; outside the box it stays as it is.

        One step of the history, called `name`. Locked segments, and others where `overlap` says so,
        lose nothing. Returns whether anything changed.
        """
        self.finish_stroke()
        segment = self._segment(label)
        if segment is None or segment.locked or self._geometry is None:
            return False
        labels = self._allocate()
        gone = write(labels, box, (labels[box] == label) & ~shape, 0)
        come = self._write(box, shape, label)
        atoms = tuple(atom for atom in (gone, come) if atom is not None)
        if not atoms:
            return False
        changed: Box | None = None
        for atom in atoms:
            changed = union(changed, atom.box)
        self._finish(Step(name, atoms, self._segments, self._segments), changed)
        return True

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
        if len(self._segments) + count - 1 > MAX_SEGMENTS:
            raise InputError(f"{count} islands are more segments than a case holds ({MAX_SEGMENTS})")
        before, atoms = self._segments, []
        for number in range(2, count + 1):
            made = self._new_segment(f"{segment.name} {number}")
            self._segments = (*self._segments, made)
            part = numbers == number
            box = tight_box(part)
            if box is None:
                continue
            z, y, x = (slice(c.start + b.start, c.start + b.stop) for c, b in zip(corner, box, strict=True))
            atom = write(self._allocate(), (z, y, x), part[box], made.label)
            if atom is not None:
                self._extents[made.label] = atom.box
                atoms.append(atom)
        self._finish(Step(name, tuple(atoms), before, self._segments), corner)

    def begin_stroke(self, name: str) -> None:
        """Open a stroke: what is painted from here on is one step of the history."""
        self.finish_stroke()
        self._stroke = name, []

    def paint(self, box: Box, where: NDArray[np.bool_], *, erase: bool) -> None:
        """Write the active segment into voxels of a box, or take it out of them.

        The change is on the screen at once, and part of the open stroke; without one nothing is
        painted. Locked segments are left as they are.
        """
        segment = self.active
        if self._stroke is None or segment is None or segment.locked:
            return
        labels = self._allocate()
        if erase:
            atom = write(labels, box, where & (labels[box] == segment.label), 0)
        else:
            atom = self._write(box, where, segment.label)
        if atom is not None:
            self._stroke[1].append(atom)
            self.measures = None
            self.changed.emit(atom.box)

    def finish_stroke(self) -> None:
        """Make the open stroke one step of the history; whatever else edits does so first."""
        stroke, self._stroke = self._stroke, None
        if stroke is not None and stroke[1]:
            step = Step(stroke[0], merged(stroke[1]), self._segments, self._segments)
            self._history.push(step)
            self._record_step(step)
            self.segments_changed.emit()

    def undo(self) -> None:
        """Take back the last step, exactly."""
        self.finish_stroke()
        step = self._history.undo()
        if step is not None:
            for atom in reversed(step.atoms):
                atom.revert(self._allocate())
            self._after_jump(step, step.before)
            self.recorded.emit(Record("undo", self._looks()))

    def redo(self) -> None:
        """Do again what was last undone."""
        self.finish_stroke()
        step = self._history.redo()
        if step is not None:
            for atom in step.atoms:
                atom.apply(self._allocate())
            self._after_jump(step, step.after)
            self.recorded.emit(Record("redo", self._looks()))

    def restore(self, records: list[Record]) -> None:
        """Bring back what a journal holds, with its history. The label map must be untouched."""
        for record in records:
            if record.kind == "step":
                after = tuple(Segment.from_json(s) for s in record.facts["segments"])
                step = Step(record.facts["name"], record.atoms, self._segments, after)
                for atom in record.atoms:
                    atom.apply(self._allocate())
                self._history.push(step)
                self._after_jump(step, after, quietly=True)
            elif record.kind in ("undo", "redo"):
                self._replay(record.kind)
            self._segments = tuple(Segment.from_json(s) for s in record.facts["segments"])
            self._active = record.facts.get("active", self._active)
        self.segments_changed.emit()
        self.changed.emit(None)

    # Inside

    def _replay(self, kind: str) -> None:
        step = self._history.undo() if kind == "undo" else self._history.redo()
        if step is None:
            return
        for atom in reversed(step.atoms) if kind == "undo" else step.atoms:
            (atom.revert if kind == "undo" else atom.apply)(self._allocate())
        self._after_jump(step, step.before if kind == "undo" else step.after, quietly=True)

    def _after_jump(self, step: Step[Segments], segments: Segments, *, quietly: bool = False) -> None:
        """Segments and extents after voxels were written by undo, redo or a journal."""
        looks = {s.label: s for s in self._segments}
        # Undo takes back voxels and segments, not what the person made of their looks meanwhile.
        self._segments = tuple(looks.get(s.label, s) for s in segments) if not quietly else segments
        box: Box | None = None
        for atom in step.atoms:
            box = union(box, atom.box)
        for segment in self._segments:
            self._extents[segment.label] = union(self._extents.get(segment.label), box)
        if self._segment(self._active or 0) is None:
            self._active = self._segments[-1].label if self._segments else None
        if not quietly:
            self.measures = None
            self.segments_changed.emit()
            self.changed.emit(box or _NOTHING)

    def _allocate(self) -> NDArray[np.uint8]:
        if self._geometry is None:
            raise InputError("open a CT before adding a ROI")
        if self._labels is None:
            self._labels = np.zeros(self._geometry.shape, dtype=np.uint8)
        return self._labels

    def _free(self, box: Box, label: int) -> NDArray[np.bool_]:
        """Where in a box a segment may be set: not in locked ones, nor in any where none may overlap."""
        there = self._allocate()[box]
        if self._overlap is Overlap.NEVER:
            return np.asarray((there == 0) | (there == label))
        locked = [s.label for s in self._segments if s.locked and s.label != label]
        return ~np.isin(there, locked)

    def _write(self, box: Box, where: NDArray[np.bool_], label: int) -> Atom | None:
        labels = self._allocate()
        if self._overlap is Overlap.NEVER or any(s.locked and s.label != label for s in self._segments):
            where = where & self._free(box, label)
        atom = write(labels, box, where, label)
        if atom is not None:
            self._extents[label] = union(self._extents.get(label), atom.box)
        return atom

    def _new_segment(self, name: str) -> Segment:
        used = {s.label for s in self._segments}
        label = next((n for n in range(1, MAX_SEGMENTS + 1) if n not in used), None)
        if label is None:
            raise InputError(f"a case holds at most {MAX_SEGMENTS} segments")
        self._extents[label] = None
        return Segment(label, name, COLOURS[(label - 1) % len(COLOURS)])

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
        return {"segments": [s.to_json() for s in self._segments], "active": self._active}

    def _looks_changed(self) -> None:
        self.recorded.emit(Record("look", self._looks()))
        self.segments_changed.emit()

    def _segment(self, label: int) -> Segment | None:
        return next((s for s in self._segments if s.label == label), None)

    def _change(self, label: int, **values: object) -> None:
        segment = self._segment(label)
        if segment is not None:
            changed = replace(segment, **values)  # type: ignore[arg-type]  # callers name fields of a segment
            if changed != segment:
                self._segments = tuple(changed if s.label == label else s for s in self._segments)
                self._looks_changed()


# A change of no voxel.
_NOTHING: Box = (slice(0, 0), slice(0, 0), slice(0, 0))
