"""A click with a tool that proposes a region."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from ctprog_gui.views.tools.drag import Drag, SliceSurface


class SeedClick(Drag):
    """The point under the press goes to whoever makes the proposal."""

    def __init__(self, view: SliceSurface, start: QPointF) -> None:
        super().__init__(view, start)
        point = view.scene.point_at(*view.device_position(start.x(), start.y()))
        if point is not None:
            view.session.seeded.emit(point)

    def move(self, position: QPointF) -> None:
        """Dragging on asks for nothing more."""
