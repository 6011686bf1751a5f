"""How long a patient stays under observation, and the weights that make up for those who don't."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.survival.sample import Floats, FollowUp


@dataclass(frozen=True, eq=False)
class Censoring:
    """G(t) = P(not yet censored at t), a step function that falls after each of `times`."""

    times: Floats
    probability: Floats

    def at(self, time: ArrayLike) -> Floats:
        """G(t), the censorings at t counted."""
        return self._lookup(time, "right")

    def before(self, time: ArrayLike) -> Floats:
        """G(t−), the censorings at t not counted: a death at t was seen if no censoring came before."""
        return self._lookup(time, "left")

    def _lookup(self, time: ArrayLike, side: str) -> Floats:
        asked = np.asarray(time, dtype=np.float64)
        steps = np.searchsorted(self.times, asked, side="right" if side == "right" else "left")
        found: Floats = np.concatenate([[1.0], self.probability])[steps]
        return found


def fit_censoring(follow_up: FollowUp) -> Censoring:
    """Kaplan–Meier with the roles of death and censoring exchanged.

    Assumes that censoring depends neither on the time of death nor on covariates. Of equal times
    deaths come first, so that who died at t is not at risk of being censored at t (as in R's
    ``survfit`` and in scikit-survival).
    """
    times = np.unique(follow_up.time[~follow_up.event])
    at_risk = follow_up.at_risk(times) - _count(follow_up.time[follow_up.event], times)
    lost = _count(follow_up.time[~follow_up.event], times)
    return Censoring(times, np.cumprod(1.0 - lost / at_risk).astype(np.float64))


def inverse_weights(follow_up: FollowUp, month: float, censoring: Censoring | None = None) -> Floats:
    """Weights under which the patients whose state at `month` is known stand for all of them.

    w_i = 1 / G(T_i−) for a death by `month`, 1 / G(month) for who is followed beyond it, and 0 for
    who is censored by `month` (Graf et al. 1999; Robins and Rotnitzky 1992).

    Parameters
    ----------
    censoring
        Of the patients themselves unless another is given.

    Raises
    ------
    ValueError
        If under `censoring` nobody is observed beyond `month`, or someone died where nobody is observed:
        those who are known can't stand for the others then.
    """
    g = censoring or fit_censoring(follow_up)
    died = follow_up.event & (follow_up.time <= month)
    beyond = follow_up.time > month
    chance = np.where(died, g.before(follow_up.time), np.where(beyond, g.at(month), 1.0))
    if g.at(month) <= 0 or (chance <= 0).any():
        raise ValueError(f"nobody is observed for as long as {month:g}: no weight makes up for that")
    weights: Floats = np.where(died | beyond, 1.0 / chance, 0.0)
    return weights


def _count(values: Floats, at: Floats) -> Floats:
    ordered = np.sort(values)
    counts = np.searchsorted(ordered, at, side="right") - np.searchsorted(ordered, at, side="left")
    return counts.astype(np.float64)
