"""Finds the ring around the active segment, off the UI thread, while it is wanted on the slices."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.session import Session

LANE = "ring"
# As for measures: the brush comes first.
PAUSE_MS = 120

# How wide the ring is, and the spacing of the grid it is read on; None is the CT's own.
Look = tuple[float, float | None]


class RingFinding(QObject):
    """Follows the ROI and the selected prediction, which says how its model's ring is read.

    A ring stays until that of the changed ROI is there, which is found when the hand pauses. That of another
    segment, prediction or case goes at once.
    """

    def __init__(self, session: Session, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._find)
        self._shown: tuple[int | None, Look | None] = (None, None)
        self._listening = Listening(
            (session.roi.changed, self._on_change),
            (session.roi.segments_changed, self._on_choice),
            (session.prognosis.selection_changed, self._on_choice),
            (session.study_changed, self._on_wanted),
            (session.ring.wanted_changed, self._on_wanted),
        )

    def close(self) -> None:
        self._pause.stop()
        self._listening.end()

    @property
    def _look(self) -> Look | None:
        selected = self._session.prognosis.selected
        ring = selected.ring if selected is not None else None
        return None if ring is None else (ring["width_mm"], ring.get("spacing_mm"))

    def _on_change(self, _box: object) -> None:
        if not self._session.ring.wanted or self._look is None:
            self._on_wanted()
        else:
            self._pause.start()

    def _on_choice(self) -> None:
        active = self._session.roi.active
        shown = (active.label if active else None), self._look
        if shown != self._shown:
            self._shown = shown
            self._on_wanted()

    def _on_wanted(self) -> None:
        """What is shown is of no use any more."""
        self._pause.stop()
        self._tasks.cancel(LANE)
        self._session.ring.ring = None
        if self._session.ring.wanted and self._look is not None:
            self._pause.start()

    def _find(self) -> None:
        session, look = self._session, self._look
        active, study = session.roi.active, session.study
        if active is None or study is None or look is None:
            return
        # Copied in the UI thread, as for measures: the label map can't change under it then.
        corner, inside = session.roi.part_of(active.label)
        if not inside.any():
            self._tasks.cancel(LANE)
            session.ring.ring = None
            return
        grid = study.volume.geometry

        def work(_: Progress) -> Mask:
            from ctprog_gui.core.inference.region_grid import ring_as_read

            return ring_as_read(Mask.of_part(corner, inside, grid), *look)

        def done(ring: Mask) -> None:
            session.ring.ring = ring

        self._tasks.start(LANE, "", work, done)
