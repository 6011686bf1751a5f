"""The commands of a reading session."""

from __future__ import annotations

from ctprog_gui.commands.command import Command
from ctprog_gui.state.session import Session


def _reads(session: Session) -> bool:
    reading = session.reading
    return reading.current is not None and not reading.busy and not session.review.comparing


SESSION_COMMANDS = (
    Command(
        "file.reading-session",
        "File",
        "Reading session…",
        lambda s: s.open_reading_session(),
        "",
        lambda session: not session.reading.active,
        separator=True,
    ),
    Command(
        "file.reading-done",
        "File",
        "Reading is done, next",
        lambda s: s.finish_reading(status="done"),
        "Ctrl+Return",
        _reads,
    ),
    Command(
        "file.reading-flag",
        "File",
        "Flag the reading, next",
        lambda s: s.finish_reading(status="flagged"),
        "",
        _reads,
    ),
)
