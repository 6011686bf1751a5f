"""Two readers' outlines on a slice, and over it which voxels only one of them marked."""

from __future__ import annotations

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkRenderingCore import vtkImageSlice, vtkImageSliceMapper, vtkRenderer

from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.roi.disagreement import BOTH, ONLY_A, ONLY_B, Disagreement
from ctprog_gui.rendering.outline import Outline, region, section_matrix
from ctprog_gui.rendering.vtk_image import vtk_matrix
from ctprog_gui.state.review import ReviewState

# Okabe and Ito's sky blue, reddish purple and bluish green; the settled region keeps its orange.
COLOURS = {ONLY_A: (86, 180, 233), ONLY_B: (204, 121, 167), BOTH: (0, 158, 115)}
_ALPHA = {ONLY_A: 120, ONLY_B: 120, BOTH: 30}
# Over the segments' fill and under their outlines: what is settled lies on top.
_FILL_LAYER, _OUTLINE_LAYER = 1.3, 1.6


class DisagreementOverlay:
    """Drawn only on slices that the readers' box meets, and only from what lies in it."""

    def __init__(self, renderer: vtkRenderer, review: ReviewState) -> None:
        self._review = review
        self._outlines = {ONLY_A: Outline(2.0), ONLY_B: Outline(2.0)}
        self._image = vtkImageData()
        self._mapper = vtkImageSliceMapper()
        self._mapper.BorderOn()
        self._fill = vtkImageSlice()
        self._fill.SetMapper(self._mapper)
        self._fill.GetProperty().SetInterpolationTypeToNearest()
        self._fill.ForceTranslucentOn()
        self._fill.PickableOff()
        self._fill.VisibilityOff()
        renderer.AddViewProp(self._fill)
        for outline in self._outlines.values():
            outline.actor.VisibilityOff()
            renderer.AddActor(outline.actor)

    def set_scale(self, scale: float) -> None:
        for outline in self._outlines.values():
            outline.set_scale(scale)

    @property
    def shown(self) -> bool:
        """Whether the map is on the slice as drawn."""
        return bool(self._fill.GetVisibility())

    def update(self, plane: PlaneOfVolume | None, number: int) -> None:
        """Draw the readers' regions on a slice, or nothing where there are none."""
        found = self._review.disagreement if self._review.visible else None
        shown = plane is not None and found is not None and self._draw(found, plane, number)
        self._fill.SetVisibility(shown)
        for outline in self._outlines.values():
            outline.actor.SetVisibility(shown)

    def _draw(self, found: Disagreement, plane: PlaneOfVolume, number: int) -> bool:
        # Another case's map may still be here while the stack is the new one's already.
        grid = plane.volume_grid if isinstance(plane, ObliquePlane) else plane.geometry
        if not all(part.stop <= size for part, size in zip(found.box, grid.shape, strict=True)):
            return False
        classes = {}
        for one in (ONLY_A, ONLY_B, BOTH):
            met = region(found.classes, found.box, plane, number, one, part=True)
            if met is None:
                return False
            classes[one], corner = met
        if not any(part.any() for part in classes.values()):
            return False
        for reader, outline in self._outlines.items():
            inside = classes[reader] | classes[BOTH]
            outline.set(inside, corner, number, plane, COLOURS[reader], _OUTLINE_LAYER)
        height, width = classes[BOTH].shape
        colours = np.zeros((height, width, 4), np.uint8)
        for one, part in classes.items():
            colours[part] = (*COLOURS[one], _ALPHA[one])
        self._image.SetDimensions(width, height, 1)
        self._image.GetPointData().SetScalars(numpy_to_vtk(colours.reshape(-1, 4), deep=True))
        self._image.Modified()
        self._mapper.SetInputData(self._image)
        self._fill.SetUserMatrix(vtk_matrix(section_matrix(plane, corner, number, _FILL_LAYER)))
        return True
