"""A bar of a round length in the corner of a slice, with its length beside it."""

from __future__ import annotations

from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor2D, vtkPolyDataMapper2D, vtkRenderer, vtkTextActor

from ctprog_gui.rendering.palette import ANNOTATION

LENGTHS_MM = (1, 2, 5, 10, 20, 50, 100, 200)
# The bar takes at most this share of the view's width.
WIDEST = 0.25
_TICK_PIXELS = 5


class ScaleBar:
    """Lies at the lower right, from right to left; the longest round length that fits."""

    def __init__(self, renderer: vtkRenderer, text: vtkTextActor) -> None:
        self._points = vtkPoints()
        self._points.SetNumberOfPoints(4)
        line = vtkCellArray()
        line.InsertNextCell(4)
        for at in range(4):
            line.InsertCellPoint(at)
        shape = vtkPolyData()
        shape.SetPoints(self._points)
        shape.SetLines(line)
        mapper = vtkPolyDataMapper2D()
        mapper.SetInputData(shape)
        # A dark line beneath keeps the bar apart from bright tissue.
        self._under, self._actor = vtkActor2D(), vtkActor2D()
        for actor, colour, width in ((self._under, (0, 0, 0), 5), (self._actor, ANNOTATION, 2)):
            actor.SetMapper(mapper)
            actor.GetProperty().SetColor(*colour)
            actor.GetProperty().SetLineWidth(width)
            actor.PickableOff()
            renderer.AddViewProp(actor)
        self._under.GetProperty().SetOpacity(0.6)
        self._text = text
        self._text.GetTextProperty().SetJustificationToRight()
        self.length_mm = 0

    def set_visible(self, visible: bool) -> None:
        self._under.SetVisibility(visible)
        self._actor.SetVisibility(visible)
        self._text.SetVisibility(visible)

    def place(
        self, right: float, bottom: float, width: float, mm_per_pixel: float, scale: float = 1.0
    ) -> None:
        """End at a pixel of a view of some width; lines are drawn `scale` times as thick."""
        self._actor.GetProperty().SetLineWidth(2 * scale)
        self._under.GetProperty().SetLineWidth(5 * scale)
        fitting = [mm for mm in LENGTHS_MM if mm / mm_per_pixel <= WIDEST * width]
        self.length_mm = fitting[-1] if fitting else LENGTHS_MM[0]
        left = right - self.length_mm / mm_per_pixel
        tick = bottom + _TICK_PIXELS * scale
        ends = ((left, tick), (left, bottom), (right, bottom), (right, tick))
        for at, (x, y) in enumerate(ends):
            self._points.SetPoint(at, round(x), round(y), 0)
        self._points.Modified()
        told = f"{self.length_mm} mm" if self.length_mm < 10 else f"{self.length_mm // 10} cm"
        self._text.SetInput(told)
        self._text.SetDisplayPosition(round(right), round(tick + 3))
