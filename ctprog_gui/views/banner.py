"""The line above everything: who is on the screen, what is odd about the series, research use."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.session import Session
from ctprog_gui.state.study import Study
from ctprog_gui.views.elided_label import ElidedLabel

# How a person chose to take slices that make no regular grid.
_TAKEN = {
    "split": marked("split: part {part} of {parts}"),
    "resample": marked("resampled onto a straight grid"),
    "as_is": marked("taken as it is"),
}
RESEARCH_USE = marked("RESEARCH USE ONLY")


class Banner(QFrame):
    """Patient, series and anomalies of the open study; the research-use mark never goes away."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._session = session
        self.patient = QLabel()
        self.patient.setObjectName("bannerPatient")
        # Gives way first, so that the research-use mark stays on the narrowest screen.
        self.series = ElidedLabel()
        self.series.setObjectName("bannerSeries")
        self.anomalies = QLabel()
        self.anomalies.setObjectName("badge")
        self.research_use = QLabel(spoken(RESEARCH_USE))
        self.research_use.setObjectName("researchUse")
        self.research_use.setToolTip(tr("Not a medical device. Not for diagnosis or treatment decisions."))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(16)
        layout.addWidget(self.patient)
        layout.addWidget(self.series, 1)
        layout.addWidget(self.anomalies)
        layout.addWidget(self.research_use)
        session.study_changed.connect(self._on_study_change)
        session.reading.changed.connect(self._on_study_change)
        self._on_study_change()

    def finalise(self) -> None:
        self._session.study_changed.disconnect(self._on_study_change)
        self._session.reading.changed.disconnect(self._on_study_change)

    def show_patient(self, shown: bool) -> None:
        """Show or withhold who it is, for a picture that leaves the room."""
        study = self._session.study
        if study is not None and not self._session.reading.active:
            self.patient.setText(_patient_line(study) if shown else tr("Patient not shown"))

    def _on_study_change(self) -> None:
        study = self._session.study
        if study is None:
            self.patient.setText(tr("No case open"))
            self.series.setText("")
            self.anomalies.hide()
            return
        named = not self._session.reading.active
        self.patient.setText(_patient_line(study) if named else self._reading_line())
        self.series.setText(_series_line(study, named=named))
        codes = [a.code for a in study.info.anomalies]
        self.anomalies.setVisible(bool(codes))
        more = f" +{len(codes) - 1}" if len(codes) > 1 else ""
        self.anomalies.setText(f"⚠ {phrase(codes[0])}{more}" if codes else "")
        self.anomalies.setToolTip(
            "\n".join(f"{phrase(a.code)}: {phrase(a.detail)}" for a in study.info.anomalies)
        )

    def _reading_line(self) -> str:
        """Which reading it is, in the place of the patient: a reader is not to know a case again."""
        reading = self._session.reading
        if reading.progress is None or reading.number is None or reading.current is None:
            return tr("Patient not shown")
        if reading.reviews:
            return reading.current.case
        return tr("Reading {number} of {count}").format(
            number=reading.number + 1, count=len(reading.progress.results)
        )


def _patient_line(study: Study) -> str:
    patient = study.info.patient
    if study.synthetic:
        return tr("Synthetic case, no patient")
    facts = [patient.name, patient.patient_id, patient.age, patient.sex]
    return "  ·  ".join(fact for fact in facts if fact) or tr("Unnamed patient")


def _series_line(study: Study, *, named: bool = True) -> str:
    info, grid = study.info, study.volume.geometry
    x, y, z = grid.spacing_mm
    facts = [
        info.patient.study_date if named else "",
        info.description if named else "",
        info.modality,
        f"{grid.size[0]} × {grid.size[1]} × {grid.size[2]}",
        f"{x:.2f} × {y:.2f} × {z:.2f} mm",
        spoken(_TAKEN.get(info.handling, "")).format(part=info.part, parts=info.parts),
    ]
    return "  ·  ".join(fact for fact in facts if fact)
