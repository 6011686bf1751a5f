"""The level line under the pointer: an outline on the slice that it would be painted on."""

from __future__ import annotations

from vtkmodules.vtkRenderingCore import vtkRenderer

from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.rendering.outline import Outline, region
from ctprog_gui.state.session import Session

COLOUR = (255, 255, 255)


class TraceOverlay:
    """Shown in the plane of the pointer alone."""

    def __init__(self, renderer: vtkRenderer, session: Session, plane: Plane) -> None:
        self._session = session
        self._plane = plane
        self._outline = Outline(2.0)
        self._outline.actor.VisibilityOff()
        renderer.AddActor(self._outline.actor)

    def set_scale(self, scale: float) -> None:
        self._outline.set_scale(scale)

    def update(self, stack: PlaneOfVolume | None, number: int) -> bool:
        """Draw the trace on a slice, or nothing; returns whether the picture may have changed."""
        trace = self._session.tracing.current
        before, shown = bool(self._outline.actor.GetVisibility()), False
        if stack is not None and trace is not None and trace.plane is self._plane:
            found = region(trace.shape, trace.box, stack, number, 1, part=True)
            if found is not None:
                self._outline.set(*found, number, stack, COLOUR, 4)
                shown = True
        self._outline.actor.SetVisibility(shown)
        return before or shown
