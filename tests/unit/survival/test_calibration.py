"""Calibration: right predictions are called right, wrong ones are called wrong in the right direction."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from ctprog_gui.core.survival.calibration import (
    calibration_groups,
    calibration_in_the_large,
    calibration_slope,
    observed_over_expected,
    smooth_calibration,
)
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.sample import FollowUp

MONTH = 12.0


def _true(seed: int, n: int = 2000, lost_after: float = 30.0) -> tuple[FollowUp, np.ndarray]:
    """Follow-up with censoring, and each patient's true S(12)."""
    rng = np.random.default_rng(seed)
    rate = np.exp(0.7 * rng.normal(size=n)) / 20
    death, lost = rng.exponential(1 / rate), rng.exponential(lost_after, n)
    return FollowUp(np.minimum(death, lost), death <= lost), np.exp(-rate * MONTH)


def test_the_truth_is_calibrated() -> None:
    follow_up, truth = _true(1)
    ratio = observed_over_expected(follow_up, truth, MONTH)
    assert ratio.lower < 1 < ratio.upper
    assert ratio.upper - ratio.lower < 0.15
    intercept, slope = calibration_slope(follow_up, truth, MONTH)
    large = calibration_in_the_large(follow_up, truth, MONTH)
    for found, right in ((intercept, 0), (slope, 1), (large, 0)):
        assert found.interval[0] < right < found.interval[1]
        assert found.standard_error < 0.15
    smooth = smooth_calibration(follow_up, truth, MONTH)
    assert smooth.ici < 0.02
    assert smooth.e50 <= smooth.e90
    for group in calibration_groups(follow_up, truth, MONTH, 10):
        assert group.lower - 0.03 < group.predicted < group.upper + 0.03


def test_intervals_of_the_slope_cover() -> None:
    held = []
    for seed in range(60):
        follow_up, truth = _true(seed + 10, 250)
        _, slope = calibration_slope(follow_up, truth, MONTH)
        held.append(slope.interval[0] < 1 < slope.interval[1])
    # 95 % of 60 is 57; fewer than 52 has a chance of 0.02.
    assert sum(held) >= 52


def test_extreme_and_pessimistic_predictions() -> None:
    follow_up, truth = _true(2)
    hazard = -np.log(truth)
    extreme = np.exp(-hazard.mean() * (hazard / hazard.mean()) ** 2)
    _, slope = calibration_slope(follow_up, extreme, MONTH)
    assert slope.interval[1] < 0.7
    pessimistic = truth**2
    assert observed_over_expected(follow_up, pessimistic, MONTH).upper < 1
    # Twice the hazard: log ½ on the scale of log(−log S).
    assert calibration_in_the_large(follow_up, pessimistic, MONTH).value == pytest.approx(
        np.log(0.5), abs=0.1
    )
    assert smooth_calibration(follow_up, pessimistic, MONTH).ici > 0.1


def test_without_censoring_the_slope_is_that_of_a_binary_regression() -> None:
    follow_up, truth = _true(3, 300, lost_after=1e9)
    predicted = np.log(-np.log(truth))
    died = follow_up.time <= MONTH

    def loss(beta: np.ndarray) -> float:
        alive = np.exp(-np.exp(beta[0] + beta[1] * predicted))
        return -float(np.where(died, np.log1p(-alive), np.log(alive)).sum())

    wanted = minimize(loss, [0.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10}).x
    intercept, slope = calibration_slope(follow_up, truth, MONTH)
    assert (intercept.value, slope.value) == pytest.approx(tuple(wanted), abs=1e-5)


def test_groups_hold_everybody_once_and_observed_is_kaplan_meier() -> None:
    follow_up, truth = _true(4, 103)
    groups = calibration_groups(follow_up, truth, MONTH, 4)
    assert sum(group.n for group in groups) == 103
    assert max(group.n for group in groups) - min(group.n for group in groups) <= 1
    assert [group.predicted for group in groups] == sorted(group.predicted for group in groups)
    (everybody,) = calibration_groups(follow_up, truth, MONTH, 1)
    assert everybody.observed == kaplan_meier(follow_up).at(MONTH)
    # Equal predictions stay together.
    assert [group.n for group in calibration_groups(follow_up, np.full(103, 0.5), MONTH, 4)] == [103]


def test_a_group_that_is_not_followed_has_no_observation() -> None:
    follow_up = FollowUp(np.array([1.0, 2, 3, 20, 21, 22]), np.array([1, 0, 0, 1, 0, 0]))
    low, high = calibration_groups(follow_up, [0.1, 0.1, 0.1, 0.9, 0.9, 0.9], MONTH, 2)
    assert np.isnan([low.observed, low.lower, low.upper]).all()
    assert high.observed == 1


@pytest.mark.parametrize(
    ("survival", "month", "reason"),
    [
        ([0.5, 0.5], 2, "2 predictions for 3"),
        ([0.5, 0.5, 1.5], 2, "between 0 and 1"),
        ([0.5, 0.5, np.nan], 2, "between 0 and 1"),
        ([0.5, 0.4, 0.3], 9, "nobody is followed up to 9"),
    ],
)
def test_what_calibration_refuses(survival: list[float], month: float, reason: str) -> None:
    follow_up = FollowUp(np.array([1.0, 2, 3]), np.array([1, 1, 0]))
    with pytest.raises(ValueError, match=reason):
        calibration_groups(follow_up, survival, month)


def test_nothing_to_compare_and_no_slope() -> None:
    alive = FollowUp(np.array([5.0, 6, 7]), np.zeros(3))
    with pytest.raises(ValueError, match="no death"):
        observed_over_expected(alive, [0.5, 0.6, 0.7], 5)
    follow_up = FollowUp(np.array([1.0, 2, 3]), np.array([1, 1, 0]))
    with pytest.raises(ValueError, match="no slope"):
        calibration_slope(follow_up, [0.5, 0.5, 0.5], 2)
    with pytest.raises(ValueError, match="0 groups"):
        calibration_groups(follow_up, [0.5, 0.5, 0.5], 2, 0)
