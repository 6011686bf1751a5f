"""The second reader's ROI: an outline, never a fill, over the slice."""

from __future__ import annotations

from vtkmodules.vtkRenderingCore import vtkRenderer

from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.rendering.outline import Outline, region
from ctprog_gui.state.session import Session

# Okabe and Ito's reddish purple, the last that segments get.
COLOUR = (204, 121, 167)


class SecondOutline:
    """Drawn from the part of the slice that the region's box meets."""

    def __init__(self, renderer: vtkRenderer, session: Session) -> None:
        self._session = session
        self._outline = Outline(2.0)
        self._outline.actor.VisibilityOff()
        renderer.AddActor(self._outline.actor)

    def set_scale(self, scale: float) -> None:
        self._outline.set_scale(scale)

    def update(self, plane: PlaneOfVolume | None, number: int) -> None:
        mask = self._session.second_reader.mask
        box = mask.bounding_box if mask is not None else None
        shown = False
        if plane is not None and mask is not None and box is not None:
            found = region(mask.voxels, box, plane, number, 1)
            if found is not None:
                self._outline.set(*found, number, plane, COLOUR, 3)
                shown = True
        self._outline.actor.SetVisibility(shown)
