"""Decision curves for death by a time, with censoring."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.statistics.net_benefit import checked_thresholds
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.sample import Floats, FollowUp


def net_benefit_at(
    follow_up: FollowUp, probability: ArrayLike, month: float, thresholds: ArrayLike
) -> Floats:
    """Net benefit of treating whoever's probability of death by `month` is at least each threshold.

    With q the share that is treated and S their Kaplan–Meier survival at the month: q (1 − S) true and q S
    false positives, the latter at the price p / (1 − p) that the threshold p puts on them. Treating
    nobody is worth 0; treating everybody is the net benefit of a probability of 1. Censoring is
    independent of death within who is treated.

    Parameters
    ----------
    probability
        (patient,), of death by `month`, in [0, 1].

    Returns
    -------
    ndarray
        (threshold,); 0 where nobody is treated; NaN where none of the treated is followed up to the month.

    Raises
    ------
    ValueError
        If there is not one probability a patient, or a threshold is not in [0, 1).

    Source: Vickers et al., BMC Med Inform Decis Mak 2008; R: ``dcurves::dca``.
    """
    risk = np.asarray(probability, dtype=np.float64)
    if risk.shape != (follow_up.n,):
        raise ValueError(f"{risk.size} probabilities for {follow_up.n} patients")
    if not ((risk >= 0) & (risk <= 1)).all():
        raise ValueError("a probability is not between 0 and 1")
    level = checked_thresholds(thresholds)
    # Thresholds between two neighbouring probabilities treat the same patients.
    treated = follow_up.n - np.searchsorted(np.sort(risk), level, side="left")
    worth = np.zeros(level.size)
    known: dict[int, float] = {}
    for k, count in enumerate(treated.tolist()):
        if count == 0:
            continue
        if count not in known:
            known[count] = _survival_at(follow_up.where(risk >= level[k]), month)
        share, alive = count / follow_up.n, known[count]
        worth[k] = share * (1 - alive) - share * alive * level[k] / (1 - level[k])
    return worth


def _survival_at(group: FollowUp, month: float) -> float:
    return kaplan_meier(group).at(month) if group.reaches(month) else float("nan")
