"""The ring around the ROI that a model looked at, as a band over the slice."""

from __future__ import annotations

import numpy as np
from vtkmodules.vtkRenderingCore import vtkRenderer

from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.rendering.outline import region
from ctprog_gui.rendering.section_fill import SectionFill
from ctprog_gui.state.session import Session

# The colour of what is a patient's own in the charts; no segment has it.
COLOUR = (79, 209, 197, 105)


class RingOverlay:
    """Drawn from the part of the slice that the ring's box meets."""

    def __init__(self, renderer: vtkRenderer, session: Session) -> None:
        self._session = session
        self._fill = SectionFill()
        renderer.AddViewProp(self._fill.prop)

    def update(self, plane: PlaneOfVolume | None, number: int) -> None:
        ring = self._session.ring
        shown = plane is not None and ring.wanted and ring.part is not None
        if shown and plane is not None and ring.part is not None:
            shown = self._draw(ring.part, plane, number)
        self._fill.prop.SetVisibility(shown)

    def _draw(self, part: tuple[tuple[int, int, int], np.ndarray], plane: PlaneOfVolume, number: int) -> bool:
        first, voxels = part
        z, y, x = (slice(start, start + size) for start, size in zip(first, voxels.shape, strict=True))
        found = region(voxels, (z, y, x), plane, number, 1, part=True)
        if found is None:
            return False
        inside, corner = found
        colours = np.zeros((*inside.shape, 4), np.uint8)
        colours[inside] = COLOUR
        self._fill.set(colours, corner, number, plane, 2)
        return True
