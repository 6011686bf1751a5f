"""Cuts of time, chosen from follow-up, and curves between them."""

from __future__ import annotations

import numpy as np
import pytest

from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.sample import FollowUp
from ctprog_gui.core.survival.targets import monthly_targets
from training.tables.grid import TimeGrid


def drawn(n: int = 400, seed: int = 1) -> FollowUp:
    rng = np.random.default_rng(seed)
    return FollowUp(np.round(rng.exponential(40, size=n), 2), rng.random(n) < 0.6)


def test_every_month_is_the_monthly_grid() -> None:
    follow_up = FollowUp([0, 0, 0.5, 1, 1, 2.3, 3, 3, 4, 9], [1, 0, 1, 1, 0, 0, 1, 0, 1, 1])
    bins, died = TimeGrid(np.arange(4.0)).targets(follow_up)
    expected = monthly_targets(follow_up, 3)
    assert bins.tolist() == expected.bin.tolist()
    assert died.tolist() == expected.observed.tolist()


def test_bins_of_a_coarse_grid() -> None:
    grid = TimeGrid(np.array([0.0, 6.0, 24.0]))
    bins, died = grid.targets(FollowUp([6, 6, 7, 20, 24, 24, 25], [1, 0, 1, 0, 1, 0, 1]))
    assert bins.tolist() == [0, 1, 1, 1, 1, 2, 2]
    assert died.tolist() == [True, False, True, False, True, False, False]


def test_quantiles_take_equal_steps_of_the_kaplan_meier_curve() -> None:
    follow_up = drawn()
    grid = TimeGrid.of(follow_up, 10, "quantile")
    curve = kaplan_meier(follow_up)
    steps = -np.diff([curve.at(cut) for cut in grid.cuts])
    assert grid.bins == 10
    assert (grid.cuts == np.round(grid.cuts)).all()
    # A cut is moved to the next whole month: by what happens in one, at most.
    assert steps == pytest.approx(np.full(10, steps.mean()), abs=0.03)


def test_equidistant_cuts() -> None:
    follow_up = FollowUp([3.2, 40, 11], [1, 1, 0])
    assert TimeGrid.of(follow_up, 4, "equidistant").cuts.tolist() == [0, 10, 20, 30, 40]
    # The last cut is the last death, not the longest follow-up.
    assert TimeGrid.of(FollowUp([3.2, 40, 11], [1, 0, 0]), 4, "quantile").cuts.tolist() == [0, 4]


@pytest.mark.parametrize("cuts", ["quantile", "equidistant"])
def test_more_bins_than_months(cuts: str) -> None:
    grid = TimeGrid.of(FollowUp([0.5, 2, 3], [1, 1, 1]), 50, cuts)
    assert grid.cuts.tolist() == ([0, 1, 2, 3])


def test_no_death_no_grid() -> None:
    with pytest.raises(ValueError, match="at least one death"):
        TimeGrid.of(FollowUp([1, 2], [0, 0]), 4, "quantile")


def test_curves_between_and_behind_the_cuts() -> None:
    grid = TimeGrid(np.array([0.0, 4.0, 10.0]))
    survival = np.array([[1.0, 0.6, 0.3], [1.0, 1.0, 0.4]])
    found = grid.survival_at(survival, [0, 2, 4, 7, 10, 50])
    assert found == pytest.approx(np.array([[1, 0.8, 0.6, 0.45, 0.3, 0.3], [1, 1, 1, 0.7, 0.4, 0.4]]))


def test_whole_months_tell_the_whole_curve() -> None:
    """From its values at months the curve at any time comes back."""
    rng = np.random.default_rng(2)
    grid = TimeGrid.of(drawn(), 12, "quantile")
    survival = np.sort(rng.random((5, grid.bins + 1)))[:, ::-1]
    survival[:, 0] = 1
    months = np.arange(grid.cuts[-1] + 20)
    times = rng.random(200) * months[-1]
    told = TimeGrid(months).survival_at(grid.survival_at(survival, months), times)
    assert told == pytest.approx(grid.survival_at(survival, times), abs=1e-12)
