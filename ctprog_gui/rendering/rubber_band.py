"""The rectangle that a drag pulls open on a view."""

from __future__ import annotations

from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor2D, vtkPolyDataMapper2D, vtkRenderer

from ctprog_gui.rendering.palette import LETTERS

_CORNERS = 4


class RubberBand:
    """Edges of a rectangle in device pixels, from the lower left corner."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._points = vtkPoints()
        self._points.SetNumberOfPoints(_CORNERS)
        ring = vtkCellArray()
        ring.InsertNextCell(_CORNERS + 1)
        for corner in (*range(_CORNERS), 0):
            ring.InsertCellPoint(corner)
        shape = vtkPolyData()
        shape.SetPoints(self._points)
        shape.SetLines(ring)
        mapper = vtkPolyDataMapper2D()
        mapper.SetInputData(shape)
        self._actor = vtkActor2D()
        self._actor.SetMapper(mapper)
        self._actor.GetProperty().SetColor(*LETTERS)
        self._actor.PickableOff()
        self._actor.VisibilityOff()
        renderer.AddViewProp(self._actor)

    def set_scale(self, scale: float) -> None:
        self._actor.GetProperty().SetLineWidth(scale)

    @property
    def visible(self) -> bool:
        return bool(self._actor.GetVisibility())

    def show(self, start: tuple[float, float], stop: tuple[float, float]) -> None:
        """Span from one corner to the opposite."""
        (left, bottom), (right, top) = start, stop
        for at, (x, y) in enumerate(((left, bottom), (right, bottom), (right, top), (left, top))):
            self._points.SetPoint(at, round(x), round(y), 0)
        self._points.Modified()
        self._actor.VisibilityOn()

    def hide(self) -> None:
        self._actor.VisibilityOff()
