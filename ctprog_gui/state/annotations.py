"""The measures of the open study, with their history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from numpy.typing import ArrayLike
from psygnal import Signal

from ctprog_gui.core.annotations.annotation import COUNTS, Annotation, Kind, triple
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.state.language import marked, tr
from ctprog_gui.state.study import Study

MOST_STEPS = 500
TITLES = {
    Kind.LENGTH: marked("Length"),
    Kind.ANGLE: marked("Angle"),
    Kind.BIDIRECTIONAL: marked("RECIST diameters"),
    Kind.ELLIPSE: marked("Ellipse"),
    Kind.RECTANGLE: marked("Rectangle"),
    Kind.POLYLINE: marked("Polyline"),
    Kind.PROBE: marked("HU probe"),
}
# Shorter, where a list has little room for a title.
_NAMES = {Kind.BIDIRECTIONAL: "RECIST", Kind.RECTANGLE: "Box", Kind.PROBE: "HU"}


@dataclass(frozen=True)
class MeasureStep:
    """One step of the history: all finished measures before and after it."""

    name: str
    before: tuple[Annotation, ...]
    after: tuple[Annotation, ...]


class AnnotationState:
    """Finished measures, the one that is being drawn, and the one that is chosen.

    `changed` tells that any of these is new; `stepped` that a step of the history was made (not on
    undo and redo); `kept` that the finished measures are others than before and should be saved.
    """

    changed = Signal()
    stepped = Signal()
    kept = Signal()

    def __init__(self) -> None:
        self._study: Study | None = None
        self._items: tuple[Annotation, ...] = ()
        self._draft: Annotation | None = None
        self._selected: str | None = None
        self._edited: tuple[str, tuple[Annotation, ...]] | None = None
        self._done: list[MeasureStep] = []
        self._undone: list[MeasureStep] = []

    def show(self, study: Study | None) -> None:
        """Begin with a study and no measure."""
        self._study = study
        self._items, self._draft, self._selected, self._edited = (), None, None, None
        self._done, self._undone = [], []
        self.changed.emit()

    def restore(
        self,
        items: tuple[Annotation, ...],
        done: Sequence[MeasureStep] = (),
        undone: Sequence[MeasureStep] = (),
    ) -> None:
        """Bring back what was saved, the steps that led there and those that lead on from there, the next
        to be redone first; it is no step itself."""
        self._items = items
        self._done, self._undone = list(done), list(reversed(undone))
        self.changed.emit()

    @property
    def items(self) -> tuple[Annotation, ...]:
        return self._items

    @property
    def draft(self) -> Annotation | None:
        """The measure that is being drawn; it may lack points."""
        return self._draft

    @property
    def selected(self) -> Annotation | None:
        return self.of(self._selected) if self._selected else None

    @property
    def done(self) -> tuple[MeasureStep, ...]:
        """The steps that can be undone, the oldest first."""
        return tuple(self._done)

    @property
    def undone(self) -> tuple[MeasureStep, ...]:
        """The steps that can be redone, the next one first."""
        return tuple(reversed(self._undone))

    @property
    def undo_name(self) -> str | None:
        return self._done[-1].name if self._done else None

    @property
    def redo_name(self) -> str | None:
        return self._undone[-1].name if self._undone else None

    def of(self, uid: str) -> Annotation | None:
        return next((item for item in self._items if item.uid == uid), None)

    def select(self, uid: str | None) -> None:
        if uid != self._selected:
            self._selected = uid
            self.changed.emit()

    # Drawing

    def begin(
        self, kind: Kind, stack: PlaneOfVolume, point_mm: ArrayLike, axis: ArrayLike, normal: ArrayLike
    ) -> None:
        """Begin a measure at a point of a slice of a stack."""
        blank = Annotation(kind, stack.plane, (), triple(normal), triple(axis))
        self._draft = blank.with_points([point_mm])
        self._selected = None
        self.changed.emit()

    def draw(self, point_mm: ArrayLike, *, at: int = -1) -> None:
        """Move a point of the draft (its last, unless told), or add one where `at` is the next number."""
        draft = self._draft
        if draft is None:
            return
        points: list[ArrayLike] = list(draft.points_mm)
        if at == len(points):
            points.append(point_mm)
        else:
            points[at] = point_mm
        self._draft = draft.with_points(points)
        self.changed.emit()

    def finish(self) -> Annotation | None:
        """The draft becomes a measure, if it has all its points; a bidirectional gets its perpendicular."""
        draft, self._draft = self._draft, None
        if draft is None:
            return None
        if draft.kind is Kind.BIDIRECTIONAL and len(draft.points_mm) == 2:
            draft = draft.with_perpendicular()
        if not draft.complete or (len(draft.points_mm) > 1 and len(set(draft.points_mm)) == 1):
            self.changed.emit()
            return None
        title = _NAMES.get(draft.kind, TITLES[draft.kind])
        number = 1 + sum(item.kind is draft.kind for item in self._items)
        names = {item.name for item in self._items}
        while f"{title} {number}" in names:
            number += 1
        made = replace(draft, name=f"{title} {number}")
        self._selected = made.uid
        self._step(TITLES[made.kind], (*self._items, made))
        return made

    def finish_polyline(self) -> Annotation | None:
        """A polyline ends at its last fixed point: the one that hangs on the pointer is let go."""
        if self._draft is not None:
            self._draft = self._draft.with_points(self._draft.points_mm[:-1])
        return self.finish()

    def drop_draft(self) -> bool:
        """Give up what is being drawn; returns whether there was anything."""
        draft, self._draft = self._draft, None
        if draft is not None:
            self.changed.emit()
        return draft is not None

    # Editing

    def begin_edit(self, name: str) -> None:
        """What `put` changes from here to `finish_edit` is one step."""
        self._edited = name, self._items

    def put(self, annotation: Annotation) -> None:
        """Show a measure anew, in the place of the one with its uid."""
        self._items = tuple(annotation if i.uid == annotation.uid else i for i in self._items)
        self.changed.emit()

    def finish_edit(self) -> None:
        edited, self._edited = self._edited, None
        if edited is not None and edited[1] != self._items:
            items, self._items = self._items, edited[1]
            self._step(edited[0], items)

    def rename(self, uid: str, name: str) -> None:
        item = self.of(uid)
        if item is not None and name and name != item.name:
            renamed = replace(item, name=name)
            self._step(
                tr("Rename {name}").format(name=item.name),
                tuple(renamed if i is item else i for i in self._items),
            )

    def remove(self, uid: str) -> None:
        item = self.of(uid)
        if item is not None:
            self._selected = None
            self._step(
                tr("Delete {name}").format(name=item.name), tuple(i for i in self._items if i is not item)
            )

    def undo(self) -> None:
        self._draft = None
        if self._done:
            step = self._done.pop()
            self._undone.append(step)
            self._jump(step.before)

    def redo(self) -> None:
        if self._undone:
            step = self._undone.pop()
            self._done.append(step)
            self._jump(step.after)

    def forget_undone(self) -> None:
        """Something else was done: what was undone here can't come back, also not after a restart."""
        if self._undone:
            self._undone = []
            self.kept.emit()

    def _step(self, name: str, items: tuple[Annotation, ...]) -> None:
        self._done.append(MeasureStep(name, self._items, items))
        del self._done[:-MOST_STEPS]
        self._undone = []
        self.stepped.emit()
        self._jump(items)

    def _jump(self, items: tuple[Annotation, ...]) -> None:
        self._items = items
        if self._selected is not None and self.of(self._selected) is None:
            self._selected = None
        self.changed.emit()
        self.kept.emit()


def wanted_points(kind: Kind) -> int | None:
    """How many points are drawn by hand before a measure is finished; None where a double click ends it."""
    return 2 if kind is Kind.BIDIRECTIONAL else COUNTS.get(kind)
