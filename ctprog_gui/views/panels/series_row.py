"""How the rows of the studies browser are drawn."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ctprog_gui.core.dicom.series import REFUSED
from ctprog_gui.state.core_words import phrase

LINES = Qt.ItemDataRole.UserRole  # a tuple of texts, the first the heading
ENTRY = Qt.ItemDataRole.UserRole + 1  # the library's Entry; none on a patient or study
PICTURE = Qt.ItemDataRole.UserRole + 2  # a QPixmap
OPEN = Qt.ItemDataRole.UserRole + 3  # whether this is the series on the screen
PICTURE_PX = 60
_MARGIN = 5
# Legible on dark and on light alike, and by people who see red and green as one.
_BADGE, _ON_BADGE, _OPEN = QColor("#e6b455"), QColor("#14171b"), QColor("#4ed3c4")

Index = QModelIndex | QPersistentModelIndex


class SeriesRow(QStyledItemDelegate):
    """A picture, the lines beside it, and a badge where something is odd."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        lines, entry = index.data(LINES) or (), index.data(ENTRY)
        palette: QPalette = option.palette
        rect: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.color(QPalette.ColorRole.Highlight))
            painter.drawRoundedRect(rect.adjusted(0, 1, -1, -1), 4, 4)
        room = rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        if entry is not None:
            square = QRect(room.left(), room.top(), PICTURE_PX, PICTURE_PX)
            self._draw_picture(painter, square, index.data(PICTURE), palette, framed=bool(index.data(OPEN)))
            room.setLeft(square.right() + 9)
        text = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        muted = palette.color(text)
        muted.setAlphaF(0.72)
        font = QFont(option.font)
        top = room.top()
        for number, line in enumerate(_lines(lines)):
            font.setBold(number == 0)
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(palette.color(text) if number == 0 else muted)
            place = QRect(room.left(), top, room.width(), metrics.height())
            shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            top += metrics.height() + 1
        if entry is not None and entry.info.anomalies:
            # What must be accepted before scoring stands first.
            codes = sorted((a.code for a in entry.info.anomalies), key=lambda code: code not in REFUSED)
            self._draw_badge(painter, rect, font, codes, room.left(), top)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        entry = index.data(ENTRY)
        font = QFont(option.font)
        font.setBold(True)
        line = QFontMetrics(font).height() + 1
        height = line * len(_lines(index.data(LINES) or ()))
        if entry is not None:
            height += line + 3 if entry.info.anomalies else 0
            height = max(height, PICTURE_PX)
        return QSize(120, height + 2 * _MARGIN)

    def _draw_picture(
        self,
        painter: QPainter,
        square: QRect,
        picture: QPixmap | None,
        palette: QPalette,
        *,
        framed: bool,
    ) -> None:
        """The picture; that of the open series in a frame, wherever the keys have led the selection."""
        painter.fillRect(square, QColor("black"))
        if picture is not None and not picture.isNull():
            size = picture.size().scaled(square.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(square.topLeft(), size)
            place.moveCenter(square.center())
            painter.drawPixmap(place, picture)
        painter.setPen(QPen(_OPEN, 2) if framed else palette.color(QPalette.ColorRole.Mid))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(square)

    def _draw_badge(
        self, painter: QPainter, rect: QRect, font: QFont, codes: list[str], left: int, top: int
    ) -> None:
        """The first code and how many more; the tool tip has all of them in full."""
        more = f"  +{len(codes) - 1}" if len(codes) > 1 else ""
        small = QFont(font)
        small.setBold(True)
        small.setPixelSize(max(QFontMetrics(font).height() - 6, 9))
        metrics = QFontMetrics(small)
        room = rect.right() - _MARGIN - left - 10 - metrics.horizontalAdvance(more)
        told = metrics.elidedText(f"⚠ {phrase(codes[0])}", Qt.TextElideMode.ElideRight, room) + more
        badge = QRect(left, top + 2, metrics.horizontalAdvance(told) + 10, metrics.height() + 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_BADGE)
        painter.drawRoundedRect(badge, 3, 3)
        painter.setPen(_ON_BADGE)
        painter.setFont(small)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, told)


def _lines(texts: tuple[str, ...]) -> list[str]:
    return [line for text in texts for line in text.split("\n") if line]
