"""The rectangle that a drag pulls open on a view."""

from __future__ import annotations

from vtkmodules.vtkRenderingCore import vtkRenderer

from ctprog_gui.rendering.palette import LETTERS
from ctprog_gui.rendering.screen_line import ScreenLine


class RubberBand:
    """Edges of a rectangle in device pixels, from the lower left corner."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._line = ScreenLine(renderer, LETTERS)

    def set_scale(self, scale: float) -> None:
        self._line.set_scale(scale)

    @property
    def visible(self) -> bool:
        return self._line.visible

    def show(self, start: tuple[float, float], stop: tuple[float, float]) -> None:
        """Span from one corner to the opposite."""
        (left, bottom), (right, top) = start, stop
        self._line.show([(left, bottom), (right, bottom), (right, top), (left, top)])

    def hide(self) -> None:
        self._line.hide()
