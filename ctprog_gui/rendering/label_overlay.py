"""Regions of interest over a slice: a translucent fill and an outline."""

from __future__ import annotations

from vtkmodules.vtkCommonCore import vtkLookupTable
from vtkmodules.vtkRenderingCore import vtkImageSlice, vtkImageSliceMapper, vtkRenderer

from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.roi.edit import Box, union
from ctprog_gui.rendering.images import SharedImages
from ctprog_gui.rendering.outline import Outline, lift, section
from ctprog_gui.rendering.vtk_image import prop_matrix
from ctprog_gui.state.session import Session


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
        self._outlines: dict[int, Outline] = {}

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
        fill.SetUserMatrix(prop_matrix(plane.geometry, lift(plane, 1)))
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
            inside = section(labels, box, plane, self._slice, segment.label)
            if not inside.any():
                continue
            outline = self._outlines.get(segment.label)
            if outline is None:
                outline = self._outlines[segment.label] = Outline()
                self._renderer.AddActor(outline.actor)
            corner = box[2 - plane.vertical].start - 1, box[2 - plane.horizontal].start - 1
            outline.set(inside, corner, self._slice, plane, segment.colour)
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

    def _remove(self) -> None:
        if self._fill is not None:
            self._renderer.RemoveViewProp(self._fill)
            self._fill_mapper.SetInputData(None)
            self._fill = None
        for outline in self._outlines.values():
            self._renderer.RemoveActor(outline.actor)
        self._outlines = {}
