"""Prognosis › Train…: a cohort and a configuration in, curves while it runs, a bundle at the end."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ctprog_gui.charts.training_curves import TrainingCurves
from ctprog_gui.core.shared.errors import CtprogError
from ctprog_gui.services.training_process import TrainingProcess, shipped_configs
from ctprog_gui.state.core_words import phrase, trouble
from ctprog_gui.state.language import tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.training import Phase, TrainingState

LOSS, CTD = "loss", "validation_ctd"


class TrainingWindow(QDialog):
    """Shows the training state and asks the process; it can be closed while a run goes on."""

    def __init__(self, state: TrainingState, process: TrainingProcess, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Train — research use only"))
        self.setWindowFlag(Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(860, 620)
        self._state = state
        self._process = process
        self.config = QComboBox()
        self.config.setToolTip(tr("What is fitted, and how"))
        for path in shipped_configs():
            self.config.addItem(path.stem.replace("_", " "), path)
        self.cohort = QLineEdit()
        columns = "patient_id, image, roi, time_months, event, …"
        self.cohort.setPlaceholderText(tr("A cohort table (CSV): {columns}").format(columns=columns))
        self.name = QLineEdit()
        self.name.setToolTip(tr("Of the bundle that comes out"))
        self.more_configs = _button(tr("Other…"), self._choose_config)
        self.browse = _button(tr("Browse…"), self._choose_cohort)
        self.start = _button(tr("Start"), self._start)
        self.start.setObjectName("primary")
        self.resume = _button(tr("Go on"), self._resume)
        self.cancel = _button(tr("Cancel"), process.cancel)
        self.report = _button(tr("Report"), self._open_report)
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.told = _label("")
        self.told.setWordWrap(True)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.loss = TrainingCurves(tr("Loss"))
        self.ctd = TrainingCurves(tr("C-td of the validation patients, by fold"), chance=0.5)
        self._lay_out()
        self._suggest_name()
        self.config.currentIndexChanged.connect(self._suggest_name)
        self._listening = Listening(
            (state.changed, self._on_change),
            (state.progressed, self._on_progress),
            (state.curves_changed, self._on_curves_change),
        )
        self._on_change()
        self._on_progress()
        self._on_curves_change()

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(10)
        for row, (title, field, more) in enumerate(
            (
                (tr("Configuration"), self.config, self.more_configs),
                (tr("Cohort"), self.cohort, self.browse),
                (tr("Name"), self.name, None),
            )
        ):
            form.addWidget(_label(title), row, 0)
            form.addWidget(field, row, 1)
            if more is not None:
                form.addWidget(more, row, 2)
        form.setColumnStretch(1, 1)
        buttons = QHBoxLayout()
        research = _label(tr("RESEARCH USE ONLY"))
        research.setObjectName("researchUse")
        buttons.addWidget(research)
        buttons.addStretch(1)
        for button in (self.report, self.cancel, self.resume, self.start):
            buttons.addWidget(button)
        charts = QHBoxLayout()
        charts.addWidget(self.loss)
        charts.addWidget(self.ctd)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addLayout(form)
        layout.addWidget(self.bar)
        layout.addWidget(self.told)
        layout.addLayout(charts, 1)
        layout.addLayout(buttons)

    def _suggest_name(self) -> None:
        config = self.config.currentData()
        if config is not None:
            stem = config.stem.lower().replace("_", "-")
            self.name.setText(f"{stem}-{datetime.now():%m%d-%H%M}"[-64:])

    def _choose_config(self) -> None:
        kinds = tr("Configurations") + " (*.yaml *.yml)"
        name, _ = QFileDialog.getOpenFileName(self, tr("Configuration"), "", kinds)
        if name:
            self.config.addItem(Path(name).stem, Path(name))
            self.config.setCurrentIndex(self.config.count() - 1)

    def _choose_cohort(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Cohort"), "", tr("Cohort tables") + " (*.csv)")
        if name:
            self.cohort.setText(name)

    def _start(self) -> None:
        try:
            if not self.cohort.text().strip() or self.config.currentData() is None:
                self.told.setText(tr("Choose a configuration and a cohort table first."))
                return
            self._process.start(
                self.config.currentData(), Path(self.cohort.text().strip()), self.name.text().strip()
            )
        except CtprogError as error:
            self.told.setText(trouble(error))

    def _resume(self) -> None:
        try:
            self._process.resume()
        except CtprogError as error:
            self.told.setText(trouble(error))

    def _open_report(self) -> None:
        job = self._state.job
        if job is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(job.run / "report.md")))

    def _on_change(self) -> None:
        phase, job = self._state.phase, self._state.job
        self.start.setEnabled(not phase.is_active)
        self.cancel.setEnabled(phase.is_active)
        self.resume.setVisible(phase in (Phase.CANCELLED, Phase.FAILED))
        self.report.setVisible(phase is Phase.DONE)
        for field in (self.config, self.cohort, self.name, self.browse, self.more_configs):
            field.setEnabled(not phase.is_active)
        if job is not None and phase.is_active:
            self.cohort.setText(str(job.cohort))
            self.name.setText(job.name)
        self._tell()

    def _on_progress(self) -> None:
        self.bar.setValue(round(100 * self._state.fraction))
        self._tell()

    def _tell(self) -> None:
        job, state = self._state.job, self._state
        if job is None:
            self.told.setText(tr("A run goes on when this window, or all of CTProg, is closed."))
            return
        starting = tr("starting")
        words = {
            Phase.RUNNING: "{name}: {doing}",
            Phase.STOPPING: tr("{name}: stopping; what is finished stays. Cancel again to stop at once."),
            Phase.DONE: tr("{name} is finished and installed: Predict asks it from now on."),
            Phase.CANCELLED: tr("{name} was cancelled; it can go on from where it was."),
            Phase.FAILED: tr("{name} ended: {why}"),
            Phase.IDLE: "",
        }
        told = words[state.phase]
        doing = phrase(state.text) or starting
        self.told.setText(told.format(name=job.name, why=phrase(state.reason), doing=doing))

    def _on_curves_change(self) -> None:
        self.loss.show_lines(self._state.curves.get(LOSS, {}))
        self.ctd.show_lines(self._state.curves.get(CTD, {}))

    def closeEvent(self, event: object) -> None:
        self._listening.end()
        super().closeEvent(event)


def _button(title: str, pressed: object) -> QPushButton:
    button = QPushButton(title)
    button.setAutoDefault(False)
    button.clicked.connect(lambda: pressed())
    return button


def _label(text: str) -> QLabel:
    return QLabel(text)
