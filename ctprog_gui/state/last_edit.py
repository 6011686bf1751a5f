"""What the last edit of the ROI did to a score: against the state before it, whatever came meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from ctprog_gui.core.roi.journal import Record
from ctprog_gui.state.roi import RoiState

# The label of a segment that is gone: no other segment that comes to its number later is meant.
_GONE = -1


@dataclass(frozen=True)
class Before:
    """A score of the ROI as it was, and how many edits ago that was.

    It is one edit, unless hand and strokes were quicker than the answers: then it is the last state
    between two edits that was scored.
    """

    score: float
    edits: int


@dataclass(frozen=True)
class _Answer:
    """A score, of which segment, and when: a count of edits or of changes."""

    at: int
    label: int | None
    score: float


class LastEdit:
    """Keeps, for each bundle, the score of the ROI as it was before the edit that was made last.

    A stroke is one edit however often the score is renewed while it is drawn; so are an effect, an undo
    and a redo. `ask` is told of each question about the ROI as it is by then, `answer` of what came of
    it, which may be edits later.
    """

    def __init__(self, roi: RoiState) -> None:
        self._roi = roi
        self._edits = self._changes = 0
        self._in_stroke = False
        # What was asked last: after how many changes, of which segment; and after how many edits, once
        # another one has begun and it is known that none was open then.
        self._asked: tuple[int, int | None] = (0, None)
        self._asked_between: int | None = None
        self._base: dict[str, _Answer] = {}
        self._newest: dict[str, _Answer] = {}
        self._labels = {s.label for s in roi.segments}
        roi.changed.connect(self._on_change)
        roi.recorded.connect(self._on_recorded)
        roi.segments_changed.connect(self._on_segments_change)

    def forget(self) -> None:
        """Asked in another way, or another case: no score of before can be held against those to come."""
        self._base, self._newest, self._asked_between = {}, {}, None

    def ask(self, label: int | None) -> None:
        """A segment is asked about as it is now."""
        self._asked, self._asked_between = (self._changes, label), None

    def answer(self, bundle: str, score: float | None) -> None:
        """A bundle answered what was asked last."""
        at, label = self._asked
        if score is None:
            self._base.pop(bundle, None)
            self._newest.pop(bundle, None)
            return
        self._newest[bundle] = _Answer(at, label, score)
        if self._asked_between is not None:
            self._base[bundle] = _Answer(self._asked_between, label, score)

    def before(self, bundle: str) -> Before | None:
        """What a bundle's newest score is held against; None where nothing of the same segment is known."""
        base, newest = self._base.get(bundle), self._newest.get(bundle)
        if base is None or newest is None or base.label != newest.label:
            return None
        return Before(base.score, self._edits - base.at)

    def holds(self, bundle: str, label: int) -> bool:
        """Whether a bundle's newest score is of this segment as it is now."""
        newest = self._newest.get(bundle)
        return newest is not None and (newest.at, newest.label) == (self._changes, label)

    def _on_change(self, _box: object) -> None:
        if not (self._roi.stroking and self._in_stroke):
            if self._asked[0] == self._changes:
                self._asked_between = self._edits
            for bundle, newest in self._newest.items():
                if newest.at == self._changes:
                    self._base[bundle] = _Answer(self._edits, newest.label, newest.score)
            self._edits += 1
        self._in_stroke = self._roi.stroking
        self._changes += 1

    def _on_recorded(self, record: Record) -> None:
        if record.kind == "step":
            self._in_stroke = False

    def _on_segments_change(self) -> None:
        labels = {s.label for s in self._roi.segments}
        gone, self._labels = self._labels - labels, labels
        if not gone:
            return
        for kept in (self._base, self._newest):
            for bundle in [name for name, one in kept.items() if one.label in gone]:
                del kept[bundle]
        if self._asked[1] in gone:
            self._asked = self._asked[0], _GONE
