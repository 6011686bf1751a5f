"""Undo and redo, bounded in bytes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from ctprog_gui.core.roi.edit import Atom

MAX_BYTES = 256 * 1024 * 1024

_Segments = TypeVar("_Segments")


@dataclass(frozen=True)
class Step(Generic[_Segments]):
    """One thing that a person did: its name, its voxels, and the segments before and after it."""

    name: str
    atoms: tuple[Atom, ...]
    before: _Segments
    after: _Segments
    bytes: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bytes", 500 + sum(atom.bytes for atom in self.atoms))


@dataclass
class OpenStep(Generic[_Segments]):
    """A step that is being made: its name, the segments before it, and its changes so far."""

    name: str
    before: _Segments
    atoms: list[Atom] = field(default_factory=list)


class History(Generic[_Segments]):
    """Steps that can be undone, and undone steps that can be redone.

    When the bytes run over the bound, the oldest steps are forgotten; the newest is kept however
    large it is.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._done: deque[Step[_Segments]] = deque()
        self._undone: list[Step[_Segments]] = []
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._done)

    @property
    def undone(self) -> int:
        """How many steps can be redone."""
        return len(self._undone)

    @property
    def bytes(self) -> int:
        """What the steps hold, undone ones included."""
        return self._bytes

    @property
    def undo_name(self) -> str | None:
        return self._done[-1].name if self._done else None

    @property
    def redo_name(self) -> str | None:
        return self._undone[-1].name if self._undone else None

    def push(self, step: Step[_Segments]) -> None:
        """A new step; what was undone before it can't be redone any more."""
        self._bytes -= sum(s.bytes for s in self._undone)
        self._undone.clear()
        self._done.append(step)
        self._bytes += step.bytes
        while self._bytes > self._max_bytes and len(self._done) > 1:
            self._bytes -= self._done.popleft().bytes

    def undo(self, now: _Segments) -> Step[_Segments] | None:
        """The step to revert, or None. `now` is what `redo` will lead back to: the segments after the
        step, with all that was made of them since."""
        if not self._done:
            return None
        self._undone.append(replace(self._done.pop(), after=now))
        return self._undone[-1]

    def redo(self, now: _Segments) -> Step[_Segments] | None:
        """The step to apply again, or None. `now` is what `undo` will lead back to."""
        if not self._undone:
            return None
        self._done.append(replace(self._undone.pop(), before=now))
        return self._done[-1]

    def clear(self) -> None:
        self._done.clear()
        self._undone.clear()
        self._bytes = 0
