"""Bootstrap over patients: intervals, paired comparisons, and optimism."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import nan
from statistics import NormalDist
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
Statistic = Callable[[Index], float]
Model = TypeVar("Model")
# A resample may lack what a statistic needs; where most of them do, there is no interval.
_LEAST_DEFINED = 0.5


@dataclass(frozen=True, eq=False)
class BootstrapEstimate:
    """A statistic with its interval and standard error; `undefined` resamples gave no number."""

    value: float
    lower: float
    upper: float
    standard_error: float
    replicates: Floats
    undefined: int


@dataclass(frozen=True, eq=False)
class BootstrapComparison:
    """The first less the second on the same resamples, and a two-sided p for no difference."""

    first: BootstrapEstimate
    second: BootstrapEstimate
    difference: BootstrapEstimate
    p: float


@dataclass(frozen=True)
class Optimism:
    """What a fit is worth on the patients it saw, less what it is too good by (means over resamples)."""

    apparent: float
    training: float
    test: float

    @property
    def optimism(self) -> float:
        return self.training - self.test

    @property
    def corrected(self) -> float:
        return self.apparent - self.optimism


def resamples(n: int, count: int, seed: int, stratum: ArrayLike | None = None) -> Iterator[Index]:
    """`count` samples of `n` patients with replacement, as indices; the same for the same seed.

    With `stratum` (a label a patient) each stratum keeps its size.

    Raises
    ------
    ValueError
        If there is no patient, or there are not as many labels as patients.
    """
    if n < 1:
        raise ValueError("nothing to draw from")
    groups = [np.arange(n)]
    if stratum is not None:
        label = np.asarray(stratum)
        if label.shape != (n,):
            raise ValueError(f"{label.size} stratum labels for {n} patients")
        groups = [np.flatnonzero(label == one) for one in np.unique(label)]
    rng = np.random.default_rng(seed)
    for _ in range(count):
        drawn = [group[rng.integers(group.size, size=group.size)] for group in groups]
        yield np.concatenate(drawn).astype(np.int64)


def bootstrap(
    statistic: Statistic,
    n: int,
    *,
    count: int = 2000,
    seed: int = 0,
    kind: Literal["percentile", "bca"] = "percentile",
    level: float = 0.95,
    stratum: ArrayLike | None = None,
) -> BootstrapEstimate:
    """A statistic of patients' indices, with an interval from drawing patients with replacement.

    Parameters
    ----------
    kind
        "percentile": quantiles of the replicates. "bca": their levels shifted for bias and for a
        spread that changes with the value; costs n more evaluations.

    Raises
    ------
    ValueError
        If the statistic is not a number on the patients themselves, or on most resamples.

    Source: Efron and Tibshirani 1993, chapters 13 and 14.
    """
    replicates = np.array([statistic(index) for index in resamples(n, count, seed, stratum)])
    return _estimate(statistic, n, replicates, kind, level)


def compare(
    first: Statistic,
    second: Statistic,
    n: int,
    *,
    count: int = 2000,
    seed: int = 0,
    kind: Literal["percentile", "bca"] = "percentile",
    level: float = 0.95,
    stratum: ArrayLike | None = None,
) -> BootstrapComparison:
    """Two statistics of the same patients, each resample asked of both.

    p is twice the smaller share of resamples whose difference lies on one side of 0, those at 0 on
    both, with one added to count and number, so that it is never 0. It is the level at which the
    percentile interval touches 0, not the p of a permutation.
    Raises as `bootstrap`.
    """
    drawn = list(resamples(n, count, seed, stratum))
    one = np.array([first(index) for index in drawn])
    two = np.array([second(index) for index in drawn])
    difference = one - two
    known = difference[np.isfinite(difference)]
    sides = (np.count_nonzero(known <= 0), np.count_nonzero(known >= 0))
    return BootstrapComparison(
        _estimate(first, n, one, kind, level),
        _estimate(second, n, two, kind, level),
        _estimate(lambda index: first(index) - second(index), n, difference, kind, level),
        min(1.0, 2 * (min(sides) + 1) / (known.size + 1)),
    )


def optimism(
    fit: Callable[[Index], Model],
    measure: Callable[[Model, Index], float],
    n: int,
    *,
    count: int = 200,
    seed: int = 0,
) -> Optimism:
    """Harrell's optimism: refit on each resample, measure there and on all patients.

    Resamples on which the fit raises ValueError, or the measure is not a number, are left out.

    Raises
    ------
    ValueError
        If most resamples are left out.

    Source: Harrell, Lee and Mark, Stat Med 1996; R: ``rms::validate``.
    """
    everybody = np.arange(n)
    apparent = measure(fit(everybody), everybody)
    pairs: list[tuple[float, float]] = []
    for index in resamples(n, count, seed):
        try:
            model = fit(index)
        except ValueError:
            continue
        pairs.append((measure(model, index), measure(model, everybody)))
    table = np.array([pair for pair in pairs if np.isfinite(pair).all()]).reshape(-1, 2)
    if len(table) < _LEAST_DEFINED * count:
        raise ValueError(f"only {len(table)} of {count} resamples could be fitted")
    return Optimism(apparent, float(table[:, 0].mean()), float(table[:, 1].mean()))


def quantile_interval(replicates: Sequence[float] | Floats, level: float = 0.95) -> tuple[float, float]:
    """The middle `level` of the replicates that are numbers; NaN where none is."""
    every = np.asarray(replicates, dtype=np.float64)
    known = every[np.isfinite(every)]
    if known.size == 0:
        return nan, nan
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _estimate(statistic: Statistic, n: int, replicates: Floats, kind: str, level: float) -> BootstrapEstimate:
    value = float(statistic(np.arange(n)))
    if not np.isfinite(value):
        raise ValueError("the statistic is not a number on these patients")
    known = replicates[np.isfinite(replicates)]
    if known.size < max(2, _LEAST_DEFINED * replicates.size):
        raise ValueError(f"only {known.size} of {replicates.size} resamples gave a number")
    if kind == "bca":
        lower, upper = _bca(statistic, n, value, known, level)
    elif kind == "percentile":
        lower, upper = quantile_interval(known, level)
    else:
        raise ValueError(f"no bootstrap interval is called {kind!r}")
    error = float(known.std(ddof=1))
    return BootstrapEstimate(value, lower, upper, error, replicates, replicates.size - known.size)


def _bca(statistic: Statistic, n: int, value: float, known: Floats, level: float) -> tuple[float, float]:
    """Bias-corrected and accelerated; the acceleration is the skewness of the jackknife."""
    normal = NormalDist()
    # Half of the ties count as below; all on one side would put the correction at infinity.
    below = float(np.mean(known < value) + 0.5 * np.mean(known == value))
    shift = normal.inv_cdf(min(max(below, 0.5 / known.size), 1 - 0.5 / known.size))
    everybody = np.arange(n)
    left_out = np.array([statistic(np.delete(everybody, i)) for i in range(n)])
    away = np.nanmean(left_out) - left_out[np.isfinite(left_out)]
    scale = float((away**2).sum()) ** 1.5
    acceleration = float((away**3).sum()) / (6 * scale) if scale > 0 else 0.0
    bounds = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        z = shift + normal.inv_cdf(tail)
        bounds.append(normal.cdf(shift + z / (1 - acceleration * z)))
    low, high = np.quantile(known, bounds)
    return float(low), float(high)
