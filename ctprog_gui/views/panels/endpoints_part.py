"""Endpoints of the selected prediction, and what moved the chosen one."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QVBoxLayout, QWidget

from ctprog_gui.charts.contribution_bars import ContributionBars, odds_axis
from ctprog_gui.charts.endpoint_bars import EndpointBars
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.state.contribution_words import (
    contributions_end,
    far_words,
    feature_rows,
    rad_score_words,
    strongest,
)
from ctprog_gui.state.endpoint_words import (
    DOUBT,
    ENDPOINTS_TITLE,
    OTHER_ROI,
    is_doubtful,
    label_words,
    legend_words,
)
from ctprog_gui.state.language import spoken, tr
from ctprog_gui.state.session import Session
from ctprog_gui.views.labels import heading, note, warning


class EndpointsPart(QWidget):
    """Shown where the prediction has endpoints; each part of it where there is something to show."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.bars = EndpointBars()
        self.bars.chosen.connect(session.prognosis.choose_endpoint)
        self.stale = QLabel(spoken(OTHER_ROI))
        self.stale.setObjectName("outdated")
        self.stale.setWordWrap(True)
        self.doubt = warning(spoken(DOUBT))
        self.legend = note()
        self.ring = QCheckBox()
        self.ring.setToolTip(tr("The band around the ROI whose texture the model reads besides"))
        self.ring.toggled.connect(self._on_ring_toggle)
        self.moved_title = heading()
        self.moved = ContributionBars([])
        self.moved.opened.connect(self._on_open)
        self.together = QPushButton(tr("Hold the smaller ones together"))
        self.together.setObjectName("small")
        self.together.clicked.connect(self._on_open)
        self.far = warning()
        self._opened = False
        self.scores = note()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(heading(spoken(ENDPOINTS_TITLE)))
        for part in (
            self.stale,
            self.doubt,
            self.bars,
            self.legend,
            self.ring,
            self.moved_title,
            self.far,
            self.moved,
            self.together,
            self.scores,
        ):
            layout.addWidget(part)
        session.ring.wanted_changed.connect(self._on_ring_change)
        session.prognosis.endpoint_changed.connect(self._on_endpoint_change)
        self._on_ring_change()
        self.show_prediction(None)

    def finalise(self) -> None:
        self._session.ring.wanted_changed.disconnect(self._on_ring_change)
        self._session.prognosis.endpoint_changed.disconnect(self._on_endpoint_change)

    def show_prediction(self, prediction: Prediction | None) -> None:
        endpoints = prediction.endpoints if prediction is not None else None
        self.setVisible(bool(endpoints))
        if prediction is None or not endpoints:
            return
        prognosis = self._session.prognosis
        chosen = prognosis.endpoint
        self.stale.setVisible(prognosis.is_outdated(prediction.bundle))
        doubtful = is_doubtful(prediction)
        self.doubt.setVisible(doubtful)
        asked = prognosis.asked_endpoints(prediction.bundle)
        self.bars.show_endpoints(endpoints, chosen, asked, doubtful=doubtful)
        self.legend.setText(legend_words(endpoints, asked, doubtful=doubtful))
        ring = prediction.ring
        self.ring.setVisible(ring is not None)
        if ring is not None:
            self.ring.setText(
                tr("Show the ring of {mm} mm around the ROI").format(mm=f"{ring['width_mm']:g}")
            )
        contributions = prediction.contributions or ()
        rows, told = feature_rows(contributions, chosen or "", opened=self._opened)
        for part in (self.moved_title, self.moved, self.scores):
            part.setVisible(bool(rows))
        far = far_words(contributions, chosen or "")
        self.far.setText(far)
        self.far.setVisible(bool(far))
        self.together.setVisible(bool(rows) and self._opened)
        if rows and chosen is not None:
            title = tr("What moved it: {endpoint}").format(endpoint=label_words(endpoints[chosen]))
            self.moved_title.setText(title)
            folded = not self._opened and len(strongest(contributions, chosen)) > len(rows)
            end = contributions_end(prognosis.predictions)
            self.moved.show_rows(rows, told, odds_axis(end), opens=folded)
            self.scores.setText(rad_score_words(endpoints[chosen]))

    def _on_open(self) -> None:
        self._opened = not self._opened
        self._on_endpoint_change()

    def _on_endpoint_change(self) -> None:
        self.show_prediction(self._session.prognosis.selected)

    def _on_ring_toggle(self, on: bool) -> None:
        self._session.ring.wanted = on

    def _on_ring_change(self) -> None:
        self.ring.setChecked(self._session.ring.wanted)
