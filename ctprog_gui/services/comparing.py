"""Reading a second series beside the open one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ctprog_gui.core.dicom.series import Series
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.services.opening import LANE
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.comparison import Comparison
from ctprog_gui.state.language import tr
from ctprog_gui.state.study import Study


class Comparing(QObject):
    """Puts a series into the comparison. The open case stays as it is."""

    choose_series = Signal(list)  # a folder holds several

    def __init__(self, comparison: Comparison, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._comparison = comparison
        self._tasks = tasks

    def scan(self, folder: Path) -> None:
        """Look for series in a folder; one is read at once, several wait for a choice."""

        def work(progress: Progress) -> list[Series]:
            from ctprog_gui.core.dicom.open_path import open_path

            return open_path([folder], progress)

        def found(series: list[Series]) -> None:
            if len(series) == 1:
                self.read(series[0])
            else:
                self.choose_series.emit(series)

        self._tasks.start(LANE, tr("Scanning"), work, found)

    def read(self, series: Series) -> None:
        """Read a series and show it beside the case that is open now."""
        case = self._comparison.main.study

        def work(progress: Progress) -> Study:
            study = Study(series.info, series.read(progress), source=series)
            # Made here, in the task's thread: its journal waits for it.
            _ = study.volume.sha256
            return study

        def show(study: Study) -> None:
            if self._comparison.main.study is case:
                self._comparison.show(study)

        self._tasks.start(LANE, tr("Reading the series to compare"), work, show)
