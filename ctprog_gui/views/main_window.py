"""The main window: puts the views together and answers the commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QSplitter, QVBoxLayout, QWidget

from ctprog_gui import __version__
from ctprog_gui.commands.catalogue import COMMANDS, MENUS
from ctprog_gui.commands.command import Command
from ctprog_gui.core.dicom.series import Series
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.shared.errors import CtprogError
from ctprog_gui.services.annotation_keeping import AnnotationKeeping
from ctprog_gui.services.asking_again import AskingAgain
from ctprog_gui.services.autosave import Autosave
from ctprog_gui.services.following import Following
from ctprog_gui.services.inference_process import InferenceProcess
from ctprog_gui.services.measuring import Measuring
from ctprog_gui.services.opening import LANE, Opening
from ctprog_gui.services.proposing import Proposing
from ctprog_gui.services.settings_file import SettingsFile
from ctprog_gui.services.surroundings import Surroundings
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.services.training_process import TrainingProcess
from ctprog_gui.state.session import Session
from ctprog_gui.state.splitting import split_islands
from ctprog_gui.state.study import Study
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
from ctprog_gui.views.recent_menu import RecentMenu
from ctprog_gui.views.roi_files import accept_other_grid, ask_where_to_save
from ctprog_gui.views.second_series import SecondSeries
from ctprog_gui.views.status_line import StatusLine
from ctprog_gui.views.viewer.first_slice import FirstSlice
from ctprog_gui.views.viewer.viewer import Viewer

if TYPE_CHECKING:
    from ctprog_gui.views.report.presentation import Presentation
    from ctprog_gui.views.training.training_window import TrainingWindow

CT_FILES = "CT images (*.dcm *.zip *.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd DICOMDIR);;All files (*)"
ROI_FILES = "Regions (*.dcm *.nii *.nii.gz *.nrrd *.mha);;All files (*)"


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
        self._awaiting_bundles: Study | None = None
        self._scored_label: int | None = None
        self.autosave = Autosave(session)
        self.keeping = AnnotationKeeping(session, tasks)
        self.measuring = Measuring(session, tasks)
        self.proposing = Proposing(session, tasks)
        self.surroundings = Surroundings(session, inference, tasks)
        self.training = TrainingProcess(session.training)
        self.following = Following(session, inference, self._follow_roi)
        self.second = SecondSeries(session, tasks, self, lambda told: self.status.tell(told, trouble=True))
        self.asking_again = AskingAgain(session, inference, self._ask_again)
        self.setWindowTitle(f"CTProg {__version__} — research use only")
        self.setAcceptDrops(True)
        self.resize(1600, 1000)

        self.banner = Banner(session)
        self.studies_panel = StudiesPanel(session)
        self.roi_panel = RoiPanel(session)
        self.measures_panel = MeasuresPanel(session)
        self.viewer = Viewer(session, self.second.comparison)
        self.prognosis_panel = PrognosisPanel(session)
        self.status = StatusLine(session)
        self.pages = PageExport(
            session, self, self._show_identity, lambda told, bad: self.status.tell(told, trouble=bad)
        )
        self.export = MeasuresExport(self.keeping, self, self.status.tell)
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
        names, _ = QFileDialog.getOpenFileNames(self, "Open", "", CT_FILES)
        if names:
            self.opening.open([Path(name) for name in names])

    def open_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open folder")
        if name:
            self.opening.open([Path(name)])

    def forget_recent(self) -> None:
        self.opening.forget()
        self.status.tell("Recent cases and the index of looked-into folders are forgotten.")

    def open_demo(self) -> None:
        self.opening.open_demo(self.predict)

    def close_study(self) -> None:
        self.cancel()
        self.session.found = ()
        self.session.show(None)

    def load_roi(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Load ROI", "", ROI_FILES)
        if name:
            self.opening.load_roi(Path(name))

    def save_roi(self) -> None:
        active = self.session.roi.active
        where = ask_where_to_save(self, active.name if active else "ROI")
        if where is not None:
            path, kind = where

            def told(left_out: list[str]) -> None:
                but = f" without what is empty: {', '.join(left_out)}" if left_out else ""
                self.status.tell(f"Saved {path}{but}")

            self.opening.save_roi(path, told, kind)

    def load_second_reader(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Another reader's ROI", "", ROI_FILES)
        if name:
            self.opening.load_roi(Path(name), self._compare_with)

    def _compare_with(self, masks: list[Mask]) -> None:
        self.session.second_reader.mask = masks[-1]

    def split_islands(self) -> None:
        try:
            told = split_islands(self.session)
        except CtprogError as error:
            self.status.tell(str(error), trouble=True)
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
        self.banner.show_patient(shown)
        self.studies_panel.show_patients(shown)
        self.session.viewports.identity_visible = shown
        self.second.comparison.other.viewports.identity_visible = shown

    def compare(self) -> None:
        self.second.compare()

    def toggle_link(self) -> None:
        self.second.toggle_link()

    def save_measures(self) -> None:
        self.export.table()

    def save_report(self) -> None:
        self.export.report()

    def predict(self, *, recentre: bool = False) -> None:
        study = self.session.study
        if study is None:
            return
        prognosis = self.session.prognosis
        if not prognosis.bundles_known:
            # They are still being verified: predict as soon as they are known, if this case is still open.
            self._awaiting_bundles = study
            self.inference.list_bundles()
            self.status.tell("Looking for bundles…")
            return
        bundles = [entry.path for entry in prognosis.bundles if entry.error is None]
        if not bundles:
            told = "There is no usable bundle." if prognosis.bundles else "No bundle is installed."
            self.status.tell(told, trouble=True)
            return
        if study.refusals and not dialogs.accept_anomalies(self, study.refusals):
            return
        if self.session.study is not study:
            return
        self._scored_label = self.session.roi.active.label if self.session.roi.active else None
        values = self.session.clinical.values
        self.inference.predict(study, self.session.roi.active, bundles, values, recentre=recentre)

    def _ask_again(self) -> None:
        """Renew the answers that a clinical value has a part in."""
        prognosis, study = self.session.prognosis, self.session.study
        shown = {prediction.bundle for prediction in prognosis.predictions}
        entries = [entry for entry in prognosis.bundles if entry.name in shown]
        # Scores of another ROI than the one shown would stand beside the new ones.
        bundles = [entry.path for entry in entries if entry.clinical or prognosis.outdated]
        if study is not None and bundles:
            self._scored_label = self.session.roi.active.label if self.session.roi.active else None
            self.inference.predict(study, self.session.roi.active, bundles, self.session.clinical.values)

    def _follow_roi(self, saliency: bool) -> None:
        """Renew the scores that are shown, for the ROI as it is now."""
        prognosis, study = self.session.prognosis, self.session.study
        assert study is not None
        scored = {prediction.bundle for prediction in prognosis.predictions}
        bundles = [entry.path for entry in prognosis.bundles if entry.name in scored]
        self._scored_label = self.session.roi.active.label if self.session.roi.active else None
        self.inference.predict(
            study,
            self.session.roi.active,
            bundles,
            self.session.clinical.values,
            saliency=saliency,
            following=True,
        )

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
        if self.session.reject():
            return
        self._awaiting_bundles = None
        self.tasks.cancel(LANE)
        self.inference.cancel()

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
        column.addWidget(self.roi_panel, 2)
        column.addWidget(self.measures_panel, 1)
        side.setMinimumWidth(240)
        self.prognosis_panel.setMinimumWidth(340)
        split = QSplitter(Qt.Orientation.Horizontal)
        for part, stretch in ((side, 0), (self.viewer, 1), (self.prognosis_panel, 0)):
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
        menus = {name: self.menuBar().addMenu(name) for name in MENUS}
        for command in COMMANDS:
            if command.separator:
                menus[command.menu].addSeparator()
            action = QAction(command.title, self)
            action.setObjectName(command.id)
            action.setCheckable(command.checked is not None)
            action.triggered.connect(lambda _=False, run=command.run: run(self))
            menus[command.menu].addAction(action)
            if command.id == "file.open-folder":
                menus[command.menu].addMenu(RecentMenu(self.opening, self))
            self._actions.append((command, action))
        self.viewer.bar.fill(action for _, action in self._actions)
        self._update_actions()

    def _connect(self) -> None:
        session = self.session
        # A command's state depends on little; asking all of them costs less than knowing which.
        self._watched = (
            session.study_changed,
            session.viewports.window_changed,
            session.viewports.crosshair_visible_changed,
            session.viewports.maximised_changed,
            session.viewports.slab_changed,
            session.viewports.layout_changed,
            session.viewports.annotation_changed,
            session.viewports.cine_changed,
            session.roi.segments_changed,
            session.tools.changed,
            session.proposal.changed,
            session.sketch.changed,
            session.annotations.changed,
            session.prognosis.run_changed,
            session.prognosis.saliency_changed,
            session.prognosis.follow_changed,
            session.second_reader.changed,
        )
        for signal in self._watched:
            signal.connect(self._update_actions)
        session.roi.changed.connect(self._on_roi_change)
        session.roi.segments_changed.connect(self._on_segments_change)
        session.prognosis.bundles_changed.connect(self._on_bundles_change)
        self.viewer.pointed.connect(self.status.point)
        for notice in self.preferences.notices:
            self.status.tell(notice, trouble=True)
        self.keeping.failed.connect(lambda told: self.status.tell(told, trouble=True))
        self.keeping.restored.connect(
            lambda n: self.status.tell(f"{n} earlier measures of this case are back.")
        )
        self.measures_panel.table_wanted.connect(self.save_measures)
        self.measures_panel.report_wanted.connect(self.save_report)
        self.status.cancel_wanted.connect(self.cancel)
        self.training.installed.connect(self._on_installed)
        self.studies_panel.chosen.connect(self._on_series_chosen)
        self.roi_panel.load_wanted.connect(self.load_roi)
        self.roi_panel.save_wanted.connect(self.save_roi)
        self.roi_panel.effects.wanted.connect(self.proposing.propose)
        self.proposing.told.connect(self.status.tell)
        self.autosave.failed.connect(lambda told: self.status.tell(told, trouble=True))
        self.autosave.restored.connect(self._on_restored)
        self.prognosis_panel.predict_wanted.connect(lambda: self.predict())
        self.tasks.progressed.connect(lambda _lane, fraction, text: self.status.report(fraction, text))
        self.tasks.idle.connect(lambda _lane: self.status.rest())
        self.tasks.failed.connect(lambda told: self.status.tell(told, trouble=True))
        self.score_check = self.prognosis_panel.checks_by(self.inference)
        self.inference.progressed.connect(self.status.report)
        self.inference.finished.connect(self._on_prediction_end)
        self.inference.failed.connect(lambda told: self.status.tell(told, trouble=True))
        self.opening.choose_region.connect(self._on_choose_region)
        self.opening.other_grid.connect(self._on_other_grid)

    def _update_actions(self) -> None:
        for command, action in self._actions:
            action.setEnabled(command.enabled(self.session))
            if command.checked is not None:
                action.setChecked(command.checked(self.session))
        history = self.session.undoing
        for identifier, title, name in (
            ("roi.undo", "Undo", history.undo_name),
            ("roi.redo", "Redo", history.redo_name),
        ):
            self.findChild(QAction, identifier).setText(f"{title} {name}" if name else title)

    def _on_bundles_change(self) -> None:
        awaited, self._awaiting_bundles = self._awaiting_bundles, None
        if awaited is not None and awaited is self.session.study:
            self.predict()

    def _on_series_chosen(self, series: Series) -> None:
        self.opening.read(series)

    def _on_other_grid(self, difference: str, take: Callable[[], None]) -> None:
        study = self.session.study
        if accept_other_grid(self, difference) and self.session.study is study:
            take()

    def _on_choose_region(self, masks: list[Mask], add: Callable[[list[Mask]], None]) -> None:
        study = self.session.study
        chosen = dialogs.choose_region(self, masks)
        if chosen is not None and self.session.study is study:
            add([chosen])

    def _on_segments_change(self) -> None:
        """Another segment was chosen: the scores shown are not its."""
        active = self.session.roi.active
        prognosis = self.session.prognosis
        if (prognosis.predictions or prognosis.running) and (
            (active.label if active else None) != self._scored_label
        ):
            prognosis.mark_outdated()

    def _on_roi_change(self, _box: object) -> None:
        # A score that follows is renewed within the blink of an eye: no mark that comes and goes.
        if not self.following.active:
            self.session.prognosis.mark_outdated()

    def _on_presentation_end(self) -> None:
        self.presentation = None

    def _on_training_window_end(self) -> None:
        self.training_window = None

    def _on_installed(self, name: str) -> None:
        self.status.tell(f"{name} is fitted and installed.")
        self.inference.list_bundles()

    def _on_restored(self, count: int) -> None:
        segments = "1 segment" if count == 1 else f"{count} segments"
        self.status.tell(f"Your earlier work on this case is back: {segments}. Undo works on it too.")

    def _on_prediction_end(self, cancelled: bool) -> None:
        self.status.rest()
        if cancelled:
            self.status.tell("Cancelled.")
            if self.session.prognosis.follow_roi:
                self.session.prognosis.mark_outdated()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.opening.open(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        for signal in self._watched:
            signal.disconnect(self._update_actions)
        self.session.roi.changed.disconnect(self._on_roi_change)
        self.session.roi.segments_changed.disconnect(self._on_segments_change)
        self.session.prognosis.bundles_changed.disconnect(self._on_bundles_change)
        self.autosave.close()
        self.preferences.close()
        self.keeping.close()
        self.measuring.close()
        self.proposing.close()
        self.surroundings.close()
        self.following.close()
        self.asking_again.close()
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
