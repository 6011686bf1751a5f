"""The page on the whole screen, for a room full of people: as large as the screen has room for."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from ctprog_gui.state.language import tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.session import Session
from ctprog_gui.views.report.page import SCREEN_LOOK, CasePage

# Sizes of letters and charts, and of the slices, as shares of those of a large screen: a small one, or a
# long-winded language, first takes from the slices. A smaller one does without what moved an endpoint.
_SIZES = (
    *((1.0, 1.0), (1.0, 0.9), (1.0, 0.8), (1.0, 0.7), (1.0, 0.6)),
    *((0.85, 0.55), (0.7, 0.45), (0.55, 0.35)),
)
_SMALL = ((0.7, 0.45), (0.55, 0.35), (0.4, 0.25))
# The smallest shows no slice.
_SMALLEST = (0.4, 0.35, 0.3, 0.25)


class Presentation(QWidget):
    """Follows the session while it is shown; F11 or Escape ends it."""

    ended = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("CTProg — research use only"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setStyleSheet("background: #14171b;")
        self._session = session
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        # The window is as large as the screen; a page that wants more gives way, not the screen.
        self._box.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.page = CasePage(session, SCREEN_LOOK)
        self._box.addWidget(self.page)
        self._listening = Listening(
            (session.study_changed, self._renew),
            (session.viewports.window_changed, self._renew),
            (session.prognosis.selection_changed, self._renew),
            (session.prognosis.endpoint_changed, self._renew),
            (session.prognosis.predictions_changed, self._renew),
            (session.roi.measures_changed, self._renew),
        )

    def _renew(self) -> None:
        brief = replace(SCREEN_LOOK, reasons=0)
        looks = [SCREEN_LOOK.scaled(*size) for size in _SIZES] + [brief.scaled(*size) for size in _SMALL]
        looks += [replace(brief, frames=0).scaled(letters, 0.1) for letters in _SMALLEST]
        for look in looks:
            self._box.removeWidget(self.page)
            self.page.deleteLater()
            self.page = CasePage(self._session, look)
            self._box.addWidget(self.page)
            if self.page.fits(self.size()):
                break

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._renew()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F11):
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: object) -> None:
        self._listening.end()
        super().closeEvent(event)
        self.ended.emit()
