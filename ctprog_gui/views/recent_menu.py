"""File > Open recent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from ctprog_gui.services.opening import Opening
from ctprog_gui.state.language import tr

_LONGEST = 60


class RecentMenu(QMenu):
    """One entry an opening, the last first; made anew each time it is shown."""

    def __init__(self, opening: Opening, parent: QWidget | None = None) -> None:
        super().__init__(tr("Open recent"), parent)
        self._opening = opening
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        entries = self._opening.recent.entries()
        for number, paths in enumerate(entries, start=1):
            action = self.addAction(f"&{number}  {_told(paths)}" if number < 10 else _told(paths))
            action.setToolTip("\n".join(map(str, paths)))
            action.triggered.connect(lambda _=False, chosen=paths: self._opening.open(list(chosen)))
        if not entries:
            self.addAction(tr("Nothing was opened yet")).setEnabled(False)


def _told(paths: Sequence[Path]) -> str:
    """The end of the path, which tells most; an ampersand would be taken for a key."""
    text = str(paths[0])
    text = f"…{text[-_LONGEST:]}" if len(text) > _LONGEST else text
    more = "  " + tr("and {n} more").format(n=len(paths) - 1) if len(paths) > 1 else ""
    return (text + more).replace("&", "&&")
