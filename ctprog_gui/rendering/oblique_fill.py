"""Values over a turned plane's slice, coloured by a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkLookupTable
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkRenderingCore import vtkImageSlice, vtkImageSliceMapper

from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.rendering.outline import section_matrix
from ctprog_gui.rendering.vtk_image import vtk_matrix


class ObliqueFill:
    """A part of one slice, which was cut for it: the volumes behind it have no slices there."""

    def __init__(self, table: vtkLookupTable, *, smooth: bool = False) -> None:
        self._image = vtkImageData()
        self._mapper = vtkImageSliceMapper()
        self._mapper.BorderOn()
        self.prop = vtkImageSlice()
        self.prop.SetMapper(self._mapper)
        look = self.prop.GetProperty()
        look.SetLookupTable(table)
        look.UseLookupTableScalarRangeOn()
        if smooth:
            look.SetInterpolationTypeToLinear()
        else:
            look.SetInterpolationTypeToNearest()
        self.prop.ForceTranslucentOn()
        self.prop.PickableOff()
        self.prop.VisibilityOff()

    @property
    def visible(self) -> bool:
        return bool(self.prop.GetVisibility())

    def hide(self) -> None:
        self.prop.VisibilityOff()

    def show(
        self,
        values: NDArray[np.uint8],
        corner: tuple[int, int],
        number: int,
        stack: ObliquePlane,
        layer: float,
    ) -> None:
        """Draw values (row, column), the first of which lies at the (row, column) `corner` of the slice."""
        height, width = values.shape
        self._image.SetDimensions(width, height, 1)
        scalars = numpy_to_vtk(np.ascontiguousarray(values).reshape(-1), deep=True)
        self._image.GetPointData().SetScalars(scalars)
        self._image.Modified()
        self._mapper.SetInputData(self._image)
        self.prop.SetUserMatrix(vtk_matrix(section_matrix(stack, corner, number, layer)))
        self.prop.VisibilityOn()
