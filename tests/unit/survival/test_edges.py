"""What every estimate answers where there is nothing to estimate, or everything at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ctprog_gui.core.survival.brier import brier_score
from ctprog_gui.core.survival.calibration import calibration_groups, observed_over_expected
from ctprog_gui.core.survival.concordance import (
    adjusted_time_dependent_concordance,
    concordance,
    time_dependent_concordance,
    uno_concordance,
)
from ctprog_gui.core.survival.concordance_error import concordance_error
from ctprog_gui.core.survival.cox import fit_cox
from ctprog_gui.core.survival.cutoff import select_cutoff
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.logrank import logrank_of_groups
from ctprog_gui.core.survival.net_benefit_at import net_benefit_at
from ctprog_gui.core.survival.proportionality import proportionality_test
from ctprog_gui.core.survival.pseudo import pseudo_survival
from ctprog_gui.core.survival.roc_at_time import auc_at
from ctprog_gui.core.survival.sample import FollowUp

RISK = [4.0, 3, 2, 1]
CIF = np.array([[0.4, 0.5], [0.3, 0.4], [0.2, 0.3], [0.1, 0.2]])
STEP = [0, 0, 1, 1]
ALIVE = FollowUp(np.array([1.0, 2, 3, 4]), np.zeros(4))
ONE_TIME = FollowUp(np.full(4, 2.0), np.ones(4))
FROM_ZERO = FollowUp(np.array([0.0, 0, 3, 4]), np.array([1, 0, 1, 0]))

Estimate = Callable[[FollowUp], Any]
CONCORDANCES: list[Estimate] = [
    lambda f: concordance(f, RISK),
    lambda f: concordance(f, RISK, [0, 0, 1, 1]),
    lambda f: uno_concordance(f, RISK),
    lambda f: uno_concordance(f, RISK, until=2),
    lambda f: time_dependent_concordance(f, CIF, STEP, censored_ties=False),
    lambda f: time_dependent_concordance(f, CIF, STEP, censored_ties=True),
]


@pytest.mark.parametrize("estimate", CONCORDANCES)
@pytest.mark.parametrize("nothing", [ALIVE, ONE_TIME], ids=["all censored", "all at one time"])
def test_no_pair_is_a_half(estimate: Estimate, nothing: FollowUp) -> None:
    assert estimate(nothing) == 0.5


def test_one_patient_is_no_pair() -> None:
    one = FollowUp(np.array([3.0]), np.array([1]))
    assert concordance(one, [1]) == uno_concordance(one, [1]) == 0.5
    assert np.isnan(concordance_error(one, [1]))
    assert kaplan_meier(one).probability.tolist() == [1, 0]


def test_deaths_at_one_time_are_pairs_for_the_adjusted_c_alone() -> None:
    assert adjusted_time_dependent_concordance(ALIVE, CIF, STEP) == 0.5
    assert adjusted_time_dependent_concordance(ONE_TIME, np.full((4, 2), 0.3), [0] * 4) == 1
    assert adjusted_time_dependent_concordance(ONE_TIME, CIF, [0] * 4) == 0.5


def test_times_of_zero_are_times() -> None:
    assert kaplan_meier(FROM_ZERO).at(0) == pytest.approx(0.75)
    # The death at 0 comes before the censoring at 0: three pairs, and one at 3.
    assert concordance(FROM_ZERO, RISK) == 1
    assert auc_at(FROM_ZERO, RISK, [0]).tolist() == [1]
    assert logrank_of_groups(FROM_ZERO, [0, 1, 0, 1]).observed.tolist() == [2, 0]
    assert np.isfinite(fit_cox(FROM_ZERO, [1.0, 2, 1, 0]).baseline).all()
    assert pseudo_survival(FROM_ZERO, 0) == pytest.approx([0, 1, 1, 1])


def test_all_censored() -> None:
    assert np.isnan(auc_at(ALIVE, RISK, [2])).all()
    assert brier_score(ALIVE, np.full((4, 1), 0.9), [2]) == pytest.approx([0.01])
    assert logrank_of_groups(ALIVE, [0, 0, 1, 1]).test.p == 1
    assert pseudo_survival(ALIVE, 2).tolist() == [1] * 4
    assert net_benefit_at(ALIVE, [0.9, 0.9, 0.1, 0.1], 2, [0.5]) == pytest.approx([-0.5])
    (group,) = calibration_groups(ALIVE, [0.8] * 4, 2, 1)
    assert (group.observed, group.lower, group.upper) == (1, 1, 1)
    for refused in (
        lambda: fit_cox(ALIVE, RISK),
        lambda: proportionality_test(ALIVE, RISK),
        lambda: select_cutoff(ALIVE, RISK),
        lambda: observed_over_expected(ALIVE, [0.8] * 4, 2),
    ):
        with pytest.raises(ValueError, match="death"):
            refused()


def test_nobody_is_followed_as_long_as_asked() -> None:
    with pytest.raises(ValueError, match="nobody is observed"):
        brier_score(ALIVE, np.full((4, 1), 0.9), [4])
    with pytest.raises(ValueError, match="nobody is followed"):
        calibration_groups(ALIVE, [0.8] * 4, 5)
    assert np.isnan(auc_at(ALIVE, RISK, [9])).all()
    # All have died: the rest is known.
    assert brier_score(ONE_TIME, np.full((4, 1), 0.1), [9]) == pytest.approx([0.01])


@pytest.mark.parametrize(
    ("time", "event"),
    [
        ([1.0, np.nan], [1, 0]),
        ([1.0, -1], [1, 0]),
        ([1.0, np.inf], [1, 0]),
        ([1.0, 2], [1]),
        ([], []),
        ([1.0, 2], [1, 2]),
        ([1.0, 2], [1, np.nan]),
    ],
)
def test_follow_up_that_is_none(time: list[float], event: list[int]) -> None:
    with pytest.raises(ValueError, match="follow-up"):
        FollowUp(np.array(time), np.array(event))
