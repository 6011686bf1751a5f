"""Cox's proportional hazards regression, with Efron's handling of ties."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, sqrt

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.statistics.chi_square import ChiSquare
from ctprog_gui.core.survival.partial_likelihood import PartialLikelihood, partial_likelihood, risk_sets
from ctprog_gui.core.survival.sample import Z_95, Floats, FollowUp


@dataclass(frozen=True, eq=False)
class CoxFit:
    """Coefficients (log hazard ratios a unit of each covariate) with standard errors.

    `mean` is each covariate's mean; `baseline` is the cumulative hazard of a patient with the mean
    covariates at `baseline_time` (the distinct times of death). `baseline_variance` is the variance
    of that hazard for known coefficients, and `baseline_drift`, (time, covariate), is how it
    changes with them: Σ dH (mean at risk − mean).
    """

    coefficient: Floats
    standard_error: Floats
    log_likelihood: tuple[float, float]
    mean: Floats
    baseline_time: Floats
    baseline: Floats
    covariance: Floats
    score_test: ChiSquare
    baseline_variance: Floats
    baseline_drift: Floats

    @property
    def z(self) -> Floats:
        """Coefficients over their standard errors."""
        return np.asarray(self.coefficient / self.standard_error, dtype=np.float64)

    @property
    def p(self) -> Floats:
        """Two-sided p of each z."""
        return np.array([erfc(abs(z) / sqrt(2)) for z in self.z])

    @property
    def likelihood_ratio_test(self) -> ChiSquare:
        """That all coefficients are 0: twice the gain in log likelihood."""
        start, end = self.log_likelihood
        return ChiSquare(2 * (end - start), self.coefficient.size)

    @property
    def wald_test(self) -> ChiSquare:
        """That all coefficients are 0: βᵀ V⁻¹ β."""
        value = self.coefficient @ np.linalg.solve(self.covariance, self.coefficient)
        return ChiSquare(float(value), self.coefficient.size)

    def hazard_ratio(self, column: int = 0) -> tuple[float, float, float]:
        """Hazard ratio of a unit of one covariate, with its 95 % Wald interval."""
        beta, se = float(self.coefficient[column]), float(self.standard_error[column])
        return exp(beta), exp(beta - Z_95 * se), exp(beta + Z_95 * se)

    def linear_predictor(self, covariates: ArrayLike) -> Floats:
        """(x − mean) β of patients, (patient, covariate), or of one."""
        x = np.asarray(covariates, dtype=np.float64)
        return np.asarray((x - self.mean) @ self.coefficient, dtype=np.float64)

    def survival(self, covariates: ArrayLike, months: ArrayLike) -> Floats:
        """S(t) at `months` of one patient as (month,), or of several as (patient, month)."""
        relative = np.exp(self.linear_predictor(covariates))
        hazard = np.concatenate([[0.0], self.baseline])[self._steps(months)]
        survival: Floats = np.exp(-np.multiply.outer(relative, hazard))
        return survival

    def survival_interval(self, covariates: ArrayLike, months: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """S(t) of one patient with its pointwise 95 % interval on the log scale, cut at 1.

        The variance of the cumulative hazard holds that of the hazard for known coefficients and
        that of the coefficients (Tsiatis 1981; R's ``survfit.coxph``).
        """
        steps = self._steps(months)
        away = np.asarray(covariates, dtype=np.float64) - self.mean
        relative = float(np.exp(away @ self.coefficient))
        hazard = np.concatenate([[0.0], self.baseline])[steps]
        known = np.concatenate([[0.0], self.baseline_variance])[steps]
        drift = np.concatenate([np.zeros((1, away.size)), self.baseline_drift])[steps]
        slope = np.multiply.outer(hazard, away) - drift
        error = relative * np.sqrt(known + np.einsum("tp,pq,tq->t", slope, self.covariance, slope))
        survival = np.exp(-relative * hazard)
        return survival, survival * np.exp(-Z_95 * error), np.minimum(1.0, survival * np.exp(Z_95 * error))

    def _steps(self, months: ArrayLike) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        asked = np.atleast_1d(np.asarray(months, dtype=np.float64))
        return np.searchsorted(self.baseline_time, asked, side="right")


def fit_cox(follow_up: FollowUp, covariates: ArrayLike, iterations: int = 50) -> CoxFit:
    """Maximise the partial likelihood by Newton's method with step halving.

    Estimand: β in h(t | x) = h₀(t) exp(x β), with censoring independent of death given x.

    Parameters
    ----------
    covariates
        (patient, covariate), or one covariate as (patient,).

    Raises
    ------
    ValueError
        If there is no death, a covariate doesn't vary, or the likelihood has no maximum (a
        covariate parts the dead from the living perfectly).

    Source: Cox 1972; Efron 1977; baseline as in R's ``survfit.coxph`` for Efron fits.
    """
    x = covariate_table(follow_up, covariates)
    mean = x.mean(axis=0)
    spread = x.std(axis=0)
    sets = risk_sets(follow_up, (x - mean) / spread)
    beta = np.zeros(x.shape[1])
    now = partial_likelihood(sets, beta)
    start = now.value
    score_test: ChiSquare | None = None
    for _ in range(iterations):
        information, gradient = now.information(), now.gradient
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError as error:
            raise ValueError("the covariates are linearly dependent") from error
        score_test = score_test or ChiSquare(float(gradient @ step), beta.size)
        halved = 0
        while True:
            found = partial_likelihood(sets, beta + step)
            if found.value >= now.value - 1e-12 or halved > 20:
                break
            step, halved = step / 2, halved + 1
        done = abs(found.value - now.value) <= 1e-12 * (abs(now.value) + 1e-3)
        beta, now = beta + step, found
        # A hazard ratio of e¹⁰ a standard deviation is on its way to infinity.
        if np.abs(beta).max() > 10:
            raise ValueError("the partial likelihood has no maximum: a covariate separates the patients")
        if done:
            break
    else:
        raise ValueError("the partial likelihood did not converge")
    assert score_test is not None
    covariance = np.linalg.inv(now.information())
    times, hazard, variance, drift = _baseline(now)
    return CoxFit(
        beta / spread,
        np.sqrt(np.diag(covariance)) / spread,
        (start, now.value),
        mean,
        times,
        hazard,
        covariance / np.outer(spread, spread),
        score_test,
        variance,
        drift * spread,
    )


def covariate_table(follow_up: FollowUp, covariates: ArrayLike) -> Floats:
    """The covariates as (patient, covariate), or a ValueError that says why no Cox fit can use them."""
    x = np.asarray(covariates, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or x.shape[0] != follow_up.n or not np.isfinite(x).all():
        raise ValueError("Cox needs one finite row of covariates a patient")
    if follow_up.events == 0:
        raise ValueError("Cox needs at least one death")
    if (np.ptp(x, axis=0) == 0).any():
        raise ValueError("a covariate is the same for every patient")
    return x


def _baseline(likelihood: PartialLikelihood) -> tuple[Floats, Floats, Floats, Floats]:
    """Distinct times of death, rising, with the cumulative hazard, its variance and its drift."""
    step = 1 / likelihood.at_risk
    times, place = np.unique(likelihood.time, return_inverse=True)

    def cumulative(values: Floats) -> Floats:
        total = np.zeros((times.size, *values.shape[1:]))
        np.add.at(total, place, values)
        return np.asarray(np.cumsum(total, axis=0), dtype=np.float64)

    return (
        times.astype(np.float64),
        cumulative(step),
        cumulative(step**2),
        cumulative(likelihood.mean * step[:, None]),
    )
