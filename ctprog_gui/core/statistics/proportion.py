"""A share with its interval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Proportion:
    """`successes` of `trials`, and the interval of the share."""

    successes: int
    trials: int
    value: float
    lower: float
    upper: float


def exact_proportion(successes: int, trials: int, level: float = 0.95) -> Proportion:
    """Clopper and Pearson's interval, which covers with at least `level` whatever the share is.

    Raises
    ------
    ValueError
        If there is no trial, or the successes are not between 0 and the trials.

    Source: Clopper and Pearson, Biometrika 1934, by quantiles of the beta distribution.
    """
    from scipy import stats

    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no share")
    tail = (1 - level) / 2
    lower = float(stats.beta.ppf(tail, successes, trials - successes + 1)) if successes else 0.0
    upper = float(stats.beta.ppf(1 - tail, successes + 1, trials - successes)) if successes < trials else 1.0
    return Proportion(successes, trials, successes / trials, lower, upper)
