"""The settings at work in the window: its keys, its text size, and the page that changes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from ctprog_gui.commands.command import Command
from ctprog_gui.services.settings_file import SettingsFile
from ctprog_gui.views.key_tips import action_tip, tell_keys
from ctprog_gui.views.settings_dialog import SettingsDialog
from ctprog_gui.views.theme import repaint


class Preferences:
    """Keeps the actions' keys as set; `keys_told` is called when they are others."""

    def __init__(
        self,
        window: QWidget,
        kept: SettingsFile,
        actions: Sequence[tuple[Command, QAction]],
        keys_told: Callable[[], None],
    ) -> None:
        self._window = window
        self._kept = kept
        self._actions = actions
        self._keys_told = keys_told
        self._settings = kept.settings
        self._settings.changed.connect(self._on_setting)
        self._settings.keys_changed.connect(self._give_keys)
        self._give_keys()

    @property
    def notices(self) -> list[str]:
        """What could not be read at the start."""
        return self._kept.notices

    def close(self) -> None:
        self._settings.changed.disconnect(self._on_setting)
        self._settings.keys_changed.disconnect(self._give_keys)
        self._kept.close()

    def show(self) -> None:
        SettingsDialog(self._settings, self._window).open()

    def _on_setting(self, key: str) -> None:
        if key == "appearance.font_px":
            repaint(self._settings)

    def _give_keys(self) -> None:
        for command, action in self._actions:
            action.setShortcut(QKeySequence(self._settings.key_of(command.id, command.shortcut)))
            action.setToolTip(action_tip(action))
        tell_keys(self._window, self._settings)
        self._keys_told()
