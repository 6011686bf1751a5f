"""A translucent fill of a region's section on one slice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkRenderingCore import vtkImageSlice, vtkImageSliceMapper

from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.rendering.outline import section_matrix
from ctprog_gui.rendering.vtk_image import vtk_matrix


class SectionFill:
    """Pixels of any colour, in the patient's space."""

    def __init__(self) -> None:
        self._image = vtkImageData()
        self._mapper = vtkImageSliceMapper()
        self._mapper.BorderOn()
        self.prop = vtkImageSlice()
        self.prop.SetMapper(self._mapper)
        self.prop.GetProperty().SetInterpolationTypeToNearest()
        self.prop.ForceTranslucentOn()
        self.prop.PickableOff()
        self.prop.VisibilityOff()

    def set(
        self,
        colours: NDArray[np.uint8],
        corner: tuple[int, int],
        number: float,
        plane: PlaneOfVolume,
        layer: int,
    ) -> None:
        """Take pixels (vertical, horizontal, RGBA), of which the first lies at `corner`.

        `number` may lie between two slices of the plane.
        """
        height, width = colours.shape[:2]
        self._image.SetDimensions(width, height, 1)
        self._image.GetPointData().SetScalars(numpy_to_vtk(colours.reshape(-1, 4), deep=True))
        self._image.Modified()
        self._mapper.SetInputData(self._image)
        self.prop.SetUserMatrix(vtk_matrix(section_matrix(plane, corner, number, layer)))
