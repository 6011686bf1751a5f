"""A reading session at work: opens its cases one after the other, and keeps what was drawn on them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.shared.errors import CtprogError, InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.services.autosave import journal_file
from ctprog_gui.services.opening import LANE
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.language import tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.prognosis import Estimate
from ctprog_gui.state.session import Session
from ctprog_gui.state.study import Study

if TYPE_CHECKING:
    from ctprog_gui.core.reading_sessions.folder import SessionFolder
    from ctprog_gui.core.reading_sessions.schema import Progress as ReadingProgress

KEEPING = "reading session"


class ReadingRoom(QObject):
    """Puts the readings of one person on the screen, and saves each when it is left or done.

    What is saved is the segment that the session asks for. The journal keeps every stroke besides,
    under a key of this reading alone.
    """

    told = Signal(str, bool)  # a notice, and whether it is trouble
    opened = Signal(object)  # a session was found: who reads is to be asked
    begun = Signal()  # for somebody; the first case is still to be opened
    on_screen = Signal()  # a reading was opened, with what was drawn before
    leaving_failed = Signal(str)  # the reading on the screen could not be saved, and why
    unnamed = Signal(str, object)  # the segment asked for is not there; called, it goes on all the same

    def __init__(self, session: Session, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._since: float | None = None
        # Whether the ROI is new since the last save began, and whether a save of it is not over yet.
        self._touched = False
        self._unwritten = False
        self._before = False
        self._listening = Listening(
            (session.roi.changed, self._on_roi_change),
            (session.prognosis.predictions_changed, self._on_predictions_change),
            (session.study_changed, self._on_study_change),
        )
        tasks.failed.connect(self._on_rest)
        tasks.idle.connect(self._on_rest)

    def close(self) -> None:
        """The window closes: what is drawn is saved before it is gone."""
        self._listening.end()
        reading = self._session.reading
        if reading.current is not None and not reading.busy:
            try:
                self._writing(self._changes(None))(Progress())
            except CtprogError as error:
                # The journal still has every stroke.
                self.told.emit(str(error), True)

    # Opening and leaving

    def find(self, path: Path) -> None:
        """Read a session's file; then `opened` asks who reads."""

        def work(_: Progress) -> SessionFolder:
            from ctprog_gui.core.reading_sessions.folder import SessionFolder

            return SessionFolder(path)

        self._tasks.start(KEEPING, tr("Reading the session"), work, self.opened.emit)

    def begin(self, folder: SessionFolder, name: str) -> None:
        """Go on where a person stopped: his first reading that is not finished."""
        self._tasks.cancel(LANE)

        def begun(progress: ReadingProgress) -> None:
            session = self._session
            # What was opened meanwhile belongs to whoever was here before.
            self._tasks.cancel(LANE)
            session.show(None)
            session.found = ()
            session.reading.begin(folder, name, progress)
            self._before = session.prognosis.blind_first
            session.prognosis.follow_roi = session.prognosis.follow_roi and folder.session.models == "shown"
            session.prognosis.withheld = session.reading.barred("prognosis.predict")
            if folder.session.models == "after-estimate":
                session.prognosis.blind_first = True
            self.begun.emit()

        self._tasks.start(KEEPING, tr("Reading the session"), lambda _: folder.progress(name), begun)

    def leave(self) -> None:
        """Save what is on the screen and close the session; `leaving_failed` tells where that fails.

        Where the segment that is asked for was renamed or deleted, `unnamed` asks first.
        """
        self._go(self._leave)

    def _go(self, on: Callable[[], None]) -> None:
        """Go on from the reading on the screen, whose region is left out if there is none of its name."""
        if self._session.reading.current is not None and not self._session.reading.busy:
            try:
                self._region()
            except InputError as error:
                self.unnamed.emit(str(error), on)
                return
        on()

    def _leave(self) -> None:
        def left() -> None:
            self._end()
            self.told.emit(tr("The reading session is closed; all of it is saved."), False)

        self._save(None, left, self.leaving_failed.emit)

    def leave_unsaved(self) -> None:
        """Close the session without its folder, which may be gone; the journal keeps what was drawn."""
        if not self._session.reading.busy:
            self._end()

    def _end(self) -> None:
        session = self._session
        session.show(None)
        session.reading.end()
        session.prognosis.withheld = ""
        session.prognosis.blind_first = self._before

    # One reading after the other

    def go_to(self, number: int) -> None:
        """Save what is on the screen as it is, and open another reading."""
        if self._session.reading.may_open(number):
            self._go(lambda: self._save(None, lambda: self._open(number)))

    def finish(self, status: str) -> None:
        """Save the reading as done or flagged, and open the next that is not finished."""
        number = self._session.reading.number
        if number is not None:
            self._save(status, lambda: self.go_on(number))

    def go_on(self, after: int | None = None) -> None:
        """Open the next reading that is not finished, if there is one."""
        number = self._session.reading.next_open(after)
        if number is not None:
            self._open(number)
        else:
            reading = self._session.reading
            self._session.show(None)
            reading.number = None
            if reading.progress is not None and reading.progress.count("not started", "in progress"):
                self.told.emit(tr("What is left waits until both readers have finished it."), False)
            else:
                self.told.emit(tr("All readings are finished and saved."), False)

    def _open(self, number: int) -> None:
        session, reading = self._session, self._session.reading
        folder, progress, name = reading.folder, reading.progress, reading.name
        assert folder is not None
        assert progress is not None
        result = progress.results[number]
        # First, as a lane that comes to rest leaves the way free.
        self._tasks.cancel(LANE)
        reading.busy = True

        def work(task: Progress) -> tuple[Study, Mask | None]:
            from ctprog_gui.core.reading_sessions.keeping import read_kept
            from ctprog_gui.core.roi.conversion import open_reference

            case = folder.session.case(result.case)
            series = open_reference(folder.image_of(result.case), case.series_uid)
            study = Study(series.info, series.read(task.part(0.0, 0.9)), source=series)
            if study.volume.sha256 != case.sha256:
                raise InputError(
                    tr("The image of reading {number} is not the one that the session was made with.").format(
                        number=number + 1
                    )
                )
            task.report(0.92, tr("Preparing the views"))
            _ = study.overview
            return study, read_kept(folder, name, result, study.volume.geometry)

        def show(found: tuple[Study, Mask | None]) -> None:
            if reading.current is not None and self._touched:
                # Drawn while this one was being read: saved first, then read again, as it may be the same.
                reading.busy = False
                self._save(None, lambda: self._open(number))
                return
            study, kept = found
            # Off the screen first, so that its journal is closed before another reading of it opens one.
            session.show(None)
            reading.number = number
            journal = journal_file(reading.key(study.volume.sha256))
            changed = journal.stat().st_mtime if journal.exists() else 0.0
            session.show(study)
            self._touched = self._unwritten = False
            self._bring_back(kept, changed)
            self._since = time.monotonic()
            if result.estimate is not None:
                session.prognosis.commit(Estimate(result.estimate.risk_group, result.estimate.confidence))
            reading.busy = False
            self.on_screen.emit()
            if result.status == "not started":
                self._save("in progress", lambda: None)

        self._tasks.start(LANE, tr("Opening reading {number}").format(number=number + 1), work, show)

    def _bring_back(self, kept: Mask | None, journal_changed: float) -> None:
        """The ROI as it was left: by the journal, or by the file where that is newer or all there is.

        What the journal alone has is to be saved like a stroke that was just made.
        """
        session, current = self._session, self._session.reading.current
        wanted = session.reading.session
        assert wanted is not None
        assert current is not None
        roi = session.roi
        segment = next((s for s in roi.segments if s.name == wanted.segment), None)
        if segment is None:
            segment = roi.add_empty(wanted.segment)
            journal_changed = 0.0
        roi.activate(segment.label)
        saved = datetime.fromisoformat(current.saved).timestamp() if current.saved else 0.0
        if kept is not None and saved >= journal_changed:
            whole = tuple(slice(0, size) for size in kept.voxels.shape)
            roi.reshape(tr("Bring back"), segment.label, (whole[0], whole[1], whole[2]), kept.voxels)
        shown = self._region()
        self._touched = not shown.is_empty if kept is None else not np.array_equal(shown.voxels, kept.voxels)
        session.go_to_roi()

    def note(self, text: str) -> None:
        """The reader's own words on the reading on the screen; saved with it."""
        reading = self._session.reading
        if reading.progress is not None and reading.number is not None and not reading.busy:
            reading.progress = reading.progress.with_result(reading.number, note=text)

    def note_taken(self, what: str) -> None:
        """What the reviewer's region was begun from: a reader's name, ``union`` or ``intersection``."""
        reading = self._session.reading
        if reading.progress is not None and reading.number is not None:
            reading.progress = reading.progress.with_result(reading.number, taken=what)
            self._touched = True

    # Saving

    def _save(
        self, status: str | None, then: Callable[[], None], stuck: Callable[[str], None] | None = None
    ) -> None:
        """Save the reading on the screen, with a new status or its old one; then call `then`.

        Where it can't be written, `stuck` is told why; without one the failure is the window's to tell.
        """
        reading = self._session.reading
        if reading.busy:
            return
        if reading.current is None:
            then()
            return
        try:
            changes = self._changes(status)
        except CtprogError as error:
            self.told.emit(str(error), True)
            return
        self._tasks.cancel(KEEPING)
        reading.busy = True
        number, before, writing = reading.number, reading.current, self._writing(changes)
        assert number is not None

        def work(progress: Progress) -> ReadingProgress | str:
            try:
                return writing(progress)
            except CtprogError as error:
                if stuck is None:
                    raise
                return str(error)

        def done(written: ReadingProgress | str) -> None:
            reading.busy = False
            if isinstance(written, str):
                assert stuck is not None
                stuck(written)
                return
            self._unwritten = False
            current = reading.current
            if current is not None and (current.estimate, current.taken) != (before.estimate, before.taken):
                # Told while this was written.
                written = written.with_result(number, estimate=current.estimate, taken=current.taken)
            reading.progress = written
            if self._touched:
                # New while this was written: it is of the same reading, so it is saved before that goes.
                self._save(None, then, stuck)
            else:
                then()

        self._tasks.start(KEEPING, tr("Saving reading {number}").format(number=number + 1), work, done)

    def _changes(self, status: str | None) -> dict[str, Any]:
        """What of the result is new; ``mask`` is the region to be written where it changed.

        From here on a stroke is one that this save does not have.
        """
        from ctprog_gui.core.reading_sessions.folder import now

        session, current = self._session, self._session.reading.current
        assert current is not None
        session.roi.finish_stroke()
        elapsed = time.monotonic() - self._since if self._since is not None else 0.0
        self._since = time.monotonic()
        changes: dict[str, Any] = {"seconds": current.seconds + elapsed}
        if status is not None:
            changes["status"] = status
        if current.started is None:
            changes["started"] = now()
        finishes = status in ("done", "flagged")
        if finishes:
            changes["finished"] = now()
        touched = self._touched or self._unwritten
        if finishes and (touched or current.roi is None):
            changes["mask"] = self._region()
        elif touched:
            # A draft without the segment is none; what was saved before stays.
            with contextlib.suppress(InputError):
                changes["mask"] = self._region()
        # The file is as old as what is in it: strokes made while it is written are newer.
        changes["saved"] = now()
        self._touched, self._unwritten = False, touched
        return changes

    @property
    def nothing_drawn(self) -> bool:
        """Whether the reading on the screen has no voxel of what is to be drawn."""
        try:
            return self._session.reading.current is not None and self._region().is_empty
        except CtprogError:
            return False

    def _region(self) -> Mask:
        """The segment that the session asks for.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        roi, wanted, study = self._session.roi, self._session.reading.session, self._session.study
        assert wanted is not None
        assert study is not None
        segment = next((s for s in roi.segments if s.name == wanted.segment), None)
        if segment is None:
            raise InputError(
                tr("There is no segment called {name}, which is what this session is about.").format(
                    name=wanted.segment
                )
            )
        if roi.extent(segment.label) is None:
            return Mask(
                np.zeros(study.volume.geometry.shape, dtype=bool), study.volume.geometry, segment.name
            )
        return roi.mask_of(segment.label)

    def _writing(self, changes: dict[str, Any]) -> Callable[[Progress], ReadingProgress]:
        """The work that writes a region, if one is to be written, and then the progress that names it."""
        reading, study = self._session.reading, self._session.study
        folder, progress, number, name = reading.folder, reading.progress, reading.number, reading.name
        assert folder is not None
        assert progress is not None
        assert number is not None
        assert study is not None
        mask, saved = changes.pop("mask", None), changes.pop("saved")
        series = study.source
        assert series is not None

        def work(_: Progress) -> ReadingProgress:
            from ctprog_gui.core.reading_sessions.keeping import keep_roi, save_result

            kept = keep_roi(folder, name, number, mask, series) if mask is not None else {}
            if kept:
                kept["saved"] = saved
            if kept.get("empty") and changes.get("status") == "flagged":
                # To be come back to: nothing drawn is no finding yet.
                kept["empty"] = False
            return save_result(folder, progress, number, {**changes, **kept})

        return work

    # What happens meanwhile

    def _on_roi_change(self, _box: object) -> None:
        self._touched = True

    def _on_study_change(self) -> None:
        """Nothing of a case that is gone is to be saved under another's name."""
        reading, study = self._session.reading, self._session.study
        if reading.number is None:
            return
        if study is None or reading.key(study.volume.sha256) == study.volume.sha256:
            self._since = None
            reading.number = None

    def _on_predictions_change(self) -> None:
        """An estimate that was committed belongs to the reading, and is saved with it."""
        made, reading = self._session.prognosis.estimate, self._session.reading
        current, progress = reading.current, reading.progress
        if made is None or current is None or progress is None or current.estimate is not None:
            return
        number = reading.number
        assert number is not None
        estimate = {"risk_group": made.risk_group, "confidence": made.confidence}
        reading.progress = progress.with_result(number, estimate=estimate)
        if reading.busy:
            # Saved once what runs is over.
            self._touched = True
        self._save(None, lambda: None)

    def _on_rest(self, _told: str) -> None:
        """What failed or was cancelled leaves the way free."""
        reading = self._session.reading
        if reading.busy and not self._tasks.busy(LANE) and not self._tasks.busy(KEEPING):
            reading.busy = False
