"""Handlers of signals that begin together and end together, with what they serve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Heard(Protocol):
    """A signal, psygnal's or Qt's."""

    def connect(self, slot: Callable[..., Any], /) -> Any: ...

    def disconnect(self, slot: Callable[..., Any], /) -> Any: ...


class Listening:
    """Signals, each with its handler: connected when this is made, disconnected by `end`."""

    def __init__(self, *pairs: tuple[Heard, Callable[..., Any]]) -> None:
        self._pairs = pairs
        for signal, handler in pairs:
            signal.connect(handler)

    def end(self) -> None:
        """Hear nothing any more; a second time there is nothing to end."""
        pairs, self._pairs = self._pairs, ()
        for signal, handler in pairs:
            signal.disconnect(handler)
