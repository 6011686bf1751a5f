"""How much each part of an answer moved it, as bars to both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
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
from ctprog_gui.state.contribution_words import signed
from ctprog_gui.state.language import tr

# Names of features are longer than those of clinical values: their bars have a line of their own.
_ROW, _TALL, _FOOT, _GAP, _FIGURES = 20, 30, 18, 6, 46
_SHARE_OF_WORDS = 0.5
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_MIDDLE = int(Qt.AlignmentFlag.AlignCenter)


@dataclass(frozen=True)
class Axis:
    """What the bars measure: its name, what left and right mean, and the value at both ends."""

    unit: str
    less: str
    more: str
    end: float


class ContributionBars(QWidget):
    """One row a part: its name, its value with its sign, a bar from the middle; an axis below.

    Rows that are explained tell it to the pointer, and to the keyboard: the arrow keys go from row to
    row, and Space or Return tell. The last row opens what it holds where `opens` says so. Rows on paper,
    with a `style` of their own, do neither.
    """

    opened = Signal()

    def __init__(
        self,
        rows: Sequence[tuple[str, float]],
        axis: Axis | None = None,
        style: ChartStyle | None = None,
        pixels: int = 12,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._style, self._pixels = style, pixels
        self._at = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_rows(rows, axis=axis)

    def show_rows(
        self,
        rows: Sequence[tuple[str, float]],
        explained: Sequence[str] = (),
        axis: Axis | None = None,
        *,
        opens: bool = False,
    ) -> None:
        """Show other rows; `explained` is rich text, one a row or none at all.

        Without an axis the longest bar has all the room. With `opens`, a click on the last row asks for
        what it holds.
        """
        self.rows, self.explained, self.axis = tuple(rows), tuple(explained), axis
        self._opens = opens
        self._at = min(self._at, max(len(self.rows) - 1, 0))
        usable = bool(self.explained) and self._style is None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if usable else Qt.FocusPolicy.NoFocus)
        told = "; ".join(f"{name} {value:+.2f}" for name, value in rows)
        self.setAccessibleName(f"{axis.unit}: {told}" if axis is not None else told)
        self.updateGeometry()
        self.update()

    @property
    def at(self) -> int:
        """The row that the keyboard is on."""
        return self._at

    def row_rect(self, number: int) -> QRectF:
        """Where a row lies."""
        return QRectF(0, self._row * number, self.width(), self._row)

    def bar_rect(self, number: int) -> QRectF:
        """Where a row's bar lies."""
        left, width = self._bars
        value = self.rows[number][1]
        length = min(abs(value) / self._end, 1.0) * width / 2
        middle, row = left + width / 2, self.row_rect(number)
        top, thick = row.top() + 6 * self._scale, row.height() - 12 * self._scale
        if self.explained:
            top, thick = row.bottom() - 10 * self._scale, 6 * self._scale
        return QRectF(middle if value > 0 else middle - length, top, length, thick)

    def sizeHint(self) -> QSize:
        foot = _FOOT * self._scale if self.axis is not None and self.rows else 0
        return QSize(260, round(self._row * len(self.rows) + foot))

    @property
    def _scale(self) -> float:
        return self._pixels / 12

    @property
    def _row(self) -> float:
        return (_TALL if self.explained else _ROW) * self._scale

    @property
    def _end(self) -> float:
        if self.axis is not None:
            return self.axis.end
        return max((abs(value) for _, value in self.rows), default=0.0) or 1.0

    @property
    def _bars(self) -> tuple[float, float]:
        """Where the bars' room begins, and how wide it is."""
        if self.explained:
            return 0.0, float(self.width())
        words, figures = _SHARE_OF_WORDS * self.width(), _FIGURES * self._scale
        return words + _GAP, self.width() - words - figures - 2 * _GAP

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(self._pixels)
        painter.setFont(font)
        style = self._style or screen_style()
        figures = _FIGURES * self._scale
        for number, (name, value) in enumerate(self.rows):
            row = self.row_rect(number)
            line = QRectF(row.left(), row.top(), row.width(), min(row.height(), 18 * self._scale))
            if not self.explained:
                line = row
            words = self.width() - figures if self.explained else _SHARE_OF_WORDS * self.width()
            told = name
            if self._opens and number == len(self.rows) - 1:
                told = f"▸ {name}"
            told = _fitting(told, painter.fontMetrics(), int(words - _GAP))
            painter.setPen(QColor(style.text))
            painter.drawText(QRectF(line.left(), line.top(), words, line.height()), _LEFT, told)
            painter.drawText(
                QRectF(self.width() - figures, line.top(), figures, line.height()), _RIGHT, signed(value)
            )
            self._paint_bar(painter, style, number)
            if number == self._at and self.hasFocus():
                painter.setPen(QPen(QColor(style.patient), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(row.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if self.axis is not None and self.rows:
            self._paint_axis(painter, style, self.axis)
        painter.end()

    def _paint_bar(self, painter: QPainter, style: ChartStyle, number: int) -> None:
        left, width = self._bars
        bar = self.bar_rect(number)
        if self.explained:
            painter.fillRect(QRectF(left, bar.top(), width, bar.height()), QColor(style.track))
        painter.fillRect(bar, QColor(style.groups["high" if self.rows[number][1] > 0 else "low"]))
        painter.setPen(QColor(style.muted))
        middle = round(left + width / 2)
        painter.drawLine(middle, round(bar.top() - 2), middle, round(bar.bottom() + 2))

    def _paint_axis(self, painter: QPainter, style: ChartStyle, axis: Axis) -> None:
        font = painter.font()
        font.setPixelSize(max(round(0.9 * self._pixels), 6))
        painter.setFont(font)
        painter.setPen(QColor(style.muted))
        top, height = self._row * len(self.rows), _FOOT * self._scale
        left, width = self._bars
        ends = f"−{axis.end:g}", f"+{axis.end:g}"
        foot = QRectF(left, top, width, height)
        if self.explained:
            painter.drawText(foot, _LEFT, f"{ends[0]}  ← {axis.less}")
            painter.drawText(foot, _MIDDLE, axis.unit)
            painter.drawText(foot, _RIGHT, f"{axis.more} →  {ends[1]}")
            return
        painter.drawText(foot, _LEFT, ends[0])
        painter.drawText(foot, _RIGHT, ends[1])
        told = f"{axis.unit}: ← {axis.less}, {axis.more} →"
        painter.drawText(QRectF(0, top, left - _GAP, height), _LEFT, told)

    def _number_at(self, y: float) -> int | None:
        number = int(y // self._row)
        return number if 0 <= number < len(self.rows) else None

    def _open(self, number: int) -> bool:
        if self._opens and number == len(self.rows) - 1:
            self.opened.emit()
            return True
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event.position().y())
        if number is None or self._style is not None or not self.explained:
            super().mousePressEvent(event)
            return
        self._at = number
        self._open(number)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS and 0 <= self._at + _STEPS[key] < len(self.rows):
            self._at += _STEPS[key]
            self.update()
            self._tell()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.rows:
            if not self._open(self._at):
                self._tell()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        QToolTip.hideText()
        super().focusOutEvent(event)
        self.update()

    def _tell(self) -> None:
        """The words of the row that the keyboard is on."""
        words = self.explained[self._at]
        self.setAccessibleDescription(words)
        row = self.row_rect(self._at).toRect()
        QToolTip.showText(self.mapToGlobal(row.bottomLeft()), words, self, row, 60_000)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self.explained:
            number = self._number_at(event.pos().y())
            if number is not None:
                row = self.row_rect(number).toRect()
                QToolTip.showText(event.globalPos(), self.explained[number], self, row)
            return True
        return super().event(event)


def hazard_axis(end: float) -> Axis:
    return Axis(tr("log hazard"), tr("better"), tr("worse"), end)


def odds_axis(end: float) -> Axis:
    return Axis(tr("log odds"), tr("less likely"), tr("more likely"), end)


def _fitting(name: str, metrics: QFontMetrics, width: int) -> str:
    """A name cut in its middle, before the brackets at its end: what ends it tells features apart."""
    head, bracket, tail = name.rpartition(" (")
    kept = f"{bracket}{tail}" if bracket else ""
    room = width - metrics.horizontalAdvance(kept)
    if not bracket or room < width / 3:
        return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width)
    return metrics.elidedText(head, Qt.TextElideMode.ElideMiddle, room) + kept
