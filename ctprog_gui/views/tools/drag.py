"""What a mouse tool is: one press, its moves and its release."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.rendering.slice_scene import SliceScene
from ctprog_gui.state.session import Session
from ctprog_gui.state.viewports import Viewports


class SliceSurface(Protocol):
    """What a tool needs of the view it works in."""

    plane: Plane
    scene: SliceScene
    session: Session
    viewports: Viewports

    def device_position(self, x: float, y: float) -> tuple[float, float]: ...

    def devicePixelRatioF(self) -> float: ...


class Drag:
    """One press, its moves and its release. Positions are widget pixels, y downwards."""

    def __init__(self, view: SliceSurface, start: QPointF) -> None:
        self.view = view
        self.start = start

    def move(self, position: QPointF) -> None:
        raise NotImplementedError

    def release(self, position: QPointF) -> None:
        """The button went up."""
