"""The paths that were opened lately, kept in the person's own folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.places import user_data
from ctprog_gui.core.shared.writing import write_json

MOST = 12


class RecentCases:
    """What was opened, the last first: each entry is the paths of one opening.

    It is a convenience: where it can't be read or written, there is none, and nothing is said.
    """

    @property
    def file(self) -> Path:
        return user_data() / "recent.json"

    def entries(self) -> list[tuple[Path, ...]]:
        """The openings whose paths are all still there."""
        return [entry for entry in self._stored() if all(path.exists() for path in entry)]

    def add(self, paths: Sequence[Path]) -> None:
        """Put an opening first; of one that is there already, the place changes."""
        entry = tuple(path.absolute() for path in paths)
        if not entry or not all(path.exists() for path in entry):
            return
        kept = [entry, *(one for one in self._stored() if one != entry)][:MOST]
        try:
            write_json(self.file, [[str(path) for path in one] for one in kept])
        except InputError:
            return

    def clear(self) -> None:
        self.file.unlink(missing_ok=True)

    def _stored(self) -> list[tuple[Path, ...]]:
        try:
            stored = json.loads(self.file.read_text(encoding="utf-8"))
            return [tuple(Path(str(path)) for path in entry) for entry in stored if isinstance(entry, list)]
        except (OSError, ValueError, TypeError):
            return []
