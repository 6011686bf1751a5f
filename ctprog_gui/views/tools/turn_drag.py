"""Turning the other two planes by a handle of the crosshair."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF

from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.views.tools.drag import Drag, SliceSurface


class TurnDrag(Drag):
    """The line follows the pointer about the crosshair; the plane that is dragged in stays as it is."""

    def __init__(self, view: SliceSurface, start: QPointF) -> None:
        super().__init__(view, start)
        self._triad = view.viewports.triad
        self._from = self._arm(start)

    def move(self, position: QPointF) -> None:
        arm = self._arm(position)
        if self._triad is None or self._from is None or arm is None:
            return
        normal = self._triad.normal(self.view.plane)
        angle = float(np.arctan2(np.cross(self._from, arm) @ normal, self._from @ arm))
        self.view.viewports.turn_planes(self._triad.turned(self.view.plane, angle))

    def _arm(self, position: QPointF) -> Floats | None:
        """From the crosshair to the pointer (LPS, mm), in the plane."""
        point = self.view.scene.point_at(*self.view.device_position(position.x(), position.y()))
        if point is None or self._triad is None:
            return None
        arm = point - self.view.viewports.crosshair_mm
        normal = self._triad.normal(self.view.plane)
        return np.asarray(arm - (arm @ normal) * normal)
