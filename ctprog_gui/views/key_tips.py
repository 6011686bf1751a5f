"""Tooltips that tell the key of what a button does, as it is set."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from ctprog_gui.commands.catalogue import command
from ctprog_gui.state.settings import Settings

_COMMANDS, _TIP = "keyedCommands", "keyedTip"


def with_key(widget: QWidget, tip: str, *commands: str) -> None:
    """Give a widget a tooltip that ends with the keys of the commands it stands for.

    The shipped keys at first; `tell_keys` says those that are set.
    """
    widget.setProperty(_COMMANDS, list(commands))
    widget.setProperty(_TIP, tip)
    _tell(widget, None)


def tell_keys(root: QWidget, settings: Settings) -> None:
    """Say the keys anew in all tooltips of a window that tell one."""
    for widget in root.findChildren(QWidget):
        if widget.property(_TIP) is not None:
            _tell(widget, settings)


def action_tip(action: QAction) -> str:
    """What an action does, and its key."""
    return _with_keys(action.text().rstrip("…"), [action.shortcut()])


def _tell(widget: QWidget, settings: Settings | None) -> None:
    keys = []
    for identifier in widget.property(_COMMANDS):
        shipped = command(identifier).shortcut
        keys.append(QKeySequence(settings.key_of(identifier, shipped) if settings else shipped))
    widget.setToolTip(_with_keys(widget.property(_TIP), keys))


def _with_keys(tip: str, keys: list[QKeySequence]) -> str:
    told = [key.toString(QKeySequence.SequenceFormat.NativeText) for key in keys]
    told = [key for key in told if key]
    return f"{tip} ({', '.join(told)})" if told else tip
