"""Numpy arrays as VTK images that share their memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkCommonMath import vtkMatrix4x4

from ctprog_gui.core.imaging.geometry import Geometry


class VtkImage:
    """A vtkImageData over an array (z, y, x); writing to the array changes the image.

    The image lies in "grid space": voxel index times spacing, origin 0, no direction. Props put it
    into the patient with `prop_matrix`, because not every VTK mapper honours a direction matrix.
    """

    def __init__(self, voxels: NDArray[Any], geometry: Geometry) -> None:
        self.geometry = geometry
        self._voxels = np.ascontiguousarray(voxels)
        self.data = vtkImageData()
        self.data.SetDimensions(*geometry.size)
        self.data.SetSpacing(*geometry.spacing_mm)
        self._scalars = numpy_to_vtk(self._voxels.reshape(-1), deep=False)
        self.data.GetPointData().SetScalars(self._scalars)

    def modified(self) -> None:
        """Tell VTK that the array was written to."""
        self._scalars.Modified()
        self.data.Modified()


def prop_matrix(geometry: Geometry, shift_mm: NDArray[np.float64] | None = None) -> vtkMatrix4x4:
    """From grid space to LPS: the grid's direction and origin, moved by `shift_mm`."""
    matrix = np.eye(4)
    matrix[:3, :3] = geometry.axes
    matrix[:3, 3] = geometry.origin_mm
    if shift_mm is not None:
        matrix[:3, 3] += shift_mm
    return vtk_matrix(matrix)


def vtk_matrix(matrix: NDArray[np.float64]) -> vtkMatrix4x4:
    result = vtkMatrix4x4()
    result.DeepCopy(matrix.ravel().tolist())
    return result
