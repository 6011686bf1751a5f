"""Cox's partial likelihood with Efron's handling of ties, as sums over patients instead of risk sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.survival.sample import Floats, FollowUp

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RiskSets:
    """What of the follow-up does not change with the coefficients; patients by falling time.

    `x` is (patient, covariate). `own` is each death's row, `last` the row of the last patient at risk
    with it (the last of its time), `tied` the number of its time, `part` its l/d, and `deaths_from`
    for each patient the first death that sees the patient.
    """

    x: Floats
    time: Floats
    own: Index
    last: Index
    tied: Index
    part: Floats
    deaths_from: Index


@dataclass(frozen=True, eq=False)
class PartialLikelihood:
    """The likelihood at one vector of coefficients; one row a death, by falling time.

    Efron (1977): of d tied deaths, the l-th (l = 0 … d − 1) sees the risk set with l/d of the tied
    patients' weight taken away. For that death, `at_risk` is the sum of the weights exp(x β), and
    `mean` the weighted mean of the covariates. `weight` is each patient's.
    """

    sets: RiskSets
    value: float
    weight: Floats
    at_risk: Floats
    mean: Floats

    @property
    def time(self) -> Floats:
        """Of each death."""
        return np.asarray(self.sets.time[self.sets.own], dtype=np.float64)

    @property
    def difference(self) -> Floats:
        """Schoenfeld's residuals, (death, covariate): the covariates less their mean at risk."""
        return np.asarray(self.sets.x[self.sets.own] - self.mean, dtype=np.float64)

    @property
    def gradient(self) -> Floats:
        return np.asarray(self.difference.sum(axis=0), dtype=np.float64)

    def information(self, factor: Floats | None = None) -> Floats:
        """Σ over deaths of `factor` times the covariates' weighted covariance at risk, (p, p).

        Each patient's x xᵀ comes in as often as deaths see the patient at risk, so that one product
        over patients takes the place of a matrix for each death.
        """
        sets = self.sets
        f = np.ones(sets.own.size) if factor is None else factor
        seen = f / self.at_risk
        # Deaths come by falling time: who is at risk at a death is at risk at all later rows.
        often = np.append(np.cumsum(seen[::-1])[::-1], 0.0)[sets.deaths_from]
        # A tied death sees the others of its time, and itself, in part only.
        often[sets.own] -= np.bincount(sets.tied, weights=seen * sets.part)[sets.tied]
        patients = (sets.x * (self.weight * often)[:, None]).T @ sets.x
        means = (self.mean * f[:, None]).T @ self.mean
        return np.asarray(patients - means, dtype=np.float64)


def risk_sets(follow_up: FollowUp, covariates: Floats) -> RiskSets:
    """Sort the patients by falling time; covariates are (patient, covariate)."""
    order = np.lexsort((~follow_up.event, -follow_up.time))
    time, event = follow_up.time[order], follow_up.event[order]
    own = np.flatnonzero(event)
    last = np.searchsorted(-time, -time[own], side="right") - 1
    _, first, tied, size = np.unique(last, return_index=True, return_inverse=True, return_counts=True)
    part = (np.arange(own.size) - first[tied]) / size[tied]
    # The first death whose time is not later than the patient's.
    deaths_from = np.searchsorted(-time[own], -time, side="left")
    return RiskSets(covariates[order], time, own, last, tied, part, deaths_from)


def partial_likelihood(sets: RiskSets, beta: Floats) -> PartialLikelihood:
    """Log partial likelihood and what its derivatives need, in one pass."""
    own, last, tied, part = sets.own, sets.last, sets.tied, sets.part
    linear = sets.x @ beta
    # Weights are relative to the largest, and never 0: no sum overflows or is empty on the way to a maximum.
    top = float(linear.max())
    weight = np.exp(np.maximum(linear - top, -700.0))
    weighted = sets.x * weight[:, None]
    tied_weight = np.bincount(tied, weights=weight[own])
    tied_sums = np.zeros((tied_weight.size, sets.x.shape[1]))
    np.add.at(tied_sums, tied, weighted[own])
    at_risk = np.cumsum(weight)[last] - part * tied_weight[tied]
    sums = np.cumsum(weighted, axis=0)[last] - part[:, None] * tied_sums[tied]
    value = float((linear[own] - top - np.log(at_risk)).sum())
    # Weights back on the scale of exp(x β), as far as that can be told.
    scale = float(np.exp(min(top, 700.0)))
    return PartialLikelihood(sets, value, weight * scale, at_risk * scale, sums / at_risk[:, None])
