"""The cards of several bundles together: what is foreign is quiet, what matters is never hidden."""

from __future__ import annotations

from dataclasses import replace

import fake_worker
import pytest
from endpoint_answer import SYNTHETIC, UNLIKE, endpoint_answer
from gui_support import settle
from PySide6.QtWidgets import QLabel

from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.panels.prediction_card import PredictionCard


@pytest.fixture
def answered(opened: MainWindow) -> MainWindow:
    """A case that was read from files, and three bundles' answers: real, of endpoints, of phantoms."""
    prognosis = opened.session.prognosis
    prognosis.put(fake_worker.prediction(30, "real"))
    prognosis.put(endpoint_answer(SYNTHETIC, UNLIKE, bundle="endpoints"))
    phantoms = replace(fake_worker.prediction(30, "phantoms"), warnings=(SYNTHETIC, UNLIKE))
    prognosis.put(phantoms)
    settle(opened)
    return opened


def card(window: MainWindow, bundle: str) -> PredictionCard:
    return next(c for c in window.prognosis_panel.findChildren(PredictionCard) if c.bundle == bundle)


def named(card: PredictionCard, name: str) -> list[str]:
    return [label.text() for label in card.findChildren(QLabel, name) if label.isVisibleTo(card)]


def test_what_models_of_phantoms_say_of_a_patient_is_grey(answered: MainWindow) -> None:
    assert named(card(answered, "real"), "riskHigh") == ["high risk"]
    foreign = card(answered, "phantoms")
    assert named(foreign, "riskForeign") == ["high risk"]
    assert not named(foreign, "riskHigh") + named(foreign, "score")


def test_a_short_card_says_too_that_the_case_is_unlike_those_of_the_fit(answered: MainWindow) -> None:
    told = "\n".join(named(card(answered, "phantoms"), "warning"))
    assert "fitted on synthetic phantoms" in told
    assert "unlike the cases that it was fitted on" in told
    assert "more" not in told


def test_the_bars_lie_under_their_own_card(answered: MainWindow) -> None:
    panel = answered.prognosis_panel
    answered.session.prognosis.select("endpoints")
    settle(answered)
    bars = panel.endpoints.mapTo(panel, panel.endpoints.rect().topLeft()).y()
    places = [c.mapTo(panel, c.rect().topLeft()).y() for c in panel.findChildren(PredictionCard)]
    above = card(answered, "endpoints")
    assert bars == min(y for y in [*places, bars] if y > above.mapTo(panel, above.rect().topLeft()).y())
