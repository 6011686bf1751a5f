"""A closed line on a view, in the view's own pixels."""

from __future__ import annotations

from collections.abc import Sequence

from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor2D, vtkPolyDataMapper2D, vtkRenderer


class ScreenLine:
    """Corners in device pixels, from the lower left corner; the last joins the first."""

    def __init__(self, renderer: vtkRenderer, colour: tuple[float, float, float], width: float = 1.0) -> None:
        self._width = width
        self._shape = vtkPolyData()
        mapper = vtkPolyDataMapper2D()
        mapper.SetInputData(self._shape)
        self._actor = vtkActor2D()
        self._actor.SetMapper(mapper)
        self._actor.GetProperty().SetColor(*colour)
        self._actor.PickableOff()
        self._actor.VisibilityOff()
        self.set_scale(1.0)
        renderer.AddViewProp(self._actor)

    def set_scale(self, scale: float) -> None:
        self._actor.GetProperty().SetLineWidth(self._width * scale)

    @property
    def visible(self) -> bool:
        return bool(self._actor.GetVisibility())

    def show(self, corners: Sequence[tuple[float, float]]) -> None:
        points, ring = vtkPoints(), vtkCellArray()
        ring.InsertNextCell(len(corners) + 1)
        for number, (x, y) in enumerate(corners):
            points.InsertNextPoint(round(x), round(y), 0)
            ring.InsertCellPoint(number)
        ring.InsertCellPoint(0)
        self._shape.SetPoints(points)
        self._shape.SetLines(ring)
        self._actor.VisibilityOn()

    def hide(self) -> None:
        self._actor.VisibilityOff()
