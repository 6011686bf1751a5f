"""Drawing around what is to be cut, in the volume view."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from PySide6.QtCore import QPointF

from ctprog_gui.core.roi.view_cut import ViewCut
from ctprog_gui.rendering.volume_scene import VolumeScene
from ctprog_gui.state.session import Session
from ctprog_gui.views.tools.sketch_drag import STEP_PIXELS


class VolumeSurface(Protocol):
    """What the tool needs of the view it works in."""

    scene: VolumeScene
    session: Session

    def device_position(self, x: float, y: float) -> tuple[float, float]: ...


class VolumeCutDrag:
    """The line follows the pointer; the release closes it, and the cut is proposed."""

    def __init__(self, view: VolumeSurface, start: QPointF) -> None:
        self._view = view
        self._last = start
        view.session.proposal.discard()
        self._corners = [view.device_position(start.x(), start.y())]

    def move(self, position: QPointF) -> None:
        if (position - self._last).manhattanLength() >= STEP_PIXELS:
            self._last = position
            self._corners.append(self._view.device_position(position.x(), position.y()))
            self._view.scene.show_line(self._corners)

    def release(self, position: QPointF) -> None:
        self.move(position)
        self._view.scene.show_line(())
        if len(self._corners) >= 3:
            cut = ViewCut(self._view.scene.projection(), np.array(self._corners))
            self._view.session.cut_drawn.emit(cut)
