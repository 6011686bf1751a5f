"""Where a patient stands: the Kaplan–Meier curves of the reference cohort's two risk groups."""

from __future__ import annotations

import numpy as np

from ctprog_gui.core.inference.prediction import GroupCurve, HazardRatio, Placement
from ctprog_gui.core.inference.reference_cohort import ReferenceCohort
from ctprog_gui.core.survival.cox import fit_cox
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.logrank import logrank
from ctprog_gui.core.survival.sample import FollowUp

# Numbers at risk are given at these steps, as journals print them under the curve.
AT_RISK_EVERY_MONTHS = 6


def place(cohort: ReferenceCohort, cutoff: float, *, cutoff_in_sample: bool) -> Placement | None:
    """Split the cohort at the cut-off (high is above it) and compare the groups.

    Returns None where that can't be done: a group without patients, or no hazard ratio because one
    group has no deaths.
    """
    high = cohort.risk_score > cutoff
    if high.all() or not high.any():
        return None
    follow_up = cohort.follow_up
    groups = {"low": follow_up.where(~high), "high": follow_up.where(high)}
    try:
        ratio = fit_cox(follow_up, high.astype(float)).hazard_ratio()
    except ValueError:
        return None
    last = float(follow_up.time.max())
    at = np.arange(0.0, last + 1e-9, AT_RISK_EVERY_MONTHS)
    return Placement(
        n=follow_up.n,
        events=follow_up.events,
        group_curve={name: _curve(name, group, at) for name, group in groups.items()},
        logrank_p=logrank(groups["low"], groups["high"]).p,
        hazard_ratio=HazardRatio(*ratio),
        cutoff_in_sample=cutoff_in_sample,
    )


def _curve(name: str, group: FollowUp, at: np.ndarray[tuple[int], np.dtype[np.float64]]) -> GroupCurve:
    curve = kaplan_meier(group)
    return GroupCurve(
        group=name,
        n=group.n,
        events=group.events,
        months=tuple(curve.months.tolist()),
        probability=tuple(curve.probability.tolist()),
        lower=tuple(curve.lower.tolist()),
        upper=tuple(curve.upper.tolist()),
        censored_months=tuple(np.sort(group.time[~group.event]).tolist()),
        at_risk_months=tuple(at.tolist()),
        at_risk=tuple(int(n) for n in group.at_risk(at)),
    )
