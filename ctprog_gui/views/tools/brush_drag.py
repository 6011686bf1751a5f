"""Painting and erasing with the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from ctprog_gui.state.stroke import Stroke, Tool
from ctprog_gui.views.tools.drag import Drag, SliceSurface


class BrushDrag(Drag):
    """One stroke."""

    def __init__(self, view: SliceSurface, start: QPointF, *, erase: bool) -> None:
        super().__init__(view, start)
        session = view.session
        brush = session.tools.brush
        study = session.study
        axis = None if brush.ball or study is None else study.planes[view.plane].axis
        limit = session.tools.limit.holding
        within = None if study is None or limit is None else (study.volume, limit)
        alike = study.volume if study is not None and session.tools.tool is Tool.ADAPTIVE else None
        self._stroke = Stroke(session.roi, brush.radius_mm, axis, erase=erase, within=within, alike=alike)
        self.move(start)

    def move(self, position: QPointF) -> None:
        point = self.view.scene.point_at(*self.view.device_position(position.x(), position.y()))
        if point is not None:
            self._stroke.to(point)

    def release(self, position: QPointF) -> None:
        why = self._stroke.finish()
        if why:
            self.view.session.tools.refused.emit(why)
