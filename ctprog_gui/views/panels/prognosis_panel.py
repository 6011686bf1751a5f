"""What the models say: a card a bundle, and the selected one's curve and placement."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.services.inference_process import InferenceProcess
from ctprog_gui.state.contribution_words import contributions_end
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.endpoint_words import is_foreign
from ctprog_gui.state.language import spoken, tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.session import Session
from ctprog_gui.views.key_tips import with_key
from ctprog_gui.views.labels import heading, note
from ctprog_gui.views.panels.clinical_panel import ClinicalPanel
from ctprog_gui.views.panels.endpoints_part import EndpointsPart
from ctprog_gui.views.panels.estimate_form import EstimateForm
from ctprog_gui.views.panels.live_risk_row import UNREAD, LiveRiskRow
from ctprog_gui.views.panels.prediction_card import PredictionCard
from ctprog_gui.views.panels.saliency_controls import SaliencyControls
from ctprog_gui.views.report.words import (
    CURVE_TITLE,
    PLACEMENT_TITLE,
    curve_words,
    placement_words,
)
from ctprog_gui.views.score_check import ScoreCheck


class PrognosisPanel(QScrollArea):
    """Shows the parts that the selected prediction has, and nothing for those it hasn't.

    The charts are made when the first prediction arrives: until then nothing of them is imported.
    """

    predict_wanted = Signal()
    check_wanted = Signal(str)  # the bundle

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prognosis")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._session = session
        self._cards: list[PredictionCard] = []
        self._shown: Prediction | None = None
        self.predict = QPushButton(tr("Predict"))
        self.predict.setObjectName("primary")
        with_key(self.predict, tr("Ask every bundle about this case"), "prognosis.predict")
        self.predict.clicked.connect(self.predict_wanted)
        self.title = QLabel(tr("Prognosis"))
        self.title.setObjectName("panelTitle")
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        self.follow = QCheckBox(tr("While drawing"))
        with_key(self.follow, tr("Renew the scores at each stroke on the ROI"), "prognosis.follow")
        self.follow.toggled.connect(lambda on: setattr(session.prognosis, "follow_roi", on))
        head.addWidget(self.follow)
        head.addWidget(self.predict)
        self.note = QLabel()
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        inner = QWidget()
        inner.setObjectName("prognosisInner")
        self._layout = QVBoxLayout(inner)
        self._layout.setContentsMargins(12, 10, 12, 12)
        self._layout.setSpacing(10)
        self._layout.addLayout(head)
        self._layout.addWidget(self.note)
        self.clinical = ClinicalPanel(session)
        self._layout.addWidget(self.clinical)
        self.estimate = EstimateForm(session)
        self._layout.addWidget(self.estimate)
        self._rows: list[LiveRiskRow] = []
        self._card_box = QVBoxLayout()
        self._card_box.setSpacing(8)
        self._layout.addLayout(self._card_box)
        self.saliency = SaliencyControls(session)
        self._layout.addWidget(self.saliency)
        self._charts: _Charts | None = None
        self._endpoints: EndpointsPart | None = None
        self._score_check: ScoreCheck | None = None
        self._layout.addStretch(1)
        self.setWidget(inner)
        # Where a person scrolled to: while answers are renewed there is less to show for a moment.
        self._place = 0
        self.verticalScrollBar().valueChanged.connect(self._on_scroll)
        self.verticalScrollBar().rangeChanged.connect(self._on_room_change)
        prognosis = session.prognosis
        self._listening = Listening(
            (prognosis.predictions_changed, self._on_predictions_change),
            (prognosis.selection_changed, self._on_selection_change),
            (prognosis.run_changed, self._on_run_change),
            (prognosis.bundles_changed, self._on_run_change),
            (session.study_changed, self._on_study_change),
            (prognosis.follow_changed, self._on_follow_change),
            (session.live_risk.changed, self._on_live_risk_change),
        )
        self._on_predictions_change()
        self._on_run_change()

    def checks_by(self, inference: InferenceProcess) -> ScoreCheck:
        """From now on the buttons of the cards have their scores checked by that process."""
        self._score_check = ScoreCheck(self._session, inference, self.check_wanted, self)
        return self._score_check

    def narrowest(self) -> int:
        """Where the words of the head still fit; in some languages they take more room."""
        words = (self.title, self.follow, self.predict)
        for part in words:
            part.ensurePolished()
        room = self._layout.contentsMargins().left() + self._layout.contentsMargins().right()
        gaps = 3 * self._layout.spacing() + self.verticalScrollBar().sizeHint().width()
        return sum(part.sizeHint().width() for part in words) + room + gaps

    def finalise(self) -> None:
        if self._score_check is not None:
            self._score_check.close()
        self.saliency.finalise()
        self.clinical.finalise()
        if self._endpoints is not None:
            self._endpoints.finalise()
        self._listening.end()

    @property
    def charts(self) -> _Charts | None:
        return self._charts

    @property
    def endpoints(self) -> EndpointsPart | None:
        return self._endpoints

    def _on_scroll(self, value: int) -> None:
        if value < self.verticalScrollBar().maximum() or value > self._place:
            self._place = value

    def _on_room_change(self, _low: int, high: int) -> None:
        self.verticalScrollBar().setValue(min(self._place, high))

    def _on_study_change(self) -> None:
        self._place = 0
        self.verticalScrollBar().setValue(0)
        self._on_run_change()

    def _on_follow_change(self) -> None:
        self.follow.setChecked(self._session.prognosis.follow_roi)
        self._on_predictions_change()

    def _on_live_risk_change(self) -> None:
        for row in self._rows:
            row.refresh()

    def _on_run_change(self) -> None:
        prognosis = self._session.prognosis
        usable = [entry for entry in prognosis.bundles if entry.error is None]
        opened = self._session.study is not None
        self.predict.setEnabled(opened and not prognosis.running and not prognosis.withheld)
        self.follow.setEnabled(not prognosis.withheld)
        self.predict.setText(tr("Predicting…") if prognosis.running else tr("Predict"))
        for card in self._cards:
            card.check.setEnabled(not prognosis.running)
        if prognosis.withheld:
            told = prognosis.withheld
        elif not opened:
            told = tr("Open a case to see what the models make of it.")
        elif prognosis.running or prognosis.predictions or prognosis.hidden:
            told = ""
        else:
            told = tr("%n bundle(s) ready.", "", len(usable)) if usable else ""
        if prognosis.bundles_known and not prognosis.bundles and not prognosis.withheld:
            told = tr("No bundle is installed.")
        for entry in prognosis.bundles:
            if entry.error is not None:
                refused = tr("{bundle} is refused: {why}")
                told += "\n" + refused.format(bundle=entry.name, why=phrase(entry.error))
        self.note.setText(told.strip())
        self.note.setVisible(bool(told))

    def _on_selection_change(self) -> None:
        # A new answer to what is selected is told twice.
        if self._session.prognosis.selected is not self._shown:
            self._on_predictions_change()

    def _on_predictions_change(self) -> None:
        prognosis = self._session.prognosis
        selected = self._shown = prognosis.selected
        inner = self.widget()
        # Nothing is painted half-way: cards come, go and grow between two frames.
        inner.setUpdatesEnabled(False)
        self.estimate.refresh()
        self._show_cards()
        if selected is not None and selected.endpoints and self._endpoints is None:
            self._endpoints = EndpointsPart(self._session)
        if self._endpoints is not None:
            self._place_endpoints(self._endpoints)
            self._endpoints.show_prediction(selected)
        if selected is not None and self._charts is None:
            self._charts = _Charts()
            self._layout.insertWidget(self._layout.count() - 1, self._charts)
        if self._charts is not None:
            self._charts.show_prediction(selected)
        self._on_run_change()
        self._layout.activate()
        inner.setUpdatesEnabled(True)

    def _place_endpoints(self, part: EndpointsPart) -> None:
        """The bars lie under the card that they are of, whatever cards there are besides."""
        selected = self._session.prognosis.selected
        above = next((c for c in self._cards if selected is not None and c.bundle == selected.bundle), None)
        at = self._card_box.indexOf(part)
        if above is not None and (at < 0 or self._card_box.indexOf(above) != at - 1):
            self._card_box.removeWidget(part)
            self._card_box.insertWidget(self._card_box.indexOf(above) + 1, part)

    def _show_cards(self) -> None:
        """A card a bundle: one that is there stays, and says what is new."""
        prognosis = self._session.prognosis
        names = [prediction.bundle for prediction in prognosis.predictions]
        if names != [card.bundle for card in self._cards] or prognosis.follow_roi != bool(self._rows):
            self._make_cards(names)
        study = self._session.study
        selected, end = prognosis.selected, contributions_end(prognosis.predictions)
        for card, prediction in zip(self._cards, prognosis.predictions, strict=True):
            card.show_prediction(
                prediction,
                selected=selected is not None and prediction.bundle == selected.bundle,
                outdated=prognosis.is_outdated(prediction.bundle),
                shift=None
                if prognosis.reads(prediction.bundle) in UNREAD
                else prognosis.shift(prediction.bundle),
                contributions_end=end,
                foreign=is_foreign(prediction, to_synthetic=study is not None and study.synthetic),
            )
        for row, prediction in zip(self._rows, prognosis.predictions, strict=False):
            row.show_prediction(prediction)

    def _on_step(self, bundle: str, by: int) -> None:
        """The keyboard goes from a card to another."""
        at = [card.bundle for card in self._cards].index(bundle) + by
        if 0 <= at < len(self._cards):
            self._cards[at].setFocus(Qt.FocusReason.OtherFocusReason)
            self.ensureWidgetVisible(self._cards[at])

    def _make_cards(self, names: list[str]) -> None:
        """Cards for these bundles and no others, those that are there already kept."""
        kept = {card.bundle: card for card in self._cards if card.bundle in names}
        for card in self._cards:
            self._card_box.removeWidget(card)
            if card.bundle not in kept:
                # At once: what is hidden from a reader must not stay until the event loop comes round.
                card.hide()
                card.deleteLater()
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._cards, self._rows = [], []
        for name in names:
            card = kept.get(name)
            if card is None:
                card = PredictionCard(name)
                card.clicked.connect(self._session.prognosis.select)
                card.check_wanted.connect(self.check_wanted)
                card.step.connect(self._on_step)
            if self._session.prognosis.follow_roi:
                row = LiveRiskRow(self._session)
                card.add_row(row)
                self._rows.append(row)
            self._card_box.addWidget(card)
            card.show()
            self._cards.append(card)


class _Charts(QWidget):
    """Survival curve in picture and words, and the placement among the reference cohort."""

    def __init__(self) -> None:
        super().__init__()
        from ctprog_gui.charts.kaplan_meier import KaplanMeierChart
        from ctprog_gui.charts.survival_curve import SurvivalCurveChart

        self.curve_title = heading(spoken(CURVE_TITLE))
        self.curve = SurvivalCurveChart()
        self.curve_words = note()
        self.placement_title = heading(spoken(PLACEMENT_TITLE))
        self.placement = KaplanMeierChart()
        self.placement_words = note()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(6)
        for part in (
            self.curve_title,
            self.curve,
            self.curve_words,
            self.placement_title,
            self.placement,
            self.placement_words,
        ):
            layout.addWidget(part)

    def show_prediction(self, prediction: Prediction | None) -> None:
        curve = prediction.survival if prediction else None
        for part in (self.curve_title, self.curve, self.curve_words):
            part.setVisible(curve is not None)
        if curve is not None:
            self.curve.show_curve(curve)
            self.curve_words.setText(curve_words(curve))
        placement = prediction.placement if prediction else None
        for part in (self.placement_title, self.placement, self.placement_words):
            part.setVisible(placement is not None)
        if prediction is not None and placement is not None:
            self.placement.show_placement(placement, prediction.risk_group)
            self.placement_words.setText(placement_words(prediction))
