"""One stroke of the brush or the eraser, from press to release."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from psygnal import Signal

from ctprog_gui.core.annotations.annotation import Kind
from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.roi.adaptive import like_pointer
from ctprog_gui.core.roi.brush import Brush
from ctprog_gui.core.roi.edit import Box
from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.core.roi.scissors import Scissors
from ctprog_gui.state.language import marked
from ctprog_gui.state.refusal import why_nothing
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.segment import NEW_SEGMENT

MIN_RADIUS_MM, MAX_RADIUS_MM = 0.5, 60.0


class Tool(Enum):
    NAVIGATE = "navigate"
    BRUSH = "brush"
    ERASER = "eraser"
    ADAPTIVE = "adaptive"
    WINDOW_BOX = "window-box"
    FREEHAND = "freehand"
    POLYGON = "polygon"
    LIVEWIRE = "livewire"
    SCISSORS = "scissors"
    LEVEL = "level"
    GROW = "grow"
    NODULE = "nodule"
    LENGTH = "length"
    ANGLE = "angle"
    BIDIRECTIONAL = "bidirectional"
    ELLIPSE = "ellipse"
    RECTANGLE = "rectangle"
    POLYLINE = "polyline"
    PROBE = "probe"


# What each measuring tool draws.
MEASURING = {Tool(kind.value): kind for kind in Kind}
# Tools with the brush's outline under the pointer, those that draw an outline, and those whose click
# asks for a proposal.
PAINTING = frozenset({Tool.BRUSH, Tool.ERASER, Tool.ADAPTIVE})
OUTLINING = frozenset({Tool.FREEHAND, Tool.POLYGON, Tool.LIVEWIRE, Tool.SCISSORS})
TRACING = frozenset({Tool.LEVEL})
SEEDED = frozenset({Tool.GROW, Tool.NODULE})
EDITING = PAINTING | OUTLINING | SEEDED | TRACING


@dataclass(frozen=True)
class BrushSettings:
    """`ball` paints in space, otherwise in the slice under the pointer."""

    radius_mm: float = 8.0
    ball: bool = False


@dataclass(frozen=True)
class Limit:
    """The range of HU that edits are kept to, where `on`."""

    on: bool = False
    hu_range: HuRange = field(default=HuRange(-200, 200))

    @property
    def holding(self) -> HuRange | None:
        return self.hu_range if self.on else None


class ToolState:
    """Which tool the left mouse button holds, how large the brush is, and what edits are kept to.

    `refused` says in one line why a tool can't do what was asked of it, or does less than it seems.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self) -> None:
        self._tool = Tool.NAVIGATE
        self._brush = BrushSettings()
        self._limit = Limit()
        self._effect: str | None = None
        self._scissors = Scissors()

    @property
    def tool(self) -> Tool:
        return self._tool

    @tool.setter
    def tool(self, value: Tool) -> None:
        if value is not self._tool:
            self._tool = value
            self.changed.emit()

    @property
    def brush(self) -> BrushSettings:
        return self._brush

    @brush.setter
    def brush(self, value: BrushSettings) -> None:
        radius = float(np.clip(value.radius_mm, MIN_RADIUS_MM, MAX_RADIUS_MM))
        value = BrushSettings(radius, value.ball)
        if value != self._brush:
            self._brush = value
            self.changed.emit()

    @property
    def limit(self) -> Limit:
        return self._limit

    @limit.setter
    def limit(self, value: Limit) -> None:
        if value != self._limit:
            self._limit = value
            self.changed.emit()

    @property
    def scissors(self) -> Scissors:
        return self._scissors

    @scissors.setter
    def scissors(self, value: Scissors) -> None:
        if value != self._scissors:
            self._scissors = value
            self.changed.emit()

    @property
    def effect(self) -> str | None:
        """The id of the effect whose parameters are on the screen."""
        return self._effect

    @effect.setter
    def effect(self, value: str | None) -> None:
        if value != self._effect:
            self._effect = value
            self.changed.emit()


class Stroke:
    """Paints or erases the active segment along the pointer's way.

    Without a segment painting makes one, with the first voxel: a stroke beside the image leaves nothing.

    Parameters
    ----------
    axis
        The array axis of the view's slices; None paints with a ball.
    within
        The image and the range of HU outside which no voxel is changed.
    alike
        The image where the brush is to keep to what is as dense as the voxel under the pointer.
    """

    def __init__(
        self,
        roi: RoiState,
        radius_mm: float,
        axis: int | None,
        *,
        erase: bool,
        within: tuple[Volume, HuRange] | None = None,
        alike: Volume | None = None,
    ) -> None:
        self._roi = roi
        self._brush = Brush(radius_mm, axis)
        self._erase = erase
        self._within = within
        self._alike = alike
        self._last: Floats | None = None
        self._changed = False
        self._why = ""
        self._geometry = roi.geometry
        adaptive = marked("Erase adaptively") if erase else marked("Paint adaptively")
        plain = marked("Erase") if erase else marked("Paint")
        self._name = plain if alike is None else adaptive
        self._makes = roi.active is None and not erase
        if not self._makes:
            roi.begin_stroke(self._name)

    def to(self, point_mm: ArrayLike) -> None:
        """Draw on to an LPS point. Between two points nothing is left out, however far apart.

        Does nothing once another case is open, or another edit has ended the stroke.
        """
        geometry = self._geometry
        if geometry is None or geometry is not self._roi.geometry:
            return
        index = geometry.patient_to_index(point_mm)
        start = index if self._last is None else self._last
        self._last = index
        swept = self._brush.sweep(geometry, start, index)
        if swept is not None:
            box, where = swept
            if self._within is not None:
                volume, hu_range = self._within
                where = where & hu_range.holds(volume.voxels[box])
            if self._alike is not None:
                at = index[::-1] - [part.start for part in box]
                where = where & like_pointer(self._alike.voxels[box], swept[1], at)
            if self._makes and where.any():
                self._makes = False
                self._roi.add_empty(NEW_SEGMENT)
                self._roi.begin_stroke(self._name)
            self._changed |= self._roi.paint(box, where, erase=self._erase)
            if not self._changed and not self._why:
                limit = self._within[1] if self._within is not None else None
                self._why = why_nothing(self._roi, box, where, limit, erase=self._erase)

    def finish(self) -> str:
        """The button went up: one step of the history, and on its way to the disk.

        Returns why nothing came of it, where that is not plain to see; otherwise an empty line.
        """
        if self._geometry is self._roi.geometry:
            self._roi.finish_stroke()
        return "" if self._changed else self._why


def paint_once(
    roi: RoiState, tools: ToolState, name: str, box: Box, where: NDArray[np.bool_], *, erase: bool
) -> bool:
    """Paint or erase voxels (z, y, x) of a box in one step, in a new segment where there is none.

    `where` is kept to the range of HU already. Returns whether anything changed; why not is said.
    """
    if roi.active is None and not erase and where.any():
        roi.add_empty(NEW_SEGMENT)
    roi.begin_stroke(name)
    painted = roi.paint(box, where, erase=erase)
    roi.finish_stroke()
    why = "" if painted else why_nothing(roi, box, where, tools.limit.holding, erase=erase)
    if why:
        tools.refused.emit(why)
    return painted
