"""The Kaplan–Meier estimate and its interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from typing import Literal, get_args

import numpy as np

from ctprog_gui.core.survival.sample import Z_95, Floats, FollowUp

Interval = Literal["log-log", "log", "plain"]


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """S(t), right-continuous: `probability[i]` holds from `months[i]` on.

    `months` starts at 0, holds each distinct time of death, and ends where follow-up ends.
    `lower` and `upper` are the pointwise 95 % interval, from Greenwood's variance. Where S is 1 it is
    (1, 1). Where S is 0 the interval does not exist (R gives NA): lower is 0 there, and upper stays
    what it was before. `standard_error` is that of S, 0 where S is 0. `at_risk` and `deaths` are counts
    at each of the months.
    """

    months: Floats
    probability: Floats
    lower: Floats
    upper: Floats
    standard_error: Floats
    at_risk: Floats
    deaths: Floats

    def at(self, month: float) -> float:
        """S at a time; after the last one it stays as it is there."""
        return float(self.probability[np.searchsorted(self.months, month, side="right") - 1])

    def median(self) -> tuple[float, float, float]:
        """Median survival and its 95 % interval, by where the curve and its bounds reach ½.

        NaN for what is not reached. A curve that stays at ½ for a while gives the middle of it, as R does.
        """
        lower, upper = (_reaches_half(self.months, bound) for bound in (self.lower, self.upper))
        return _reaches_half(self.months, self.probability), lower, upper

    def restricted_mean(self, until: float) -> tuple[float, float]:
        """Mean survival up to `until`, the area under S, with its standard error.

        Beyond the end of follow-up the curve is continued as it is there: a bound, no estimate.

        Raises
        ------
        ValueError
            If `until` is not positive.

        Source: Klein and Moeschberger 2003, eq. 4.5.1 and 4.5.2.
        """
        if not until > 0:
            raise ValueError(f"the mean up to {until:g} is not defined")
        inside = self.months < until
        edges = np.append(self.months[inside], until)
        areas = self.probability[inside] * np.diff(edges)
        # What lies to the right of each time of death.
        beyond = np.append(np.cumsum(areas[::-1])[::-1][1:], 0.0)
        own = beyond + areas
        n, d = self.at_risk[inside], self.deaths[inside]
        alive = n > d
        hazard_variance = np.where(alive, d / np.where(alive, n * (n - d), 1.0), 0.0)
        return float(areas.sum()), sqrt(float((own**2 * hazard_variance).sum()))


def kaplan_meier(follow_up: FollowUp, interval: Interval = "log-log") -> KaplanMeier:
    """Estimate S(t) = ∏ (1 − d_i / n_i) over the times of death up to t.

    Censoring is taken as independent of the risk; a patient censored at a time of death counts as
    at risk there.

    Parameters
    ----------
    interval
        On which scale S ± 1.96 standard errors is taken: "log-log", log(−log S) (Kalbfleisch and
        Prentice), which stays inside (0, 1); "log", log S (R's default), cut at 1; "plain", S, cut
        at 0 and 1.

    Raises
    ------
    ValueError
        For an unknown kind of interval.
    """
    if interval not in get_args(Interval):
        raise ValueError(f"{interval!r} is none of {', '.join(get_args(Interval))}")
    times = np.unique(follow_up.time[follow_up.event])
    at_risk = follow_up.at_risk(times).astype(np.float64)
    deaths = np.searchsorted(np.sort(follow_up.time[follow_up.event]), times, side="right").astype(float)
    deaths = np.diff(deaths, prepend=0.0)
    survival = np.cumprod(1.0 - deaths / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.sqrt(np.cumsum(deaths / (at_risk * (at_risk - deaths))))
        error = survival * greenwood
        if interval == "log-log":
            width = Z_95 * greenwood / np.abs(np.log(survival))
            lower, upper = survival ** np.exp(width), survival ** np.exp(-width)
        elif interval == "log":
            lower = survival * np.exp(-Z_95 * greenwood)
            upper = np.minimum(1.0, survival * np.exp(Z_95 * greenwood))
        else:
            lower = np.maximum(0.0, survival - Z_95 * error)
            upper = np.minimum(1.0, survival + Z_95 * error)
    if survival.size and survival[-1] <= 0:
        error[-1] = lower[-1] = 0.0
        upper[-1] = upper[-2] if survival.size > 1 else 1.0
    months = np.concatenate([[0.0], times])
    parts = [
        np.concatenate([[first], part])
        for first, part in zip(
            (1.0, 1.0, 1.0, 0.0, float(follow_up.n), 0.0),
            (survival, lower, upper, error, at_risk, deaths),
            strict=True,
        )
    ]
    end = float(follow_up.time.max())
    if end > months[-1]:
        months = np.append(months, end)
        last = float(follow_up.at_risk(end))
        ends = [*(part[-1] for part in parts[:4]), last, 0.0]
        parts = [np.append(part, value) for part, value in zip(parts, ends, strict=True)]
    return KaplanMeier(months, *parts)


def _reaches_half(months: Floats, curve: Floats) -> float:
    """The first time at which a falling step curve is ½ or less."""
    # Products of fractions: what should be ½ may lie some 1e-16 beside it.
    below = np.flatnonzero(curve <= 0.5 + 1e-9)
    if below.size == 0:
        return nan
    first = int(below[0])
    if abs(curve[first] - 0.5) < 1e-9:
        lower = np.flatnonzero(curve < 0.5 - 1e-9)
        last = int(lower[0]) if lower.size else curve.size - 1
        return float(months[first] + months[last]) / 2
    return float(months[first])
