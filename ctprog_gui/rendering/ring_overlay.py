"""The ring around the ROI that a model looked at, as a band over the slice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from vtkmodules.vtkRenderingCore import vtkRenderer

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.rendering.outline import region
from ctprog_gui.rendering.section_fill import SectionFill
from ctprog_gui.state.session import Session

# The colour of what is a patient's own in the charts; no segment has it.
COLOUR = (79, 209, 197, 105)


class RingOverlay:
    """Drawn voxel by voxel on the ring's own grid, which is that of the model and not the image's."""

    def __init__(self, renderer: vtkRenderer, session: Session) -> None:
        self._session = session
        self._fill = SectionFill()
        renderer.AddViewProp(self._fill.prop)

    def update(self, plane: PlaneOfVolume | None, number: int) -> None:
        state = self._session.ring
        shown = plane is not None and state.wanted and state.ring is not None
        if shown and plane is not None and state.ring is not None:
            shown = self._draw(state.ring, plane, number)
        self._fill.prop.SetVisibility(shown)

    def _draw(self, ring: Mask, plane: PlaneOfVolume, number: int) -> bool:
        """Whether there is something of it: its layer that is nearest to the image's slice."""
        grid = ring.geometry
        at: float = number
        if isinstance(plane, ObliquePlane):
            plane = replace(plane, volume_grid=grid)
        else:
            point = plane.point_on(number, plane.geometry.centre_mm)
            plane = PlaneOfVolume(grid, plane.plane)
            at = float(grid.patient_to_index(point)[plane.axis])
            number = int(np.floor(at + 0.5))
        z, y, x = (slice(0, size) for size in grid.shape)
        found = region(ring.voxels, (z, y, x), plane, number, 1)
        if found is None:
            return False
        inside, corner = found
        colours = np.zeros((*inside.shape, 4), np.uint8)
        colours[inside] = COLOUR
        self._fill.set(colours, corner, at, plane, 2)
        return True
