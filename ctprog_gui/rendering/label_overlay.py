"""Regions of interest over a slice: a translucent fill and an outline."""

from __future__ import annotations

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkLookupTable
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkFiltersGeneral import vtkDiscreteFlyingEdges2D
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkImageSlice,
    vtkImageSliceMapper,
    vtkPolyDataMapper,
    vtkRenderer,
)

from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.rendering.images import SharedImages
from ctprog_gui.rendering.vtk_image import prop_matrix, vtk_matrix
from ctprog_gui.state.roi import Segment
from ctprog_gui.state.session import Session

OUTLINE_PIXELS = 2.0


class LabelOverlay:
    """Fill and outline of all visible segments on the slice of one plane.

    The fill reads the shared label map, so only the slice on the screen is touched. The outline
    is contoured from the part of the slice that holds a label.
    """

    def __init__(self, renderer: vtkRenderer, session: Session, images: SharedImages) -> None:
        self._renderer = renderer
        self._session = session
        self._images = images
        self._plane: PlaneOfVolume | None = None
        self._slice = 0
        self._table = vtkLookupTable()
        self._table.SetNumberOfTableValues(256)
        self._table.SetTableRange(0, 255)
        self._fill: vtkImageSlice | None = None
        self._fill_mapper = vtkImageSliceMapper()
        self._fill_mapper.BorderOn()
        self._outlines: dict[int, _Outline] = {}

    def show(self, plane: PlaneOfVolume | None) -> None:
        """Begin with the stack of another study, or with none."""
        self._remove()
        self._plane = plane
        self.on_labels_change()

    def go_to(self, number: int) -> None:
        self._slice = number
        if self._fill is not None:
            self._fill_mapper.SetSliceNumber(number)
            self._contour()

    def on_labels_change(self) -> None:
        """The label map's voxels are new."""
        if self._plane is None or self._images.labels is None:
            self._remove()
            return
        if self._fill is None:
            self._fill = self._make_fill(self._plane)
            self._renderer.AddViewProp(self._fill)
            self.on_segments_change()
        # A new case means a new label map: the mapper must not keep the old one.
        self._fill_mapper.SetInputData(self._images.labels.data)
        self._fill_mapper.SetSliceNumber(self._slice)
        self._contour()

    def on_segments_change(self) -> None:
        """A colour, visibility or opacity is new."""
        for label in range(256):
            self._table.SetTableValue(label, 0, 0, 0, 0)
        for segment in self._session.roi.segments:
            if segment.visible:
                colour = [c / 255 for c in segment.colour]
                self._table.SetTableValue(segment.label, *colour, segment.opacity)
        self._table.Modified()
        self._contour()

    def _make_fill(self, plane: PlaneOfVolume) -> vtkImageSlice:
        assert self._images.labels is not None
        self._fill_mapper.SetOrientation(plane.axis)
        self._fill_mapper.SetInputData(self._images.labels.data)
        fill = vtkImageSlice()
        fill.SetMapper(self._fill_mapper)
        fill.SetUserMatrix(prop_matrix(plane.geometry, _lift(plane, 1)))
        fill.GetProperty().SetLookupTable(self._table)
        fill.GetProperty().UseLookupTableScalarRangeOn()
        fill.GetProperty().SetInterpolationTypeToNearest()
        fill.ForceTranslucentOn()
        fill.PickableOff()
        return fill

    def _contour(self) -> None:
        labels = self._session.roi.labels
        if self._plane is None or labels is None:
            return
        section = np.take(labels, self._slice, axis=2 - self._plane.axis)
        # np.take leaves the remaining axes in (z, y, x) order; the outline wants (vertical, horizontal).
        if self._plane.horizontal > self._plane.vertical:
            section = section.T
        filled = section.any(axis=1).nonzero()[0], section.any(axis=0).nonzero()[0]
        shown: dict[int, Segment] = {}
        if filled[0].size:
            top, left = max(int(filled[0][0]) - 1, 0), max(int(filled[1][0]) - 1, 0)
            part = section[top : int(filled[0][-1]) + 2, left : int(filled[1][-1]) + 2]
            # A border of background closes outlines at the image's edge.
            part = np.pad(part, 1)
            shown = {s.label: s for s in self._session.roi.segments if s.visible}
            for segment in shown.values():
                outline = self._outlines.get(segment.label)
                if outline is None:
                    outline = self._outlines[segment.label] = _Outline()
                    self._renderer.AddActor(outline.actor)
                outline.set(part == segment.label, (top - 1, left - 1), self._slice, self._plane, segment)
        for label, outline in self._outlines.items():
            outline.actor.SetVisibility(label in shown)

    def _remove(self) -> None:
        if self._fill is not None:
            self._renderer.RemoveViewProp(self._fill)
            self._fill_mapper.SetInputData(None)
            self._fill = None
        for outline in self._outlines.values():
            self._renderer.RemoveActor(outline.actor)
        self._outlines = {}


class _Outline:
    """The outline of one segment on one slice, in the patient's space."""

    def __init__(self) -> None:
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
        shade.SetLineWidth(OUTLINE_PIXELS)

    def set(
        self,
        inside: np.ndarray,
        corner: tuple[int, int],
        number: int,
        plane: PlaneOfVolume,
        segment: Segment,
    ) -> None:
        """Take the section `inside` (vertical, horizontal), whose first voxel lies at `corner`."""
        height, width = inside.shape
        self._image.SetDimensions(width, height, 1)
        scalars = numpy_to_vtk(np.ascontiguousarray(inside, dtype=np.uint8).reshape(-1), deep=True)
        self._image.GetPointData().SetScalars(scalars)
        self._image.Modified()
        start = np.zeros(3)
        start[plane.horizontal], start[plane.vertical], start[plane.axis] = corner[1], corner[0], number
        grid = plane.geometry
        matrix = np.eye(4)
        matrix[:3, 0] = grid.matrix[:3, plane.horizontal]
        matrix[:3, 1] = grid.matrix[:3, plane.vertical]
        matrix[:3, 2] = grid.matrix[:3, plane.axis]
        matrix[:3, 3] = grid.index_to_patient(start) + _lift(plane, 2)
        self.actor.SetUserMatrix(vtk_matrix(matrix))
        self.actor.GetProperty().SetColor(*(c / 255 for c in segment.colour))


def _lift(plane: PlaneOfVolume, layer: int) -> np.ndarray:
    """A small step towards the viewer, so that layers do not flicker through each other."""
    return np.asarray(plane.towards_viewer_lps * 0.05 * layer)
