"""The level line under the pointer, before it is made part of the ROI."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from psygnal import Signal

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.edit import Box
from ctprog_gui.core.roi.level_tracing import level_region
from ctprog_gui.state.language import marked
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.stroke import Tool, ToolState, paint_once
from ctprog_gui.state.study import Study


@dataclass(frozen=True, eq=False)
class Trace:
    """What would be painted: voxels (z, y, x) in a box of slice `number` of a plane."""

    plane: Plane
    number: int
    box: Box
    shape: NDArray[np.bool_]


class TracingState:
    """Follows the pointer while level tracing is in the hand; `take` paints what is shown."""

    changed = Signal()

    def __init__(self, roi: RoiState, tools: ToolState) -> None:
        self._roi = roi
        self._tools = tools
        self._study: Study | None = None
        self._current: Trace | None = None
        tools.changed.connect(self._on_tools_change)

    def show(self, study: Study | None) -> None:
        self.drop()
        self._study = study

    @property
    def current(self) -> Trace | None:
        return self._current

    def follow(self, plane: Plane, number: int, point_mm: ArrayLike | None) -> None:
        """The pointer is at an LPS point of a slice, or has left it."""
        study = self._study
        if self._tools.tool is not Tool.LEVEL or study is None or point_mm is None:
            self.drop()
            return
        found = level_region(study.volume, study.planes[plane], number, point_mm)
        if found is None:
            self.drop()
            return
        box, shape = found
        limit = self._tools.limit.holding
        if limit is not None:
            shape = shape & limit.holds(study.volume.voxels[box])
        self._current = Trace(plane, number, box, shape)
        self.changed.emit()

    def take(self, *, erase: bool) -> bool:
        """Paint what is shown into the active segment, or take it out; returns whether anything changed."""
        trace = self._current
        if trace is None:
            return False
        name = marked("Erase by level tracing") if erase else marked("Level tracing")
        return paint_once(self._roi, self._tools, name, trace.box, trace.shape, erase=erase)

    def drop(self) -> None:
        if self._current is not None:
            self._current = None
            self.changed.emit()

    def _on_tools_change(self) -> None:
        if self._tools.tool is not Tool.LEVEL:
            self.drop()
