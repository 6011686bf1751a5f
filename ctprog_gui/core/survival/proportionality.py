"""Whether the hazard ratios of a Cox fit stay the same over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.statistics.chi_square import ChiSquare
from ctprog_gui.core.survival.cox import covariate_table, fit_cox
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.partial_likelihood import partial_likelihood, risk_sets
from ctprog_gui.core.survival.sample import Floats, FollowUp

Transform = Literal["km", "rank", "identity", "log"]


@dataclass(frozen=True, eq=False)
class ProportionalityTest:
    """A test for each covariate and one of all together (R's row GLOBAL).

    For the plot, one row a death by rising time: `time`, its transformed value, and
    `scaled_residual`, (death, covariate), whose smooth course over time is that of β(t).
    """

    transform: Transform
    column: tuple[ChiSquare, ...]
    together: ChiSquare
    time: Floats
    transformed: Floats
    scaled_residual: Floats


def proportionality_test(
    follow_up: FollowUp, covariates: ArrayLike, transform: Transform = "km"
) -> ProportionalityTest:
    """The score test of β(t) = β + θ g(t) against θ = 0, as R's ``cox.zph`` since survival 3.

    The covariates x are joined by x g(t); the score and the information of the joint model are taken
    at (β̂, 0), the variance of the covariates in each risk set by itself. Each covariate is tested with
    its own θ free, and all with every θ free.

    lifelines' ``proportional_hazard_test`` is another test: that of Grambsch and Therneau (1994), which
    takes the variance as the same at every death, as R did before; it has no test of all together.

    Parameters
    ----------
    transform
        g: "km", 1 − S(t−) by Kaplan–Meier; "rank", the rank among the times of all patients;
        "identity", t; "log", log t.

    Raises
    ------
    ValueError
        As `fit_cox`; for an unknown transform; for "log" with a death at time 0; if g is the same
        at every death.

    Source: Grambsch and Therneau, Biometrika 1994; Therneau's survival package, 3.0 and later.
    """
    if transform not in get_args(Transform):
        raise ValueError(f"{transform!r} is none of {', '.join(get_args(Transform))}")
    x = covariate_table(follow_up, covariates)
    fit = fit_cox(follow_up, x)
    spread = x.std(axis=0)
    sets = risk_sets(follow_up, (x - fit.mean) / spread)
    here = partial_likelihood(sets, fit.coefficient * spread)
    g = _transformed(follow_up, here.time, transform)
    if np.ptp(g) == 0:
        raise ValueError("proportional hazards can't be tested: all deaths are at one time")
    # Any shift of g leaves the tests as they are; the mean keeps the numbers well scaled.
    g = g - g.mean()
    p = x.shape[1]
    both = np.empty((2 * p, 2 * p))
    both[:p, :p] = here.information()
    both[:p, p:] = both[p:, :p] = here.information(g)
    both[p:, p:] = here.information(g**2)
    score = np.concatenate([np.zeros(p), g @ here.difference])

    def test(free: NDArray[np.int64]) -> ChiSquare:
        kept = np.concatenate([np.arange(p), p + free])
        value = score[kept] @ np.linalg.solve(both[np.ix_(kept, kept)], score[kept])
        return ChiSquare(float(value), free.size)

    rising = np.argsort(here.time, kind="stable")
    scaled = fit.coefficient + here.time.size * (here.difference * spread) @ fit.covariance
    return ProportionalityTest(
        transform,
        tuple(test(np.array([i])) for i in range(p)),
        test(np.arange(p)),
        here.time[rising],
        _transformed(follow_up, here.time, transform)[rising],
        scaled[rising],
    )


def _transformed(follow_up: FollowUp, time: Floats, transform: Transform) -> Floats:
    """g of each death's time."""
    if transform == "identity":
        return time
    if transform == "log":
        if time.min() <= 0:
            raise ValueError("the logarithm of a death at time 0")
        return np.asarray(np.log(time), dtype=np.float64)
    if transform == "rank":
        ordered = np.sort(follow_up.time)
        below, upto = (np.searchsorted(ordered, time, side=side) for side in ("left", "right"))
        return np.asarray((below + upto + 1) / 2, dtype=np.float64)
    curve = kaplan_meier(follow_up)
    before = np.searchsorted(curve.months, time, side="left") - 1
    return np.asarray(1 - curve.probability[np.maximum(before, 0)], dtype=np.float64)
