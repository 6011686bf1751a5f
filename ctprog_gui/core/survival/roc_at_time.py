"""How well a score tells who dies by a time from who lives beyond it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.statistics.roc import Bools, RocCurve
from ctprog_gui.core.survival.censoring import Censoring, inverse_weights
from ctprog_gui.core.survival.sample import Floats, FollowUp


def auc_at(
    follow_up: FollowUp, risk: ArrayLike, months: ArrayLike, censoring: Censoring | None = None
) -> Floats:
    """Cumulative/dynamic AUC at each month.

    Estimand: P(risk_i > risk_j | T_i ≤ t < T_j), equal risks half. Cases weigh 1 / G(T_i−), controls
    the same each; who is censored by t weighs nothing. Assumes censoring independent of death and score.

    Parameters
    ----------
    risk
        (patient,), or (patient, month) where the score changes with the time asked for; higher is worse.
    censoring
        G of the training patients, where they are others.

    Returns
    -------
    ndarray
        (month,); NaN where nobody has died yet or nobody is followed beyond.

    Raises
    ------
    ValueError
        If scores are not finite or of another shape, or a case lies where, under `censoring`,
        nobody is observed.

    Source: Uno et al. 2007; Hung and Chiang 2010. R's ``timeROC`` leaves out a death at t itself;
    scikit-survival takes G(T_i), which differs where a death and a censoring are at one time.
    """
    asked = np.atleast_1d(np.asarray(months, dtype=np.float64))
    scores = np.asarray(risk, dtype=np.float64)
    if scores.ndim == 1:
        scores = np.broadcast_to(scores[:, None], (scores.size, asked.size))
    if scores.shape != (follow_up.n, asked.size):
        raise ValueError(f"risk scores of shape {scores.shape} for {follow_up.n} patients")
    if not np.isfinite(scores).all():
        raise ValueError("a risk score is not a finite number")
    found = np.full(asked.size, np.nan)
    for k, month in enumerate(asked):
        case, control = _split(follow_up, float(month))
        if not case.any() or not control.any():
            continue
        weight = inverse_weights(follow_up, float(month), censoring)[case]
        ordered = np.sort(scores[control, k])
        below = np.searchsorted(ordered, scores[case, k], side="left")
        upto = np.searchsorted(ordered, scores[case, k], side="right")
        found[k] = weight @ (below + upto) / (2 * weight.sum() * ordered.size)
    return found


def roc_at(
    follow_up: FollowUp, risk: ArrayLike, month: float, censoring: Censoring | None = None
) -> RocCurve:
    """The ROC curve whose area `auc_at` gives.

    Raises
    ------
    ValueError
        As `auc_at`; and if nobody has died by the month or nobody is followed beyond it.
    """
    scores = np.asarray(risk, dtype=np.float64)
    if scores.shape != (follow_up.n,) or not np.isfinite(scores).all():
        raise ValueError(f"a ROC curve needs one finite score for each of {follow_up.n} patients")
    case, control = _split(follow_up, month)
    if not case.any() or not control.any():
        raise ValueError(f"a ROC curve at {month:g} needs deaths by then and patients beyond")
    weight = inverse_weights(follow_up, month, censoring)[case]
    distinct = np.unique(scores[case | control])[::-1]
    threshold = np.concatenate([[np.inf], (distinct[:-1] + distinct[1:]) / 2, [-np.inf]])
    by_score = np.argsort(scores[case])
    total = np.concatenate([[0.0], np.cumsum(weight[by_score])])
    upto = np.searchsorted(scores[case][by_score], threshold, side="right")
    others = np.searchsorted(np.sort(scores[control]), threshold, side="right")
    return RocCurve(threshold, 1 - total[upto] / total[-1], others / np.count_nonzero(control))


def _split(follow_up: FollowUp, month: float) -> tuple[Bools, Bools]:
    """Who has died by the month, and who is followed beyond."""
    return follow_up.event & (follow_up.time <= month), follow_up.time > month
