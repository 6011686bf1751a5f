"""The Kaplan–Meier estimate and its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctprog_gui.core.survival.sample import Z_95, Floats, FollowUp


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """S(t), right-continuous: `probability[i]` holds from `months[i]` on.

    `months` starts at 0, holds each distinct time of death, and ends where follow-up ends.
    `lower` and `upper` are the pointwise 95 % interval on the log(−log) scale (Kalbfleisch and
    Prentice), from Greenwood's variance. Where S is 1 it is (1, 1). Where S is 0 the interval does
    not exist (R gives NA): lower is 0 there, and upper stays what it was before.
    """

    months: Floats
    probability: Floats
    lower: Floats
    upper: Floats

    def at(self, month: float) -> float:
        """S at a time; after the last one it stays as it is there."""
        return float(self.probability[np.searchsorted(self.months, month, side="right") - 1])


def kaplan_meier(follow_up: FollowUp) -> KaplanMeier:
    """Estimate S(t) = ∏ (1 − d_i / n_i) over the times of death up to t.

    Censoring is taken as independent of the risk; a patient censored at a time of death counts as
    at risk there.
    """
    times = np.unique(follow_up.time[follow_up.event])
    at_risk = follow_up.at_risk(times).astype(np.float64)
    deaths = np.searchsorted(np.sort(follow_up.time[follow_up.event]), times, side="right").astype(float)
    deaths = np.diff(deaths, prepend=0.0)
    survival = np.cumprod(1.0 - deaths / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        width = Z_95 * np.sqrt(greenwood) / np.abs(np.log(survival))
        lower = survival ** np.exp(width)
        upper = survival ** np.exp(-width)
    if survival.size and survival[-1] <= 0:
        lower[-1] = 0.0
        upper[-1] = upper[-2] if survival.size > 1 else 1.0
    months = np.concatenate([[0.0], times])
    one = np.ones(1)
    parts = [np.concatenate([one, part]) for part in (survival, lower, upper)]
    end = follow_up.time.max()
    if end > months[-1]:
        months = np.append(months, end)
        parts = [np.append(part, part[-1]) for part in parts]
    return KaplanMeier(months, *parts)
