"""The linked crosshair in one plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import vtkPoints, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.rendering.palette import PLANE_COLOURS

GAP_MM = 6.0
# Which plane is seen edge-on as the vertical and as the horizontal line of each.
CROSSING = {
    Plane.AXIAL: (Plane.SAGITTAL, Plane.CORONAL),
    Plane.CORONAL: (Plane.SAGITTAL, Plane.AXIAL),
    Plane.SAGITTAL: (Plane.CORONAL, Plane.AXIAL),
}


class Crosshair:
    """Two lines through a point, open in the middle so that what they mark can be seen.

    Each line stands for another plane, has that plane's colour, and runs where the two meet.
    """

    def __init__(self, renderer: vtkRenderer, plane: Plane) -> None:
        self._stack: PlaneOfVolume | None = None
        self._arms: tuple[Floats, Floats] | None = None
        self._points = vtkPoints()
        self._points.SetDataTypeToDouble()
        self._points.SetNumberOfPoints(8)
        cells = vtkCellArray()
        colours = vtkUnsignedCharArray()
        colours.SetNumberOfComponents(3)
        for line, seen in enumerate(CROSSING[plane]):
            for arm in (0, 2):
                cells.InsertNextCell(2)
                cells.InsertCellPoint(4 * line + arm)
                cells.InsertCellPoint(4 * line + arm + 1)
                colours.InsertNextTuple3(*(255 * part for part in PLANE_COLOURS[seen]))
        lines = vtkPolyData()
        lines.SetPoints(self._points)
        lines.SetLines(cells)
        lines.GetCellData().SetScalars(colours)
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(lines)
        self._actor = vtkActor()
        self._actor.SetMapper(mapper)
        self._actor.PickableOff()
        self._actor.GetProperty().LightingOff()
        self._actor.GetProperty().SetOpacity(0.8)
        renderer.AddActor(self._actor)

    def set_width(self, pixels: float) -> None:
        self._actor.GetProperty().SetLineWidth(pixels)

    def set_visible(self, visible: bool) -> None:
        self._actor.SetVisibility(visible)

    def move(
        self,
        stack: PlaneOfVolume,
        point_mm: NDArray[np.float64],
        arms: tuple[Floats, Floats] | None = None,
    ) -> None:
        """Cross at an LPS point, the arms as long as the slice.

        Parameters
        ----------
        arms
            Unit vectors (LPS) along the lines that `CROSSING` names first and second; without them the
            lines run up and right.
        """
        if stack is not self._stack or arms is not self._arms:
            self._stack, self._arms = stack, arms
            reach = float(np.linalg.norm(np.multiply(stack.geometry.size, stack.geometry.spacing_mm)))
            ends = [along * d for along in arms or (stack.up_lps, stack.right_lps) for d in _ends(reach)]
            for at, end in enumerate(ends):
                self._points.SetPoint(at, *end)
            self._points.Modified()
        # Only the actor moves: its points stay as they were uploaded.
        self._actor.SetPosition(*(point_mm + 0.15 * stack.towards_viewer_lps))


def _ends(reach: float) -> tuple[float, float, float, float]:
    """Where the two arms of a line begin and end, along it from the middle."""
    return -reach, -GAP_MM, GAP_MM, reach
