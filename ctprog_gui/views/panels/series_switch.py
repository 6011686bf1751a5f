"""Which of two series is in hand, by name; a click takes the other."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ctprog_gui.state.comparison import Comparison
from ctprog_gui.state.language import tr
from ctprog_gui.views.key_tips import with_key


class SeriesSwitch(QWidget):
    """Shown while two series are on the screen. Its names are cut to the room there is, never the numbers."""

    copy_wanted = Signal()

    def __init__(self, comparison: Comparison, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparison = comparison
        self.copy = QToolButton()
        self.copy.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        with_key(
            self.copy, tr("Put the segment on the other series, as a segment of its own"), "roi.copy-across"
        )
        self.copy.clicked.connect(self.copy_wanted)
        self.buttons = (QToolButton(), QToolButton())
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        for button, session in zip(self.buttons, (comparison.main, comparison.other), strict=True):
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, session=session: self._take(session))
            self._group.addButton(button)
            column.addWidget(button)
        column.addWidget(self.copy)
        comparison.changed.connect(self._on_change)
        comparison.main.at_hand_changed.connect(self._on_change)
        self._on_change()

    def finalise(self) -> None:
        self._comparison.changed.disconnect(self._on_change)
        self._comparison.main.at_hand_changed.disconnect(self._on_change)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._name()

    def _take(self, session: object) -> None:
        comparison = self._comparison
        comparison.take(comparison.main if session is comparison.main else comparison.other)
        # A series that can't be taken leaves the other one pressed.
        self._on_change()

    def _on_change(self) -> None:
        comparison = self._comparison
        self.setVisible(comparison.beside)
        for button, session in zip(self.buttons, (comparison.main, comparison.other), strict=True):
            button.setChecked(comparison.main.at_hand is session)
            button.setEnabled(session.drawable)
            told = tr("Segments, tools, undo and files of series {series}")
            if not session.drawable:
                told = tr("{series}: the same image again, drawn on as the first one")
            button.setToolTip(told.format(series=comparison.name_of(session)))
        to = 2 if comparison.main.at_hand is comparison.main else 1
        self.copy.setText(tr("Copy segment to {number}").format(number=to))
        self.copy.setEnabled(comparison.other.drawable)
        self._name()

    def _name(self) -> None:
        comparison = self._comparison
        for button, session in zip(self.buttons, (comparison.main, comparison.other), strict=True):
            room = max(button.width() - 14, 20)
            name = button.fontMetrics().elidedText(
                comparison.name_of(session), Qt.TextElideMode.ElideRight, room
            )
            button.setText(name)
