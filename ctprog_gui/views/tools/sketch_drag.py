"""Drawing an outline with the mouse: freehand in one drag, polygon and livewire click by click."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import tr
from ctprog_gui.views.tools.drag import Drag, SliceSurface

# Freehand corners are at least this far apart on the screen, and a click this near to a polygon's
# first corner closes it.
STEP_PIXELS = 2.0
CLOSE_PIXELS = 8.0


class FreehandDrag(Drag):
    """The outline follows the pointer; the release closes it."""

    def __init__(self, view: SliceSurface, start: QPointF, *, erase: bool) -> None:
        super().__init__(view, start)
        view.session.proposal.discard()
        view.session.sketch.begin(view.plane, view.viewports.slice_of(view.plane), erase=erase)
        self._last = start
        self._add(start)

    def move(self, position: QPointF) -> None:
        if (position - self._last).manhattanLength() >= STEP_PIXELS:
            self._last = position
            self._add(position)

    def release(self, position: QPointF) -> None:
        self.move(position)
        self.view.session.sketch.close()

    def _add(self, position: QPointF) -> None:
        point = self.view.scene.point_at(*self.view.device_position(position.x(), position.y()))
        if point is not None:
            self.view.session.sketch.add(point)


class PolygonPress(Drag):
    """A corner where the press is; on the first corner, or with a double click, the outline closes."""

    def __init__(self, view: SliceSurface, start: QPointF, *, erase: bool, double: bool) -> None:
        super().__init__(view, start)
        sketch = view.session.sketch
        number = view.viewports.slice_of(view.plane)
        point = view.scene.point_at(*view.device_position(start.x(), start.y()))
        if point is None:
            return
        if sketch.plane is not None and (sketch.plane, sketch.number) != (view.plane, number):
            told = tr("The outline is on slice {number} of the {plane} plane: close it there or drop it.")
            plane = phrase(sketch.plane.value)
            view.session.tools.refused.emit(told.format(number=sketch.number + 1, plane=plane))
            return
        if sketch.plane is None:
            sketch.begin(view.plane, number, erase=erase)
        elif double or self._on_first(start):
            sketch.close()
            return
        sketch.add(point)

    def move(self, position: QPointF) -> None:
        """The line to the pointer is drawn by the view, with or without a button held."""

    def _on_first(self, position: QPointF) -> bool:
        corners = self.view.session.sketch.anchors_mm
        if len(corners) < 3:
            return False
        x, y = self.view.scene.pixel_of(corners[0])
        across, up = self.view.device_position(position.x(), position.y())
        ratio = self.view.devicePixelRatioF()
        return max(abs(x - across), abs(y - up)) <= CLOSE_PIXELS * ratio
