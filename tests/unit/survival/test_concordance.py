"""C-indices against scikit-survival, lifelines, R, and pairs counted one by one."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.utils import concordance_index
from sksurv.metrics import concordance_index_censored, concordance_index_ipcw
from sksurv.util import Surv

from ctprog_gui.core.survival.censoring import fit_censoring, inverse_weights
from ctprog_gui.core.survival.concordance import (
    adjusted_time_dependent_concordance,
    comparable_pairs,
    concordance,
    time_dependent_concordance,
    uno_concordance,
)
from ctprog_gui.core.survival.pairs import by_comparing, by_sorting, count_below
from ctprog_gui.core.survival.sample import FollowUp

# Few values each, so that most times and scores are tied.
PATIENTS = st.lists(
    st.tuples(st.integers(0, 7), st.booleans(), st.integers(0, 5), st.integers(0, 2)), min_size=2, max_size=40
)
Rows = list[tuple[int, bool, int, int]]


def _parts(rows: Rows) -> tuple[FollowUp, np.ndarray, np.ndarray]:
    time, event, risk, label = (np.array(column) for column in zip(*rows, strict=True))
    return FollowUp(time.astype(float), event), risk.astype(float), label


@given(PATIENTS)
def test_concordance_is_that_of_both_libraries(rows: Rows) -> None:
    follow_up, risk, _ = _parts(rows)
    found = concordance(follow_up, risk)
    if comparable_pairs(follow_up) == 0:
        assert found == 0.5
        with pytest.raises(ZeroDivisionError):
            concordance_index(follow_up.time, -risk, follow_up.event)
        return
    assert found == pytest.approx(concordance_index(follow_up.time, -risk, follow_up.event), abs=1e-14)
    theirs = concordance_index_censored(follow_up.event, follow_up.time, risk)
    assert found == pytest.approx(theirs[0], abs=1e-14)
    assert comparable_pairs(follow_up) == theirs[1] + theirs[2] + theirs[3]


@given(PATIENTS)
def test_sorting_counts_what_comparing_counts(rows: Rows) -> None:
    follow_up, risk, label = _parts(rows)
    for stratum in (None, label.astype(np.int64)):
        ours, other = by_sorting(follow_up, risk, stratum), by_comparing(follow_up, risk, stratum)
        place = np.argsort(ours.death)
        assert np.array_equal(ours.death[place], other.death)
        for name in ("longer", "lower", "equal"):
            assert np.array_equal(getattr(ours, name)[place], getattr(other, name)), name


def test_concordance_of_many_is_that_of_both_libraries() -> None:
    rng = np.random.default_rng(11)
    follow_up = FollowUp(np.ceil(rng.exponential(20, 3000)), rng.random(3000) < 0.6)
    risk = np.round(rng.normal(size=3000), 1)
    found = concordance(follow_up, risk)
    assert found == pytest.approx(concordance_index(follow_up.time, -risk, follow_up.event), abs=1e-14)
    theirs = concordance_index_censored(follow_up.event, follow_up.time, risk)[0]
    assert found == pytest.approx(theirs, abs=1e-14)


@given(PATIENTS)
def test_concordance_within_strata_counts_their_own_pairs(rows: Rows) -> None:
    follow_up, risk, label = _parts(rows)
    points, pairs = 0.0, 0
    for one in np.unique(label):
        part = follow_up.where(label == one)
        counted = comparable_pairs(part)
        points += counted * concordance(part, risk[label == one])
        pairs += counted
    assert concordance(follow_up, risk, label) == pytest.approx(points / pairs if pairs else 0.5)


@given(PATIENTS)
def test_the_other_direction_is_the_rest(rows: Rows) -> None:
    follow_up, risk, _ = _parts(rows)
    assert concordance(follow_up, -risk) == pytest.approx(1 - concordance(follow_up, risk))
    assert concordance(follow_up, np.exp(risk)) == concordance(follow_up, risk)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=60), st.data())
def test_count_below(values: list[int], data: st.DataObject) -> None:
    row = np.array(values)
    asked = st.lists(st.tuples(st.integers(0, row.size), st.integers(0, 25)), min_size=1, max_size=9)
    start, bound = (np.array(column) for column in zip(*data.draw(asked), strict=True))
    below, equal = count_below(row, start, bound)
    assert below.tolist() == [int((row[s:] < b).sum()) for s, b in zip(start, bound, strict=True)]
    assert equal.tolist() == [int((row[s:] == b).sum()) for s, b in zip(start, bound, strict=True)]


@pytest.mark.parametrize("seed", range(5))
def test_uno_without_tied_times_is_that_of_scikit_survival(seed: int) -> None:
    rng = np.random.default_rng(seed)
    death, lost = rng.exponential(10, 80), rng.exponential(15, 80)
    follow_up = FollowUp(np.minimum(death, lost), death <= lost)
    risk = np.round(-death / 5 + rng.normal(size=80))
    # scikit-survival can't weigh a death after the last censoring; nor is it of use.
    until = float(np.quantile(follow_up.time, 0.8))
    outcome = Surv.from_arrays(follow_up.event, follow_up.time)
    theirs = concordance_index_ipcw(outcome, outcome, risk, tau=until)[0]
    assert uno_concordance(follow_up, risk, until=until) == pytest.approx(theirs, rel=1e-12)


def test_uno_by_hand() -> None:
    # One of three is lost at 2: the death at 3 stands for 1 / (1/2)² = 4, with two left at 2.
    follow_up = FollowUp(np.array([1.0, 2, 3, 4, 5]), np.array([1, 0, 1, 1, 0], dtype=bool))
    # G(1−) = 1, G(3−) = G(4−) = 3/4; pairs: 4 of weight 1, 2 and 1 of weight 16/9.
    risk = [5.0, 1, 1, 4, 3]
    right = 4 + (0 + 1) * 16 / 9
    assert uno_concordance(follow_up, risk) == pytest.approx(right / (4 + 3 * 16 / 9))
    assert uno_concordance(follow_up, risk, until=3) == 1


def test_censoring_and_its_weights() -> None:
    follow_up = FollowUp(np.array([1.0, 2, 2, 3, 4]), np.array([1, 0, 1, 0, 1], dtype=bool))
    g = fit_censoring(follow_up)
    # At 2 the dead one is not at risk of being lost any more: one of three is lost.
    assert g.at([1, 2, 3, 9]) == pytest.approx([1, 2 / 3, 1 / 3, 1 / 3])
    assert g.before([2, 3, 4]) == pytest.approx([1, 2 / 3, 1 / 3])
    weights = inverse_weights(follow_up, 2.5)
    assert weights == pytest.approx([1, 0, 1, 3 / 2, 3 / 2])
    assert weights.sum() == pytest.approx(follow_up.n)
    other = fit_censoring(FollowUp(np.array([1.0, 2]), np.array([False, False])))
    with pytest.raises(ValueError, match="nobody is observed"):
        inverse_weights(follow_up, 2.5, other)
    with pytest.raises(ValueError, match="beyond the follow-up"):
        uno_concordance(FollowUp(np.array([3.0, 4]), np.array([True, False])), [1, 2], censoring=other)


def _one_by_one(time: np.ndarray, event: np.ndarray, cif: np.ndarray, step: np.ndarray, kind: str) -> float:
    """C-td as its definitions read, pair by pair."""
    points = pairs = 0.0
    for i, j in permutations(range(time.size), 2):
        own, other = cif[i, step[i]], cif[j, step[i]]
        if time[i] < time[j] and event[i]:
            pairs += 1
            points += 1.0 if own > other else 0.5 if own == other and kind == "adjusted" else 0.0
        elif time[i] == time[j] and kind != "strict":
            if event[i] and not event[j]:
                pairs += 1
                points += 1.0 if own > other else 0.5 if own == other and kind == "adjusted" else 0.0
            elif kind == "adjusted" and event[j]:
                pairs += 1
                half = 0.5 if own == other else 0.0
                points += 0.5 + half if event[i] else 1.0 if own < other else half
    return points / pairs if pairs else 0.5


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 25), st.booleans())
def test_time_dependent_concordance_is_that_of_single_pairs(seed: int, n: int, between: bool) -> None:
    rng = np.random.default_rng(seed)
    step = rng.integers(0, 3, n)
    time = step + (rng.integers(0, 3, n) / 3 if between else 0.0)
    event = rng.random(n) < 0.8
    cif = rng.integers(0, 5, (n, 3)).cumsum(axis=1) / 15
    follow_up = FollowUp(time, event)
    strict = time_dependent_concordance(follow_up, cif, step, censored_ties=False)
    antolini = time_dependent_concordance(follow_up, cif, step, censored_ties=True)
    adjusted = adjusted_time_dependent_concordance(follow_up, cif, step)
    assert strict == pytest.approx(_one_by_one(time, event, cif, step, "strict"))
    assert antolini == pytest.approx(_one_by_one(time, event, cif, step, "antolini"))
    assert adjusted == pytest.approx(_one_by_one(time, event, cif, step, "adjusted"))


def test_time_dependent_concordance_of_proportional_curves_is_harrell_s() -> None:
    rng = np.random.default_rng(3)
    risk = rng.normal(size=200)
    step = np.minimum(rng.exponential(8 * np.exp(-risk)), 24).astype(int)
    follow_up = FollowUp(step.astype(float), rng.random(200) < 0.7)
    cif = 1 - np.exp(-np.outer(np.exp(risk), np.arange(1, 26) / 30))
    found = time_dependent_concordance(follow_up, cif, step, censored_ties=True)
    assert found == pytest.approx(concordance(follow_up, risk), abs=1e-12)


def test_deaths_beyond_the_grid_are_never_the_earlier() -> None:
    follow_up = FollowUp(np.array([1.0, 2, 3]), np.array([True, True, True]))
    cif = np.array([[0.5], [0.4], [0.3]])
    assert time_dependent_concordance(follow_up, cif, [0, 1, 1], censored_ties=False) == 1
    assert time_dependent_concordance(follow_up, cif, [1, 1, 1], censored_ties=False) == 0.5
    assert adjusted_time_dependent_concordance(follow_up, cif, [1, 1, 1]) == 0.5


@pytest.mark.parametrize(
    ("risk", "stratum", "reason"),
    [
        ([1, 2], None, "2 risk scores for 3"),
        ([1, 2, np.nan], None, "not a finite number"),
        ([1, 2, 3], [0, 1], "2 stratum labels for 3"),
    ],
)
def test_what_concordance_refuses(risk: list[float], stratum: list[int] | None, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        concordance(FollowUp(np.array([1.0, 2, 3]), np.array([1, 1, 0])), risk, stratum)


@pytest.mark.parametrize(
    ("cif", "step", "reason"),
    [
        ([[0.1], [0.2]], [0, 0, 0], "3 patients"),
        ([[0.1], [0.2], [0.3]], [0, 0], "3 patients"),
        ([[0.1], [np.nan], [0.3]], [0, 0, 0], "not a finite number"),
        ([[0.1], [0.2], [0.3]], [0, -1, 0], "negative"),
    ],
)
def test_what_time_dependent_concordance_refuses(
    cif: list[list[float]], step: list[int], reason: str
) -> None:
    follow_up = FollowUp(np.array([1.0, 2, 3]), np.array([1, 1, 0]))
    with pytest.raises(ValueError, match=reason):
        time_dependent_concordance(follow_up, cif, step, censored_ties=False)
