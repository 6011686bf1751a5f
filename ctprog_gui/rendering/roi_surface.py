"""The surface of a region of interest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkCommonTransforms import vtkTransform
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D, vtkPolyDataNormals, vtkWindowedSincPolyDataFilter
from vtkmodules.vtkFiltersGeneral import vtkTransformFilter

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.rendering.vtk_image import VtkImage, prop_matrix

# Taubin's filter keeps volume; a pass band of 0.02 takes away the stair steps of thick slices.
PASS_BAND, PASSES = 0.02, 30


def roi_surface(inside: NDArray[np.bool_], geometry: Geometry) -> vtkPolyData:
    """Smoothed surface, in LPS, of a region (z, y, x) on a grid.

    Only the box around the region is contoured. An empty region has an empty surface.
    """
    box = []
    for axis in range(3):
        filled = inside.any(axis=tuple(a for a in range(3) if a != axis)).nonzero()[0]
        if filled.size == 0:
            return vtkPolyData()
        box.append((int(filled[0]), int(filled[-1]) + 1))
    part = np.pad(inside[tuple(slice(*b) for b in box)], 1).astype(np.uint8)
    start = (box[2][0] - 1, box[1][0] - 1, box[0][0] - 1)
    grid = geometry.cropped(start, (part.shape[2], part.shape[1], part.shape[0]))
    image = VtkImage(part, grid)
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image.data)
    edges.SetValue(0, 0.5)
    edges.ComputeNormalsOff()
    # Without scalars the surface takes its segment's colour.
    edges.ComputeScalarsOff()
    smooth = vtkWindowedSincPolyDataFilter()
    smooth.SetInputConnection(edges.GetOutputPort())
    smooth.SetNumberOfIterations(PASSES)
    smooth.SetPassBand(PASS_BAND)
    smooth.NonManifoldSmoothingOn()
    smooth.NormalizeCoordinatesOn()
    placed = vtkTransformFilter()
    transform = vtkTransform()
    transform.SetMatrix(prop_matrix(grid))
    placed.SetTransform(transform)
    placed.SetInputConnection(smooth.GetOutputPort())
    normals = vtkPolyDataNormals()
    normals.SetInputConnection(placed.GetOutputPort())
    normals.SplittingOff()
    # A left-handed grid turns the contour inside out.
    normals.AutoOrientNormalsOn()
    normals.Update()
    surface = vtkPolyData()
    surface.ShallowCopy(normals.GetOutput())
    return surface
