"""Mouse tools of the slice views: window, pan, zoom, crosshair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.slab import Projection
from ctprog_gui.core.imaging.windows import Window
from ctprog_gui.core.roi.scissors import Cut
from ctprog_gui.state.language import tr
from ctprog_gui.state.refusal import why_closed
from ctprog_gui.state.stroke import EDITING, MEASURING, OUTLINING, PAINTING, SEEDED, TRACING, Tool
from ctprog_gui.views.tools.brush_drag import BrushDrag
from ctprog_gui.views.tools.drag import Drag, SliceSurface
from ctprog_gui.views.tools.level_press import LevelPress
from ctprog_gui.views.tools.measure_drag import EditDrag, MeasureDrag, measure_under
from ctprog_gui.views.tools.seed_click import SeedClick
from ctprog_gui.views.tools.sketch_drag import FreehandDrag, PolygonPress
from ctprog_gui.views.tools.turn_drag import TurnDrag
from ctprog_gui.views.tools.window_box_drag import WindowBoxDrag

# A press that moves less than this many pixels is a click.
CLICK_PIXELS = 3.0
PIXELS_A_SLICE = 4.0


class WindowDrag(Drag):
    """Right is wider, up is brighter-level; the step grows with the width. A click sets the crosshair."""

    def __init__(self, view: SliceSurface, start: QPointF) -> None:
        super().__init__(view, start)
        self._window = view.viewports.window
        self._moved = False

    def move(self, position: QPointF) -> None:
        apart = position - self.start
        if not self._moved and apart.manhattanLength() < CLICK_PIXELS:
            return
        self._moved = True
        step = max(self._window.width_hu, 50.0) / 300.0
        width = max(1.0, self._window.width_hu + apart.x() * step)
        self.view.viewports.window = Window(round(width), round(self._window.level_hu + apart.y() * step))

    def release(self, position: QPointF) -> None:
        if not self._moved:
            CrosshairDrag(self.view, position)


class CrosshairDrag(Drag):
    """The crosshair follows the pointer."""

    def __init__(self, view: SliceSurface, start: QPointF) -> None:
        super().__init__(view, start)
        self.move(start)

    def move(self, position: QPointF) -> None:
        point = self.view.scene.point_at(*self.view.device_position(position.x(), position.y()))
        if point is not None:
            self.view.viewports.move_crosshair(point)


class PanDrag(Drag):
    """The slice follows the pointer."""

    def __init__(self, view: SliceSurface, start: QPointF) -> None:
        super().__init__(view, start)
        self._framing = view.viewports.framing(view.plane)

    def move(self, position: QPointF) -> None:
        mm = self.view.scene.mm_per_pixel * self.view.devicePixelRatioF()
        apart = position - self.start
        right, up = self._framing.pan_mm
        moved = replace(self._framing, pan_mm=(right - apart.x() * mm, up + apart.y() * mm))
        self.view.viewports.set_framing(self.view.plane, moved)


class ZoomDrag(Drag):
    """Up is nearer."""

    def __init__(self, view: SliceSurface, start: QPointF) -> None:
        super().__init__(view, start)
        self._framing = view.viewports.framing(view.plane)

    def move(self, position: QPointF) -> None:
        factor = 2.0 ** ((self.start.y() - position.y()) / 120.0)
        self.view.viewports.set_framing(
            self.view.plane, replace(self._framing, zoom=self._framing.zoom * factor)
        )


class ScrollDrag(Drag):
    """Up goes onwards through the slices, as the wheel does."""

    def __init__(self, view: SliceSurface, start: QPointF) -> None:
        super().__init__(view, start)
        self._done = 0

    def move(self, position: QPointF) -> None:
        wanted = round((self.start.y() - position.y()) / PIXELS_A_SLICE)
        self.view.viewports.scroll(self.view.plane, wanted - self._done)
        self._done = wanted


# What a button can be set to do; the words are those of the settings.
HANDS: dict[str, Callable[[SliceSurface, QPointF], Drag]] = {
    "window": WindowDrag,
    "pan": PanDrag,
    "zoom": ZoomDrag,
    "crosshair": CrosshairDrag,
    "scroll": ScrollDrag,
}
# What the left button does with a tool that is neither a brush nor the bare hand.
_LEFT: dict[Tool, Callable[[SliceSurface, QPointF], Drag]] = {Tool.WINDOW_BOX: WindowBoxDrag}


def drag_for(event: QMouseEvent, view: SliceSurface) -> Drag | None:
    """What a press begins.

    Left is the tool in the hand: the window, a measure (over one that is there it moves that, over a
    handle of the crosshair it turns the planes), or what
    edits the ROI (with Ctrl the brush erases and the eraser paints, and outlines erase).
    Shift+left moves the crosshair; middle pans and right zooms, unless set otherwise, whatever the tool.
    """
    position = event.position()
    tool, settings = view.session.tools.tool, view.session.settings
    match event.button():
        case Qt.MouseButton.LeftButton:
            ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                return CrosshairDrag(view, position)
            if not view.session.drawable and (tool in EDITING or tool in MEASURING):
                told = tr("This is the same image again: draw on the one on the left.")
                view.session.tools.refused.emit(told)
                return None
            taken = None if ctrl or tool in EDITING else measure_under(view, position)
            if taken is not None:
                return EditDrag(view, position, *taken)
            pixel = view.device_position(position.x(), position.y())
            if tool is Tool.NAVIGATE and not ctrl and view.scene.point_handles(pixel) is not None:
                return TurnDrag(view, position)
            if tool in MEASURING:
                return MeasureDrag(view, position)
            if tool in _LEFT:
                return _LEFT[tool](view, position)
            if tool in EDITING:
                return _edit(event, view, tool, ctrl)
            return PanDrag(view, position) if ctrl else HANDS[settings["mouse.left"]](view, position)
        case Qt.MouseButton.MiddleButton:
            return HANDS[settings["mouse.middle"]](view, position)
        case Qt.MouseButton.RightButton:
            return HANDS[settings["mouse.right"]](view, position)
    return None


def _edit(event: QMouseEvent, view: SliceSurface, tool: Tool, ctrl: bool) -> Drag | None:
    position = event.position()
    tools = view.session.tools
    flat = tool in OUTLINING | TRACING or (tool in PAINTING and not tools.brush.ball)
    if flat and isinstance(view.viewports.stack(view.plane), ObliquePlane):
        tools.refused.emit(
            tr("This plane is oblique, and this tool draws on slices: take the 3D brush or reset the planes.")
        )
        return None
    why = why_closed(view.session.roi.active)
    if why:
        tools.refused.emit(why)
        return None
    if view.viewports.slab.projection is not Projection.SLICE:
        tools.refused.emit(
            tr("This view shows several slices as one: what you draw lands on the middle one.")
        )
    if tool in SEEDED:
        return SeedClick(view, position)
    if tool is Tool.LEVEL:
        return LevelPress(view, position, erase=ctrl)
    if tool is Tool.SCISSORS:
        return FreehandDrag(view, position, erase=view.session.tools.scissors.cut is not Cut.FILL_INSIDE)
    if tool is Tool.FREEHAND:
        return FreehandDrag(view, position, erase=ctrl)
    if tool in (Tool.POLYGON, Tool.LIVEWIRE):
        double = event.type() == QEvent.Type.MouseButtonDblClick
        return PolygonPress(view, position, erase=ctrl, double=double)
    return BrushDrag(view, position, erase=(tool is Tool.ERASER) != ctrl)
