"""The window from what a dragged box holds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.sampling import linear_at
from ctprog_gui.core.imaging.windows import window_of
from ctprog_gui.state.stroke import Tool
from ctprog_gui.views.tools.drag import Drag, SliceSurface

# A box of fewer pixels across or along is a slip of the hand.
SMALLEST_PIXELS = 4.0


class WindowBoxDrag(Drag):
    """Pulls a box open; on release its voxels set the window, and the tool is put down."""

    def __init__(self, view: SliceSurface, start: QPointF) -> None:
        super().__init__(view, start)
        self._stop = start

    def move(self, position: QPointF) -> None:
        self._stop = position
        scene = self.view.scene
        scene.band.show(self._device(self.start), self._device(position))
        scene.dirty.emit()

    def release(self, position: QPointF) -> None:
        scene, session = self.view.scene, self.view.session
        scene.band.hide()
        scene.dirty.emit()
        apart = position - self.start
        study = session.study
        if study is None or min(abs(apart.x()), abs(apart.y())) < SMALLEST_PIXELS:
            return
        ends = [scene.point_at(*self._device(at)) for at in (self.start, position)]
        if ends[0] is None or ends[1] is None:
            return
        stack = self.view.viewports.stack(self.view.plane)
        if isinstance(stack, ObliquePlane):
            first, last = (stack.geometry.patient_to_index(end) for end in ends)
            steps = [np.arange(*sorted((a, b))) for a, b in zip(first[:2], last[:2], strict=True)]
            x, y = np.meshgrid(*steps)
            lattice = np.stack([x, y, np.full_like(x, first[2])], axis=-1)
            values = linear_at(study.volume, stack.geometry.index_to_patient(lattice))
            self._take(values[~np.isnan(values)])
            return
        grid = study.volume.geometry
        indices = np.rint([grid.patient_to_index(end) for end in ends]).astype(int)
        low = np.clip(indices.min(axis=0), 0, np.asarray(grid.size) - 1)
        high = np.clip(indices.max(axis=0), 0, np.asarray(grid.size) - 1) + 1
        (x0, y0, z0), (x1, y1, z1) = low, high
        self._take(study.volume.voxels[z0:z1, y0:y1, x0:x1])

    def _take(self, values_hu: NDArray[Any]) -> None:
        window = window_of(values_hu)
        if window is not None:
            self.view.viewports.window = window
        self.view.session.tools.tool = Tool.NAVIGATE

    def _device(self, position: QPointF) -> tuple[float, float]:
        return self.view.device_position(position.x(), position.y())
