"""One undo for regions and measures, in the order in which they were made."""

from __future__ import annotations

from ctprog_gui.core.roi.journal import Record
from ctprog_gui.state.annotations import AnnotationState
from ctprog_gui.state.roi import RoiState

_Owner = RoiState | AnnotationState


class Undoing:
    """Remembers whose turn each step was. Steps that came back from a journal are the regions'."""

    def __init__(self, roi: RoiState, annotations: AnnotationState) -> None:
        self._roi = roi
        self._annotations = annotations
        self._done: list[_Owner] = []
        self._undone: list[_Owner] = []
        roi.recorded.connect(self._on_recorded)
        annotations.stepped.connect(self._on_stepped)

    def clear(self) -> None:
        """Another case."""
        self._done, self._undone = [], []

    @property
    def undo_name(self) -> str | None:
        return self._names(self._next(self._done, 0))[0]

    @property
    def redo_name(self) -> str | None:
        return self._names(self._next(self._undone, 1))[1]

    def undo(self) -> None:
        self._roi.finish_stroke()
        self._go(self._done, self._undone, 0)

    def redo(self) -> None:
        self._go(self._undone, self._done, 1)

    def _go(self, source: list[_Owner], target: list[_Owner], direction: int) -> None:
        owner = self._next(source, direction)
        if self._names(owner)[direction] is None:
            return
        if source:
            source.pop()
        target.append(owner)
        (owner.undo, owner.redo)[direction]()

    def _next(self, order: list[_Owner], direction: int) -> _Owner:
        """Whose turn it is. A history that was shortened, or stepped through by itself, loses its turn."""
        while order and self._names(order[-1])[direction] is None:
            order.pop()
        return order[-1] if order else self._roi

    def _names(self, owner: _Owner) -> tuple[str | None, str | None]:
        if isinstance(owner, RoiState):
            return owner.history.undo_name, owner.history.redo_name
        return owner.undo_name, owner.redo_name

    def _on_recorded(self, record: Record) -> None:
        if record.kind == "step":
            self._annotations.forget_undone()
            self._done.append(self._roi)
            self._undone = []

    def _on_stepped(self) -> None:
        self._done.append(self._annotations)
        self._undone = []
