"""Slices of turned planes, interpolated from the volume."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkImagingCore import vtkImageReslice

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.slab import Projection, Slab
from ctprog_gui.rendering.vtk_image import VtkImage, vtk_matrix

# What stands for "outside the volume" in a slice; no scanner gives it.
OUTSIDE = -32768


class Reslicer:
    """Cuts one volume along planes that follow none of its axes, by linear interpolation.

    Whole numbers are rounded to the nearest. Half a voxel beyond the outermost centres still counts as
    inside, as on standard planes.
    """

    def __init__(self, voxels: NDArray[Any], grid: Geometry, outside: float = OUTSIDE) -> None:
        # VTK takes numbers in the machine's own order.
        self._image = VtkImage(voxels.astype(voxels.dtype.newbyteorder("="), copy=False), grid)
        self._grid = grid
        self._filter = vtkImageReslice()
        self._filter.SetInputData(self._image.data)
        self._filter.SetOutputDimensionality(2)
        self._filter.SetInterpolationModeToLinear()
        self._filter.SetBackgroundLevel(outside)
        self._outside = outside

    def section(self, stack: ObliquePlane, number: int, slab: Slab) -> NDArray[Any]:
        """The picture (row, column) of a slab around a slice; `outside` where the volume is not.

        In a slab, what lies outside the volume takes no part.
        """
        part = slab.slices(stack, number)
        pictures = [self._cut(stack, at) for at in range(part.start, part.stop)]
        if len(pictures) == 1:
            return pictures[0]
        block = np.stack(pictures)
        outside = block == self._outside
        match slab.projection:
            case Projection.MAXIMUM:
                # `outside` is less than any HU.
                return np.asarray(block.max(axis=0))
            case Projection.MINIMUM:
                least = np.where(outside, np.asarray(np.inf, np.float32), block).min(axis=0)
                return np.where(np.isinf(least), self._outside, least).astype(block.dtype)
        counted = (~outside).sum(axis=0)
        total = np.where(outside, 0, block).sum(axis=0, dtype=np.float64)
        mean = np.where(counted > 0, total / np.maximum(counted, 1), self._outside)
        if block.dtype.kind in "iu":
            mean = np.rint(mean)
        return mean.astype(block.dtype)

    def _cut(self, stack: ObliquePlane, number: int) -> NDArray[Any]:
        """One slice; the array is a copy."""
        lattice = stack.geometry
        # From the lattice's millimetres to the image's, which lies in "grid space".
        start = lattice.index_to_patient((0, 0, number))
        matrix = np.eye(4)
        matrix[:3, :3] = self._grid.axes.T @ lattice.axes
        matrix[:3, 3] = self._grid.axes.T @ (start - np.asarray(self._grid.origin_mm))
        self._filter.SetResliceAxes(vtk_matrix(matrix))
        width, height, _ = lattice.size
        self._filter.SetOutputOrigin(0, 0, 0)
        self._filter.SetOutputSpacing(*lattice.spacing_mm)
        self._filter.SetOutputExtent(0, width - 1, 0, height - 1, 0, 0)
        self._filter.Update()
        cut = vtk_to_numpy(self._filter.GetOutput().GetPointData().GetScalars())
        return np.array(cut.reshape(height, width))
