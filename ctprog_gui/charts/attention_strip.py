"""Where along the series the model looked: one row a slice, beside the axial view."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from ctprog_gui.charts.palette import ATTENTION, GRID, SURFACE, TEXT
from ctprog_gui.core.inference.prediction import SliceAttention
from ctprog_gui.state.language import tr

WIDTH = 58


class AttentionStrip(QWidget):
    """Bars as long as the slices' attention weights, head at the top; a click jumps there."""

    slice_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self._weights = np.zeros(0)
        self._current = 0
        self._head_is_last = True

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 200)

    def show_attention(
        self, attention: tuple[SliceAttention, ...] | None, *, head_is_last: bool = True
    ) -> None:
        """Show one prediction's weights; None empties the strip.

        `head_is_last` says that slice numbers rise to the head.
        """
        self._weights = np.array([row.weight for row in attention or ()])
        self._head_is_last = head_is_last
        self.update()

    def go_to(self, number: int) -> None:
        """Mark the slice that the axial view shows."""
        if number != self._current:
            self._current = number
            self.update()

    def slice_at(self, y: float) -> int:
        """Number of the slice whose row is at widget height `y`."""
        count = len(self._weights)
        row = min(max(int(y / max(self.height(), 1) * count), 0), count - 1)
        return count - 1 - row if self._head_is_last else row

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(SURFACE))
        count = len(self._weights)
        if count and self._weights.max() > 0:
            height = self.height() / count
            longest = self.width() - 6
            for number, weight in enumerate(self._weights / self._weights.max()):
                row = count - 1 - number if self._head_is_last else number
                colour = QColor(ATTENTION)
                colour.setAlpha(70 + round(185 * float(weight)))
                # Thick bars stand apart; thin ones overlap, or the gaps between them would flicker.
                thick = height - 0.5 if height > 8 else height + 0.5
                bar = QRectF(2, row * height, max(1.0, longest * float(weight)), thick)
                painter.fillRect(bar, colour)
            row = count - 1 - self._current if self._head_is_last else self._current
            painter.setPen(QPen(QColor(TEXT)))
            y = round((row + 0.5) * height)
            painter.drawLine(0, y, self.width(), y)
        painter.setPen(QPen(QColor(GRID)))
        painter.drawLine(0, 0, 0, self.height())
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._choose(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and len(self._weights):
            number = self.slice_at(event.pos().y())
            share = 100 * self._weights[number]
            told = tr("Slice {number}: {share} % of the attention")
            QToolTip.showText(event.globalPos(), told.format(number=number + 1, share=f"{share:.1f}"), self)
            return True
        return super().event(event)

    def _choose(self, event: QMouseEvent) -> None:
        if len(self._weights) and event.buttons():
            self.slice_chosen.emit(self.slice_at(event.position().y()))
