"""Words of panels and dialogs: headings, and notes beside what they explain."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel


def heading(text: str = "") -> QLabel:
    """What stands above a chart or a table."""
    return _label(text, "chartTitle")


def note(text: str = "") -> QLabel:
    """Words of less weight than what they stand beside."""
    return _label(text, "muted")


def warning(text: str = "") -> QLabel:
    """What a person must not overlook."""
    return _label(text, "warning")


def _label(text: str, name: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setWordWrap(True)
    return label
