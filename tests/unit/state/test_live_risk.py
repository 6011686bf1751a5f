"""Scores by the ROI they are of."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.state.live_risk import REMEMBERED, LiveRisk, question_key, shape_key
from ctprog_gui.state.prognosis import Estimate, PrognosisState

shapes = arrays(np.bool_, (4, 5, 6))


@given(shapes, shapes, st.tuples(*[st.integers(0, 3)] * 3))
def test_a_region_is_named_by_its_voxels_not_by_its_box(first, second, room) -> None:
    loose = np.pad(first, [(n, 1) for n in room])
    corner = (7, 8, 9)
    moved = tuple(c - n for c, n in zip(corner, room, strict=True))
    assert shape_key((corner, first)) == shape_key((moved, loose))
    same = np.array_equal(first, second)
    assert (shape_key((corner, first)) == shape_key((corner, second))) == same
    assert (shape_key((corner, first)) == shape_key(((7, 8, 10), first))) == (not first.any())


def scored(bundle: str, score: float) -> Prediction:
    return Prediction(bundle, "slice_attention", "ab" * 32, risk_score=score)


def test_what_all_bundles_answered_is_remembered_and_the_oldest_is_not() -> None:
    live = LiveRisk()
    live.remember("a", scored("one", 0.1))
    assert live.remembered("a", {"one", "two"}) is None
    live.remember("a", scored("two", 0.2))
    assert [p.risk_score for p in live.remembered("a", {"one", "two"})] == [0.1, 0.2]
    assert live.remembered("a", set()) is None
    for n in range(REMEMBERED):
        live.remember(str(n), scored("one", n))
    assert live.remembered("a", {"one"}) is None
    live.forget()
    assert live.remembered("5", {"one"}) is None


def test_while_hidden_nothing_is_to_be_had_and_the_commitment_stands() -> None:
    prognosis = PrognosisState()
    told: list[str] = []
    prognosis.predictions_changed.connect(lambda: told.append("predictions"))
    prognosis.blind_first = True
    prognosis.put(scored("one", 0.4))
    assert (prognosis.predictions, prognosis.selected, prognosis.saliency) == ((), None, None)
    assert prognosis.awaits_estimate
    told.clear()
    prognosis.commit(Estimate("low", 0.6))
    assert told
    assert prognosis.selected.risk_score == 0.4
    prognosis.commit(Estimate("high", 0.9))
    assert prognosis.estimate == Estimate("low", 0.6)
    prognosis.clear()
    assert prognosis.hidden


def test_a_score_of_another_age_answers_another_question() -> None:
    part = ((0, 0, 0), np.ones((2, 2, 2), dtype=bool))
    assert question_key(part, {"age": 60, "n": None}) == question_key(part, {"n": None, "age": 60})
    assert question_key(part, {"age": 60}) != question_key(part, {"age": 61})
    assert question_key(part, {}) != question_key(((0, 0, 1), part[1]), {})
