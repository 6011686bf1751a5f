"""The segments of the case: a row each, with how far it is; their order, and who gives way where two meet."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ctprog_gui.core.roi.layers import Overlap
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.segment import STATUSES, Segment, bearer_of
from ctprog_gui.state.session import Session
from ctprog_gui.views.key_tips import with_key

SHOWN, COLOUR, NAME, STATUS, LOCKED = range(5)
# What each policy is called, and what it means.
_POLICIES = {
    Overlap.OVERWRITE: (marked("Overwrite others"), marked("What is drawn takes voxels from other segments")),
    Overlap.NEVER: (marked("Keep others"), marked("What is drawn leaves other segments as they are")),
    Overlap.ALLOW: (marked("Overlap others"), marked("Segments may share voxels")),
}
_PIXELS = 14
_AMBER, _GREEN, _RED = QColor(230, 170, 40), QColor(70, 180, 110), QColor(225, 70, 80)


class SegmentTable(QWidget):
    """The chosen row is painted, scored and measured. A click on a status offers the others."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.table = QTableWidget(0, 5)
        self.table.setHorizontalHeaderLabels(["", "", tr("Segment"), "", ""])
        lock = QTableWidgetItem(_padlock(), "")
        lock.setToolTip(tr("A locked segment is not painted over"))
        self.table.setHorizontalHeaderItem(LOCKED, lock)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setIconSize(QSize(_PIXELS, _PIXELS))
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        # The names get what the panel has: the other columns are as wide as a tick or an icon.
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for column in (SHOWN, COLOUR, STATUS, LOCKED):
            self.table.setColumnWidth(column, 28)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.table.setMinimumHeight(90)
        # As high as its rows: what is beyond the panel is scrolled there.
        self.table.setSizeAdjustPolicy(QTableWidget.SizeAdjustPolicy.AdjustToContents)
        self.table.itemChanged.connect(self._on_item_changed)
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.table.itemClicked.connect(self._on_click)
        self.table.itemDoubleClicked.connect(self._on_double_click)
        self.statuses = QMenu(self)
        for status in STATUSES:
            action = self.statuses.addAction(status_icon(status), spoken(status).capitalize())
            action.triggered.connect(lambda _=False, status=status: self._give_status(status))
        self._asked_of: int | None = None

        self.new = _button("+", tr("New segment"))
        with_key(self.new, tr("New segment"), "roi.new")
        self.new.clicked.connect(self._add)
        self.remove = _button("−", tr("Delete the segment"))
        with_key(self.remove, tr("Delete the segment"), "roi.delete")
        self.remove.clicked.connect(self._remove)
        self.up, self.down = _button("", tr("Move the segment up")), _button("", tr("Move the segment down"))
        self.up.setArrowType(Qt.ArrowType.UpArrow)
        self.down.setArrowType(Qt.ArrowType.DownArrow)
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        self.policy = QComboBox()
        self.policy.setToolTip(tr("Where segments meet; a locked one never loses a voxel"))
        for overlap, (title, told) in _POLICIES.items():
            self.policy.addItem(spoken(title), overlap)
            self.policy.setItemData(self.policy.count() - 1, spoken(told), Qt.ItemDataRole.ToolTipRole)
        self.policy.activated.connect(self._on_policy)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in (self.new, self.remove, self.up, self.down):
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        layout.addWidget(self.policy)
        self._connect()

    def show_series(self, session: Session) -> None:
        """List another series' segments."""
        self.finalise()
        self._session = session
        self._connect()

    def _connect(self) -> None:
        self._session.roi.segments_changed.connect(self._on_segments_change)
        self._session.study_changed.connect(self._on_segments_change)
        self._on_segments_change()

    def finalise(self) -> None:
        self._session.roi.segments_changed.disconnect(self._on_segments_change)
        self._session.study_changed.disconnect(self._on_segments_change)

    def _on_segments_change(self) -> None:
        roi = self._session.roi
        opened, active = self._session.study is not None, roi.active
        self.table.blockSignals(True)
        self.table.setRowCount(len(roi.segments))
        for row, segment in enumerate(roi.segments):
            self._fill_row(row, segment)
            if active is not None and segment.label == active.label:
                self.table.selectRow(row)
        self.table.blockSignals(False)
        at = next((n for n, s in enumerate(roi.segments) if active and s.label == active.label), 0)
        self.new.setEnabled(opened)
        self.policy.setEnabled(opened)
        self.remove.setEnabled(active is not None)
        self.up.setEnabled(active is not None and at > 0)
        self.down.setEnabled(active is not None and at < len(roi.segments) - 1)
        self.policy.setCurrentIndex(self.policy.findData(roi.overlap))

    def _fill_row(self, row: int, segment: Segment) -> None:
        ticks = {SHOWN: segment.visible, LOCKED: segment.locked}
        status = tr("Status: {status}. Click for another").format(status=spoken(segment.status))
        tips = {
            SHOWN: tr("Show or hide"),
            COLOUR: tr("Double-click for another colour"),
            NAME: tr("Double-click to rename"),
            STATUS: status,
            LOCKED: tr("A locked segment is not painted over"),
        }
        for column, tip in tips.items():
            item = QTableWidgetItem(segment.name if column == NAME else "")
            item.setData(Qt.ItemDataRole.UserRole, segment.label)
            item.setToolTip(tip)
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            if column in ticks:
                flags |= Qt.ItemFlag.ItemIsUserCheckable
                item.setCheckState(Qt.CheckState.Checked if ticks[column] else Qt.CheckState.Unchecked)
            elif column == NAME:
                flags |= Qt.ItemFlag.ItemIsEditable
            else:
                item.setIcon(status_icon(segment.status) if column == STATUS else _swatch(segment))
            item.setFlags(flags)
            self.table.setItem(row, column, item)

    def _on_item_changed(self, item: QTableWidgetItem) -> None:
        label = item.data(Qt.ItemDataRole.UserRole)
        roi = self._session.roi
        ticked = item.checkState() is Qt.CheckState.Checked
        if item.column() == SHOWN:
            roi.set_visible(label, ticked)
        elif item.column() == LOCKED:
            roi.set_locked(label, ticked)
        elif item.column() == NAME:
            name = item.text().strip()
            other = bearer_of(name, [s for s in roi.segments if s.label != label])
            if name and other is None:
                roi.rename(label, name)
                return
            self._on_segments_change()
            if other is not None:
                told = tr("There is a segment called {name} already.").format(name=other.name)
                self._session.tools.refused.emit(told)

    def _on_selected(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if rows:
            item = self.table.item(rows[0].row(), NAME)
            self._session.roi.activate(item.data(Qt.ItemDataRole.UserRole))

    def _on_click(self, item: QTableWidgetItem) -> None:
        if item.column() == STATUS:
            self._asked_of = item.data(Qt.ItemDataRole.UserRole)
            below = self.table.visualItemRect(item).bottomLeft() + QPoint(0, 1)
            self.statuses.popup(self.table.viewport().mapToGlobal(below))

    def _give_status(self, status: str) -> None:
        if self._asked_of is not None:
            self._session.roi.set_status(self._asked_of, status)

    def _on_double_click(self, item: QTableWidgetItem) -> None:
        if item.column() != COLOUR:
            return
        label = item.data(Qt.ItemDataRole.UserRole)
        segment = next(s for s in self._session.roi.segments if s.label == label)
        title = tr("Colour of {name}").format(name=segment.name)
        chosen = QColorDialog.getColor(QColor(*segment.colour), self, title)
        if chosen.isValid():
            self._session.roi.set_colour(label, (chosen.red(), chosen.green(), chosen.blue()))

    def _on_policy(self, row: int) -> None:
        self._session.roi.overlap = self.policy.itemData(row)

    def _add(self) -> None:
        roi = self._session.roi
        roi.add_empty(f"Segment {len(roi.segments) + 1}")

    def _remove(self) -> None:
        self._session.remove_active()

    def _move(self, places: int) -> None:
        active = self._session.roi.active
        if active is not None:
            self._session.roi.move(active.label, places)


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setFixedSize(26, 24)
    return button


def _swatch(segment: Segment) -> QIcon:
    pixmap = QPixmap(_PIXELS, _PIXELS)
    pixmap.fill(QColor(*segment.colour))
    return QIcon(pixmap)


def _canvas() -> tuple[QPixmap, QPainter]:
    ratio = 2
    pixmap = QPixmap(ratio * _PIXELS, ratio * _PIXELS)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return pixmap, painter


def _padlock() -> QIcon:
    pixmap, painter = _canvas()
    painter.setPen(QPen(QColor(150, 150, 150), 1.6))
    painter.drawArc(QRectF(4, 2, 6, 8), 0, 180 * 16)
    painter.setBrush(QColor(150, 150, 150))
    painter.drawRect(QRectF(3, 6.5, 8, 5))
    painter.end()
    return QIcon(pixmap)


def status_icon(status: str) -> QIcon:
    """An empty circle, a half and a full one, and a flag: told apart by shape as well as by colour."""
    pixmap, painter = _canvas()
    circle = QRectF(2, 2, _PIXELS - 4, _PIXELS - 4)
    if status == "flagged":
        painter.setPen(QPen(_RED, 1.6))
        painter.drawLine(QPointF(4, 2), QPointF(4, 12.5))
        painter.setBrush(_RED)
        painter.drawPolygon(QPolygonF([QPointF(4, 2.5), QPointF(11.5, 5), QPointF(4, 7.5)]))
    elif status == "done":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_GREEN)
        painter.drawEllipse(circle)
        painter.setPen(QPen(QColor("white"), 1.6))
        painter.drawPolyline(QPolygonF([QPointF(4.5, 7), QPointF(6.4, 9), QPointF(9.6, 5.2)]))
    else:
        colour = _AMBER if status == "in progress" else QColor(150, 150, 150)
        if status == "in progress":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawPie(circle, 90 * 16, 180 * 16)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.6))
        painter.drawEllipse(circle)
    painter.end()
    return QIcon(pixmap)
