"""Every command by name: typed, chosen, done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ctprog_gui.commands.catalogue import COMMANDS
from ctprog_gui.commands.command import Command
from ctprog_gui.commands.search import matching
from ctprog_gui.state.language import spoken, tr
from ctprog_gui.state.session import Session

_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Palette(QDialog):
    """A line to type into and the commands that fit; arrows choose, Enter runs, Escape leaves.

    What can't be done now is shown grey, with the rest of its menu, so that it can be found.
    """

    def __init__(self, session: Session, run: Callable[[Command], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Commands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(520, 420)
        self._session = session
        self._run = run
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("What to do…"))
        self.line.textChanged.connect(self._show_matching)
        self.line.installEventFilter(self)
        self.rows = QListWidget()
        self.rows.itemActivated.connect(self._on_chosen)
        layout = QVBoxLayout(self)
        layout.addWidget(self.line)
        layout.addWidget(self.rows, 1)
        self._show_matching("")
        self.line.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrows of the line move through the rows; Enter runs the chosen one."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _KEYS:
                self.rows.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self.rows.currentItem() is not None:
                    self._on_chosen(self.rows.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _show_matching(self, typed: str) -> None:
        self.rows.clear()
        for command in matching(typed, COMMANDS):
            shortcut = self._session.settings.key_of(command.id, command.shortcut)
            key = f"    {shortcut}" if shortcut else ""
            row = QListWidgetItem(f"{spoken(command.menu)} › {spoken(command.title)}{key}")
            row.setData(Qt.ItemDataRole.UserRole, command)
            if not command.available(self._session):
                row.setFlags(Qt.ItemFlag.NoItemFlags)
            self.rows.addItem(row)
        for number in range(self.rows.count()):
            if self.rows.item(number).flags() & Qt.ItemFlag.ItemIsEnabled:
                self.rows.setCurrentRow(number)
                break

    def _on_chosen(self, row: QListWidgetItem) -> None:
        command = row.data(Qt.ItemDataRole.UserRole)
        # Gone before the command runs: it may ask something itself.
        self.accept()
        self._run(command)
