"""The outline of a region on one slice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkFiltersGeneral import vtkDiscreteFlyingEdges2D
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.sampling import nearest_section
from ctprog_gui.core.roi.edit import Box
from ctprog_gui.rendering.vtk_image import vtk_matrix

OUTLINE_PIXELS = 2.0


def section(
    voxels: NDArray[np.generic], box: Box, plane: PlaneOfVolume, number: int, label: int
) -> NDArray[np.bool_]:
    """Where a slice of an array has a value, within a box, as (vertical, horizontal).

    A border of background closes outlines at the image's edge.
    """
    part: list[slice | int] = list(box)
    part[2 - plane.axis] = number
    found = voxels[tuple(part)] == label
    # Without the slice's axis the others stay in (z, y, x) order.
    if plane.horizontal > plane.vertical:
        found = found.T
    height, width = found.shape
    padded = np.zeros((height + 2, width + 2), dtype=bool)
    padded[1:-1, 1:-1] = found
    return padded


def region(
    voxels: NDArray[np.generic],
    box: Box,
    plane: PlaneOfVolume,
    number: int,
    label: int,
    *,
    part: bool = False,
) -> tuple[NDArray[np.bool_], tuple[int, int]] | None:
    """Where a slice of a volume has a value, within a box: (vertical, horizontal) with a border.

    On an oblique plane each pixel is that of the nearest voxel.

    Parameters
    ----------
    part
        Whether the array holds only the box rather than the whole volume.

    Returns
    -------
    The section and the (row, column) of its first pixel, or None where the slice misses the box.
    """
    if isinstance(plane, ObliquePlane):
        begins_at = (box[0].start, box[1].start, box[2].start) if part else (0, 0, 0)
        cut = nearest_section(voxels, plane, number, box, begins_at=begins_at)
        return None if cut is None else (np.pad(cut[0] == label, 1), (cut[1][0] - 1, cut[1][1] - 1))
    along = box[2 - plane.axis]
    if not along.start <= number < along.stop:
        return None
    corner = box[2 - plane.vertical].start - 1, box[2 - plane.horizontal].start - 1
    if part:
        number -= along.start
        box = (slice(0, voxels.shape[0]), slice(0, voxels.shape[1]), slice(0, voxels.shape[2]))
    return section(voxels, box, plane, number, label), corner


def section_matrix(
    plane: PlaneOfVolume, corner: tuple[int, int], number: float, layer: float
) -> NDArray[np.float64]:
    """4×4 from a section's pixels (column, row) to LPS; `corner` is the (row, column) of its first one."""
    start = np.zeros(3)
    start[plane.horizontal], start[plane.vertical], start[plane.axis] = corner[1], corner[0], number
    grid = plane.geometry
    matrix = np.eye(4)
    matrix[:3, 0] = grid.matrix[:3, plane.horizontal]
    matrix[:3, 1] = grid.matrix[:3, plane.vertical]
    matrix[:3, 2] = grid.matrix[:3, plane.axis]
    matrix[:3, 3] = grid.index_to_patient(start) + lift(plane, layer)
    return matrix


class Outline:
    """The outline of one region on one slice, in the patient's space.

    `pixels` is its width in the screen's nominal pixels.
    """

    def __init__(self, pixels: float = OUTLINE_PIXELS) -> None:
        self._pixels = pixels
        self._image = vtkImageData()
        self._edges = vtkDiscreteFlyingEdges2D()
        self._edges.SetInputData(self._image)
        self._edges.SetValue(0, 1)
        mapper = vtkPolyDataMapper()
        mapper.SetInputConnection(self._edges.GetOutputPort())
        mapper.ScalarVisibilityOff()
        self.actor = vtkActor()
        self.actor.SetMapper(mapper)
        self.actor.PickableOff()
        shade = self.actor.GetProperty()
        shade.LightingOff()
        shade.SetLineWidth(pixels)

    def set_scale(self, scale: float) -> None:
        """How many device pixels make a nominal one: on a fine screen a line stays as wide as on others."""
        self.actor.GetProperty().SetLineWidth(self._pixels * scale)

    def set(
        self,
        inside: NDArray[np.bool_],
        corner: tuple[int, int],
        number: int,
        plane: PlaneOfVolume,
        colour: tuple[int, int, int],
        layer: float = 2,
    ) -> None:
        """Take the section `inside` (vertical, horizontal), whose first voxel lies at `corner`."""
        height, width = inside.shape
        self._image.SetDimensions(width, height, 1)
        scalars = numpy_to_vtk(np.ascontiguousarray(inside, dtype=np.uint8).reshape(-1), deep=True)
        self._image.GetPointData().SetScalars(scalars)
        self._image.Modified()
        self.actor.SetUserMatrix(vtk_matrix(section_matrix(plane, corner, number, layer)))
        self.actor.GetProperty().SetColor(*(c / 255 for c in colour))


def lift(plane: PlaneOfVolume, layer: float) -> NDArray[np.float64]:
    """A small step towards the viewer, so that layers do not flicker through each other."""
    return np.asarray(plane.towards_viewer_lps * 0.05 * layer)
