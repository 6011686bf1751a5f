"""Keeps the active segment's measures up to date, off the UI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.measures import RoiMeasures, measure
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.session import Session

LANE = "measuring"
# How long after the last change: a stroke is many changes, and the brush comes first.
PAUSE_MS = 120


class Measuring(QObject):
    """Measures after each change of the active segment; a newer change drops an older answer.

    `mark` tells its lane from that of another series.
    """

    def __init__(
        self, session: Session, tasks: TaskRunner, mark: str = "", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._lane = LANE + mark
        self._session = session
        self._tasks = tasks
        self._active: tuple[int, str] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._measure)
        session.roi.changed.connect(self._on_change)
        session.roi.segments_changed.connect(self._on_segments_change)

    def close(self) -> None:
        self._pause.stop()
        self._session.roi.changed.disconnect(self._on_change)
        self._session.roi.segments_changed.disconnect(self._on_segments_change)

    def _on_segments_change(self) -> None:
        active = self._session.roi.active
        identity = (active.label, active.name) if active else None
        if identity != self._active:
            self._on_change(None)

    def _on_change(self, _box: object) -> None:
        active = self._session.roi.active
        self._active = (active.label, active.name) if active else None
        self._session.roi.measures = None
        self._tasks.cancel(self._lane)
        self._pause.start()

    def _measure(self) -> None:
        session = self._session
        active, study = session.roi.active, session.study
        if active is None or study is None:
            return
        # Copied here, in the UI thread, so that the label map can't change under the measuring; only
        # the segment's own box, so that the copy costs what the segment holds.
        corner, part = session.roi.part_of(active.label)

        def work(_: Progress) -> RoiMeasures:
            return measure(Mask.of_part(corner, part, study.volume.geometry, active.name), study.volume)

        def done(measures: RoiMeasures) -> None:
            session.roi.measures = measures

        self._tasks.start(self._lane, "", work, done)
