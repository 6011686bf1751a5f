"""One bundle's answer at a glance."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ctprog_gui.charts.contribution_bars import ContributionBars, hazard_axis
from ctprog_gui.core.inference.clinical_part import moved_by
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.state.clinical_words import moved_words
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.endpoint_words import UNLIKE, standing_out_words
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.views.labels import heading, note, warning
from ctprog_gui.views.report.words import interval_words, likeness_words

SYSTEMS = {
    "slice_attention": marked("Slice attention + DeepHit"),
    "ipes": "IPES",
    "deep_radscore": "Deep-RadScore",
    "dual_phase_nomogram": marked("Dual-phase radiomics nomogram"),
}


class PredictionCard(QFrame):
    """Score, group, percentile and warnings, where the prediction has them.

    A click, Space or Return selects it, and the arrow keys go to its neighbours.

    A card that is not selected is short: name, group, score, its first warning, and whether the case is
    unlike those of the fit. It stays while its
    bundle's answers are renewed: what it says is replaced between two frames, never gone for one.
    """

    clicked = Signal(str)
    check_wanted = Signal(str)
    step = Signal(str, int)  # the bundle, and to the card after (1) or before (-1) it

    def __init__(self, bundle: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(bundle)
        self.bundle = bundle
        self._shown: tuple[Prediction, bool, bool, float | None, float, bool] | None = None
        self._said = QWidget()
        self._provenance = QLabel()
        self._provenance.setObjectName("provenance")
        self._provenance.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.check = QPushButton(tr("Check this score…"))
        self.check.setToolTip(
            tr(
                "The map beside that of a network that learnt nothing, and the score again with "
                "everything one voxel further"
            )
        )
        self.check.clicked.connect(lambda: self.check_wanted.emit(self.bundle))
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(self._provenance, 1)
        foot.addWidget(self.check)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 10, 12, 10)
        self._layout.setSpacing(6)
        self._layout.addWidget(self._said)
        self._layout.addWidget(self._foot)

    def show_prediction(
        self,
        prediction: Prediction,
        *,
        selected: bool,
        outdated: bool = False,
        shift: float | None = None,
        contributions_end: float = 1.0,
        foreign: bool = False,
    ) -> None:
        """Say this from now on.

        `foreign` is an answer that can say nothing of this patient, which is grey. `shift` is how far the
        score moved while the ROI was corrected, `contributions_end` where the axis of what moved it ends.
        """
        shown, state = self._shown, (selected, outdated, shift, contributions_end, foreign)
        if shown is not None and shown[0] is prediction and shown[1:] == state:
            return
        self._shown = prediction, *state
        if self.property("selected") != selected:
            self.setProperty("selected", selected)
            self.style().unpolish(self)
            self.style().polish(self)
        before, self._said = self._said, _said(prediction, *state)
        self._layout.replaceWidget(before, self._said)
        self._said.show()
        before.hide()
        before.deleteLater()
        self._foot.setVisible(selected)
        self._provenance.setText(tr("bundle {hash}").format(hash=prediction.bundle_sha256[:12]))
        self._provenance.setToolTip(f"SHA-256 {prediction.bundle_sha256}")
        self.check.setVisible(prediction.risk_score is not None)

    def add_row(self, row: QWidget) -> None:
        """Put what another part of the panel has to say of this prediction under its own words."""
        self._layout.addWidget(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit(self.bundle)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            # To the next card, over what lies between.
            self.step.emit(self.bundle, -1 if key == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit(self.bundle)


def _said(
    prediction: Prediction,
    selected: bool,
    outdated: bool,
    shift: float | None,
    contributions_end: float,
    foreign: bool,
) -> QWidget:
    """The words of a card, from its name down."""
    said = QWidget()
    layout = QVBoxLayout(said)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(6)
    head = QHBoxLayout()
    name = QLabel(prediction.bundle)
    name.setObjectName("cardName")
    head.addWidget(name, 1)
    if prediction.risk_group is not None:
        group = QLabel(spoken(f"{prediction.risk_group} risk"))
        group.setObjectName("riskHigh" if prediction.risk_group == "high" else "riskLow")
        if foreign:
            group.setObjectName("riskForeign")
            group.setToolTip(tr("Of synthetic phantoms: it says nothing about this patient"))
        head.addWidget(group)
    layout.addLayout(head)
    system = QLabel(spoken(SYSTEMS.get(prediction.system, prediction.system)))
    system.setObjectName("muted")
    layout.addWidget(system)
    if prediction.risk_score is not None:
        score = QLabel(f"{prediction.risk_score:.3f}")
        score.setObjectName("scoreForeign" if foreign else "score")
        told = tr("risk score, higher is worse")
        if prediction.cutoff is not None:
            told += "\n" + tr("cut-off {score}").format(score=f"{prediction.cutoff:.3f}")
        meaning = QLabel(told)
        meaning.setObjectName("muted")
        meaning.setWordWrap(True)  # beside a shift there is less room than the words take on one line
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(score)
        if shift is not None:
            moved = QLabel(f"▲ +{shift:.3f}" if shift > 0 else f"▼ −{-shift:.3f}")
            moved.setObjectName("shiftUp" if shift > 0 else "shiftDown")
            moved.setToolTip(tr("How far the score moved since it was asked for, as the ROI was corrected"))
            row.addWidget(moved)
        row.addWidget(meaning, 1)
        layout.addLayout(row)
    if prediction.endpoints:
        layout.addWidget(note(standing_out_words(prediction)))
    if selected and prediction.risk_interval is not None:
        interval = note(interval_words(prediction))
        interval.setToolTip(tr("How far the heads of the ensemble disagree; no confidence interval"))
        layout.addWidget(interval)
    if selected and prediction.percentile is not None:
        bar = QProgressBar()
        bar.setRange(0, 100)
        bar.setValue(round(prediction.percentile))
        bar.setTextVisible(False)
        bar.setFixedHeight(6)
        layout.addWidget(bar)
        if prediction.placement:
            told = tr("Riskier than {percent} % of {n} cases in the reference cohort")
            told = told.format(percent=f"{prediction.percentile:.0f}", n=prediction.placement.n)
        else:
            told = tr("Riskier than {percent} % in the reference cohort")
            told = told.format(percent=f"{prediction.percentile:.0f}")
        layout.addWidget(note(told))
    if outdated:
        mark = QLabel(tr("Made with another ROI than the one shown: predict again."))
        mark.setObjectName("outdated")
        mark.setWordWrap(True)
        layout.addWidget(mark)
    # The first, and whatever the others say that the case is unlike those of the fit.
    first = [one for n, one in enumerate(prediction.warnings) if n == 0 or one.code == UNLIKE]
    shown = prediction.warnings if selected else first
    more = len(prediction.warnings) - len(shown)
    for caution in shown:
        told = f"⚠ {phrase(caution.detail)}"
        if caution.code == UNLIKE and not selected:
            told = "⚠ " + tr("unlike the cases that it was fitted on")
        if more and caution is shown[-1]:
            told += " (" + tr("%n more", "warnings of a card that is not selected", more) + ")"
        line = warning(told)
        line.setToolTip(caution.code)
        layout.addWidget(line)
    if not selected:
        return said
    moved = moved_by(prediction.contributions or ())
    if moved:
        layout.addWidget(heading(tr("What moved the log hazard")))
        bars = ContributionBars(moved_words(moved), hazard_axis(contributions_end))
        bars.setToolTip(
            tr(
                "What each moved the logarithm of the cumulative hazard to the horizon,\n"
                "against the average patient of the training set. Right: worse."
            )
        )
        layout.addWidget(bars)
    if prediction.likeness is not None:
        likeness = note(likeness_words(prediction))
        flagged = 100 * prediction.likeness["cohort_flagged"]
        told = tr("{percent} % of the cohort's own cases are out of range by these checks")
        likeness.setToolTip(told.format(percent=f"{flagged:.0f}"))
        layout.addWidget(likeness)
    return said
