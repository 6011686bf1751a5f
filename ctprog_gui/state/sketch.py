"""An outline that is being drawn on a slice: freehand, corner by corner, or clinging to edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from psygnal import Signal

from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.core.roi.livewire import LiveWire
from ctprog_gui.core.roi.outlined import outlined
from ctprog_gui.core.roi.scissors import Cut
from ctprog_gui.state.language import marked, tr
from ctprog_gui.state.proposal import ProposalState
from ctprog_gui.state.refusal import why_closed
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.segment import NEW_SEGMENT, Segment
from ctprog_gui.state.stroke import Tool, ToolState, paint_once
from ctprog_gui.state.study import Study

# What the step is called, for each tool: painting, and erasing.
_NAMES = {
    Tool.FREEHAND: (marked("Freehand"), marked("Erase by freehand")),
    Tool.POLYGON: (marked("Polygon"), marked("Erase by polygon")),
    Tool.SCISSORS: (marked("Scissors"), marked("Scissors")),
    Tool.LIVEWIRE: (marked("Livewire"), marked("Erase by livewire")),
}


class SketchState:
    """At most one outline, on one slice of one plane. `close` makes it a step of the history, or of the
    scissors' outline a proposal."""

    changed = Signal()

    def __init__(self, roi: RoiState, tools: ToolState, proposal: ProposalState) -> None:
        self._roi = roi
        self._tools = tools
        self._proposal = proposal
        self._study: Study | None = None
        self._plane: Plane | None = None
        self._number = 0
        self._erase = False
        self._points: list[Floats] = []
        # How many points there were after each click, and the wire from the last one.
        self._clicks: list[int] = []
        self._wire: LiveWire | None = None
        self._name = ""
        self._tool = Tool.NAVIGATE
        self._owner: Segment | None = None
        tools.changed.connect(self._on_tools_change)
        roi.segments_changed.connect(self._on_segments_change)

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
    def anchors_mm(self) -> Floats:
        """The corners that were clicked (n, 3), LPS: all of them, but for a livewire."""
        return np.asarray(self.points_mm[np.array(self._clicks, dtype=int) - 1])

    def way_to(self, point_mm: ArrayLike) -> Floats:
        """What a click at a point of the slice would add (n, 3), LPS."""
        if self._wire is not None:
            return self._wire.to(point_mm)
        return np.asarray(point_mm, dtype=np.float64).reshape(1, 3)

    @property
    def clings(self) -> bool:
        """Whether it follows edges, so that its way back to the beginning is not known before it closes."""
        return self._wire is not None

    @property
    def erases(self) -> bool:
        return self._erase

    def begin(self, plane: Plane, number: int, *, erase: bool) -> None:
        """Begin an outline in place of the one that may be there."""
        self._forget()
        self._plane, self._number, self._erase = plane, number, erase
        # It is closed as what it was begun: by this tool, and in this segment.
        self._tool, self._owner = self._tools.tool, self._roi.active
        self._name = _NAMES[self._tool][erase]
        self.changed.emit()

    def add(self, point_mm: ArrayLike) -> None:
        if self._plane is not None:
            self._points.extend(self.way_to(point_mm))
            self._clicks.append(len(self._points))
            self._hold()
            self.changed.emit()

    def take_back(self) -> None:
        """The last corner goes; with the first the outline."""
        if len(self._clicks) > 1:
            self._clicks.pop()
            del self._points[self._clicks[-1] :]
            self._hold()
            self.changed.emit()
        else:
            self.drop()

    def close(self) -> bool:
        """Join the last corner to the first and paint or erase what is inside; returns whether any was."""
        if self._wire is not None:
            self._points.extend(self._wire.to(self._points[0]))
        plane, points, study = self._plane, self.points_mm, self._study
        erase, name, number, tool = self._erase, self._name, self._number, self._tool
        self.drop()
        if plane is None or study is None:
            return False
        if tool is Tool.SCISSORS:
            return self._cut(name, study, study.planes[plane], number, points)
        inside = outlined(study.planes[plane], number, points)
        if inside is None:
            return False
        box, where = inside
        limit = self._tools.limit.holding
        if limit is not None:
            where = where & limit.holds(study.volume.voxels[box])
        return paint_once(self._roi, self._tools, name, box, where, erase=erase)

    def _cut(self, name: str, study: Study, stack: PlaneOfVolume, number: int, points_mm: Floats) -> bool:
        """Propose what the scissors make of the active segment; returns whether they change anything."""
        scissors, roi = self._tools.scissors, self._roi
        active = roi.active
        if active is None and scissors.cut is not Cut.FILL_INSIDE:
            return False
        work = scissors.work_box(stack, number, points_mm, roi.extent(active.label) if active else None)
        if work is None:
            return False
        box, inside = work
        before = roi.inside(active.label, box) if active else np.zeros_like(inside)
        after = scissors.apply(before, inside)
        limit = self._tools.limit.holding
        if limit is not None:
            after = limit.limit(before, after, study.volume.voxels[box])
        if active is None:
            if not after.any():
                return False
            active = roi.add_empty(NEW_SEGMENT)
        self._proposal.show(name, active.label, box, after)
        shown = self._proposal.current
        if shown is not None and not shown.added and not shown.removed:
            self._proposal.discard()
            return False
        return True

    def drop(self) -> bool:
        """Forget the outline; returns whether there was one."""
        if self._plane is None:
            return False
        self._forget()
        self.changed.emit()
        return True

    def _forget(self) -> None:
        self._plane, self._points, self._clicks, self._wire = None, [], [], None

    def _hold(self) -> None:
        """A livewire is held at the last click."""
        if self._tool is Tool.LIVEWIRE and self._plane is not None and self._study is not None:
            stack = self._study.planes[self._plane]
            self._wire = LiveWire(self._study.volume, stack, self._number, self._points[-1])
            if len(self._points) == 1:
                # The outline begins where its wire does, at a corner between voxels.
                self._points = list(self._wire.to(self._points[0])[:1])

    def _on_tools_change(self) -> None:
        if self._plane is not None and self._tools.tool is not self._tool:
            self._drop_because(tr("another tool was taken."))

    def _on_segments_change(self) -> None:
        """An outline is meant for the segment that was chosen when it was begun, and for no other."""
        if self._plane is None:
            return
        active, owner = self._roi.active, self._owner
        if (active.label if active else None) != (owner.label if owner else None):
            self._drop_because(tr("another segment is chosen now."))
        elif why_closed(active):
            self._drop_because(why_closed(active))

    def _drop_because(self, why: str) -> None:
        self.drop()
        self._tools.refused.emit(tr("The outline is dropped: {why}").format(why=why))
