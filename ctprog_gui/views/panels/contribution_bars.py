"""How much each part of an answer moved it, as bars to both sides."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ctprog_gui.charts.palette import screen_style
from ctprog_gui.state.language import tr

_ROW, _GAP, _FIGURES = 20, 6, 46
# Names of features are longer than those of clinical values.
_SHARE_OF_WORDS, _SHARE_OF_NAMES = 0.5, 0.68


class ContributionBars(QWidget):
    """One row a part: its name, a bar from the middle (right is more), its value with its sign.

    The pointer on a row tells what explains it, where there is anything; else what all of them are.
    """

    def __init__(self, rows: Sequence[tuple[str, float]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_rows(rows)
        self.setToolTip(
            tr(
                "What each moved the logarithm of the cumulative hazard to the horizon,\n"
                "against the average patient of the training set. Right: worse."
            )
        )

    def show_rows(self, rows: Sequence[tuple[str, float]], explained: Sequence[str] = ()) -> None:
        """Show other rows; `explained` is rich text, one a row or none at all."""
        self.rows, self.explained = tuple(rows), tuple(explained)
        self.setAccessibleName("; ".join(f"{name} {value:+.2f}" for name, value in rows))
        self.updateGeometry()
        self.update()

    def row_rect(self, number: int) -> QRectF:
        """Where a row lies."""
        return QRectF(0, _ROW * number, self.width(), _ROW)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self.explained:
            number = event.pos().y() // _ROW
            if 0 <= number < len(self.explained):
                row = self.row_rect(number).toRect()
                QToolTip.showText(event.globalPos(), self.explained[number], self, row)
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(260, _ROW * len(self.rows))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        words = (_SHARE_OF_NAMES if self.explained else _SHARE_OF_WORDS) * self.width()
        middle = words + (self.width() - words - _FIGURES) / 2
        half = (self.width() - words - _FIGURES) / 2 - _GAP
        most = max((abs(value) for _, value in self.rows), default=0.0) or 1.0
        style = screen_style()
        text, muted = QColor(style.text), QColor(style.muted)
        for number, (name, value) in enumerate(self.rows):
            top = _ROW * number
            told = _fitting(name, painter.fontMetrics(), int(words - _GAP))
            painter.setPen(text)
            middle_left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(0, top, words, _ROW), int(middle_left), told)
            length = half * abs(value) / most
            group = "high" if value > 0 else "low"
            bar = QRectF(middle if value > 0 else middle - length, top + 6, length, _ROW - 12)
            painter.fillRect(bar, QColor(style.groups[group]))
            painter.setPen(muted)
            painter.drawLine(round(middle), top + 2, round(middle), top + _ROW - 2)
            middle_right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            figures = f"{value:+.2f}".replace("-", "−") if abs(value) >= 0.005 else "0"
            painter.drawText(QRectF(self.width() - _FIGURES, top, _FIGURES, _ROW), int(middle_right), figures)
        painter.end()


def _fitting(name: str, metrics: QFontMetrics, width: int) -> str:
    """A name cut to a width before the brackets at its end: class and band tell features apart."""
    head, bracket, tail = name.rpartition(" (")
    kept = f"{bracket}{tail}" if bracket else ""
    room = width - metrics.horizontalAdvance(kept)
    if not bracket or room < width / 3:
        return metrics.elidedText(name, Qt.TextElideMode.ElideRight, width)
    return metrics.elidedText(head, Qt.TextElideMode.ElideRight, room) + kept
