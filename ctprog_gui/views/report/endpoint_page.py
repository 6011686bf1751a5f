"""Endpoints on a page, where nothing can be pointed at: all in numbers and words."""

from __future__ import annotations

from html import escape

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ctprog_gui.charts.contribution_bars import ContributionBars, odds_axis
from ctprog_gui.charts.endpoint_bars import EndpointBars
from ctprog_gui.charts.palette import ChartStyle
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.state.contribution_words import (
    brief_reasons,
    contributions_end,
    far_words,
    feature_rows,
    rad_score_words,
    reason_words,
    strongest,
)
from ctprog_gui.state.endpoint_words import (
    DOUBT,
    ENDPOINTS_TITLE,
    is_doubtful,
    label_words,
    legend_words,
    model_percent,
)
from ctprog_gui.state.language import spoken, tr

_BARS = 5
_OF_OTHERS = 2


class EndpointFindings(QWidget):
    """Bars with their figures and what they mean; with `all_reasons`, what moved each of them most."""

    def __init__(
        self, prediction: Prediction, style: ChartStyle, pixels: int, chosen: str | None, *, all_reasons: bool
    ) -> None:
        super().__init__()
        endpoints = prediction.endpoints or {}
        doubtful = is_doubtful(prediction)
        layout = _column(self)
        layout.addWidget(_words(spoken(ENDPOINTS_TITLE), "heading"))
        if doubtful:
            layout.addWidget(_words(spoken(DOUBT), "doubt"))
        self.bars = EndpointBars(style, round(0.85 * pixels))
        self.bars.show_endpoints(endpoints, doubtful=doubtful)
        layout.addWidget(self.bars)
        self.legend = _words(legend_words(endpoints, doubtful=doubtful, in_numbers=True), "stamp")
        layout.addWidget(self.legend)
        rows = prediction.contributions or ()
        others = [name for name in endpoints if name != chosen and strongest(rows, name)]
        if all_reasons and others:
            layout.addSpacing(pixels // 2)
            layout.addWidget(_words(tr("What moved the others most (change of the log odds)"), "heading"))
            lines = "".join(
                f"<tr><td style='padding-right: {pixels}px'>{escape(label_words(endpoints[name]))}</td>"
                f"<td>{escape(brief_reasons(rows, name, _OF_OTHERS))}</td></tr>"
                for name in others
            )
            layout.addWidget(_words(f"<table cellspacing='2'>{lines}</table>", "reasons"))


class EndpointReasons(QWidget):
    """What moved one endpoint most: bars on their axis, and the `count` strongest explained."""

    def __init__(
        self, prediction: Prediction, endpoint: str, style: ChartStyle, pixels: int, count: int
    ) -> None:
        super().__init__()
        rows = prediction.contributions or ()
        one = (prediction.endpoints or {})[endpoint]
        layout = _column(self)
        told = tr("What moved it most: {endpoint}").format(endpoint=label_words(one))
        layout.addWidget(_words(f"{told}, {model_percent(one['probability'])}", "heading"))
        self.bars = ContributionBars((), style=style, pixels=round(0.85 * pixels))
        shown = feature_rows(rows, endpoint, opened=True)
        self.bars.show_rows(shown[0][:_BARS], shown[1][:_BARS], odds_axis(contributions_end([prediction])))
        layout.addWidget(self.bars)
        far = far_words(rows, endpoint)
        if far:
            layout.addWidget(_words(far, "doubt"))
        told = "<br>".join(reason_words(row) for row in strongest(rows, endpoint)[:count])
        layout.addWidget(_words(told, "reasons"))
        layout.addWidget(_words(rad_score_words(one), "stamp"))
        layout.addStretch(1)


def _column(widget: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(6)
    return layout


def _words(text: str, name: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setWordWrap(True)
    return label
