"""Handlers that begin and end with what they serve."""

from __future__ import annotations

from psygnal import Signal

from ctprog_gui.state.listening import Listening


class Bell:
    rung = Signal(int)
    broken = Signal()


def test_handlers_hear_until_the_end_and_an_end_twice_is_one() -> None:
    bell, heard = Bell(), []
    listening = Listening((bell.rung, heard.append), (bell.broken, lambda: heard.append("broken")))
    bell.rung.emit(1)
    bell.broken.emit()
    listening.end()
    listening.end()
    bell.rung.emit(2)
    bell.broken.emit()
    assert heard == [1, "broken"]
    assert (len(bell.rung), len(bell.broken)) == (0, 0)
