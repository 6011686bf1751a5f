"""Cox's proportional hazards regression, with Efron's handling of ties."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.survival.sample import Z_95, Floats, FollowUp


@dataclass(frozen=True, eq=False)
class CoxFit:
    """Coefficients (log hazard ratios a unit of each covariate) with standard errors.

    `mean` is each covariate's mean; `baseline` is the cumulative hazard of a patient with the mean
    covariates at `baseline_time` (the distinct times of death).
    """

    coefficient: Floats
    standard_error: Floats
    log_likelihood: tuple[float, float]
    mean: Floats
    baseline_time: Floats
    baseline: Floats

    def hazard_ratio(self, column: int = 0) -> tuple[float, float, float]:
        """Hazard ratio of a unit of one covariate, with its 95 % Wald interval."""
        beta, se = float(self.coefficient[column]), float(self.standard_error[column])
        return exp(beta), exp(beta - Z_95 * se), exp(beta + Z_95 * se)

    def survival(self, covariates: ArrayLike, months: ArrayLike) -> Floats:
        """S(t) of one patient at `months`."""
        relative = exp(float((np.asarray(covariates, dtype=np.float64) - self.mean) @ self.coefficient))
        steps = np.searchsorted(self.baseline_time, np.asarray(months, dtype=np.float64), side="right")
        hazard = np.concatenate([[0.0], self.baseline])[steps]
        survival: Floats = np.exp(-hazard * relative)
        return survival


def fit_cox(follow_up: FollowUp, covariates: ArrayLike, iterations: int = 50) -> CoxFit:
    """Maximise the partial likelihood by Newton's method with step halving.

    Parameters
    ----------
    covariates
        (patient, covariate), or one covariate as (patient,).

    Raises
    ------
    ValueError
        If there is no death, a covariate doesn't vary, or the likelihood has no maximum (a
        covariate parts the dead from the living perfectly).
    """
    x = np.asarray(covariates, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    if x.shape[0] != follow_up.n or not np.isfinite(x).all():
        raise ValueError("Cox needs one finite row of covariates a patient")
    if follow_up.events == 0:
        raise ValueError("Cox needs at least one death")
    if (np.ptp(x, axis=0) == 0).any():
        raise ValueError("a covariate is the same for every patient")
    mean = x.mean(axis=0)
    spread = x.std(axis=0)
    standard = (x - mean) / spread

    beta = np.zeros(x.shape[1])
    start, gradient, information, _ = _partial_likelihood(follow_up, standard, beta)
    value = start
    for _ in range(iterations):
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError as error:
            raise ValueError("the covariates are linearly dependent") from error
        halved = 0
        while True:
            found = _partial_likelihood(follow_up, standard, beta + step)
            if found[0] >= value - 1e-12 or halved > 20:
                break
            step, halved = step / 2, halved + 1
        done = abs(found[0] - value) <= 1e-12 * (abs(value) + 1e-3)
        beta, (value, gradient, information, baseline) = beta + step, found
        # A hazard ratio of e¹⁰ a standard deviation is on its way to infinity.
        if np.abs(beta).max() > 10:
            raise ValueError("the partial likelihood has no maximum: a covariate separates the patients")
        if done:
            break
    else:
        raise ValueError("the partial likelihood did not converge")
    _, _, information, baseline = _partial_likelihood(follow_up, standard, beta)
    spread_of = np.sqrt(np.diag(np.linalg.inv(information)))
    times = np.unique(follow_up.time[follow_up.event])
    return CoxFit(beta / spread, spread_of / spread, (start, value), mean, times, np.cumsum(baseline))


def _partial_likelihood(follow_up: FollowUp, x: Floats, beta: Floats) -> tuple[float, Floats, Floats, Floats]:
    """Log partial likelihood, its gradient, the information, and baseline hazard increments.

    Efron (1977): of d tied deaths, the l-th (l = 0 … d − 1) sees the risk set with l/d of the
    tied patients' weight taken away.
    """
    order = np.argsort(-follow_up.time, kind="stable")
    time, event, x = follow_up.time[order], follow_up.event[order], x[order]
    linear = x @ beta
    weight = np.exp(linear)
    columns = x.shape[1]
    value, gradient = 0.0, np.zeros(columns)
    information = np.zeros((columns, columns))
    increments: list[float] = []
    s0, s1, s2 = 0.0, np.zeros(columns), np.zeros((columns, columns))
    edges = np.concatenate([[0], np.flatnonzero(np.diff(time)) + 1, [time.size]])
    for first, last in pairwise(edges):
        w, rows = weight[first:last], x[first:last]
        s0 += w.sum()
        s1 = s1 + w @ rows
        s2 = s2 + (rows * w[:, None]).T @ rows
        dead = event[first:last]
        d = int(dead.sum())
        if d == 0:
            continue
        wd, xd = w[dead], rows[dead]
        t0, t1, t2 = wd.sum(), wd @ xd, (xd * wd[:, None]).T @ xd
        value += float(linear[first:last][dead].sum())
        gradient += xd.sum(axis=0)
        increment = 0.0
        for part in np.arange(d) / d:
            r0 = s0 - part * t0
            r1 = (s1 - part * t1) / r0
            value -= float(np.log(r0))
            gradient -= r1
            information += (s2 - part * t2) / r0 - np.outer(r1, r1)
            increment += 1.0 / r0
        increments.append(increment)
    return value, gradient, information, np.asarray(increments[::-1])
