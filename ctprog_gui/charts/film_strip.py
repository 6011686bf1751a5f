"""The slices that the model looked at most, as small pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ctprog_gui.charts.palette import ATTENTION, MUTED, SURFACE, TEXT

FRAME_HEIGHT, GAP, CAPTION = 104, 6, 16


class FilmStrip(QWidget):
    """Frames in the order of their weight, each with its slice and share; a click jumps there."""

    slice_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(FRAME_HEIGHT + CAPTION + 2 * GAP)
        self._frames: list[tuple[int, float, QImage]] = []
        self._current: int | None = None

    def show_frames(self, frames: list[tuple[int, float, NDArray[np.uint8]]]) -> None:
        """Take (slice number, weight, grey picture (rows, columns)) of each frame, the first leftmost."""
        self._frames = [(number, weight, _grey(picture)) for number, weight, picture in frames]
        self.update()

    def go_to(self, number: int) -> None:
        """Mark the frame of the slice that the axial view shows."""
        if number != self._current:
            self._current = number
            self.update()

    def number_at(self, x: float) -> int | None:
        """Slice number of the frame at a widget position, or None between frames."""
        for (number, _, _), place in zip(self._frames, self._places(), strict=True):
            if place.left() <= x <= place.right():
                return number
        return None

    def _places(self) -> list[QRectF]:
        places, x = [], float(GAP)
        for _, _, picture in self._frames:
            width = FRAME_HEIGHT * picture.width() / max(picture.height(), 1)
            places.append(QRectF(x, GAP, width, FRAME_HEIGHT))
            x += width + GAP
        return places

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(SURFACE))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        for (number, weight, picture), place in zip(self._frames, self._places(), strict=True):
            if place.right() > self.width():
                break
            painter.drawImage(place, picture)
            current = number == self._current
            painter.setPen(QPen(QColor(ATTENTION if current else MUTED), 2 if current else 1))
            painter.drawRect(place)
            painter.setPen(QColor(TEXT))
            below = QRectF(place.left(), place.bottom() + 2, place.width(), CAPTION)
            told = f"{number + 1}  ·  {100 * weight:.1f} %"
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, told)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self.number_at(event.position().x())
        if number is not None:
            self.slice_chosen.emit(number)


def _grey(picture: NDArray[np.uint8]) -> QImage:
    rows = np.ascontiguousarray(picture)
    height, width = rows.shape
    return QImage(rows.data, width, height, width, QImage.Format.Format_Grayscale8).copy()
