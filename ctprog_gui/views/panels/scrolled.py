"""A column of controls that scrolls where the window is too low for all of it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFrame,
    QScrollArea,
    QWidget,
)

# Less than this is no use to anybody.
LOWEST_PX = 160


class Scrolled(QScrollArea):
    """Asks for the height of what it holds, and is content with less. It never scrolls sideways.

    While it can be scrolled, a wheel over a box or slider that nobody works with scrolls: it would else
    turn a figure that happens to come under the pointer.
    """

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scrolled")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inner)
        inner.installEventFilter(self)
        for kind in (QAbstractSpinBox, QComboBox, QAbstractSlider):
            for control in inner.findChildren(kind):
                control.installEventFilter(self)

    def sizeHint(self) -> QSize:
        inner = self.widget()
        width = max(self.viewport().width(), inner.minimumSizeHint().width())
        height = inner.heightForWidth(width) if inner.hasHeightForWidth() else inner.sizeHint().height()
        return QSize(self.minimumSizeHint().width(), height)

    def minimumSizeHint(self) -> QSize:
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self.widget().minimumSizeHint().width() + bar, LOWEST_PX)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget():
            if event.type() is QEvent.Type.LayoutRequest:
                self.updateGeometry()
        elif event.type() is QEvent.Type.Wheel and isinstance(watched, QWidget):
            bar = self.verticalScrollBar()
            # The bar's own events pass through here, too.
            if watched is not bar and bar.maximum() > 0 and not watched.hasFocus():
                QApplication.sendEvent(bar, event)
                return True
        return super().eventFilter(watched, event)
