"""Keeps the journal of the open case, and brings the case back from it."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ctprog_gui.core.roi.journal import Journal, Record
from ctprog_gui.core.shared.errors import CtprogError
from ctprog_gui.core.shared.places import user_data
from ctprog_gui.core.shared.writing import set_aside
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session
from ctprog_gui.state.study import Study


class Autosave(QObject):
    """Appends each finished step as it is recorded.

    The record is with the operating system before `recorded` returns, so a crash of this process
    loses nothing; a thread then waits for the disk itself.
    """

    restored = Signal(int)  # how many segments came back
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._journal: Journal | None = None
        self._wanted = threading.Condition()
        self._unsynced: Journal | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._sync, name="autosave")
        self._thread.start()
        session.study_changed.connect(self._on_study_change)
        session.roi.recorded.connect(self._on_recorded)
        session.clinical.recorded.connect(self._on_recorded)

    def close(self) -> None:
        self._session.study_changed.disconnect(self._on_study_change)
        self._session.roi.recorded.disconnect(self._on_recorded)
        self._session.clinical.recorded.disconnect(self._on_recorded)
        with self._wanted:
            self._closing = True
            self._wanted.notify()
        self._thread.join()
        self._drop()

    def _on_study_change(self) -> None:
        self._drop()
        study = self._session.study
        if study is None or study.synthetic or not self._session.drawable:
            return
        try:
            key = self._session.reading.key(study.volume.sha256)
            self._journal = Journal(journal_file(key), key, study.volume.geometry)
        except CtprogError as error:
            self.failed.emit(tr("Work on this case is not saved as you go: {why}").format(why=error))
            return
        if self._journal.records:
            try:
                records, clinical = self._journal.records, self._session.clinical
                self._session.roi.restore([record for record in records if not clinical.is_own(record)])
                clinical.restore(records)
            except (ValueError, IndexError, KeyError, TypeError) as error:
                self._set_aside(study, f"{type(error).__name__}: {error}")
                return
            count = len(self._session.roi.segments)
            self._journal.records.clear()
            if count:
                self._session.go_to_roi()
                self.restored.emit(count)

    def _set_aside(self, study: Study, reason: str) -> None:
        """A journal that can't be played: keep it under another name, and begin anew."""
        assert self._journal is not None
        path = self._journal.path
        self._drop()
        self._session.roi.show(study.volume.geometry)
        if not set_aside(path):
            self.failed.emit(tr("Work on this case is not saved as you go: {why}").format(why=reason))
            return
        self.failed.emit(
            tr("Earlier work on this case could not be brought back ({why}); it is kept as a file.").format(
                why=reason
            )
        )
        self._on_study_change()

    def _on_recorded(self, record: Record) -> None:
        if self._journal is None:
            return
        try:
            self._journal.append(record)
        except CtprogError as error:
            self.failed.emit(tr("This step is not on the disk: {why}").format(why=error))
            return
        with self._wanted:
            self._unsynced = self._journal
            self._wanted.notify()

    def _drop(self) -> None:
        with self._wanted:
            journal, self._journal, self._unsynced = self._journal, None, None
            if journal is not None:
                journal.close()

    def _sync(self) -> None:
        while True:
            with self._wanted:
                self._wanted.wait_for(lambda: self._unsynced is not None or self._closing)
                if self._unsynced is None:
                    return
                journal, self._unsynced = self._unsynced, None
                # Under the lock, so that the file is not closed meanwhile; the next stroke waits here
                # in the rare case that the disk is slower than the hand.
                try:
                    journal.sync()
                except OSError as error:
                    unsafe = tr("This step is not safe from a power cut: {why}")
                    self.failed.emit(unsafe.format(why=error.strerror or error))


def journal_file(key: str) -> Path:
    """Where the journal of a case lies.

    `key` names it by its voxels and grid, never by a name or identifier: the same image finds its work
    again from wherever it is opened, another image never does.
    """
    return user_data() / "journals" / f"{key}.journal"
