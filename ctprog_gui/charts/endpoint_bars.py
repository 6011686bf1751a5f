"""Endpoints as bars: probability, interval, and the tick of how common each is."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ctprog_gui.charts.palette import ChartStyle, screen_style
from ctprog_gui.state.endpoint_words import endpoint_words, is_chance, label_words, percent

_ROW, _FIGURES, _MOST_WORDS = 26, 60, 0.5


class EndpointBars(QWidget):
    """A row an endpoint. A click, or the arrow keys, choose one; the pointer on a row explains it.

    `style` and a font size are given for paper and for a screen across the room; without, the row of
    the chosen endpoint is marked and rows can be chosen.
    """

    chosen = Signal(str)

    def __init__(
        self, style: ChartStyle | None = None, pixels: int = 12, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._style = style
        self._pixels = pixels
        self._rows: list[tuple[str, dict[str, Any]]] = []
        self._before: dict[str, float] = {}
        self._marked: str | None = None
        self._doubtful = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if style is None:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_endpoints(
        self,
        endpoints: dict[str, dict[str, Any]],
        marked: str | None = None,
        before: dict[str, float] | None = None,
        *,
        doubtful: bool = False,
    ) -> None:
        """`before` are the probabilities when they were last asked for, to be held against.

        Bars that are `doubtful`, of a case unlike those that the models were fitted on, are hatched.
        """
        self._rows = list(endpoints.items())
        self._doubtful = doubtful
        self._marked, self._before = marked, before or {}
        self.setAccessibleName(
            "; ".join(f"{label_words(one)} {percent(one['probability'])}" for _, one in self._rows)
        )
        self.setMinimumHeight(self.sizeHint().height())
        self.updateGeometry()
        self.update()

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self._rows]

    @property
    def marked(self) -> str | None:
        return self._marked

    def sizeHint(self) -> QSize:
        return QSize(260, round(self._row * len(self._rows)))

    def row_rect(self, name: str) -> QRectF:
        """Where an endpoint's row lies."""
        return QRectF(0, self._row * self.names.index(name), self.width(), self._row)

    def x_of(self, share: float) -> float:
        """Where a probability lies along the bars."""
        left, width = self._bar
        return left + width * share

    @property
    def _row(self) -> float:
        return _ROW * self._pixels / 12

    @property
    def _bar(self) -> tuple[float, float]:
        font = self.font()
        font.setPixelSize(self._pixels)
        scale = self._pixels / 12
        longest = max(
            (QFontMetrics(font).horizontalAdvance(label_words(one)) for _, one in self._rows), default=0
        )
        # Names in full where they leave the bars a third of the width.
        words = min(longest + 18 * scale, _MOST_WORDS * self.width())
        return words, self.width() - words - _FIGURES * scale

    def paintEvent(self, event: QPaintEvent) -> None:
        style = self._style or screen_style()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(self._pixels)
        painter.setFont(font)
        for name, one in self._rows:
            self._paint_row(painter, style, name, one)
        painter.end()

    def _paint_row(self, painter: QPainter, style: ChartStyle, name: str, one: dict[str, Any]) -> None:
        row, scale = self.row_rect(name), self._pixels / 12
        left, width = self._bar
        chance = is_chance(one)
        if name == self._marked and self._style is None:
            painter.setPen(Qt.PenStyle.NoPen)
            shade = QColor(style.patient)
            shade.setAlpha(38)
            painter.setBrush(shade)
            painter.drawRoundedRect(row.adjusted(0, 1, 0, -1), 4, 4)
        words = QRectF(6 * scale, row.top(), left - 14 * scale, row.height())
        told = painter.fontMetrics().elidedText(
            label_words(one), Qt.TextElideMode.ElideRight, int(words.width())
        )
        painter.setPen(QColor(style.muted if chance else style.text))
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), told)
        middle = row.center().y()
        thick = 8 * scale
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(style.grid))
        painter.drawRoundedRect(QRectF(left, middle - thick / 2, width, thick), 2, 2)
        colour = QColor(style.muted if chance else style.patient)
        bar = QRectF(left, middle - thick / 2, width * one["probability"], thick)
        if self._doubtful:
            painter.setPen(QPen(colour, scale))
            painter.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
            bar.adjust(0.5, 0.5, -0.5, -0.5)
        else:
            painter.setBrush(colour)
        painter.drawRoundedRect(bar, 2, 2)
        painter.setPen(QPen(QColor(style.text), 1.5 * scale))
        low, high = self.x_of(one["lower"]), self.x_of(one["upper"])
        painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        for end in (low, high):
            painter.drawLine(QPointF(end, middle - 3 * scale), QPointF(end, middle + 3 * scale))
        painter.setPen(QPen(QColor(style.groups["high"]), 2 * scale))
        tick = self.x_of(one["prevalence"])
        painter.drawLine(QPointF(tick, middle - 8 * scale), QPointF(tick, middle + 8 * scale))
        painter.setPen(QColor(style.muted if chance else style.text))
        figures = QRectF(row.right() - _FIGURES * scale, row.top(), (_FIGURES - 6) * scale, row.height())
        moved = one["probability"] - self._before.get(name, one["probability"])
        arrow = "" if abs(moved) < 0.005 else ("▲ " if moved > 0 else "▼ ")
        right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        painter.drawText(figures, right, arrow + percent(one["probability"]))

    def _at(self, y: float) -> str | None:
        number = int(y // self._row)
        return self._rows[number][0] if 0 <= number < len(self._rows) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        name = self._at(event.position().y())
        if name is not None and self._style is None:
            self.chosen.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or self._marked not in self.names:
            super().keyPressEvent(event)
            return
        at = self.names.index(self._marked) + step
        if 0 <= at < len(self._rows):
            self.chosen.emit(self._rows[at][0])

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            name = self._at(event.pos().y())
            if name is None:
                QToolTip.hideText()
            else:
                row = self.row_rect(name).toRect()
                QToolTip.showText(event.globalPos(), endpoint_words(dict(self._rows)[name]), self, row)
            return True
        return super().event(event)
