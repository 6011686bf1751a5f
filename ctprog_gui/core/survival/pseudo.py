"""What each patient adds to the Kaplan–Meier estimate: a stand-in for an outcome that censoring hides."""

from __future__ import annotations

import numpy as np

from ctprog_gui.core.survival.sample import Floats, FollowUp


def pseudo_survival(follow_up: FollowUp, month: float) -> Floats:
    """n S(t) − (n − 1) S₋ᵢ(t) of each patient i, S₋ᵢ the Kaplan–Meier estimate without the patient.

    Without censoring this is 1{T_i > t}; with it, its mean given covariates is S(t | x), about, if
    censoring depends on neither. Values may lie outside [0, 1].

    Raises
    ------
    ValueError
        If there are fewer than two patients.

    Source: Andersen, Klein and Rosthøj, Biometrika 2003. Leaving one out changes the factors up to
    the patient's own time, so that products of factors before and after it give all S₋ᵢ at once.
    """
    n = follow_up.n
    if n < 2:
        raise ValueError("pseudo-observations need at least two patients")
    times = np.unique(follow_up.time[follow_up.event & (follow_up.time <= month)])
    at_risk = follow_up.at_risk(times).astype(np.float64)
    died = follow_up.time[follow_up.event & (follow_up.time <= month)]
    deaths = np.bincount(np.searchsorted(times, died), minlength=times.size).astype(np.float64)
    factor = 1 - deaths / at_risk
    # Where nobody else is at risk nobody else dies: the factor without the patient is 1.
    others = np.maximum(at_risk - 1, 1)
    thinner = np.where(at_risk > 1, 1 - np.minimum(deaths, others) / others, 1.0)
    own_death = np.where(at_risk > 1, 1 - (deaths - 1) / others, 1.0)
    before = np.concatenate([[1.0], np.cumprod(thinner)])
    after = np.concatenate([np.cumprod(factor[::-1])[::-1], [1.0]])
    # At risk at every time of death up to the patient's own.
    upto = np.searchsorted(times, follow_up.time, side="right")
    without = before[upto] * after[upto]
    dead = np.flatnonzero(follow_up.event & (follow_up.time <= month))
    at = np.searchsorted(times, follow_up.time[dead])
    without[dead] = before[at] * own_death[at] * after[at + 1]
    survival = float(factor.prod())
    found: Floats = n * survival - (n - 1) * without
    return found
