"""Regions of interest over a slice: a translucent fill and an outline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import vtkLookupTable
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkRenderingCore import vtkImageSlice, vtkImageSliceMapper, vtkRenderer

from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.sampling import nearest_section
from ctprog_gui.core.roi.edit import Box, union
from ctprog_gui.rendering.images import SharedImages
from ctprog_gui.rendering.oblique_fill import ObliqueFill
from ctprog_gui.rendering.outline import Outline, lift, region
from ctprog_gui.rendering.vtk_image import prop_matrix
from ctprog_gui.state.session import Session


class _Fill:
    """The translucent fill of one layer on the slice; only the part that holds something is mapped."""

    def __init__(self, plane: PlaneOfVolume, image: vtkImageData, table: vtkLookupTable, layer: int) -> None:
        self._plane = plane
        self._mapper = vtkImageSliceMapper()
        self._mapper.BorderOn()
        self._mapper.CroppingOn()
        self._mapper.SetOrientation(plane.axis)
        self._mapper.SetInputData(image)
        self.prop = vtkImageSlice()
        self.prop.SetMapper(self._mapper)
        self.prop.SetUserMatrix(prop_matrix(plane.geometry, lift(plane, _height(layer))))
        shade = self.prop.GetProperty()
        shade.SetLookupTable(table)
        shade.UseLookupTableScalarRangeOn()
        shade.SetInterpolationTypeToNearest()
        self.prop.ForceTranslucentOn()
        self.prop.PickableOff()

    def go_to(self, number: int, covered: Box | None) -> None:
        """Show a slice; `covered` holds all visible segments of the layer."""
        along = covered[2 - self._plane.axis] if covered is not None else slice(0, 0)
        # On a slice outside the cropped part the mapper would show the part's outermost slice.
        self.prop.SetVisibility(along.start <= number < along.stop)
        self._mapper.SetSliceNumber(number)
        if covered is not None:
            z, y, x = covered
            self._mapper.SetCroppingRegion(x.start, x.stop - 1, y.start, y.stop - 1, z.start, z.stop - 1)

    def drop(self) -> None:
        self._mapper.SetInputData(None)


class _CutFill:
    """The same on a turned plane, where a slice is cut from the layer."""

    def __init__(
        self, plane: ObliquePlane, voxels: NDArray[np.uint8], table: vtkLookupTable, layer: int
    ) -> None:
        self._plane, self._voxels, self._layer = plane, voxels, layer
        self._fill = ObliqueFill(table)
        self.prop = self._fill.prop

    def go_to(self, number: int, covered: Box | None) -> None:
        cut = nearest_section(self._voxels, self._plane, number, covered) if covered is not None else None
        if cut is None:
            self._fill.hide()
        else:
            self._fill.show(*cut, number, self._plane, _height(self._layer))

    def drop(self) -> None:
        self._fill.hide()


def _height(layer: int) -> float:
    """Later layers a hair above earlier ones, and all of them under the outlines."""
    return 2 - 2.0**-layer


class LabelOverlay:
    """Fill and outline of all visible segments on the slice of one plane; no fill over a saliency.

    The fills read the shared label maps, so only the slice on the screen is touched. The outline
    is contoured from the part of the slice that holds a label. On a turned plane both are cut from
    the label maps for each slice.
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
        self._fills: list[_Fill | _CutFill] = []
        self._outlines: dict[int, Outline] = {}
        self._scale = 1.0
        self._looks: tuple[object, ...] = ()

    def set_scale(self, scale: float) -> None:
        """How many device pixels make one of the screen's nominal pixels."""
        self._scale = scale
        for outline in self._outlines.values():
            outline.set_scale(scale)

    def show(self, plane: PlaneOfVolume | None, number: int = 0) -> None:
        """Begin with slice `number` of another stack, or with none."""
        self._remove()
        self._plane, self._slice = plane, number
        self.on_labels_change()

    def go_to(self, number: int) -> None:
        if number == self._slice:
            return
        self._slice = number
        if self._fills:
            self._contour()

    def on_labels_change(self, box: Box | None = None) -> bool:
        """The label maps' voxels are new, in a box (z, y, x) or anywhere.

        Returns whether the slice on the screen has to be drawn again.
        """
        layers = self._images.labels
        if self._plane is None or not layers:
            self._remove()
            return True
        if box is None:
            # A new case means new label maps: the mappers must not keep the old ones.
            self._remove()
        elif len(self._fills) == len(layers) and not isinstance(self._plane, ObliquePlane):
            along = box[2 - self._plane.axis]
            if not along.start <= self._slice < along.stop:
                return False
        fresh = not self._fills
        for number in range(len(self._fills), len(layers)):
            if isinstance(self._plane, ObliquePlane):
                voxels = self._session.roi.layers[number]
                self._fills.append(_CutFill(self._plane, voxels, self._table, number))
            else:
                self._fills.append(_Fill(self._plane, layers[number].data, self._table, number))
            self._renderer.AddViewProp(self._fills[-1].prop)
        if fresh:
            self._looks = ()
            self.on_segments_change()
        else:
            self._contour()
        return True

    def on_segments_change(self) -> bool:
        """A colour, visibility or opacity may be new; returns whether something is to be drawn anew."""
        segments = self._session.roi.segments
        # What a score rests on lies mostly inside the ROI: only the outline may lie over it.
        outlines_alone = self._session.prognosis.saliency_drawn is not None
        looks = (outlines_alone, *((s.label, s.layer, s.visible, s.colour, s.opacity) for s in segments))
        if looks == self._looks:
            # A stroke that ended, a name, a status: all is drawn already.
            return False
        self._looks = looks
        for label in range(256):
            self._table.SetTableValue(label, 0, 0, 0, 0)
        for segment in segments:
            if segment.visible:
                colour = [c / 255 for c in segment.colour]
                opacity = 0.0 if outlines_alone else segment.opacity
                self._table.SetTableValue(segment.label, *colour, opacity)
        self._table.Modified()
        self._contour()
        return True

    def _contour(self) -> None:
        roi = self._session.roi
        if self._plane is None or not roi.layers:
            return
        plane = self._plane
        covered: list[Box | None] = [None] * len(self._fills)
        shown: set[int] = set()
        for segment in roi.segments:
            box = roi.extent(segment.label)
            # A segment that a step is just moving into a new layer is drawn with the voxels' own change.
            if box is None or not segment.visible or segment.layer >= len(covered):
                continue
            covered[segment.layer] = union(covered[segment.layer], box)
            found = region(roi.layers[segment.layer], box, plane, self._slice, segment.label)
            if found is None or not found[0].any():
                continue
            outline = self._outlines.get(segment.label)
            if outline is None:
                outline = self._outlines[segment.label] = Outline()
                outline.set_scale(self._scale)
                self._renderer.AddActor(outline.actor)
            outline.set(*found, self._slice, plane, segment.colour)
            shown.add(segment.label)
        for label, outline in self._outlines.items():
            outline.actor.SetVisibility(label in shown)
        for fill, box in zip(self._fills, covered, strict=True):
            fill.go_to(self._slice, box)

    def _remove(self) -> None:
        for fill in self._fills:
            self._renderer.RemoveViewProp(fill.prop)
            fill.drop()
        self._fills = []
        for outline in self._outlines.values():
            self._renderer.RemoveActor(outline.actor)
        self._outlines = {}
