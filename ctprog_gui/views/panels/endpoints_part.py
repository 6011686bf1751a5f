"""Endpoints of the selected prediction, and what moved the chosen one."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from ctprog_gui.charts.endpoint_bars import EndpointBars
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.state.endpoint_words import (
    DOUBT,
    ENDPOINTS_TITLE,
    feature_rows,
    is_doubtful,
    label_words,
    legend_words,
    rad_score_words,
)
from ctprog_gui.state.language import spoken, tr
from ctprog_gui.state.session import Session
from ctprog_gui.views.labels import heading, note, warning
from ctprog_gui.views.panels.contribution_bars import ContributionBars


class EndpointsPart(QWidget):
    """Shown where the prediction has endpoints; each part of it where there is something to show."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.bars = EndpointBars()
        self.bars.chosen.connect(session.prognosis.choose_endpoint)
        self.doubt = warning(spoken(DOUBT))
        self.legend = note()
        self.ring = QCheckBox()
        self.ring.setToolTip(tr("The band around the ROI whose texture the model reads besides"))
        self.ring.toggled.connect(self._on_ring_toggle)
        self.moved_title = heading()
        self.moved = ContributionBars([])
        self.scores = note()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(heading(spoken(ENDPOINTS_TITLE)))
        for part in (
            self.doubt,
            self.bars,
            self.legend,
            self.ring,
            self.moved_title,
            self.moved,
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
        doubtful = is_doubtful(prediction)
        self.doubt.setVisible(doubtful)
        asked = prognosis.asked_endpoints(prediction.bundle)
        self.bars.show_endpoints(endpoints, chosen, asked, doubtful=doubtful)
        self.legend.setText(legend_words(endpoints))
        ring = prediction.ring
        self.ring.setVisible(ring is not None)
        if ring is not None:
            self.ring.setText(
                tr("Show the ring of {mm} mm around the ROI").format(mm=f"{ring['width_mm']:g}")
            )
        rows, told = feature_rows(prediction.contributions or (), chosen or "")
        for part in (self.moved_title, self.moved, self.scores):
            part.setVisible(bool(rows))
        if rows and chosen is not None:
            title = tr("What moved it: {endpoint}").format(endpoint=label_words(endpoints[chosen]))
            self.moved_title.setText(title)
            self.moved.show_rows(rows, told)
            self.scores.setText(rad_score_words(endpoints[chosen]))

    def _on_endpoint_change(self) -> None:
        self.show_prediction(self._session.prognosis.selected)

    def _on_ring_toggle(self, on: bool) -> None:
        self._session.ring.wanted = on

    def _on_ring_change(self) -> None:
        self.ring.setChecked(self._session.ring.wanted)
