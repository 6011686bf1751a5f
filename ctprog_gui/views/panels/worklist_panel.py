"""The reading session that is open: how far the reader is, and the way from one reading to the next."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.review import Ranking, volume_difference
from ctprog_gui.state.session import Session

_NUMBER = Qt.ItemDataRole.UserRole
# Colour and how much of the dot is filled: told apart without colour, too.
_DOTS = {
    "not started": ("#768390", 0.0),
    "in progress": ("#e6b455", 0.5),
    "done": ("#4fd1c5", 1.0),
    "flagged": ("#ff9e8f", 1.0),
}
_WORDS = {
    "not started": marked("not started"),
    "in progress": marked("in progress"),
    "done": marked("done"),
    "flagged": marked("flagged"),
}


# What a reviewer's columns rank by.
_RANKINGS = {1: Ranking.DICE, 2: Ranking.HD95, 3: Ranking.VOLUME}


class WorklistPanel(QGroupBox):
    """Shown while a session is open. While it is blind, its rows are numbers: no case is told by name.

    `extra` is where a reviewer's part goes.
    """

    reading_wanted = Signal(int)
    finish_wanted = Signal(str)
    leave_wanted = Signal()
    note_wanted = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(tr("Reading session"), parent)
        self._session = session
        self.title = QLabel()
        self.title.setObjectName("cardName")
        self.title.setWordWrap(True)
        self.facts = QLabel()
        self.facts.setObjectName("muted")
        self.facts.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.rows = QTableWidget()
        self.rows.setObjectName("worklist")
        self.rows.horizontalHeader().setSectionsClickable(True)
        self.rows.horizontalHeader().sectionClicked.connect(self._on_heading)
        self.rows.verticalHeader().hide()
        self.rows.setShowGrid(False)
        self.rows.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.rows.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.rows.setMinimumHeight(90)
        self.rows.setIconSize(QSize(12, 12))
        self.rows.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self.rows.cellDoubleClicked.connect(lambda row, _: self._on_chosen(row))
        self.previous = QPushButton("‹")
        self.previous.setToolTip(tr("Save as it is, and go to the reading before"))
        self.following = QPushButton("›")
        self.following.setToolTip(tr("Save as it is, and go to the next reading"))
        self.flag = QPushButton(tr("Flag"))
        self.flag.setToolTip(tr("Save to come back to, and go to the next"))
        self.done = QPushButton(tr("Done"))
        self.done.setObjectName("primary")
        self.done.setToolTip(tr("Save as finished, and go to the next"))
        self.leave = QPushButton(tr("Leave"))
        self.leave.setObjectName("small")
        self.leave.setToolTip(tr("Save and close the session; it goes on here when it is opened again"))
        self.previous.clicked.connect(lambda: self._step(-1))
        self.following.clicked.connect(lambda: self._step(1))
        self.flag.clicked.connect(lambda: self.finish_wanted.emit("flagged"))
        self.done.clicked.connect(lambda: self.finish_wanted.emit("done"))
        self.leave.clicked.connect(self.leave_wanted)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.leave, 0, Qt.AlignmentFlag.AlignTop)
        buttons = QGridLayout()
        buttons.setSpacing(4)
        for at, button in enumerate((self.previous, self.following, self.flag, self.done)):
            button.setMinimumWidth(30)
            buttons.addWidget(button, 0, at)
            buttons.setColumnStretch(at, 1 if at < 2 else 2)
        self.note = QLineEdit()
        self.note.setPlaceholderText(tr("Note on this reading"))
        self.note.setToolTip(tr("Kept with this reading, and told in the session's report"))
        self.note.setMaxLength(500)
        # At each letter: a shortcut that goes on does not take the focus away first.
        self.note.textEdited.connect(self.note_wanted)
        self._noted: int | None = None
        self.extra = QVBoxLayout()
        layout = QVBoxLayout(self)
        layout.addLayout(head)
        layout.addWidget(self.facts)
        layout.addWidget(self.bar)
        layout.addWidget(self.rows, 1)
        layout.addLayout(self.extra)
        layout.addWidget(self.note)
        layout.addLayout(buttons)
        self._listening = Listening(
            (session.reading.changed, self._on_change),
            (session.review.changed, self._on_change),
        )
        self._on_change()

    def finalise(self) -> None:
        self._listening.end()

    def _on_change(self) -> None:
        reading = self._session.reading
        self.setVisible(reading.active)
        session, progress = reading.session, reading.progress
        if session is None or progress is None:
            return
        self.title.setText(session.title)
        finished, count = progress.count("done", "flagged"), len(progress.results)
        told = tr("{name} draws {segment}: {finished} of {count} finished")
        if reading.reviews:
            told = tr("{name} settles {segment}: {finished} of {count} finished")
        told = told.format(name=reading.name, finished=finished, count=count, segment=session.segment)
        kept = [
            tr("other readers") if reading.blind else "",
            tr("models") if reading.models == "hidden" else "",
        ]
        if any(kept):
            told += "\n" + tr("Blind to: {what}").format(what=", ".join(one for one in kept if one))
        self.facts.setText(told)
        self.bar.setRange(0, count)
        self.bar.setValue(finished)
        self._list()
        on_screen = reading.current is not None and not reading.busy
        self.note.setEnabled(on_screen)
        for button in (self.flag, self.done):
            # Where the next one is to be opened from is known once the readers are compared.
            button.setEnabled(on_screen and not self._session.review.comparing)
        if reading.number != self._noted:
            self._noted = reading.number
            self.note.setText(reading.current.note if reading.current is not None else "")
        self.previous.setEnabled(not reading.busy and reading.neighbour(-1) is not None)
        self.following.setEnabled(not reading.busy and reading.neighbour(1) is not None)
        self.leave.setEnabled(not reading.busy)

    def _list(self) -> None:
        reading, review = self._session.reading, self._session.review
        assert reading.progress is not None
        headings = [tr("Case"), "Dice", "HD95", tr("ΔV %"), ""] if reading.reviews else ["", ""]
        header = self.rows.horizontalHeader()
        header.setVisible(reading.reviews)
        if self.rows.columnCount() != len(headings):
            self.rows.clear()
            self.rows.setColumnCount(len(headings))
            for column in range(len(headings)):
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        ranked = {ranking: column for column, ranking in _RANKINGS.items()}[review.ranking]
        self.rows.setHorizontalHeaderLabels(
            [
                f"{name} ▾" if column == ranked and reading.reviews else name
                for column, name in enumerate(headings)
            ]
        )
        if reading.reviews:
            self.rows.horizontalHeader().setToolTip(
                tr("Click ranks by: Dice, HD95 in mm, difference of the volumes in % of their mean")
            )
        self.rows.setRowCount(len(reading.listed))
        for row, number in enumerate(reading.listed):
            result = reading.progress.results[number]
            status = spoken(_WORDS[result.status])
            if reading.reviews:
                cells = [result.case, *self._figures(number), status]
            else:
                cells = [tr("Reading {number}").format(number=number + 1), status]
            may = reading.may_open(number)
            for column, text in enumerate(cells):
                item = self._cell(row, column)
                item.setText(text)
                item.setData(_NUMBER, number)
                flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
                item.setFlags(flags if may else Qt.ItemFlag.NoItemFlags)
                item.setToolTip(f"{status}\n{self._way(number)}")
            self.rows.item(row, 0).setIcon(_dot(result.status))
        if reading.number is None:
            self.rows.clearSelection()
        else:
            row = reading.listed.index(reading.number)
            self.rows.selectRow(row)
            self.rows.scrollToItem(self.rows.item(row, 0))

    def _cell(self, row: int, column: int) -> QTableWidgetItem:
        item = self.rows.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            if column:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.rows.setItem(row, column, item)
        return item

    def _figures(self, number: int) -> list[str]:
        """Dice, HD95 in mm and the difference of volumes; nothing where both have not finished."""
        figures = self._session.review.figures.get(number)
        if figures is None:
            return ["", "", ""]
        distance = "–" if figures.hd95_mm is None else f"{figures.hd95_mm:.1f}"
        return [f"{figures.dice:.2f}", distance, f"{100 * volume_difference(figures):+.0f}"]

    def _way(self, number: int) -> str:
        """What a double click does, or why it does nothing."""
        reading = self._session.reading
        if number in reading.waiting:
            return tr("Not finished by both readers yet")
        return tr("Double-click to open") if reading.may_open(number) else tr("What is done stays closed")

    def _on_heading(self, column: int) -> None:
        if self._session.reading.reviews and column in _RANKINGS:
            self._session.review.ranking = _RANKINGS[column]

    def _step(self, step: int) -> None:
        number = self._session.reading.neighbour(step)
        if number is not None:
            self.reading_wanted.emit(number)

    def _on_chosen(self, row: int) -> None:
        reading, number = self._session.reading, self.rows.item(row, 0).data(_NUMBER)
        if not reading.busy and reading.may_open(number) and number != reading.number:
            self.reading_wanted.emit(number)


def _dot(status: str) -> QIcon:
    """A ring, half a disc, a disc; red where it is flagged."""
    colour, filled = _DOTS[status]
    pixmap = QPixmap(12, 12)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(colour))
    painter.drawEllipse(1, 1, 9, 9)
    if filled:
        painter.setBrush(QColor(colour))
        painter.drawPie(1, 1, 9, 9, 90 * 16, round(-360 * 16 * filled))
    painter.end()
    icon = QIcon(pixmap)
    # What is closed keeps its colour: it is what the reader has done.
    icon.addPixmap(pixmap, QIcon.Mode.Disabled)
    return icon
