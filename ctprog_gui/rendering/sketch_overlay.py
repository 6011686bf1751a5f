"""The outline that is being drawn on a slice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.rendering.outline import lift
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Tool

PAINTS = (1.0, 1.0, 1.0)
ERASES = (0.95, 0.25, 0.35)
LINE_PIXELS, CORNER_PIXELS = 2.0, 7.0
CLICKED = frozenset({Tool.POLYGON, Tool.LIVEWIRE})


class SketchOverlay:
    """Its lines, to the pointer and back to the first corner, and the corners that were clicked as dots."""

    def __init__(self, renderer: vtkRenderer, session: Session, plane: Plane) -> None:
        self._session = session
        self._plane = plane
        self._lines, self._line_actor = _drawn(renderer)
        self._dots, self._dot_actor = _drawn(renderer)
        self.set_scale(1.0)
        self._dot_actor.GetProperty().RenderPointsAsSpheresOn()
        self._pointer: NDArray[np.float64] | None = None

    def set_scale(self, scale: float) -> None:
        self._line_actor.GetProperty().SetLineWidth(LINE_PIXELS * scale)
        self._dot_actor.GetProperty().SetPointSize(CORNER_PIXELS * scale)

    @property
    def waits(self) -> bool:
        """Whether an outline is open in this plane, so that it has to follow the pointer."""
        return self._session.sketch.plane is self._plane

    def point(self, point_mm: NDArray[np.float64] | None) -> None:
        """Where the pointer is on the slice, or that it has left."""
        self._pointer = point_mm

    def update(self, stack: PlaneOfVolume | None, number: int) -> None:
        sketch = self._session.sketch
        corners = sketch.points_mm
        shown = stack is not None and self.waits and sketch.number == number and len(corners) > 0
        self._line_actor.SetVisibility(shown)
        self._dot_actor.SetVisibility(shown and self._session.tools.tool in CLICKED)
        if not shown or stack is None:
            return
        way = corners if self._pointer is None else np.vstack([corners, sketch.way_to(self._pointer)])
        up = lift(stack, 5)
        _set(self._lines, (way if sketch.clings else np.vstack([way, way[:1]])) + up, as_line=True)
        _set(self._dots, sketch.anchors_mm + up, as_line=False)
        colour = ERASES if sketch.erases else PAINTS
        for actor in (self._line_actor, self._dot_actor):
            actor.GetProperty().SetColor(*colour)


def _drawn(renderer: vtkRenderer) -> tuple[vtkPolyData, vtkActor]:
    data = vtkPolyData()
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.PickableOff()
    actor.VisibilityOff()
    actor.GetProperty().LightingOff()
    renderer.AddActor(actor)
    return data, actor


def _set(data: vtkPolyData, places: NDArray[np.float64], *, as_line: bool) -> None:
    points = vtkPoints()
    points.SetDataTypeToDouble()
    cells = vtkCellArray()
    if as_line:
        cells.InsertNextCell(len(places))
    for number, place in enumerate(places):
        points.InsertNextPoint(*place)
        if not as_line:
            cells.InsertNextCell(1)
        cells.InsertCellPoint(number)
    data.SetPoints(points)
    (data.SetLines if as_line else data.SetVerts)(cells)
    data.Modified()
