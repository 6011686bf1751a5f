"""Bars of endpoints as they are painted."""

from __future__ import annotations

import pytest
from endpoint_answer import endpoint_answer
from pytestqt.qtbot import QtBot

from ctprog_gui.charts.endpoint_bars import EndpointBars
from ctprog_gui.charts.palette import LIGHT, PAPER, ChartStyle


def test_a_bar_on_which_folds_disagree_is_empty(qtbot: QtBot) -> None:
    bars = EndpointBars(PAPER, 12)
    qtbot.addWidget(bars)
    endpoints = endpoint_answer().endpoints
    bars.resize(900, bars.sizeHint().height())
    bars.show_endpoints(endpoints)
    picture = bars.grab().toImage()
    scale = picture.width() / bars.width()

    def colour(name: str) -> str:
        y = bars.row_rect(name).center().y() + 2
        return picture.pixelColor(round(bars.x_of(0.6) * scale), round(y * scale)).name()

    assert colour("lvi") == PAPER.patient
    assert colour("kras") == PAPER.surface


@pytest.mark.parametrize("style", [LIGHT, PAPER], ids=["light", "paper"])
def test_a_grey_bar_shows_on_its_track(style: ChartStyle) -> None:
    """Contrast of two greys as WCAG 2.2 (1.4.11) has it: 3 to 1 for what is drawn."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = luminance(style.track), luminance(style.muted)
    assert (bright + 0.05) / (dark + 0.05) >= 3
