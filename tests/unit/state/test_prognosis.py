"""What the bundles say, and which of it is shown."""

from __future__ import annotations

import pytest

from ctprog_gui.core.inference.prediction import Caution, Prediction
from ctprog_gui.state.prognosis import BundleEntry, PrognosisState


def scored(bundle: str, risk: float = 1.0) -> Prediction:
    return Prediction(bundle, "slice_attention", "0" * 64, risk_score=risk, risk_group="low", cutoff=2.0)


def unscored(bundle: str) -> Prediction:
    return Prediction(bundle, "ipes", "1" * 64, warnings=(Caution("needs_roi", "mark the tumour"),))


def heard(state: PrognosisState) -> list[str]:
    told: list[str] = []
    for name in ("bundles", "predictions", "selection", "run"):
        getattr(state, f"{name}_changed").connect(lambda name=name: told.append(name))
    return told


@pytest.fixture
def state() -> PrognosisState:
    return PrognosisState()


def test_the_first_prediction_is_shown(state: PrognosisState) -> None:
    told = heard(state)
    state.put(scored("a"))
    assert state.selected == scored("a")
    assert told == ["predictions", "selection"]


def test_a_later_prediction_does_not_take_the_eye_away(state: PrognosisState) -> None:
    state.put(scored("a"))
    told = heard(state)
    state.put(scored("b"))
    assert state.selected == scored("a")
    assert state.predictions == (scored("a"), scored("b"))
    assert told == ["predictions"]


def test_a_score_comes_before_a_refusal(state: PrognosisState) -> None:
    state.put(unscored("a"))
    assert state.selected == unscored("a")
    state.put(scored("b"))
    assert state.selected == scored("b")
    state.put(unscored("c"))
    assert state.selected == scored("b")


def test_a_new_answer_of_the_same_bundle_replaces_the_old_one(state: PrognosisState) -> None:
    state.put(scored("a", 1.0))
    state.put(scored("b", 5.0))
    told = heard(state)
    state.put(scored("a", 2.0))
    assert state.predictions == (scored("a", 2.0), scored("b", 5.0))
    assert state.selected == scored("a", 2.0)
    assert told == ["predictions", "selection"]


def test_selecting(state: PrognosisState) -> None:
    state.put(scored("a"))
    state.put(scored("b"))
    told = heard(state)
    state.select("b")
    state.select("b")
    state.select("unknown")
    assert state.selected == scored("b")
    assert told == ["selection"]


def test_clearing(state: PrognosisState) -> None:
    state.put(scored("a"))
    told = heard(state)
    state.clear()
    state.clear()
    assert state.predictions == ()
    assert state.selected is None
    assert told == ["predictions", "selection"]


def test_predictions_are_outdated_until_the_next_one(state: PrognosisState) -> None:
    state.mark_outdated()
    assert not state.outdated
    state.put(scored("a"))
    told = heard(state)
    state.mark_outdated()
    state.mark_outdated()
    assert state.outdated
    assert told == ["predictions"]
    state.put(scored("a"))
    assert not state.outdated
    state.mark_outdated()
    state.clear()
    assert not state.outdated


def test_one_new_answer_does_not_renew_the_others(state: PrognosisState) -> None:
    state.put(scored("a"))
    state.put(scored("b"))
    state.mark_outdated()
    state.put(scored("a"))
    assert state.outdated
    state.put(scored("b"))
    assert not state.outdated


def test_an_answer_to_a_question_asked_before_the_change_is_outdated(state: PrognosisState) -> None:
    state.begin_run()
    state.mark_outdated()
    state.put(scored("a"))
    assert state.outdated
    state.end_run()
    state.begin_run()
    state.put(scored("a"))
    assert not state.outdated


def test_the_run_is_announced_when_it_begins_and_ends(state: PrognosisState) -> None:
    told = heard(state)
    state.begin_run()
    state.begin_run()
    state.end_run()
    assert told == ["run", "run"]


def test_bundles(state: PrognosisState) -> None:
    told = heard(state)
    state.bundles = (BundleEntry("a", "/bundles/a", "ipes"), BundleEntry("b", "/bundles/b", error="changed"))
    assert [entry.name for entry in state.bundles] == ["a", "b"]
    assert told == ["bundles"]


def test_a_bundle_that_gave_no_answer_is_outdated_alone(state: PrognosisState) -> None:
    state.put(scored("a"))
    state.put(scored("b"))
    state.mark_outdated("a")
    state.mark_outdated("never shown")
    assert state.is_outdated("a")
    assert not state.is_outdated("b")
    state.put(scored("a", 2.0))
    assert not state.outdated
