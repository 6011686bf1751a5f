"""Settings on disk: read at the start, written after each change."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from pathlib import Path

from ctprog_gui.core.shared.errors import CtprogError, InputError
from ctprog_gui.core.shared.places import user_data
from ctprog_gui.core.shared.writing import set_aside, write_json
from ctprog_gui.state.language import tr
from ctprog_gui.state.settings import Settings


class SettingsFile:
    """Holds the settings and keeps them.

    A file that can't be read is put aside under another name; `notices` say what was not taken.
    """

    def __init__(self, commands: Iterable[str]) -> None:
        self.settings = Settings()
        self.notices: list[str] = []
        self._read(commands)
        self.settings.changed.connect(self._write)
        self.settings.keys_changed.connect(self._write)

    @property
    def path(self) -> Path:
        return user_data() / "settings.json"

    def close(self) -> None:
        self.settings.changed.disconnect(self._write)
        self.settings.keys_changed.disconnect(self._write)

    def _read(self, commands: Iterable[str]) -> None:
        try:
            told = json.loads(self.path.read_text(encoding="utf-8"))
            self.notices = self.settings.restore(told, commands)
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, InputError) as error:
            unread = tr("The settings can't be read ({why}); the shipped ones hold.")
            self.notices = [unread.format(why=error)]
            set_aside(self.path)

    def _write(self) -> None:
        # Where the disk is full, the settings hold until the window closes: nothing to stop anybody for.
        with contextlib.suppress(CtprogError):
            write_json(self.path, self.settings.to_json())
