"""Kaplan–Meier and log-rank against scikit-survival and lifelines, and their edges."""

from __future__ import annotations

import numpy as np
import pytest
from lifelines.statistics import multivariate_logrank_test
from sksurv.nonparametric import kaplan_meier_estimator

from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.logrank import logrank, logrank_of_groups
from ctprog_gui.core.survival.sample import FollowUp


def _tied(seed: int, n: int = 90) -> tuple[FollowUp, np.ndarray]:
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 4, n)
    death, lost = rng.exponential(10 - group), rng.exponential(12, n)
    return FollowUp(np.ceil(np.minimum(death, lost)), death <= lost), group


@pytest.mark.parametrize("kind", ["log-log", "plain"])
@pytest.mark.parametrize("seed", [0, 1])
def test_kaplan_meier_is_that_of_scikit_survival(seed: int, kind: str) -> None:
    follow_up, _ = _tied(seed)
    if kind == "plain":
        times, theirs = kaplan_meier_estimator(follow_up.event, follow_up.time)
    else:
        times, theirs, interval = kaplan_meier_estimator(follow_up.event, follow_up.time, conf_type=kind)
    ours = kaplan_meier(follow_up, kind)
    at = np.searchsorted(ours.months, times, side="right") - 1
    assert ours.probability[at] == pytest.approx(theirs)
    defined = (theirs > 0) & (theirs < 1)
    if kind == "log-log":
        assert ours.lower[at][defined] == pytest.approx(interval[0][defined])
        assert ours.upper[at][defined] == pytest.approx(interval[1][defined])
    else:
        half = 1.959963984540054 * ours.standard_error[at]
        assert ours.lower[at][defined] == pytest.approx(np.maximum(0, theirs - half)[defined])
        assert ours.upper[at][defined] == pytest.approx(np.minimum(1, theirs + half)[defined])


def test_counts_beside_the_curve() -> None:
    curve = kaplan_meier(FollowUp(np.array([2.0, 3, 3, 5, 8]), np.array([1, 1, 0, 1, 0])))
    assert curve.at_risk.tolist() == [5, 5, 4, 2, 1]
    assert curve.deaths.tolist() == [0, 1, 1, 1, 0]
    # Greenwood: 0.8² · 1/(5·4).
    assert curve.standard_error[1] == pytest.approx(0.8 * (1 / 20) ** 0.5)


def test_median_in_the_middle_of_a_step_at_half_and_not_reached() -> None:
    half = kaplan_meier(FollowUp(np.array([1.0, 2, 4, 9]), np.array([1, 1, 1, 0])))
    # ½ from 2 to 4.
    assert half.median()[0] == 3
    never = kaplan_meier(FollowUp(np.array([1.0, 2, 4, 9]), np.array([1, 0, 0, 0])))
    assert np.isnan(never.median()[0])


def test_restricted_mean_by_hand() -> None:
    curve = kaplan_meier(FollowUp(np.array([1.0, 2, 4]), np.array([1, 1, 1])))
    # 1 + 2/3 + 1/3 · 1 up to 3.
    mean, error = curve.restricted_mean(3)
    assert mean == pytest.approx(2)
    assert error == pytest.approx((1 / 6 + (1 / 3) ** 2 / 2) ** 0.5)
    assert curve.restricted_mean(0.5) == (0.5, 0)
    with pytest.raises(ValueError, match="not defined"):
        curve.restricted_mean(0)


def test_an_unknown_interval() -> None:
    with pytest.raises(ValueError, match="'logit'"):
        kaplan_meier(FollowUp(np.array([1.0]), np.array([1])), "logit")


@pytest.mark.parametrize("seed", range(3))
def test_logrank_of_four_groups_is_that_of_lifelines(seed: int) -> None:
    follow_up, group = _tied(seed)
    theirs = multivariate_logrank_test(follow_up.time, group, follow_up.event)
    ours = logrank_of_groups(follow_up, group)
    assert ours.test.value == pytest.approx(theirs.test_statistic)
    assert ours.test.freedom == 3
    assert ours.test.p == pytest.approx(theirs.p_value)
    assert ours.observed.sum() == pytest.approx(ours.expected.sum())
    assert ours.patients == tuple(np.bincount(group))


def test_stratified_logrank_adds_over_strata() -> None:
    (one, first), (two, second) = _tied(4), _tied(5)
    both = FollowUp(np.concatenate([one.time, two.time]), np.concatenate([one.event, two.event]))
    member = np.concatenate([first, second]) > 1
    stratum = np.repeat(["a", "b"], [one.n, two.n])
    found = logrank_of_groups(both, member, stratum=stratum)
    away = spread = 0.0
    for part, group in ((one, first > 1), (two, second > 1)):
        test = logrank(part.where(~group), part.where(group))
        difference = test.observed[0] - test.expected[0]
        away += difference
        spread += difference**2 / test.chi_square
    assert found.test.value == pytest.approx(away**2 / spread)
    assert found.test.value != pytest.approx(logrank_of_groups(both, member).test.value)


def test_groups_that_say_nothing() -> None:
    alive = FollowUp(np.array([3.0, 4, 5, 6]), np.zeros(4))
    assert logrank_of_groups(alive, [0, 0, 1, 1]).test.p == 1
    # The third group is gone before anybody dies: it takes no degree of freedom.
    early = FollowUp(np.array([1.0, 5, 6, 7, 8]), np.array([0, 1, 1, 1, 0]))
    found = logrank_of_groups(early, ["c", "a", "b", "a", "b"])
    assert (found.test.freedom, found.expected[2]) == (1, 0)
    # Never at risk together.
    apart = FollowUp(np.array([1.0, 2, 1, 2]), np.array([1, 1, 1, 1]))
    assert logrank_of_groups(apart, [0, 0, 1, 1], stratum=[0, 0, 1, 1]).test.p == 1
    with pytest.raises(ValueError, match="two groups"):
        logrank_of_groups(alive, [1, 1, 1, 1])
    with pytest.raises(ValueError, match="3 group labels for 4"):
        logrank_of_groups(alive, [1, 1, 0])
    with pytest.raises(ValueError, match="3 stratum labels for 4"):
        logrank_of_groups(alive, [1, 1, 0, 0], stratum=[1, 1, 0])
