"""The main window: puts the views together and answers the commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QSplitter, QVBoxLayout, QWidget

from ctprog_gui import __version__
from ctprog_gui.commands.catalogue import COMMANDS, MENUS
from ctprog_gui.commands.command import Command
from ctprog_gui.core.dicom.series import Series
from ctprog_gui.core.shared.errors import CtprogError
from ctprog_gui.services.inference_process import InferenceProcess
from ctprog_gui.services.opening import LANE, Opening
from ctprog_gui.services.scoring import Scoring
from ctprog_gui.services.series_work import SeriesWork
from ctprog_gui.services.settings_file import SettingsFile
from ctprog_gui.services.surroundings import Surroundings
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.services.training_process import TrainingProcess
from ctprog_gui.services.view_keeping import ViewKeeping
from ctprog_gui.state.core_words import phrase, trouble
from ctprog_gui.state.language import spoken, tr
from ctprog_gui.state.session import Session
from ctprog_gui.state.splitting import split_islands
from ctprog_gui.views import dialogs
from ctprog_gui.views.banner import Banner
from ctprog_gui.views.measures_export import MeasuresExport
from ctprog_gui.views.opening_questions import OpeningQuestions
from ctprog_gui.views.page_export import PageExport
from ctprog_gui.views.panels.measures_panel import MeasuresPanel
from ctprog_gui.views.panels.prognosis_panel import PrognosisPanel
from ctprog_gui.views.panels.roi_panel import RoiPanel
from ctprog_gui.views.panels.studies_panel import StudiesPanel
from ctprog_gui.views.preferences import Preferences
from ctprog_gui.views.reading_desk import ReadingDesk
from ctprog_gui.views.recent_menu import RecentMenu
from ctprog_gui.views.roi_files import RoiFiles
from ctprog_gui.views.second_series import SecondSeries
from ctprog_gui.views.status_line import StatusLine
from ctprog_gui.views.viewer.first_slice import FirstSlice
from ctprog_gui.views.viewer.viewer import Viewer

if TYPE_CHECKING:
    from ctprog_gui.views.report.presentation import Presentation
    from ctprog_gui.views.training.training_window import TrainingWindow

CT_FILES = "(*.dcm *.zip *.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd DICOMDIR)"


class MainWindow(QMainWindow):
    """Is the `Shell` of the commands. Owns no state: it shows the session and asks the services."""

    def __init__(
        self,
        session: Session,
        tasks: TaskRunner,
        opening: Opening,
        inference: InferenceProcess,
        kept: SettingsFile,
    ) -> None:
        super().__init__()
        self.session = session
        self.tasks = tasks
        self.opening = opening
        self.inference = inference
        self.presentation: Presentation | None = None
        self.training_window: TrainingWindow | None = None
        self.work = SeriesWork(session, tasks)
        self.surroundings = Surroundings(session, inference, tasks)
        self.training = TrainingProcess(session.training)
        self.scoring = Scoring(session, inference, lambda odd: dialogs.accept_anomalies(self, odd))
        self.second = SecondSeries(
            session, tasks, opening, self, lambda told: self.status.tell(told, trouble=True)
        )
        # After what else answers to a new study: the journal moves the crosshair, a comparison the layout.
        self.view_keeping = ViewKeeping(session)
        self.setWindowTitle(tr("CTProg {version} — research use only").format(version=__version__))
        self.setAcceptDrops(True)
        self.resize(1600, 1000)

        self.banner = Banner(session)
        self.studies_panel = StudiesPanel(session)
        self.roi_panel = RoiPanel(session, self.second.comparison)
        self.measures_panel = MeasuresPanel(session)
        self.viewer = Viewer(session, self.second.comparison)
        self.prognosis_panel = PrognosisPanel(session)
        self.status = StatusLine(session)
        self.pages = PageExport(
            session, self, self._show_identity, lambda told, bad: self.status.tell(told, trouble=bad)
        )
        self.roi_files = RoiFiles(
            session, opening, self, self.status.tell, lambda: self.second.comparison.name_at_hand
        )
        self.export = MeasuresExport(
            lambda: self._work_at_hand.keeping,
            self,
            self.status.tell,
            lambda: self.second.comparison.name_at_hand,
        )
        self.desk = ReadingDesk(
            session,
            tasks,
            self,
            self.studies_panel,
            self._show_identity,
            lambda told, bad: self.status.tell(told, trouble=bad),
        )
        self._lay_out()
        self.first_slice = FirstSlice(opening, tasks, self.viewer)
        self.questions = OpeningQuestions(opening, session, self.status.tell, self)
        self._actions: list[tuple[Command, QAction]] = []
        self._build_menus()
        self.preferences = Preferences(self, kept, self._actions, self.viewer.bar.tell_keys)
        self._connect()

    def sizeHint(self) -> QSize:
        return QSize(1600, 1000)

    # What commands ask for (the Shell)

    def open_file(self) -> None:
        kinds = tr("CT images") + f" {CT_FILES};;" + tr("All files") + " (*)"
        names, _ = QFileDialog.getOpenFileNames(self, tr("Open"), "", kinds)
        if names:
            self.opening.open([Path(name) for name in names])

    def open_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Open folder"))
        if name:
            self.opening.open([Path(name)])

    def forget_recent(self) -> None:
        self.opening.forget()
        self.status.tell(tr("Recent cases and the index of looked-into folders are forgotten."))

    def open_demo(self) -> None:
        if self._may("file.demo"):
            self.opening.open_demo(self.predict)

    def close_study(self) -> None:
        self.cancel()
        self.session.found = ()
        self.session.show(None)

    def open_reading_session(self) -> None:
        self.desk.choose()

    def finish_reading(self, *, status: str) -> None:
        self.desk.finish(status)

    def load_roi(self) -> None:
        self.roi_files.load()

    def save_roi(self) -> None:
        self.roi_files.save()

    def load_second_reader(self) -> None:
        self.roi_files.load_second_reader()

    def split_islands(self) -> None:
        try:
            told = split_islands(self.session.at_hand)
        except CtprogError as error:
            self.status.tell(trouble(error), trouble=True)
        else:
            self.status.tell(told)

    def present(self) -> None:
        from ctprog_gui.views.report.presentation import Presentation

        self.presentation = Presentation(self.session)
        self.presentation.ended.connect(self._on_presentation_end)
        self.presentation.showFullScreen()

    def export_page(self) -> None:
        self.pages.page()

    def save_picture(self) -> None:
        self.pages.picture()

    def _show_identity(self, shown: bool) -> None:
        shown = shown and not self.session.reading.active
        self.banner.show_patient(shown)
        self.studies_panel.show_patients(shown)
        self.session.viewports.identity_visible = shown
        self.second.comparison.other.viewports.identity_visible = shown

    def compare(self) -> None:
        self.second.compare()

    def toggle_link(self) -> None:
        self.second.toggle_link()

    def copy_across(self) -> None:
        self.second.across.copy()

    def save_measures(self) -> None:
        self.export.table()

    def save_report(self) -> None:
        self.export.report()

    def predict(self, *, recentre: bool = False) -> None:
        if self._may("prognosis.recentre" if recentre else "prognosis.predict"):
            self.scoring.predict(recentre=recentre)

    def train(self) -> None:
        from ctprog_gui.views.training.training_window import TrainingWindow

        if self.training_window is None:
            if self.session.training.job is None:
                self.training.attach()
            self.training_window = TrainingWindow(self.session.training, self.training, self)
            self.training_window.destroyed.connect(self._on_training_window_end)
        self.training_window.show()
        self.training_window.raise_()
        self.training_window.activateWindow()

    def cancel(self) -> None:
        if self.session.at_hand.reject():
            return
        self.tasks.cancel(LANE)
        self.scoring.cancel()

    def show_palette(self) -> None:
        from ctprog_gui.views.palette import Palette

        Palette(self.session, lambda command: command.run(self), self).open()

    def show_about(self) -> None:
        dialogs.show_about(self)

    def show_keys(self) -> None:
        dialogs.show_keys(self, self.session.settings)

    def show_settings(self) -> None:
        self.preferences.show()

    def show_tour(self) -> None:
        from ctprog_gui.views.tour import Tour

        Tour(self, self.open_demo).show()

    def quit(self) -> None:
        self.close()

    # The rest of the window

    def _lay_out(self) -> None:
        side = QWidget()
        side.setObjectName("side")
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 0, 8, 8)
        column.addWidget(self.studies_panel, 1)
        # The height that it asks for comes first; the lists above and below have what is left.
        column.addWidget(self.roi_panel)
        column.addWidget(self.measures_panel, 1)
        side.setMinimumWidth(255)
        # So that all of the window fits a Full HD screen at 200 %.
        self.viewer.setMinimumWidth(340)
        self.prognosis_panel.setMinimumWidth(max(340, self.prognosis_panel.narrowest()))
        right = QWidget()
        right.setObjectName("side")
        beside = QVBoxLayout(right)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.desk.worklist, 1)
        beside.addWidget(self.prognosis_panel, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        for part, stretch in ((side, 0), (self.viewer, 1), (right, 0)):
            split.addWidget(part)
            split.setStretchFactor(split.count() - 1, stretch)
        split.setSizes([255, 955, 390])
        split.setChildrenCollapsible(False)
        centre = QWidget()
        centre.setObjectName("centre")
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(split, 1)
        self.setCentralWidget(centre)
        self.setStatusBar(self.status)

    def _build_menus(self) -> None:
        menus = {name: self.menuBar().addMenu(spoken(name)) for name in MENUS}
        for menu in menus.values():
            menu.setToolTipsVisible(True)
        for command in COMMANDS:
            if command.separator:
                menus[command.menu].addSeparator()
            action = QAction(spoken(command.title), self)
            action.setObjectName(command.id)
            action.setCheckable(command.checked is not None)
            action.triggered.connect(lambda _=False, run=command.run: run(self))
            if command.in_views:
                self.viewer.hear(action)
            menus[command.menu].addAction(action)
            if command.id == "file.open-folder":
                self._recent = RecentMenu(self.opening, self)
                menus[command.menu].addMenu(self._recent)
            self._actions.append((command, action))
        self.viewer.bar.fill(action for _, action in self._actions)
        self._update_actions()

    def _connect(self) -> None:
        session = self.session
        # A command's state depends on little; asking all of them costs less than knowing which.
        self._watched = (
            session.study_changed,
            session.viewports.maximised_changed,
            session.viewports.layout_changed,
            session.at_hand_changed,
            session.review.changed,
            session.tools.changed,
            *(
                signal
                for one in (session, self.second.comparison.other)
                for signal in (
                    one.viewports.crosshair_visible_changed,
                    one.viewports.slab_changed,
                    one.viewports.planes_changed,
                    one.viewports.annotation_changed,
                    one.viewports.cine_changed,
                    one.roi.segments_changed,
                    one.proposal.changed,
                    one.sketch.changed,
                    one.annotations.changed,
                )
            ),
            session.prognosis.run_changed,
            session.prognosis.saliency_changed,
            session.prognosis.predictions_changed,
            session.prognosis.follow_changed,
            session.second_reader.changed,
            session.reading.changed,
        )
        for signal in self._watched:
            signal.connect(self._update_actions)
        session.at_hand_changed.connect(self._on_hand_change)
        # A window says which preset is checked, and no more; a drag of it tells many a second.
        for one in (session, self.second.comparison.other):
            one.viewports.window_changed.connect(self._update_checks)
        self.viewer.pointed.connect(self.status.point)
        other = self.second.comparison.other
        self.viewer.pointed_in_compared.connect(lambda point: self.status.point(point, other))
        for notice in self.preferences.notices:
            self.status.tell(notice, trouble=True)
        self.view_keeping.failed.connect(lambda told: self.status.tell(told, trouble=True))
        self.measures_panel.table_wanted.connect(self.save_measures)
        self.measures_panel.report_wanted.connect(self.save_report)
        self.status.cancel_wanted.connect(self.cancel)
        self.training.installed.connect(self._on_installed)
        self.studies_panel.chosen.connect(self._on_series_chosen)
        self.roi_panel.load_wanted.connect(self.load_roi)
        self.roi_panel.save_wanted.connect(self.save_roi)
        self.roi_panel.series.copy_wanted.connect(self.copy_across)
        self.roi_panel.effects.wanted.connect(
            lambda effect, segment: self._work_at_hand.proposing.propose(effect, segment)
        )
        for work in (self.work, self.second.work):
            work.keeping.failed.connect(lambda told: self.status.tell(told, trouble=True))
            work.keeping.restored.connect(
                lambda n: self.status.tell(tr("%n earlier measure(s) of this case are back.", "", n))
            )
            work.proposing.told.connect(self.status.tell)
            work.autosave.failed.connect(lambda told: self.status.tell(told, trouble=True))
            work.autosave.restored.connect(lambda n, work=work: self._on_restored(n, work))
        self.prognosis_panel.predict_wanted.connect(lambda: self.predict())
        self.tasks.progressed.connect(lambda _lane, fraction, text: self.status.report(fraction, text))
        self.tasks.idle.connect(lambda _lane: self.status.rest())
        self.tasks.failed.connect(lambda told: self.status.tell(trouble(told), trouble=True))
        self.score_check = self.prognosis_panel.checks_by(self.inference)
        self.inference.progressed.connect(self.status.report)
        self.inference.finished.connect(lambda _cancelled: self.status.rest())
        self.scoring.told.connect(lambda told, bad: self.status.tell(told, trouble=bad))
        self.inference.failed.connect(lambda told: self.status.tell(told, trouble=True))

    def _update_actions(self) -> None:
        for command, action in self._actions:
            action.setEnabled(command.available(self.session))
            barred = self.session.reading.barred(command.id)
            if barred or action.data():
                # A grey command says why; what it said before comes back with an empty one.
                action.setToolTip(barred)
                action.setData(barred)
        self._update_checks()
        self._recent.setEnabled(not self.session.reading.barred("file.open"))
        history = self.session.at_hand.undoing
        for identifier, title, name in (
            ("roi.undo", tr("Undo"), history.undo_name),
            ("roi.redo", tr("Redo"), history.redo_name),
        ):
            self.findChild(QAction, identifier).setText(f"{title} {phrase(name)}" if name else title)

    def _update_checks(self) -> None:
        for command, action in self._actions:
            if command.checked is not None:
                action.setChecked(command.checked(self.session))

    def _on_series_chosen(self, series: Series) -> None:
        self.opening.read(series)

    @property
    def _work_at_hand(self) -> SeriesWork:
        return self.work if self.session.at_hand is self.session else self.second.work

    def _on_hand_change(self) -> None:
        """Another series is in hand: panels show what is its."""
        self.roi_panel.show_series(self.session.at_hand)
        self.measures_panel.show_series(self.session.at_hand)

    def _on_presentation_end(self) -> None:
        self.presentation = None

    def _on_training_window_end(self) -> None:
        self.training_window = None

    def _on_installed(self, name: str) -> None:
        self.status.tell(tr("{name} is fitted and installed.").format(name=name))
        self.inference.list_bundles()

    def _on_restored(self, count: int, work: SeriesWork) -> None:
        told = tr("Your earlier work on this case is back: %n segment(s). Undo works on it too.", "", count)
        if work is self.second.work:
            told = tr("Your earlier work on series 2 is back: %n segment(s).", "", count)
        self.status.tell(told)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if self._may("file.open") and paths:
            self.opening.open(paths)

    def _may(self, command: str) -> bool:
        """Whether the reading session that is open, if one is, allows a command; says why where not."""
        barred = self.session.reading.barred(command)
        if barred:
            self.status.tell(barred, trouble=True)
        return not barred

    def closeEvent(self, event: QCloseEvent) -> None:
        for signal in self._watched:
            signal.disconnect(self._update_actions)
        for one in (self.session, self.second.comparison.other):
            one.viewports.window_changed.disconnect(self._update_checks)
        self.desk.close()
        self.session.at_hand_changed.disconnect(self._on_hand_change)
        self.preferences.close()
        self.view_keeping.close()
        for work in (self.work, self.second.work):
            work.close()
        self.surroundings.close()
        self.scoring.close()
        self.training.close()
        if self.training_window is not None:
            self.training_window.close()
        self.inference.close()
        self.tasks.close()
        for part in (
            self.banner,
            self.studies_panel,
            self.roi_panel,
            self.measures_panel,
            self.viewer,
            self.prognosis_panel,
        ):
            part.finalise()
        self.status.finalise()
        if self.presentation is not None:
            self.presentation.close()
        super().closeEvent(event)
