"""A small bar that says which HU have which colour, where a slice is not grey."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import vtkPoints, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor2D, vtkPolyDataMapper2D, vtkRenderer

from ctprog_gui.core.imaging.windows import Window
from ctprog_gui.rendering.corner_text import FONT_PIXELS, text_actor
from ctprog_gui.rendering.palette import ANNOTATION

WIDTH_PIXELS, HEIGHT_PIXELS = 10, 96
_STEPS = 48
_GAP_PIXELS = 5


class ColourBar:
    """Stands above the window's text at the lower left, with the window's ends beside it."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._points = vtkPoints()
        self._points.SetNumberOfPoints(2 * (_STEPS + 1))
        bands = vtkCellArray()
        for step in range(_STEPS):
            bands.InsertNextCell(4)
            for corner in (2 * step, 2 * step + 1, 2 * step + 3, 2 * step + 2):
                bands.InsertCellPoint(corner)
        self._colours = vtkUnsignedCharArray()
        self._colours.SetNumberOfComponents(3)
        self._colours.SetNumberOfTuples(_STEPS)
        shape = vtkPolyData()
        shape.SetPoints(self._points)
        shape.SetPolys(bands)
        shape.GetCellData().SetScalars(self._colours)
        mapper = vtkPolyDataMapper2D()
        mapper.SetInputData(shape)
        self._actor = vtkActor2D()
        self._actor.SetMapper(mapper)
        self._actor.PickableOff()
        self.top = text_actor(ANNOTATION, FONT_PIXELS)
        self.bottom = text_actor(ANNOTATION, FONT_PIXELS)
        self.top.GetTextProperty().SetVerticalJustificationToTop()
        for actor in (self._actor, self.top, self.bottom):
            actor.VisibilityOff()
            renderer.AddViewProp(actor)

    @property
    def visible(self) -> bool:
        return bool(self._actor.GetVisibility())

    def place(self, left: float, bottom: float, scale: float) -> None:
        """Stand with the lower left corner at a pixel."""
        for step in range(_STEPS + 1):
            y = round(bottom + scale * HEIGHT_PIXELS * step / _STEPS)
            self._points.SetPoint(2 * step, left, y, 0)
            self._points.SetPoint(2 * step + 1, round(left + scale * WIDTH_PIXELS), y, 0)
        self._points.Modified()
        beside = round(left + scale * (WIDTH_PIXELS + _GAP_PIXELS))
        self.top.SetDisplayPosition(beside, round(bottom + scale * HEIGHT_PIXELS))
        self.bottom.SetDisplayPosition(beside, round(bottom))

    def hide(self) -> None:
        for actor in (self._actor, self.top, self.bottom):
            actor.VisibilityOff()

    def tell(self, table: NDArray[np.uint8], window: Window, *, inverted: bool) -> None:
        """Show the colours (256, 3) of a window, from its lower end on."""
        for actor in (self._actor, self.top, self.bottom):
            actor.VisibilityOn()
        shown = table[::-1] if inverted else table
        for step in range(_STEPS):
            red, green, blue = shown[round((step + 0.5) * 255 / _STEPS)]
            self._colours.SetTuple3(step, float(red), float(green), float(blue))
        self._colours.Modified()
        low, high = window.range_hu
        self.top.SetInput(f"{high:.0f} HU")
        self.bottom.SetInput(f"{low:.0f}")
