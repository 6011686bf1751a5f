"""Cox's partial likelihood with Efron's handling of ties, as sums over patients instead of risk sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.survival.sample import Floats, FollowUp

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PartialLikelihood:
    """The likelihood at one vector of coefficients; one row a death, by falling time.

    Efron (1977): of d tied deaths, the l-th (l = 0 … d − 1) sees the risk set with l/d of the tied
    patients' weight taken away. For that death, `at_risk` is the sum of the weights exp(x β), and
    `mean` the weighted mean of the covariates.
    """

    value: float
    time: Floats
    at_risk: Floats
    mean: Floats
    difference: Floats
    _x: Floats
    _last: Index
    _deaths_from: Index
    _own: Index
    _part: Floats
    _weight: Floats

    @property
    def gradient(self) -> Floats:
        """Σ over deaths of the covariates less their mean at risk."""
        return np.asarray(self.difference.sum(axis=0), dtype=np.float64)

    def information(self, factor: Floats | None = None) -> Floats:
        """Σ over deaths of `factor` times the covariates' weighted covariance at risk, (p, p).

        Each patient's x xᵀ comes in as often as deaths see the patient at risk, so that one product
        over patients takes the place of a matrix for each death.
        """
        f = np.ones(self.time.size) if factor is None else factor
        seen = f / self.at_risk
        # Deaths come by falling time: who is at risk at a death is at risk at all later rows.
        total = np.append(np.cumsum(seen[::-1])[::-1], 0.0)
        often = total[self._deaths_from]
        # A tied death sees the others of its time, and itself, in part only.
        taken = np.bincount(self._last, weights=seen * self._part, minlength=often.size)
        often[self._own] -= taken[self._last]
        x = self._x
        return np.asarray(
            (x * (self._weight * often)[:, None]).T @ x - (self.mean * f[:, None]).T @ self.mean,
            dtype=np.float64,
        )


@dataclass(frozen=True, eq=False)
class RiskSets:
    """What of the follow-up does not change with the coefficients; patients by falling time.

    `own` is each death's row, `last` the row of the last patient at risk with it (the last of its
    time), `part` its l/d, and `deaths_from` for each patient the first death that sees the patient.
    """

    x: Floats
    time: Floats
    own: Index
    last: Index
    part: Floats
    tied: Index
    deaths_from: Index


def risk_sets(follow_up: FollowUp, covariates: Floats) -> RiskSets:
    """Sort the patients by falling time; covariates are (patient, covariate)."""
    order = np.lexsort((~follow_up.event, -follow_up.time))
    time, event = follow_up.time[order], follow_up.event[order]
    own = np.flatnonzero(event)
    last = np.searchsorted(-time, -time[own], side="right") - 1
    group, first, size = np.unique(last, return_index=True, return_counts=True)
    tied = np.searchsorted(group, last)
    part = (np.arange(own.size) - first[tied]) / size[tied]
    # The first death whose time is not later than the patient's.
    deaths_from = np.searchsorted(-time[own], -time, side="left")
    return RiskSets(covariates[order], time, own, last, part, tied, deaths_from)


def partial_likelihood(sets: RiskSets, beta: Floats) -> PartialLikelihood:
    """Log partial likelihood and what its derivatives need, in one pass."""
    x, own, last = sets.x, sets.own, sets.last
    linear = x @ beta
    # Weights are relative to the largest, and never 0: no sum overflows or is empty on the way to a maximum.
    top = float(linear.max())
    weight = np.exp(np.maximum(linear - top, -700.0))
    weighted = x * weight[:, None]
    groups = int(sets.tied.max()) + 1
    tied_weight = np.bincount(sets.tied, weights=weight[own], minlength=groups)
    tied_x = np.zeros((groups, x.shape[1]))
    np.add.at(tied_x, sets.tied, weighted[own])
    at_risk = np.cumsum(weight)[last] - sets.part * tied_weight[sets.tied]
    sums = np.cumsum(weighted, axis=0)[last] - sets.part[:, None] * tied_x[sets.tied]
    mean = sums / at_risk[:, None]
    value = float((linear[own] - top - np.log(at_risk)).sum())
    # Weights back on the scale of exp(x β), as far as that can be told.
    scale = float(np.exp(min(top, 700.0)))
    return PartialLikelihood(
        value,
        sets.time[own],
        at_risk * scale,
        mean,
        x[own] - mean,
        x,
        last,
        sets.deaths_from,
        own,
        sets.part,
        weight * scale,
    )
