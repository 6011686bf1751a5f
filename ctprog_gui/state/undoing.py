"""One undo for regions and measures, in the order in which they were made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctprog_gui.core.roi.journal import Record
from ctprog_gui.state.annotations import AnnotationState
from ctprog_gui.state.language import marked
from ctprog_gui.state.proposal import ProposalState
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.sketch import SketchState
from ctprog_gui.state.stroke import ToolState

_Owner = RoiState | AnnotationState


class Undoing:
    """Remembers whose turn each step was. Steps that came back from a journal are the regions'.

    What is unfinished comes first: undo takes back the corner or drops the preview that is on the screen,
    and until then no step, which would be one that nobody is looking at, is undone or redone.
    """

    def __init__(
        self,
        roi: RoiState,
        annotations: AnnotationState,
        sketch: SketchState,
        proposal: ProposalState,
        tools: ToolState,
    ) -> None:
        self._roi = roi
        self._annotations = annotations
        self._sketch = sketch
        self._proposal = proposal
        self._tools = tools
        self._done: list[_Owner] = []
        self._undone: list[_Owner] = []
        roi.recorded.connect(self._on_recorded)
        annotations.stepped.connect(self._on_stepped)

    def clear(self) -> None:
        """Another case."""
        self._done, self._undone = [], []

    @property
    def undo_name(self) -> str | None:
        return self._unfinished or self._names(self._next(self._done, 0))[0]

    @property
    def redo_name(self) -> str | None:
        return None if self._unfinished else self._names(self._next(self._undone, 1))[1]

    def undo(self) -> None:
        self._roi.finish_stroke()
        if self._annotations.draft is not None:
            self._annotations.drop_draft()
        elif self._sketch.plane is not None:
            self._sketch.take_back()
        elif self._unfinished:
            self._proposal.discard()
            self._tools.effect = None
        else:
            self._go(self._done, self._undone, 0)

    def redo(self) -> None:
        if not self._unfinished:
            self._go(self._undone, self._done, 1)

    @property
    def _unfinished(self) -> str | None:
        """What is on the screen and not made yet."""
        if self._annotations.draft is not None:
            return marked("Unfinished measure")
        if self._sketch.plane is not None:
            return marked("Corner")
        waits = self._proposal.current is not None or self._proposal.awaited is not None
        return marked("Preview") if waits or self._tools.effect is not None else None

    def regions_before(self) -> list[int]:
        """For each step of measures that can be undone, how many steps of regions lie below it."""
        return self._regions_before()[0]

    def regions_ahead(self) -> list[int]:
        """The same for those that can be redone, the next one first."""
        return self._regions_before()[1]

    def _regions_before(self) -> tuple[list[int], list[int]]:
        # Steps that came back from the journal are below all that were made since.
        count = len(self._roi.history) - self._done.count(self._roi)
        done, count = self._counted(self._done, count)
        kept = len(self._annotations.done)
        done = [0] * (kept - len(done)) + done[max(len(done) - kept, 0) :]
        ahead, count = self._counted(reversed(self._undone), count)
        kept = len(self._annotations.undone)
        return done, ahead[:kept] + [count] * (kept - len(ahead))

    def _counted(self, order: Iterable[_Owner], count: int) -> tuple[list[int], int]:
        found = []
        for owner in order:
            if owner is self._roi:
                count += 1
            else:
                found.append(count)
        return found, count

    def restore(self, regions_before: Sequence[int], regions_ahead: Sequence[int] = ()) -> None:
        """The order as `regions_before` and `regions_ahead` told it, with the steps of regions that came
        back."""
        there, all_ = len(self._roi.history), len(self._roi.history) + self._roi.history.undone
        self._done = []
        following: list[_Owner] = []
        for count in regions_ahead:
            following += [self._roi] * (min(count, all_) - there - following.count(self._roi))
            following.append(self._annotations)
        following += [self._roi] * (all_ - there - following.count(self._roi))
        self._undone = following[::-1]
        for count in regions_before:
            self._done += [self._roi] * (min(count, there) - self._done.count(self._roi))
            self._done.append(self._annotations)
        self._done += [self._roi] * (there - self._done.count(self._roi))

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
            self._done.append(self._roi)
            self._undone = []
            # Last: what is kept of the order then holds this step.
            self._annotations.forget_undone()

    def _on_stepped(self) -> None:
        self._done.append(self._annotations)
        self._undone = []
