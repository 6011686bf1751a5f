"""The cards of several bundles together: the foreign is quiet, what matters is never hidden, keys suffice."""

from __future__ import annotations

from dataclasses import replace

import fake_worker
import pytest
from endpoint_answer import SYNTHETIC, UNLIKE, endpoint_answer
from gui_support import settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolTip

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


def test_cards_and_reasons_are_had_by_keys_alone(answered: MainWindow) -> None:
    panel, prognosis = answered.prognosis_panel, answered.session.prognosis
    first = card(answered, "real")
    first.setFocus(Qt.FocusReason.TabFocusReason)
    assert first.focusPolicy() & Qt.FocusPolicy.TabFocus
    QTest.keyClick(first, Qt.Key.Key_Down)
    assert answered.focusWidget() is card(answered, "endpoints")
    QTest.keyClick(answered.focusWidget(), Qt.Key.Key_Return)
    assert prognosis.selected.bundle == "endpoints"
    settle(answered)
    part = panel.endpoints
    part.bars.setFocus()
    QTest.keyClick(part.bars, Qt.Key.Key_Space)
    assert "patients that it was fitted on had it" in QToolTip.text()
    part.moved.setFocus()
    quiet = part.moved.grab().toImage()
    QTest.keyClick(part.moved, Qt.Key.Key_Down)
    assert "It moved the log odds by" in QToolTip.text()
    assert part.moved.at == 1
    assert part.moved.grab().toImage() != quiet, "the row that the keys are on is marked"
    for _ in part.moved.rows:
        QTest.keyClick(part.moved, Qt.Key.Key_Down)
    folded = len(part.moved.rows)
    QTest.keyClick(part.moved, Qt.Key.Key_Return)
    assert len(part.moved.rows) > folded
    answered.setFocus()
    QTest.keyClick(answered, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert prognosis.selected.bundle == "phantoms"
    QTest.keyClick(answered, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert prognosis.selected.bundle == "real"
