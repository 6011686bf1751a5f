"""Finds the ring around the active segment, off the UI thread, while it is wanted on the slices."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QObject, QTimer

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.ring import Part
from ctprog_gui.state.session import Session

LANE = "ring"
# As for measures: the brush comes first.
PAUSE_MS = 120


class RingFinding(QObject):
    """Follows the ROI and the selected prediction, which says how wide its model's ring is."""

    def __init__(self, session: Session, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._find)
        self._shown: tuple[int | None, float | None] = (None, None)
        self._listening = Listening(
            (session.roi.changed, self._on_change),
            (session.roi.segments_changed, self._on_choice),
            (session.prognosis.selection_changed, self._on_choice),
            (session.study_changed, self._on_choice),
            (session.ring.wanted_changed, self._on_wanted),
        )

    def close(self) -> None:
        self._pause.stop()
        self._listening.end()

    @property
    def _width_mm(self) -> float | None:
        selected = self._session.prognosis.selected
        return selected.ring["width_mm"] if selected is not None and selected.ring is not None else None

    def _on_change(self, _box: object) -> None:
        self._session.ring.part = None
        self._tasks.cancel(LANE)
        if self._session.ring.wanted and self._width_mm is not None:
            self._pause.start()

    def _on_choice(self) -> None:
        active = self._session.roi.active
        shown = (active.label if active else None), self._width_mm
        if shown != self._shown:
            self._shown = shown
            self._on_change(None)

    def _on_wanted(self) -> None:
        self._on_change(None)

    def _find(self) -> None:
        session, width_mm = self._session, self._width_mm
        active, study = session.roi.active, session.study
        if active is None or study is None or width_mm is None:
            return
        # Copied in the UI thread, as for measures: the label map can't change under it then.
        corner, inside = session.roi.part_of(active.label)
        if not inside.any():
            return
        grid = study.volume.geometry

        def work(_: Progress) -> Part:
            from ctprog_gui.core.radiomics.ring import peritumoural_ring

            reach = [math.ceil(width_mm / step) for step in grid.spacing_mm[::-1]]
            low = [max(c - r, 0) for c, r in zip(corner, reach, strict=True)]
            high = [
                min(c + n + r, size)
                for c, n, r, size in zip(corner, inside.shape, reach, grid.shape, strict=True)
            ]
            box = np.zeros([b - a for a, b in zip(low, high, strict=True)], dtype=bool)
            own = tuple(slice(c - a, c - a + n) for c, a, n in zip(corner, low, inside.shape, strict=True))
            box[own] = inside
            first, size = (low[2], low[1], low[0]), box.shape[::-1]
            near = grid.cropped(first, (size[0], size[1], size[2]))
            return (low[0], low[1], low[2]), peritumoural_ring(Mask(box, near), width_mm).voxels

        def done(part: Part) -> None:
            session.ring.part = part

        self._tasks.start(LANE, "", work, done)
