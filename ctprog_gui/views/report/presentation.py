"""The page on the whole screen, for a room full of people."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session
from ctprog_gui.views.report.page import SCREEN_LOOK, CasePage


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
        self.page = CasePage(session, SCREEN_LOOK)
        self._box.addWidget(self.page)
        self._connections = (
            session.study_changed,
            session.viewports.window_changed,
            session.prognosis.selection_changed,
            session.prognosis.predictions_changed,
            session.roi.measures_changed,
        )
        for signal in self._connections:
            signal.connect(self._renew)

    def _renew(self) -> None:
        self._box.removeWidget(self.page)
        self.page.deleteLater()
        self.page = CasePage(self._session, SCREEN_LOOK)
        self._box.addWidget(self.page)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F11):
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: object) -> None:
        for signal in self._connections:
            signal.disconnect(self._renew)
        self._connections = ()
        super().closeEvent(event)
        self.ended.emit()
