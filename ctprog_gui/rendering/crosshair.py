"""The linked crosshair in one plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.rendering.palette import PLANE_COLOURS

GAP_MM = 6.0


class Crosshair:
    """Two lines through a point, open in the middle so that what they mark can be seen.

    Each line stands for another plane and has that plane's colour.
    """

    def __init__(self, renderer: vtkRenderer, plane: Plane) -> None:
        # Which plane is seen edge-on as the vertical and as the horizontal line of this one.
        vertical, horizontal = {
            Plane.AXIAL: (Plane.SAGITTAL, Plane.CORONAL),
            Plane.CORONAL: (Plane.SAGITTAL, Plane.AXIAL),
            Plane.SAGITTAL: (Plane.CORONAL, Plane.AXIAL),
        }[plane]
        self._stack: PlaneOfVolume | None = None
        self._lines = (_Line(PLANE_COLOURS[vertical]), _Line(PLANE_COLOURS[horizontal]))
        for line in self._lines:
            renderer.AddActor(line.actor)

    def set_visible(self, visible: bool) -> None:
        for line in self._lines:
            line.actor.SetVisibility(visible)

    def move(self, stack: PlaneOfVolume, point_mm: NDArray[np.float64]) -> None:
        """Cross at an LPS point, the arms as long as the slice."""
        if stack is not self._stack:
            self._stack = stack
            reach = float(np.hypot(*stack.extent_mm))
            self._lines[0].lay(stack.up_lps, reach)
            self._lines[1].lay(stack.right_lps, reach)
        # Only the actors move: their points stay as they were uploaded.
        for line in self._lines:
            line.actor.SetPosition(*(point_mm + 0.15 * stack.towards_viewer_lps))


class _Line:
    """A line through the origin; its actor's position puts it in place."""

    def __init__(self, colour: tuple[float, float, float]) -> None:
        self._points = vtkPoints()
        self._points.SetDataTypeToDouble()
        self._points.SetNumberOfPoints(4)
        cells = vtkCellArray()
        for start in (0, 2):
            cells.InsertNextCell(2)
            cells.InsertCellPoint(start)
            cells.InsertCellPoint(start + 1)
        data = vtkPolyData()
        data.SetPoints(self._points)
        data.SetLines(cells)
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(data)
        self.actor = vtkActor()
        self.actor.SetMapper(mapper)
        self.actor.PickableOff()
        self.actor.GetProperty().SetColor(*colour)
        self.actor.GetProperty().LightingOff()
        self.actor.GetProperty().SetOpacity(0.8)

    def lay(self, along: NDArray[np.float64], reach: float) -> None:
        for at, distance in enumerate((-reach, -GAP_MM, GAP_MM, reach)):
            self._points.SetPoint(at, *(distance * along))
        self._points.Modified()
