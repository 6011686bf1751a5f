"""The reading session's part of the window: which session, who reads, and what is not shown meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from ctprog_gui.services.reading_room import ReadingRoom
from ctprog_gui.services.reviewing import Reviewing
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session
from ctprog_gui.views.panels.review_panel import ReviewPanel
from ctprog_gui.views.panels.worklist_panel import WorklistPanel

if TYPE_CHECKING:
    from ctprog_gui.core.reading_sessions.folder import SessionFolder


class ReadingDesk:
    """Owns the worklist and what serves it.

    Parameters
    ----------
    away
        What gives way while a session is open: it would open other cases, or tell whose they are.
    show_identity
        Called with whether the views may say who the patient is.
    tell
        Where a notice goes, and whether it is trouble.
    """

    def __init__(
        self,
        session: Session,
        tasks: TaskRunner,
        window: QWidget,
        away: QWidget,
        show_identity: Callable[[bool], None],
        tell: Callable[[str, bool], None],
    ) -> None:
        self._session = session
        self._window = window
        self._away = away
        self._show_identity = show_identity
        self._was_active = False
        self.room = ReadingRoom(session, tasks)
        self.reviewing = Reviewing(session, tasks, self.room)
        self.worklist = WorklistPanel(session)
        self.review_panel = ReviewPanel(session)
        self.worklist.extra.addWidget(self.review_panel)
        self.review_panel.settle_wanted.connect(self.reviewing.settle)
        self.review_panel.worst_wanted.connect(self.reviewing.go_to_worst)
        self.review_panel.pair_wanted.connect(self.reviewing.compare)
        self.review_panel.report_wanted.connect(self._ask_where)
        self.reviewing.told.connect(tell)
        self.worklist.reading_wanted.connect(self.room.go_to)
        self.worklist.finish_wanted.connect(self.finish)
        self.worklist.leave_wanted.connect(self.room.leave)
        self.worklist.note_wanted.connect(self.room.note)
        self.room.opened.connect(self._ask_who)
        self.room.leaving_failed.connect(self._ask_to_leave)
        self.room.unnamed.connect(self._ask_to_go_without)
        self.room.told.connect(tell)
        session.reading.changed.connect(self._on_change)

    def close(self) -> None:
        self._session.reading.changed.disconnect(self._on_change)
        self.room.close()
        self.reviewing.close()
        self.worklist.finalise()
        self.review_panel.finalise()

    def choose(self) -> None:
        """Let the person choose a session's file."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, tr("Reading session"), "", tr("Reading session (session.json);;All files (*)")
        )
        if name:
            self.room.find(Path(name))

    def finish(self, status: str) -> None:
        """Finish the reading on the screen; nothing drawn is a finding only after a yes."""
        if status == "done" and self.room.nothing_drawn:
            answer = QMessageBox.question(
                self._window,
                tr("Nothing is drawn"),
                tr("Finish this reading with the finding that there is nothing to draw?"),
                QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
                QMessageBox.StandardButton.No,
            )
            if answer != QMessageBox.StandardButton.Yes:
                return
        self.room.finish(status)

    def _ask_who(self, folder: SessionFolder) -> None:
        people = folder.session.people
        rows = [tr("{name} (settles)").format(name=p) if folder.session.is_reviewer(p) else p for p in people]
        chosen, ok = QInputDialog.getItem(
            self._window, folder.session.title, tr("Who reads?"), rows, 0, False
        )
        if ok:
            self.room.begin(folder, people[rows.index(chosen)])

    def _ask_to_leave(self, why: str) -> None:
        """The folder can't be written: leaving loses nothing drawn, and is the person's choice."""
        answer = QMessageBox.question(
            self._window,
            tr("This reading can't be saved"),
            why
            + "\n\n"
            + tr(
                "Leave all the same? What is drawn is kept on this computer, and is back when the session is "
                "opened here again. A note or an estimate that was not saved is lost."
            ),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            QMessageBox.StandardButton.No,
        )
        if answer == QMessageBox.StandardButton.Yes:
            self.room.leave_unsaved()

    def _ask_to_go_without(self, why: str, on: Callable[[], None]) -> None:
        """The segment of the session was renamed or deleted: what is drawn would not get into its folder."""
        answer = QMessageBox.question(
            self._window,
            tr("This reading has no ROI"),
            why
            + "\n\n"
            + tr(
                "Go on without? What is drawn under other names stays on this computer and is not part of "
                "the session. A segment that is given the name back is saved."
            ),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            QMessageBox.StandardButton.No,
        )
        if answer == QMessageBox.StandardButton.Yes:
            on()

    def _ask_where(self) -> None:
        name = QFileDialog.getExistingDirectory(self._window, tr("Folder for the report"))
        if name:
            self.reviewing.report(Path(name))

    def _on_change(self) -> None:
        active = self._session.reading.active
        if active != self._was_active:
            self._was_active = active
            self._away.setVisible(not active)
            self._show_identity(not active)
