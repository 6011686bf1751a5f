"""Endpoints as bars: probability, interval, and the tick of how common each is."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
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
from ctprog_gui.state.endpoint_words import (
    disagrees,
    endpoint_words,
    figure_headings,
    figures,
    is_chance,
    label_words,
    model_percent,
    moved_words,
)

_ROW, _AXIS, _FIGURES, _MOST_WORDS = 26, 16, 60, 0.5
_GAP = 16
_AXIS_AT = ((0.0, "0"), (0.5, "50"), (1.0, "100 %"))
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


class EndpointBars(QWidget):
    """A row an endpoint, over an axis. A click or the arrow keys choose one; the pointer or Space explains.

    `style` and a font size are given for paper and for a screen across the room, where nothing can be
    pointed at: there interval, prevalence and AUC stand beside the bars as numbers. Without, the row of
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
            "; ".join(f"{label_words(one)} {model_percent(one['probability'])}" for _, one in self._rows)
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
        return QSize(260, round(self._head + self._row * len(self._rows) + _AXIS * self._scale))

    def minimumSizeHint(self) -> QSize:
        words, columns = self._widest
        bar = 0.0 if self._style is None else words + 8 * self._pixels + sum(columns)
        return QSize(round(bar), self.sizeHint().height())

    def row_rect(self, name: str) -> QRectF:
        """Where an endpoint's row lies."""
        return QRectF(0, self._head + self._row * self.names.index(name), self.width(), self._row)

    def x_of(self, share: float) -> float:
        """Where a probability lies along the bars."""
        left, width = self._bar
        return left + width * share

    @property
    def figures(self) -> list[tuple[str, ...]]:
        """What stands beside the bars, a tuple a row."""
        return [self._figures(name, one) for name, one in self._rows]

    @property
    def _scale(self) -> float:
        return self._pixels / 12

    @property
    def _row(self) -> float:
        return _ROW * self._scale

    @property
    def _head(self) -> float:
        """Height of the headings over the figures; without `style` there is one figure and no heading."""
        return 0.0 if self._style is None else self._row

    def words(self, name: str) -> str:
        """A row in full; rich text."""
        return endpoint_words(dict(self._rows)[name], self._before.get(name))

    def _figures(self, name: str, one: dict[str, Any]) -> tuple[str, ...]:
        if self._style is not None:
            return figures(one)
        moved = moved_words(one, self._before.get(name, one["probability"]))
        return (f"{moved}  {model_percent(one['probability'])}".strip(),)

    @property
    def _widest(self) -> tuple[float, list[float]]:
        """Widths of the longest name, and of the columns of figures with the gaps before them."""
        font = self.font()
        font.setPixelSize(self._pixels)
        metrics = QFontMetrics(font)
        longest = max((metrics.horizontalAdvance(label_words(one)) for _, one in self._rows), default=0)
        words = longest + 18 * self._scale
        if self._style is None:
            widest = max((metrics.horizontalAdvance(told) for (told,) in self.figures), default=0)
            return words, [max(_FIGURES * self._scale, widest + _GAP * self._scale)]
        cells = [figure_headings(), *self.figures]
        gap = _GAP * self._scale
        columns = zip(*cells, strict=True)
        return words, [max(metrics.horizontalAdvance(told) for told in column) + gap for column in columns]

    @property
    def _bar(self) -> tuple[float, float]:
        words, columns = self._widest
        # Names in full where they leave the bars a third of the width.
        words = min(words, _MOST_WORDS * self.width())
        return words, max(self.width() - words - sum(columns), 1.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        style = self._style or screen_style()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(self._pixels)
        painter.setFont(font)
        if self._rows:
            self._paint_axis(painter, style)
        if self._style is not None and self._rows:
            painter.setPen(QColor(style.muted))
            self._paint_figures(painter, 0.0, figure_headings())
        for name, one in self._rows:
            self._paint_row(painter, style, name, one)
        painter.end()

    def _paint_axis(self, painter: QPainter, style: ChartStyle) -> None:
        foot = self._head + self._row * len(self._rows)
        font = painter.font()
        small = painter.font()
        small.setPixelSize(max(round(0.85 * self._pixels), 6))
        painter.setFont(small)
        wide = painter.fontMetrics().horizontalAdvance("100 %")
        for share, told in _AXIS_AT:
            x = self.x_of(share)
            painter.setPen(QPen(QColor(style.grid), 1))
            painter.drawLine(QPointF(x, self._head + 2), QPointF(x, foot + 2))
            painter.setPen(QColor(style.muted))
            # The last one ends where its bar does.
            place = QRectF(x - wide / 2, foot + 2, wide, _AXIS * self._scale - 2)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), told)
        painter.setFont(font)

    def _paint_figures(self, painter: QPainter, top: float, told: tuple[str, ...]) -> None:
        left, width = self._bar
        right = left + width
        for column, text in zip(self._widest[1], told, strict=True):
            right += column
            room = 6 * self._scale if self._style is None else 0.0
            painter.drawText(QRectF(right - column, top, column - room, self._row), _RIGHT, text)

    def _paint_row(self, painter: QPainter, style: ChartStyle, name: str, one: dict[str, Any]) -> None:
        row, scale = self.row_rect(name), self._scale
        left, width = self._bar
        chance = is_chance(one)
        faint = chance or disagrees(one)
        if name == self._marked and self._style is None:
            painter.setPen(Qt.PenStyle.NoPen)
            shade = QColor(style.patient)
            shade.setAlpha(38)
            painter.setBrush(shade)
            if self.hasFocus():
                painter.setPen(QPen(QColor(style.patient), 1))
            painter.drawRoundedRect(row.adjusted(0.5, 1, -0.5, -1), 4, 4)
        words = QRectF(6 * scale, row.top(), left - 14 * scale, row.height())
        told = painter.fontMetrics().elidedText(
            label_words(one), Qt.TextElideMode.ElideRight, int(words.width())
        )
        painter.setPen(QColor(style.muted if chance else style.text))
        painter.drawText(words, _LEFT, told)
        middle = row.center().y()
        thick = 8 * scale
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(style.track))
        painter.drawRoundedRect(QRectF(left, middle - thick / 2, width, thick), 2, 2)
        colour = QColor(style.muted if chance else style.patient)
        bar = QRectF(left, middle - thick / 2, width * one["probability"], thick)
        if disagrees(one):
            painter.setPen(QPen(QColor(style.muted), scale, Qt.PenStyle.DashLine))
            painter.setBrush(QColor(style.surface))
            bar.adjust(0.5, 0.5, -0.5, -0.5)
        elif self._doubtful:
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
        painter.setPen(QColor(style.muted if faint else style.text))
        self._paint_figures(painter, row.top(), self._figures(name, one))

    def _at(self, y: float) -> str | None:
        number = int((y - self._head) // self._row)
        return self._rows[number][0] if 0 <= number < len(self._rows) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        name = self._at(event.position().y())
        if name is not None and self._style is None:
            self.chosen.emit(name)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        QToolTip.hideText()
        super().focusOutEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        telling = event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if telling and self._marked in self.names:
            row = self.row_rect(self._marked).toRect()
            words = self.words(self._marked)
            self.setAccessibleDescription(words)
            QToolTip.showText(self.mapToGlobal(row.bottomLeft()), words, self, row, 60_000)
            return
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
                QToolTip.showText(event.globalPos(), self.words(name), self, row)
            return True
        return super().event(event)
