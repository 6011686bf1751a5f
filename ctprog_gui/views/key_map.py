"""The map of keys and mouse, drawn from the commands themselves."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ctprog_gui.commands.catalogue import COMMANDS, MENUS
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.settings import Settings

_COLUMNS = 4
MOUSE = (
    (marked("Wheel"), marked("scroll through slices")),
    (marked("Left drag"), marked("window: right is wider, down is a higher level")),
    (marked("Click, Shift + left drag"), marked("place the crosshair")),
    (marked("Middle or Ctrl + left drag"), marked("pan")),
    (marked("Right drag, Ctrl + wheel"), marked("zoom")),
    (marked("Drag a dot on the crosshair"), marked("turn the other two planes: oblique slices")),
    (marked("Double click"), marked("one view alone, and back")),
)
# A heading and rows that stay together; several in turn may bear the same heading.
_Section = tuple[str, list[tuple[str, str]]]


class KeyMap(QDialog):
    """Side by side, so that all of it is seen at once; it scrolls where the screen is too small for that."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keys and mouse"))
        page = QWidget()
        row = QHBoxLayout(page)
        row.setSpacing(36)
        self.columns = [QLabel(text) for text in _columns(_sections(settings))]
        for column in self.columns:
            row.addWidget(column, 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        # Fusion's pictures are black, which does not show on the dark theme.
        box.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        box.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(scroll, 1)
        layout.addWidget(box)
        screen = self.screen().availableSize()
        wanted = page.sizeHint()
        beside = scroll.verticalScrollBar().sizeHint().width() + 40
        self.resize(
            min(wanted.width() + beside, int(0.95 * screen.width())),
            min(wanted.height() + 90, int(0.9 * screen.height())),
        )


def _sections(settings: Settings) -> list[_Section]:
    found: list[_Section] = []
    for menu in MENUS:
        rows: list[tuple[str, str]] = []
        for command in COMMANDS:
            if command.menu != menu:
                continue
            if command.separator and rows:
                found.append((spoken(menu), rows))
                rows = []
            key = settings.key_of(command.id, command.shortcut)
            if key:
                rows.append((key, spoken(command.title).rstrip("…")))
        if rows:
            found.append((spoken(menu), rows))
    found.append((tr("Mouse in a slice"), [(spoken(what), spoken(does)) for what, does in MOUSE]))
    return found


def _columns(sections: list[_Section]) -> list[str]:
    """The sections as tables, in their order, in columns of about the same height.

    A heading stands once, and again where its sections go on in the next column.
    """
    height = sum(len(rows) for _, rows in sections) / _COLUMNS
    columns: list[dict[str, list[tuple[str, str]]]] = [{} for _ in range(_COLUMNS)]
    done = 0
    for heading, rows in sections:
        # A section goes where its middle lies.
        at = min(int((done + len(rows) / 2) / height), _COLUMNS - 1)
        columns[at].setdefault(heading, []).extend(rows)
        done += len(rows)
    return [
        "".join(_table(heading, rows) for heading, rows in column.items()) for column in columns if column
    ]


def _table(heading: str, rows: list[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td>{html.escape(what)}&nbsp;&nbsp;&nbsp;</td><td>{html.escape(does)}</td></tr>"
        for what, does in rows
    )
    return f"<p><b>{html.escape(heading)}</b></p><table cellspacing=2>{cells}</table>"
