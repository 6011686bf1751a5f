"""The middle slice of a series, over the views, while the rest of the series is still being read."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ctprog_gui.core.dicom.series import SeriesInfo
from ctprog_gui.services.opening import LANE, Opening
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.language import tr
from ctprog_gui.state.library import Picture

_HEADLINE = 34
_BLACK, _BAR, _TEXT = QColor("black"), QColor("#1b1f24"), QColor("#f0f3f6")


class FirstSlice(QWidget):
    """Covers all views, so that slices of two patients are never side by side, and says whose it is.

    It goes when the series is shown, or when reading it failed or was cancelled: then the case that was
    open is on the screen as before.
    """

    def __init__(self, opening: Opening, tasks: TaskRunner, over: QWidget) -> None:
        super().__init__(over)
        # VTK draws into native windows, which would hide a widget without one.
        self.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._picture = QImage()
        self._told = ""
        self.hide()
        opening.first_slice.connect(self._on_first_slice)
        tasks.idle.connect(self._on_idle)

    @property
    def told(self) -> str:
        """The headline: whose slice this is."""
        return self._told

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), _BLACK)
        room = self.rect().adjusted(0, _HEADLINE, 0, 0)
        size = self._picture.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(room.topLeft(), size)
        place.moveCenter(room.center())
        painter.drawImage(place, self._picture)
        bar = QRect(0, 0, self.width(), _HEADLINE)
        painter.fillRect(bar, _BAR)
        painter.setPen(_TEXT)
        painter.drawText(bar.adjusted(12, 0, -12, 0), Qt.AlignmentFlag.AlignVCenter, self._told)

    @Slot(object, object)
    def _on_first_slice(self, info: SeriesInfo, picture: Picture) -> None:
        rows, columns = picture.shape
        held = picture.tobytes()
        self._picture = QImage(held, columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
        patient = info.patient
        facts = [patient.name, patient.patient_id, info.description, tr("middle slice; reading the others …")]
        self._told = tr("Opening") + "  " + "  ·  ".join(fact for fact in facts if fact)
        over = self.parentWidget()
        self.setGeometry(over.rect())
        self.show()
        self.raise_()
        self.repaint()

    @Slot(str)
    def _on_idle(self, lane: str) -> None:
        if lane == LANE and self.isVisible():
            self.hide()
            self._picture = QImage()
