"""Intervals cover as they say, p-values are even under no difference, and edges have answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ctprog_gui.core.statistics.permutation import paired_permutation
from ctprog_gui.core.statistics.resampling import bootstrap, compare, optimism, quantile_interval, resamples


def test_the_middle_of_what_is_a_number() -> None:
    assert quantile_interval([*range(101), np.nan]) == pytest.approx((2.5, 97.5))
    assert np.isnan(quantile_interval([np.nan])).all()


def test_resamples_are_the_seed_s_and_keep_strata() -> None:
    first, second = (list(resamples(10, 3, 5, [0] * 4 + [1] * 6)) for _ in range(2))
    assert np.array_equal(first, second)
    assert all((np.sort(one)[:4] < 4).all() and (np.sort(one)[4:] >= 4).all() for one in first)
    assert not np.array_equal(first, list(resamples(10, 3, 6, [0] * 4 + [1] * 6)))
    with pytest.raises(ValueError, match="2 stratum labels for 3"):
        next(resamples(3, 1, 0, [0, 1]))
    with pytest.raises(ValueError, match="nothing"):
        next(resamples(0, 1, 0))


@pytest.mark.parametrize("kind", ["percentile", "bca"])
def test_intervals_are_those_of_scipy(kind: str) -> None:
    sample = np.random.default_rng(1).exponential(size=60)
    found = bootstrap(lambda i: float(sample[i].std()), 60, count=2000, seed=2, kind=kind)
    # With the same generator scipy draws the same patients.
    other = stats.bootstrap((sample,), np.std, n_resamples=2000, method=kind, rng=np.random.default_rng(2))
    assert found.standard_error == pytest.approx(other.standard_error, rel=1e-9)
    assert (found.lower, found.upper) == pytest.approx(tuple(other.confidence_interval), rel=1e-9)


def test_bca_shifts_the_interval_of_a_skewed_statistic() -> None:
    sample = np.random.default_rng(4).exponential(size=40)
    plain = bootstrap(lambda i: float(sample[i].var()), 40, seed=5)
    shifted = bootstrap(lambda i: float(sample[i].var()), 40, seed=5, kind="bca")
    assert shifted.lower > plain.lower
    assert shifted.upper > plain.upper


def test_resamples_without_a_number_are_counted() -> None:
    positive = np.array([True] + [False] * 9)

    def rate(index: np.ndarray) -> float:
        return float(index.mean()) if positive[index].any() else float("nan")

    found = bootstrap(rate, 10, count=400, seed=1)
    # (9/10)^10 = 0.35 of the resamples hold no positive.
    assert 0.25 < found.undefined / 400 < 0.45
    with pytest.raises(ValueError, match="resamples gave a number"):
        bootstrap(lambda i: float("nan") if len(set(i.tolist())) < 10 else 1.0, 10, count=50)
    with pytest.raises(ValueError, match="not a number on these patients"):
        bootstrap(lambda i: float("nan"), 10, count=5)
    with pytest.raises(ValueError, match="'basic'"):
        bootstrap(lambda i: float(i.mean()), 10, count=5, kind="basic")


def test_comparison_of_one_with_itself_and_with_a_better_one() -> None:
    x = np.random.default_rng(6).normal(size=50)
    same = compare(lambda i: float(x[i].mean()), lambda i: float(x[i].mean()), 50, count=200)
    assert (same.difference.value, same.difference.lower, same.p) == (0, 0, 1)
    better = compare(lambda i: float(x[i].mean()) + 1, lambda i: float(x[i].mean()), 50, count=200)
    assert better.difference.lower == pytest.approx(1)
    assert better.p == pytest.approx(2 / 201)


def test_optimism_of_a_mean_fitted_to_noise() -> None:
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=(60, 12)), rng.normal(size=60)

    def fit(index: np.ndarray) -> np.ndarray:
        return np.linalg.lstsq(x[index], y[index], rcond=None)[0]

    def r2(beta: np.ndarray, index: np.ndarray) -> float:
        return float(1 - ((y[index] - x[index] @ beta) ** 2).mean() / y[index].var())

    found = optimism(fit, r2, 60, count=60)
    assert found.apparent > 0.1
    # Nothing is to be found in noise.
    assert found.corrected < 0.05
    assert found.corrected == pytest.approx(found.apparent - found.training + found.test)


def test_optimism_where_no_fit_succeeds() -> None:
    def fit(index: np.ndarray) -> float:
        if len(set(index.tolist())) < 20:
            raise ValueError("too few")
        return 0.0

    with pytest.raises(ValueError, match="0 of 30"):
        optimism(fit, lambda model, index: model, 20, count=30)


def test_permutation_finds_a_difference_and_none() -> None:
    rng = np.random.default_rng(8)
    truth = rng.normal(size=80)
    fold = np.arange(80) % 4
    good, bad = truth + 0.5 * rng.normal(size=80), rng.normal(size=80)

    def correlation(predicted: np.ndarray, index: np.ndarray) -> float:
        return float(np.corrcoef(predicted, truth[index])[0, 1])

    found = paired_permutation(correlation, good, bad, fold=fold, swaps=199)
    assert found.difference > 0.5
    assert found.p == pytest.approx(1 / 200)
    assert abs(found.permuted.mean()) < 0.1
    same = paired_permutation(correlation, good, good, fold=fold, swaps=19)
    assert (same.difference, same.p) == (0, 1)
    again = paired_permutation(correlation, good, bad, fold=fold, swaps=199)
    assert np.array_equal(found.permuted, again.permuted)


def test_permutation_p_is_even_where_models_are_equally_good() -> None:
    rng = np.random.default_rng(9)
    found = []
    for i in range(60):
        truth = rng.normal(size=(24, 1))
        one, two = truth + rng.normal(size=(24, 2)), truth + rng.normal(size=(24, 2))

        def error(predicted: np.ndarray, index: np.ndarray, truth: np.ndarray = truth) -> float:
            return -float(((predicted - truth[index]) ** 2).mean())

        found.append(paired_permutation(error, one, two, swaps=99, seed=i).p)
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_permutation_refuses_what_does_not_match() -> None:
    with pytest.raises(ValueError, match="shape"):
        paired_permutation(lambda p, i: 0.0, [1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="in any fold"):
        paired_permutation(lambda p, i: float("nan"), [1, 2], [1, 3])
    with pytest.raises(ValueError, match="1 fold labels for 2"):
        paired_permutation(lambda p, i: 0.0, [1, 2], [1, 3], fold=[0])
