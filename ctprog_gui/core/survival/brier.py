"""How far predicted survival lies from what happened, by the mean square."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.survival.censoring import Censoring, fit_censoring, inverse_weights
from ctprog_gui.core.survival.sample import Floats, FollowUp


def brier_score(
    follow_up: FollowUp, survival: ArrayLike, months: ArrayLike, censoring: Censoring | None = None
) -> Floats:
    """Brier score at each month, weighted for censoring.

    Estimand: E[(1{T > t} − S(t | x))²]. A death by t counts S(t | x)² / G(T_i−), who is followed
    beyond t (1 − S(t | x))² / G(t), who is censored by t nothing. 0.25 is what S = ½ for everybody
    gets. Assumes censoring independent of death and covariates.

    Parameters
    ----------
    survival
        (patient, month), probabilities.
    censoring
        G of the training patients, where they are others.

    Raises
    ------
    ValueError
        If there is not one probability for each patient and month, one is outside [0, 1], or nobody is
        observed for as long as a month asked for.

    Source: Graf et al., Stat Med 1999. scikit-survival takes G(T_i), which differs where a death and
    a censoring are at one time.
    """
    asked = np.atleast_1d(np.asarray(months, dtype=np.float64))
    predicted = np.asarray(survival, dtype=np.float64)
    if predicted.shape != (follow_up.n, asked.size):
        raise ValueError(
            f"survival of shape {predicted.shape} for {follow_up.n} patients and {asked.size} months"
        )
    if not ((predicted >= 0) & (predicted <= 1)).all():
        raise ValueError("a survival probability is not between 0 and 1")
    g = censoring or fit_censoring(follow_up)
    weight = np.column_stack([inverse_weights(follow_up, float(month), g) for month in asked])
    alive = follow_up.time[:, None] > asked
    score: Floats = (weight * (alive - predicted) ** 2).mean(axis=0)
    return score


def integrated_brier_score(
    follow_up: FollowUp, survival: ArrayLike, months: ArrayLike, censoring: Censoring | None = None
) -> float:
    """The Brier score's mean over the time from the first to the last of the months, by trapezoids.

    Raises
    ------
    ValueError
        As `brier_score`; and if there are not two months or they do not rise.
    """
    asked = np.atleast_1d(np.asarray(months, dtype=np.float64))
    if asked.size < 2 or (np.diff(asked) <= 0).any():
        raise ValueError("an integrated Brier score needs at least two rising months")
    score = brier_score(follow_up, survival, asked, censoring)
    return float(((score[1:] + score[:-1]) / 2 * np.diff(asked)).sum() / (asked[-1] - asked[0]))
