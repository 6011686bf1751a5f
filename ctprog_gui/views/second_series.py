"""Choosing a series to look at beside the open one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from ctprog_gui.core.dicom.series import Series
from ctprog_gui.services.comparing import Comparing
from ctprog_gui.services.copying_across import CopyingAcross
from ctprog_gui.services.opening import Opening
from ctprog_gui.services.series_work import SeriesWork
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.comparison import Comparison
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.session import Session
from ctprog_gui.state.viewports import Layout

FROM_FOLDER = marked("From a folder…")
NONE = marked("None: end the comparison")


class SecondSeries:
    """Asks which series, and has it read; `tell` is where a notice goes."""

    def __init__(
        self,
        session: Session,
        tasks: TaskRunner,
        opening: Opening,
        window: QWidget,
        tell: Callable[[str], None],
    ) -> None:
        self._session = session
        self._window = window
        self._tell = tell
        self.comparison = Comparison(session)
        self.work = SeriesWork(self.comparison.other, tasks, " beside")
        self.comparing = Comparing(self.comparison, tasks)
        self.comparing.choose_series.connect(self._choose)
        self.across = CopyingAcross(self.comparison, opening, tasks)
        self.across.told.connect(tell)
        self.across.asked.connect(self._ask_to_copy)

    def compare(self) -> None:
        """Show the second series that was chosen before, or choose one."""
        study, viewports = self._session.study, self._session.viewports
        if study is None:
            return
        if self.comparison.other.study is not None and viewports.layout is not Layout.COMPARE:
            viewports.layout = Layout.COMPARE
            return
        self._choose([s for s in self._session.found if s.info.key != study.info.key], folder=True)

    def toggle_link(self) -> None:
        self.comparison.link(not self.comparison.linked)

    def _ask_to_copy(self, question: str, take: Callable[[], None]) -> None:
        """Without a yes nothing is resampled, nor put where nothing says that it belongs."""
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        answer = QMessageBox.question(
            self._window, tr("A segment to the other series"), question, yes | no, no
        )
        if answer == yes:
            take()

    def _choose(self, series: list[Series], *, folder: bool = False) -> None:
        if not series and not folder:
            self._tell(tr("There is no series in this folder."))
            return
        chosen = self._ask(series, folder=folder)
        if isinstance(chosen, Series):
            self.comparing.read(chosen)
        elif chosen == NONE:
            self.comparison.show(None)
        elif chosen is not None:
            name = QFileDialog.getExistingDirectory(self._window, tr("Compare with a folder"))
            if name:
                self.comparing.scan(Path(name))

    def _ask(self, series: Sequence[Series], *, folder: bool) -> Series | str | None:
        undescribed = tr("no description")
        rows = [
            f"{n}.  {s.info.patient.study_date}  {s.info.description or undescribed}  ("
            + tr("%n slice(s)", "", s.info.slices)
            + ")"
            for n, s in enumerate(series, start=1)
        ]
        others = [FROM_FOLDER] if folder else []
        if self.comparison.beside:
            others.append(NONE)
        items = [*rows, *(spoken(other) for other in others)]
        chosen, ok = QInputDialog.getItem(
            self._window, tr("Compare"), tr("Beside the open series:"), items, 0, False
        )
        if not ok:
            return None
        at = items.index(chosen)
        return series[at] if at < len(rows) else others[at - len(rows)]
