"""Level tracing with the mouse: the line under the pointer, and a press that paints what it encloses."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.state.stroke import Tool
from ctprog_gui.views.tools.drag import Drag, SliceSurface


class LevelPress(Drag):
    """Paints, or erases, what the level line through the pressed point encloses."""

    def __init__(self, view: SliceSurface, start: QPointF, *, erase: bool) -> None:
        super().__init__(view, start)
        # Pressed without a move before, as with a pen: what is painted is what was under it.
        trace_level(view, view.scene.point_at(*view.device_position(start.x(), start.y())))
        view.session.tracing.take(erase=erase)

    def move(self, position: QPointF) -> None:
        """Dragging on paints nothing more."""


def trace_level(view: SliceSurface, point_mm: Floats | None) -> None:
    """Show the level line through a point under the pointer, where that tool is in the hand."""
    session = view.session
    if session.tools.tool is Tool.LEVEL:
        flat = not isinstance(view.viewports.stack(view.plane), ObliquePlane)
        session.tracing.follow(view.plane, view.viewports.slice_of(view.plane), point_mm if flat else None)
