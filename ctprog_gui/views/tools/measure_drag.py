"""Drawing a measure: length, angle, diameters, ellipse, rectangle, polyline, probe."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from ctprog_gui.core.annotations.annotation import Annotation, Kind
from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.state.annotations import wanted_points
from ctprog_gui.state.language import tr
from ctprog_gui.state.stroke import MEASURING, Tool
from ctprog_gui.views.tools.drag import Drag, SliceSurface

# A press and release this near each other is a click: the next point follows with the next press.
CLICK_PIXELS = 3.0


class MeasureDrag(Drag):
    """One press of a measuring tool. A drag draws two points; clicks draw one each.

    The draft lives in the state between presses. Its last point follows the pointer until the next
    press fixes it.
    """

    def __init__(self, view: SliceSurface, start: QPointF) -> None:
        super().__init__(view, start)
        self._point = self._under(start)
        annotations, stack = view.session.annotations, view.viewports.stack(view.plane)
        if stack is None or self._point is None:
            return
        _hold_the_film(view)
        draft = annotations.draft
        if draft is None or not _shows(view, draft):
            kind = MEASURING[view.session.tools.tool]
            across, _ = view.viewports.framing(view.plane).orientation.axes(stack)
            annotations.begin(kind, stack, self._point, across, stack.towards_viewer_lps)
            if wanted_points(kind) != 1:
                annotations.draw(self._point, at=1)
        else:
            annotations.draw(self._point)

    def move(self, position: QPointF) -> None:
        annotations, point = self.view.session.annotations, self._under(position)
        if point is not None and annotations.draft is not None and _shows(self.view, annotations.draft):
            annotations.draw(point)

    def release(self, position: QPointF) -> None:
        annotations = self.view.session.annotations
        draft = annotations.draft
        if draft is None:
            return
        drawn = len(draft.points_mm)
        clicked = (position - self.start).manhattanLength() < CLICK_PIXELS
        first_click = clicked and drawn == 2 and draft.points_mm[0] == draft.points_mm[1]
        if drawn == wanted_points(draft.kind) and not first_click:
            annotations.finish()
        elif not first_click:
            # This point stands; the next one hangs on the pointer.
            annotations.draw(draft.points_mm[-1], at=drawn)

    def _under(self, position: QPointF) -> Floats | None:
        return self.view.scene.point_at(*self.view.device_position(position.x(), position.y()))


class EditDrag(Drag):
    """Moves a handle of a measure, or all of it where its line was taken."""

    def __init__(self, view: SliceSurface, start: QPointF, taken: Annotation, handle: int | None) -> None:
        super().__init__(view, start)
        self._taken = taken
        self._handle = handle
        self._from = view.scene.point_at(*view.device_position(start.x(), start.y()))
        _hold_the_film(view)
        annotations = view.session.annotations
        annotations.select(taken.uid)
        annotations.begin_edit(tr("Move {name}").format(name=taken.name))

    def move(self, position: QPointF) -> None:
        point = self.view.scene.point_at(*self.view.device_position(position.x(), position.y()))
        if point is None or self._from is None or not _shows(self.view, self._taken):
            return
        if self._handle is None:
            self.view.session.annotations.put(self._taken.moved(point - self._from))
        else:
            self.view.session.annotations.put(self._taken.with_handle(self._handle, point))

    def release(self, position: QPointF) -> None:
        self.view.session.annotations.finish_edit()


def measure_under(view: SliceSurface, position: QPointF) -> tuple[Annotation, int | None] | None:
    """What a press would take: a handle always, a line only with the bare hand.

    A press of the bare hand beside all measures lets go of the chosen one.
    """
    session = view.session
    if session.annotations.draft is not None:
        return None
    taken = view.scene.measure_at(*view.device_position(position.x(), position.y()))
    if session.tools.tool is Tool.NAVIGATE:
        if taken is None:
            session.annotations.select(None)
        return taken
    drawing = session.tools.tool in MEASURING
    return taken if drawing and taken is not None and taken[1] is not None else None


def hover(view: SliceSurface, position: QPointF) -> None:
    """The draft's last point follows the pointer between presses."""
    annotations = view.session.annotations
    draft = annotations.draft
    if draft is None or len(draft.points_mm) < 2:
        return
    point = view.scene.point_at(*view.device_position(position.x(), position.y()))
    if point is not None and _shows(view, draft):
        annotations.draw(point)


def end_polyline(view: SliceSurface) -> bool:
    """A double click: the polyline ends where the first of the two clicks stood."""
    annotations = view.session.annotations
    draft = annotations.draft
    if draft is None or draft.kind is not Kind.POLYLINE:
        return False
    annotations.finish_polyline()
    return True


def _shows(view: SliceSurface, measure: Annotation) -> bool:
    """Whether a view is on the slice that a measure lies on: the wheel turns with the button held too.

    Pixels of another slice are other places in the patient; a measure has all its points on one.
    """
    stack = view.viewports.stack(view.plane)
    return stack is not None and measure.lies_on(stack, view.viewports.slice_of(view.plane))


def _hold_the_film(view: SliceSurface) -> None:
    """What is measured is the slice that was seen at the press."""
    view.viewports.cine = None
