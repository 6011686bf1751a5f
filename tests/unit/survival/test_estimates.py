"""Small cases that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.core.survival.concordance import concordance, time_dependent_concordance
from ctprog_gui.core.survival.cox import fit_cox
from ctprog_gui.core.survival.cutoff import median_cutoff
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.logrank import logrank
from ctprog_gui.core.survival.sample import FollowUp
from ctprog_gui.core.survival.targets import monthly_targets


def _sample(time: list[float], event: list[int]) -> FollowUp:
    return FollowUp(np.array(time, dtype=float), np.array(event, dtype=bool))


def test_kaplan_meier_by_hand() -> None:
    curve = kaplan_meier(_sample([2, 3, 3, 5, 8], [1, 1, 0, 1, 0]))
    assert curve.months.tolist() == [0, 2, 3, 5, 8]
    # 4/5, then 3/4 of that (one of four dies at 3), then 1/2 of that; the last is censored.
    assert curve.probability == pytest.approx([1, 0.8, 0.6, 0.3, 0.3])
    assert curve.at(4.9) == pytest.approx(0.6)
    assert (curve.lower <= curve.probability).all()
    assert (curve.probability <= curve.upper).all()


def test_kaplan_meier_that_ends_at_zero_has_a_finite_interval() -> None:
    curve = kaplan_meier(_sample([1, 2], [1, 1]))
    assert curve.probability.tolist() == [1, 0.5, 0]
    assert np.isfinite(curve.lower).all()
    assert np.isfinite(curve.upper).all()
    assert curve.lower[-1] == 0


def test_kaplan_meier_without_deaths_stays_at_one() -> None:
    curve = kaplan_meier(_sample([4, 6], [0, 0]))
    assert curve.months.tolist() == [0, 6]
    assert curve.probability.tolist() == [1, 1]


@given(st.lists(st.tuples(st.floats(0.1, 99), st.booleans()), min_size=2, max_size=40))
def test_kaplan_meier_falls_and_is_kept_by_its_interval(rows: list[tuple[float, bool]]) -> None:
    curve = kaplan_meier(FollowUp(np.array([r[0] for r in rows]), np.array([r[1] for r in rows])))
    assert (np.diff(curve.probability) <= 0).all()
    assert (curve.lower <= curve.probability + 1e-12).all()
    assert (curve.probability <= curve.upper + 1e-12).all()


def test_equal_groups_do_not_differ() -> None:
    group = _sample([1, 4, 6, 9], [1, 0, 1, 1])
    found = logrank(group, group)
    assert found.chi_square == pytest.approx(0)
    assert found.p == pytest.approx(1)


@pytest.mark.parametrize(
    ("time", "event", "x", "reason"),
    [
        ([1, 2], [0, 0], [0, 1], "at least one death"),
        ([1, 2], [1, 1], [3, 3], "the same for every patient"),
        ([1, 2, 3, 4], [1, 1, 0, 0], [1, 1, 0, 0], "separates"),
    ],
)
def test_cox_says_why_it_cannot_fit(time: list[float], event: list[int], x: list[float], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        fit_cox(_sample(time, event), x)


def test_concordance_counts_ties_half_and_censored_ties() -> None:
    # Pairs: (1,2) and (1,3) by time, and at time 2 the death before the censoring.
    follow_up = _sample([1, 2, 2], [1, 1, 0])
    assert concordance(follow_up, [3, 2, 1]) == 1
    assert concordance(follow_up, [3, 1, 1]) == pytest.approx(2.5 / 3)
    assert concordance(_sample([1, 2], [0, 1]), [1, 2]) == 0.5


def test_time_dependent_concordance_by_hand() -> None:
    # Patient 0 dies in month 0, patient 1 in month 1, patient 2 is censored in month 1.
    targets = monthly_targets(_sample([0.5, 1.5, 1.5], [1, 1, 0]), 3)
    cif = np.array([[0.5, 0.6, 0.7], [0.2, 0.5, 0.6], [0.3, 0.4, 0.9]])
    strict = time_dependent_concordance(targets.follow_up, cif, targets.bin, censored_ties=False)
    # (0,1) and (0,2) at month 0: .5 > .2 and .5 > .3.
    assert strict == 1
    cif[0, 0] = 0.2
    # Now .2 > .2 fails (equal is discordant) and .2 > .3 fails; (1,2) at month 1 holds: .5 > .4.
    assert time_dependent_concordance(targets.follow_up, cif, targets.bin, censored_ties=False) == 0
    both = time_dependent_concordance(targets.follow_up, cif, targets.bin, censored_ties=True)
    assert both == pytest.approx(1 / 3)


def test_monthly_targets() -> None:
    follow_up = _sample([0.2, 1.0, 1.2, 24.0, 24.1, 7.9, 24.0, 30.0], [1, 1, 1, 1, 1, 0, 0, 0])
    targets = monthly_targets(follow_up, 24)
    assert targets.bin.tolist() == [0, 0, 1, 23, 24, 7, 24, 24]
    assert targets.observed.tolist() == [True, True, True, True, False, False, False, False]


def test_median_cutoff_says_that_it_is_in_sample() -> None:
    choice = median_cutoff([1.0, 9.0, 2.0])
    assert choice.value == 2.0
    assert choice.in_sample
    assert "median" in choice.rule


@pytest.mark.parametrize(("time", "event"), [([], []), ([1, 2], [1]), ([-1], [1]), ([float("nan")], [0])])
def test_follow_up_is_checked(time: list[float], event: list[int]) -> None:
    with pytest.raises(ValueError, match="follow-up"):
        _sample(time, event)
