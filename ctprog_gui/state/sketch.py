"""An outline that is being drawn on a slice: freehand, or corner by corner."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from psygnal import Signal

from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.outlined import outlined
from ctprog_gui.state.language import marked
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.stroke import OUTLINING, Tool, ToolState
from ctprog_gui.state.study import Study

NEW_SEGMENT = "Tumour"


class SketchState:
    """At most one outline, on one slice of one plane. `close` makes it a step of the history."""

    changed = Signal()

    def __init__(self, roi: RoiState, tools: ToolState) -> None:
        self._roi = roi
        self._tools = tools
        self._study: Study | None = None
        self._plane: Plane | None = None
        self._number = 0
        self._erase = False
        self._points: list[Floats] = []
        self._name = ""
        tools.changed.connect(self._on_tools_change)

    def show(self, study: Study | None) -> None:
        """Another case: its outline is none."""
        self.drop()
        self._study = study

    @property
    def plane(self) -> Plane | None:
        """Where it is drawn; None while there is no outline."""
        return self._plane

    @property
    def number(self) -> int:
        """The slice that it is drawn on."""
        return self._number

    @property
    def points_mm(self) -> Floats:
        """Its corners so far (n, 3), LPS."""
        return np.array(self._points).reshape(-1, 3)

    @property
    def erases(self) -> bool:
        return self._erase

    def begin(self, plane: Plane, number: int, *, erase: bool) -> None:
        """Begin an outline in place of the one that may be there."""
        self._plane, self._number, self._erase, self._points = plane, number, erase, []
        if self._tools.tool is Tool.FREEHAND:
            self._name = marked("Erase by freehand") if erase else marked("Freehand")
        else:
            self._name = marked("Erase by polygon") if erase else marked("Polygon")
        self.changed.emit()

    def add(self, point_mm: ArrayLike) -> None:
        if self._plane is not None:
            self._points.append(np.array(point_mm, dtype=np.float64))
            self.changed.emit()

    def take_back(self) -> None:
        """The last corner goes; with the first the outline."""
        if len(self._points) > 1:
            self._points.pop()
            self.changed.emit()
        else:
            self.drop()

    def close(self) -> bool:
        """Join the last corner to the first and paint or erase what is inside; returns whether any was."""
        plane, points, study = self._plane, self.points_mm, self._study
        erase, name, number = self._erase, self._name, self._number
        self.drop()
        if plane is None or study is None:
            return False
        inside = outlined(study.planes[plane], number, points)
        if inside is None:
            return False
        box, where = inside
        limit = self._tools.limit.holding
        if limit is not None:
            where = where & limit.holds(study.volume.voxels[box])
        if self._roi.active is None:
            if erase:
                return False
            self._roi.add_empty(NEW_SEGMENT)
        self._roi.begin_stroke(name)
        self._roi.paint(box, where, erase=erase)
        self._roi.finish_stroke()
        return True

    def drop(self) -> bool:
        """Forget the outline; returns whether there was one."""
        if self._plane is None:
            return False
        self._plane, self._points = None, []
        self.changed.emit()
        return True

    def _on_tools_change(self) -> None:
        if self._plane is not None and self._tools.tool not in OUTLINING:
            self.drop()
