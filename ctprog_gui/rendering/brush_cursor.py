"""The brush's outline under the pointer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from ctprog_gui.core.imaging.planes import PlaneOfVolume

CORNERS = 64
LINE_PIXELS = 1.5


class BrushCursor:
    """A circle of the brush's radius on the slice; in space for a ball, it is the ball's equator."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._points = vtkPoints()
        self._points.SetDataTypeToDouble()
        self._points.SetNumberOfPoints(CORNERS)
        ring = vtkCellArray()
        ring.InsertNextCell(CORNERS + 1)
        for corner in (*range(CORNERS), 0):
            ring.InsertCellPoint(corner)
        data = vtkPolyData()
        data.SetPoints(self._points)
        data.SetLines(ring)
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(data)
        self._actor = vtkActor()
        self._actor.SetMapper(mapper)
        self._actor.PickableOff()
        self._actor.VisibilityOff()
        self._actor.GetProperty().LightingOff()
        self.set_scale(1.0)
        renderer.AddActor(self._actor)
        angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
        self._circle = np.column_stack([np.cos(angles), np.sin(angles)])

    def set_scale(self, scale: float) -> None:
        self._actor.GetProperty().SetLineWidth(LINE_PIXELS * scale)

    @property
    def visible(self) -> bool:
        return bool(self._actor.GetVisibility())

    def hide(self) -> None:
        self._actor.VisibilityOff()

    def show(
        self,
        stack: PlaneOfVolume,
        centre_mm: NDArray[np.float64],
        radius_mm: float,
        colour: tuple[float, float, float],
    ) -> None:
        """Draw around an LPS point on the slice."""
        middle = centre_mm + 0.2 * stack.towards_viewer_lps
        axes = np.array([stack.right_lps, stack.up_lps])
        for corner, point in enumerate(middle + radius_mm * self._circle @ axes):
            self._points.SetPoint(corner, *point)
        self._points.Modified()
        self._actor.GetProperty().SetColor(*colour)
        self._actor.VisibilityOn()
