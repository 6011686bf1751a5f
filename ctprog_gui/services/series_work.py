"""What serves the work on one series: its journal, its measures, and what is worked out for its segments."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ctprog_gui.services.annotation_keeping import AnnotationKeeping
from ctprog_gui.services.autosave import Autosave
from ctprog_gui.services.measuring import Measuring
from ctprog_gui.services.proposing import Proposing
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.session import Session


class SeriesWork(QObject):
    """One for each series on the screen, alike for the first and for the one beside it.

    Parameters
    ----------
    mark
        Tells the lanes of its tasks from another series', which they would otherwise cancel.
    """

    def __init__(
        self, session: Session, tasks: TaskRunner, mark: str = "", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        # The journal is played before the measures, whose undo is ordered among its steps.
        self.autosave = Autosave(session)
        self.keeping = AnnotationKeeping(session, tasks)
        self.measuring = Measuring(session, tasks, mark)
        self.proposing = Proposing(session, tasks, mark)

    def close(self) -> None:
        for part in (self.autosave, self.keeping, self.measuring, self.proposing):
            part.close()
