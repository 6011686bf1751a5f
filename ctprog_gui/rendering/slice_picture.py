"""One slice of the CT, or several seen as one, as a grey picture in the patient."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkFloatArray, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkTexture

from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.slab import Slab
from ctprog_gui.core.imaging.windows import Window
from ctprog_gui.rendering.reslicer import OUTSIDE, Reslicer

# Texture coordinates of the quad's corners, in the order of its points.
_CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))


class SlicePicture:
    """A slice as one byte a pixel, windowed, on an unlit quad.

    Greys of whole numbers are looked up in a table made once a window. Where the graphics are drawn
    in software, this is a good deal faster than VTK's image slice, which maps to four bytes a
    pixel and lights them. The outer halves of the outermost voxels are drawn too. A turned plane's
    slice is interpolated from the voxels; outside them it is black.
    """

    def __init__(self) -> None:
        self._voxels: NDArray[Any] | None = None
        self._stack: PlaneOfVolume | None = None
        self._number = 0
        self._window: Window | None = None
        self._inverted = False
        self._slab = Slab()
        self._table: NDArray[np.uint8] | None = None
        self._reslicer: Reslicer | None = None
        # RGB of each grey, and the picture in it; None while greys are shown as they are.
        self._colours: NDArray[np.uint8] | None = None
        self._coloured: NDArray[np.uint8] | None = None
        self._greys: NDArray[np.uint8] = np.zeros((1, 1), np.uint8)
        self._image = vtkImageData()
        texture = vtkTexture()
        texture.SetInputData(self._image)
        texture.SetColorModeToDirectScalars()
        texture.InterpolateOn()
        texture.MipmapOff()
        # The outermost voxels keep their grey up to their faces.
        texture.RepeatOff()
        texture.EdgeClampOn()
        self._points = vtkPoints()
        self._points.SetDataTypeToDouble()
        self._points.SetNumberOfPoints(len(_CORNERS))
        coordinates = vtkFloatArray()
        coordinates.SetNumberOfComponents(2)
        quad = vtkCellArray()
        quad.InsertNextCell(len(_CORNERS))
        for at, corner in enumerate(_CORNERS):
            coordinates.InsertNextTuple2(*corner)
            quad.InsertCellPoint(at)
        sheet = vtkPolyData()
        sheet.SetPoints(self._points)
        sheet.SetPolys(quad)
        sheet.GetPointData().SetTCoords(coordinates)
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(sheet)
        self.actor = vtkActor()
        self.actor.SetMapper(mapper)
        self.actor.SetTexture(texture)
        self.actor.PickableOff()
        self.actor.GetProperty().LightingOff()
        self.actor.VisibilityOff()

    def show(self, voxels: NDArray[Any] | None, stack: PlaneOfVolume | None, number: int = 0) -> None:
        """Begin with slice `number` of a stack through voxels (z, y, x), or with none."""
        if voxels is not self._voxels or not isinstance(stack, ObliquePlane):
            self._reslicer = None
        self._voxels, self._stack = voxels, stack
        self._table = None
        self.actor.SetVisibility(stack is not None)
        if stack is None:
            self._greys = np.zeros((1, 1), np.uint8)
            self._take_greys()
            return
        if isinstance(stack, ObliquePlane) and self._reslicer is None and voxels is not None:
            self._reslicer = Reslicer(voxels, stack.volume_grid)
        low, high = sorted((stack.horizontal, stack.vertical))
        size = stack.geometry.size
        # Array axes are z, y, x: the higher axis of the grid comes first.
        self._greys = np.zeros((size[high], size[low]), np.uint8)
        self._take_greys()
        for at, (across, along) in enumerate(_CORNERS):
            index = np.zeros(3)
            index[low], index[high] = across * size[low] - 0.5, along * size[high] - 0.5
            self._points.SetPoint(at, *stack.geometry.index_to_patient(index))
        self._points.Modified()
        self._number = -1
        self.go_to(number)

    def go_to(self, number: int) -> None:
        """Show slice `number` of the stack."""
        if self._stack is not None and number != self._number:
            self._number = number
            grid = self._stack.geometry
            step = number * grid.spacing_mm[self._stack.axis] * grid.axes[:, self._stack.axis]
            self.actor.SetPosition(*step)
            self._paint()

    def set_window(self, window: Window, *, inverted: bool = False) -> None:
        """Greys for HU; `inverted` shows dense as dark."""
        if (window, inverted) != (self._window, self._inverted):
            self._window, self._inverted = window, inverted
            self._table = None
            self._paint()

    def set_colours(self, table: NDArray[np.uint8] | None) -> None:
        """Colours (256, 3) in place of greys, or None for greys."""
        if table is not self._colours:
            self._colours = table
            self._take_greys()
            self._paint()

    def set_slab(self, slab: Slab) -> None:
        if slab != self._slab:
            self._slab = slab
            self._paint()

    def _paint(self) -> None:
        """Turn the slice's HU into greys."""
        if self._voxels is None or self._stack is None or self._window is None:
            return
        section = self._section(self._voxels, self._stack)
        if section.dtype == np.int16:
            if self._table is None:
                self._table = _grey_table(self._window, self._inverted)
                if self._reslicer is not None:
                    # Black like the view's background, inverted or not.
                    self._table = self._table.copy()
                    self._table[OUTSIDE] = 0
            np.take(self._table, section.view(np.uint16), out=self._greys, mode="wrap")
        else:
            self._greys[...] = _greys_of(section.astype(np.float32), self._window, self._inverted)
            if self._reslicer is not None:
                self._greys[section == OUTSIDE] = 0
        if self._colours is not None and self._coloured is not None:
            np.take(self._colours, self._greys, axis=0, out=self._coloured, mode="clip")
            if self._reslicer is not None:
                self._coloured[section == OUTSIDE] = 0
        self._scalars.Modified()
        self._image.Modified()

    def _section(self, voxels: NDArray[Any], stack: PlaneOfVolume) -> NDArray[Any]:
        if isinstance(stack, ObliquePlane) and self._reslicer is not None:
            return self._reslicer.section(stack, self._number, self._slab)
        return self._slab.section(voxels, stack, self._number)

    def _take_greys(self) -> None:
        height, width = self._greys.shape
        self._image.SetDimensions(width, height, 1)
        self._coloured = None
        if self._colours is not None:
            self._coloured = np.zeros((height, width, 3), np.uint8)
            self._scalars = numpy_to_vtk(self._coloured.reshape(-1, 3), deep=False)
        else:
            self._scalars = numpy_to_vtk(self._greys.reshape(-1), deep=False)
        self._image.GetPointData().SetScalars(self._scalars)


@lru_cache(maxsize=2)
def _grey_table(window: Window, inverted: bool) -> NDArray[np.uint8]:
    """The grey of each int16, at its number as seen without a sign; made once for all planes."""
    # Negative numbers, seen as unsigned, come last: as in Python's own indices.
    numbers = np.arange(2**16, dtype=np.uint16).view(np.int16).astype(np.float32)
    table = _greys_of(numbers, window, inverted)
    table.flags.writeable = False
    return table


def _greys_of(values_hu: NDArray[np.float32], window: Window, inverted: bool) -> NDArray[np.uint8]:
    """0 at and below the window's lower end, 255 at and above its upper end, linear between."""
    low, high = window.range_hu
    grey = np.clip(np.rint((values_hu - low) * (255 / (high - low))), 0, 255).astype(np.uint8)
    return 255 - grey if inverted else grey
