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
from ctprog_gui.core.roi.edit import Box, union
from ctprog_gui.rendering.images import SharedImages
from ctprog_gui.rendering.vtk_image import prop_matrix, vtk_matrix
from ctprog_gui.state.segment import Segment
from ctprog_gui.state.session import Session

OUTLINE_PIXELS = 2.0


class LabelOverlay:
    """Fill and outline of all visible segments on the slice of one plane; no fill over a saliency.

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
        self._fill_mapper.CroppingOn()
        self._outlines: dict[int, _Outline] = {}

    def show(self, plane: PlaneOfVolume | None) -> None:
        """Begin with the stack of another study, or with none."""
        self._remove()
        self._plane = plane
        self.on_labels_change()

    def go_to(self, number: int) -> None:
        if number == self._slice:
            return
        self._slice = number
        if self._fill is not None:
            self._fill_mapper.SetSliceNumber(number)
            self._contour()

    def on_labels_change(self, box: Box | None = None) -> bool:
        """The label map's voxels are new, in a box (z, y, x) or anywhere.

        Returns whether the slice on the screen has to be drawn again.
        """
        if self._plane is None or self._images.labels is None:
            self._remove()
            return True
        if box is not None and self._fill is not None:
            along = box[2 - self._plane.axis]
            if not along.start <= self._slice < along.stop:
                return False
        if self._fill is None:
            self._fill = self._make_fill(self._plane)
            self._renderer.AddViewProp(self._fill)
            self.on_segments_change()
        # A new case means a new label map: the mapper must not keep the old one.
        self._fill_mapper.SetInputData(self._images.labels.data)
        self._fill_mapper.SetSliceNumber(self._slice)
        self._contour()
        return True

    def on_segments_change(self) -> None:
        """A colour, visibility or opacity is new."""
        for label in range(256):
            self._table.SetTableValue(label, 0, 0, 0, 0)
        prognosis = self._session.prognosis
        # What a score rests on lies mostly inside the ROI: only the outline may lie over it.
        outlines_alone = prognosis.saliency is not None and prognosis.saliency_look.visible
        for segment in self._session.roi.segments:
            if segment.visible:
                colour = [c / 255 for c in segment.colour]
                opacity = 0.0 if outlines_alone else segment.opacity
                self._table.SetTableValue(segment.label, *colour, opacity)
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
        plane, roi = self._plane, self._session.roi
        everything: Box | None = None
        shown: set[int] = set()
        for segment in roi.segments:
            box = roi.extent(segment.label)
            if box is None or not segment.visible:
                continue
            everything = union(everything, box)
            along = box[2 - plane.axis]
            if not along.start <= self._slice < along.stop:
                continue
            inside = self._section(labels, box, segment.label)
            if not inside.any():
                continue
            outline = self._outlines.get(segment.label)
            if outline is None:
                outline = self._outlines[segment.label] = _Outline()
                self._renderer.AddActor(outline.actor)
            corner = box[2 - plane.vertical].start - 1, box[2 - plane.horizontal].start - 1
            outline.set(inside, corner, self._slice, plane, segment)
            shown.add(segment.label)
        for label, outline in self._outlines.items():
            outline.actor.SetVisibility(label in shown)
        if self._fill is not None:
            # On a slice outside the cropped part the mapper would show the part's outermost slice.
            along = everything[2 - plane.axis] if everything is not None else slice(0, 0)
            self._fill.SetVisibility(along.start <= self._slice < along.stop)
        if everything is not None:
            # The fill maps and uploads only the part of the slice where there is something.
            z, y, x = everything
            self._fill_mapper.SetCroppingRegion(x.start, x.stop - 1, y.start, y.stop - 1, z.start, z.stop - 1)

    def _section(self, labels: np.ndarray, box: Box, label: int) -> np.ndarray:
        """One segment on the shown slice, within its box, as (vertical, horizontal).

        A border of background closes outlines at the image's edge.
        """
        assert self._plane is not None
        part: list[slice | int] = list(box)
        part[2 - self._plane.axis] = self._slice
        section = labels[tuple(part)] == label
        # Without the slice's axis the others stay in (z, y, x) order.
        if self._plane.horizontal > self._plane.vertical:
            section = section.T
        height, width = section.shape
        padded = np.zeros((height + 2, width + 2), dtype=bool)
        padded[1:-1, 1:-1] = section
        return padded

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
