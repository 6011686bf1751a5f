"""The one place where Qt and VTK meet: a widget whose native window VTK draws into.

VTK's own Qt interactor is not used: it brings an interactor style, timers and a cursor of its own
that the application would have to switch off again, and takes the screen's pixel ratio from where
the mouse is.
"""

from __future__ import annotations

import math
import time

import numpy as np

# These register the OpenGL, text and volume implementations of what the scenes use.
import vtkmodules.vtkRenderingFreeType
import vtkmodules.vtkRenderingOpenGL2
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QImage, QPaintEngine, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow, vtkWindowToImageFilter


class VtkHost(QWidget):
    """Shows one renderer. Any number of `schedule` calls give one picture at the next paint.

    The first paint is plain black, and the OpenGL context is made right after it: the window is on
    the screen before the graphics are. `finalise` must be called before the widget goes; it frees
    the context.
    """

    def __init__(self, renderer: vtkRenderer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for attribute in (
            Qt.WidgetAttribute.WA_NativeWindow,
            Qt.WidgetAttribute.WA_OpaquePaintEvent,
            Qt.WidgetAttribute.WA_NoSystemBackground,
        ):
            self.setAttribute(attribute)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(80, 80)
        self._renderer = renderer
        self._window: vtkRenderWindow | None = None
        self._finalised = False
        self._begin = QTimer(self)
        self._begin.setSingleShot(True)
        self._begin.timeout.connect(self._on_begin)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setTimerType(Qt.TimerType.PreciseTimer)
        self._later.timeout.connect(self.update)
        self._pace_s, self._drawn_at_s = 0.0, -math.inf
        self.due = False
        self.renders = 0
        self.took_s = 0.0

    def schedule(self) -> None:
        """Ask for a new picture soon; cheap, and safe to call many times.

        Until it is drawn, `due` says so.
        """
        self.due = True
        wait_s = self._drawn_at_s + self._pace_s - time.monotonic()
        if wait_s <= 0:
            self._later.stop()
            self.update()
        elif not self._later.isActive():
            self._later.start(math.ceil(1000 * wait_s))

    def set_pace(self, seconds: float) -> None:
        """Leave at least so much time between two pictures that were asked for.

        What comes in between is shown by the next of them; with 0 that is drawn at once.
        """
        if seconds != self._pace_s:
            self._pace_s = seconds
            if self._later.isActive():
                self._later.stop()
                self.schedule()

    def render(self) -> None:
        """Draw now."""
        if self._finalised or not self.isVisible():
            return
        if self._window is None:
            self._hand_over()
            self._window = self._make_window()
        self._later.stop()
        self.due, self._drawn_at_s = False, time.monotonic()
        self._window.Render()
        self.took_s = time.monotonic() - self._drawn_at_s
        self.renders += 1

    def finalise(self) -> None:
        """Free the window's graphics; the widget stays black from here on."""
        self._finalised = True
        self._begin.stop()
        self._later.stop()
        if self._window is not None:
            self._window.RemoveRenderer(self._renderer)
            self._window.Finalize()
            self._window = None

    def picture(self) -> QImage:
        """What the widget shows, rendered afresh, in device pixels."""
        self.prepare()
        self.render()
        if self._window is None:
            return QImage()
        grab = vtkWindowToImageFilter()
        grab.SetInput(self._window)
        grab.SetInputBufferTypeToRGB()
        grab.ReadFrontBufferOff()
        grab.ShouldRerenderOff()
        grab.Update()
        image = grab.GetOutput()
        width, height, _ = image.GetDimensions()
        pixels: NDArray[np.uint8] = vtk_to_numpy(image.GetPointData().GetScalars())
        rows = np.ascontiguousarray(pixels.reshape(height, width, 3)[::-1])
        shown = QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        shown.setDevicePixelRatio(self.devicePixelRatioF())
        return shown

    def device_position(self, x: float, y: float) -> tuple[float, float]:
        """A widget position in device pixels from the lower left corner, as VTK counts."""
        ratio = self.devicePixelRatioF()
        return x * ratio, (self.height() - 1 - y) * ratio

    def on_resize(self, width: int, height: int) -> None:
        """The view's size in device pixels changed; scenes lay themselves out here."""

    def prepare(self) -> None:
        """Called just before a picture is drawn."""

    @property
    def _is_vtks(self) -> bool:
        """Whether VTK paints the native window; until then Qt does."""
        return self.testAttribute(Qt.WidgetAttribute.WA_PaintOnScreen)

    def _hand_over(self) -> None:
        self._begin.stop()
        self.setAttribute(Qt.WidgetAttribute.WA_PaintOnScreen)

    def _on_begin(self) -> None:
        self._hand_over()
        self.update()

    def paintEngine(self) -> QPaintEngine | None:
        return None if self._is_vtks else super().paintEngine()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_vtks:
            painter = QPainter(self)
            painter.fillRect(self.rect(), Qt.GlobalColor.black)
            painter.end()
            if not self._finalised:
                self._begin.start(0)
            return
        self.prepare()
        self.render()

    def resizeEvent(self, event: QResizeEvent) -> None:
        width, height = self._device_size()
        if self._window is not None:
            self._window.SetSize(width, height)
        self.on_resize(width, height)
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WinIdChange and self._window is not None:
            # Qt made a new native window (the widget moved to another parent): follow it.
            self._window.RemoveRenderer(self._renderer)
            self._window.Finalize()
            self._window = None
            self.update()
        return super().event(event)

    def _device_size(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)

    def _make_window(self) -> vtkRenderWindow:
        window = vtkRenderWindow()
        window.SetMultiSamples(0)
        # Colours alone go to the screen. By default VTK also copies each pixel's depth, by a shader, into
        # a buffer that nobody reads: drawn in software that takes nearly as long as the slice.
        window.SetFrameBlitModeToBlitToCurrent()
        window.SetWindowInfo(str(int(self.winId())))
        window.SetSize(*self._device_size())
        window.SetDPI(round(72 * self.devicePixelRatioF()))
        window.AddRenderer(self._renderer)
        return window
