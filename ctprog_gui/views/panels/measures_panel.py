"""The measures of the case: a row each, which leads back to its slice."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ctprog_gui.core.annotations.annotation import Annotation
from ctprog_gui.core.annotations.measures import measure
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import MEASURING

_UID = Qt.ItemDataRole.UserRole


class MeasuresPanel(QGroupBox):
    """Shown as soon as there is a measure, or a measuring tool in the hand.

    The highlighted row is the chosen measure, by the mouse or by arrow keys, and its slice is gone to.
    A double click on the name renames.
    """

    table_wanted = Signal()
    report_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(tr("Measures"), parent)
        self._session = session
        self._listed: tuple[Annotation, ...] = ()
        self.rows = QTableWidget(0, 2)
        self.rows.horizontalHeader().hide()
        self.rows.verticalHeader().hide()
        self.rows.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.rows.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.rows.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.rows.setShowGrid(False)
        # The number at a name's end is what tells two of a kind apart.
        self.rows.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        # Tab leaves the list: who works with the keyboard alone goes on to the views.
        self.rows.setTabKeyNavigation(False)
        self.rows.setToolTip(tr("Click: go to the slice. Double click: rename. Del: delete"))
        self.rows.itemSelectionChanged.connect(self._on_picked)
        # A click on the row that is chosen leads back to its slice.
        self.rows.cellClicked.connect(lambda row, _column: self._go_to(row))
        self.rows.itemChanged.connect(self._on_renamed)
        self.table = QPushButton(tr("Table…"))
        self.table.setObjectName("small")
        self.table.setToolTip(tr("Save as CSV"))
        self.table.clicked.connect(self.table_wanted)
        self.report = QPushButton(tr("DICOM SR…"))
        self.report.setObjectName("small")
        self.report.setToolTip(tr("Save as a DICOM structured report (TID 1500)"))
        self.report.clicked.connect(self.report_wanted)
        buttons = QHBoxLayout()
        buttons.addWidget(self.table)
        buttons.addWidget(self.report)
        layout = QVBoxLayout(self)
        layout.addWidget(self.rows, 1)
        layout.addLayout(buttons)
        self._connect()

    def show_series(self, session: Session) -> None:
        """List another series' measures."""
        self.finalise()
        self._list(())
        self._session = session
        self._connect()

    def _connect(self) -> None:
        self._session.annotations.changed.connect(self._on_change)
        self._session.tools.changed.connect(self._on_change)
        self._on_change()

    def finalise(self) -> None:
        self._session.annotations.changed.disconnect(self._on_change)
        self._session.tools.changed.disconnect(self._on_change)

    def _on_change(self) -> None:
        state = self._session.annotations
        self.setVisible(bool(state.items) or self._session.tools.tool in MEASURING)
        self.rows.blockSignals(True)
        if state.items != self._listed:
            self._list(state.items)
        chosen = state.selected
        if chosen is None:
            self.rows.clearSelection()
        else:
            self.rows.selectRow(state.items.index(chosen))
        self.rows.blockSignals(False)
        for button in (self.table, self.report):
            button.setEnabled(bool(state.items))

    def _list(self, items: tuple[Annotation, ...]) -> None:
        study = self._session.study
        known = {item: row for row, item in enumerate(self._listed)}
        self.rows.setRowCount(len(items))
        for row, item in enumerate(items):
            if known.get(item) == row:
                continue
            words = list(map(phrase, measure(item, study.volume).words())) if study is not None else []
            name, value = (self._cell(row, column) for column in (0, 1))
            name.setText(item.name)
            name.setToolTip(item.name)
            name.setData(_UID, item.uid)
            value.setText(words[0] if words else "")
            value.setToolTip("\n".join(words))
        self._listed = items

    def _cell(self, row: int, column: int) -> QTableWidgetItem:
        """A cell, made once: to replace one while Qt tells of its change would pull it from under Qt."""
        cell = self.rows.item(row, column)
        if cell is None:
            cell = QTableWidgetItem()
            if column == 1:
                cell.setFlags(cell.flags() & ~Qt.ItemFlag.ItemIsEditable)
                cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.rows.setItem(row, column, cell)
        return cell

    def _on_picked(self) -> None:
        picked = self.rows.selectionModel().selectedRows()
        if picked:
            self._go_to(picked[0].row())
        else:
            self._session.annotations.select(None)

    def _go_to(self, row: int) -> None:
        item = self._listed[row]
        self._session.annotations.select(item.uid)
        points = item.points_mm
        middle = [sum(axis) / len(points) for axis in zip(*points, strict=True)]
        viewports = self._session.viewports
        viewports.move_crosshair(middle)
        # It is seen on the plane that it was drawn on, and that may have been turned since.
        viewports.show_plane_of(item.plane, item.normal)

    def _on_renamed(self, cell: QTableWidgetItem) -> None:
        uid = cell.data(_UID)
        if uid is not None:
            self._session.annotations.rename(uid, cell.text().strip())
