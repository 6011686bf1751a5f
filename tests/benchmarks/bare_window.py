"""The least that PySide6 and VTK can show: one window with one empty renderer in it.

The peer of `bench_window`: run as a process of its own, it prints a line when it is painted and ends.
"""

from __future__ import annotations

import sys

import vtkmodules.vtkRenderingOpenGL2  # noqa: F401
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPaintEngine, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow


class Canvas(QWidget):
    """A native widget that VTK draws into."""

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)
        self.setAttribute(Qt.WidgetAttribute.WA_PaintOnScreen)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.window_: vtkRenderWindow | None = None
        self.painted = False

    def paintEngine(self) -> QPaintEngine | None:
        return None

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.window_ is None:
            self.window_ = vtkRenderWindow()
            self.window_.SetWindowInfo(str(int(self.winId())))
            self.window_.SetSize(self.width(), self.height())
            self.window_.AddRenderer(vtkRenderer())
        self.window_.Render()
        self.painted = True


def main() -> int:
    application = QApplication(["bare"])
    window = QMainWindow()
    canvas = Canvas()
    window.setCentralWidget(canvas)
    window.resize(1600, 1000)
    window.show()
    watch = QTimer()

    def look() -> None:
        handle = window.windowHandle()
        if canvas.painted and handle is not None and handle.isExposed():
            watch.stop()
            print("painted", flush=True)
            canvas.window_.Finalize()
            application.quit()

    watch.timeout.connect(look)
    watch.start(1)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
