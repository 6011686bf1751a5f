"""Whether predicted survival at a time is what is then observed."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.survival.cox import fit_cox
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.pseudo import pseudo_survival
from ctprog_gui.core.survival.sample import Z_95, Floats, FollowUp

# Predictions nearer to 0 or 1 than this are taken as this far from them where a logarithm is needed.
_LEAST = 1e-6
# Harrell's places of three knots.
_KNOTS = (0.1, 0.5, 0.9)


@dataclass(frozen=True, eq=False)
class CalibrationGroup:
    """Patients of similar predictions: their mean prediction, and S(t) by Kaplan–Meier with its interval.

    The observed part is NaN where nobody of the group is followed that long.
    """

    n: int
    predicted: float
    observed: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Ratio:
    """Observed over expected deaths, with its 95 % interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Coefficient:
    """An estimate with its standard error and 95 % interval."""

    value: float
    standard_error: float

    @property
    def interval(self) -> tuple[float, float]:
        return self.value - Z_95 * self.standard_error, self.value + Z_95 * self.standard_error


@dataclass(frozen=True, eq=False)
class SmoothCalibration:
    """For each patient the predicted and the smoothly estimated observed risk of death by the time.

    `ici` is the mean of their distance (the integrated calibration index), `e50` and `e90` its median
    and 90th percentile.
    """

    predicted: Floats
    observed: Floats
    ici: float
    e50: float
    e90: float


def calibration_groups(
    follow_up: FollowUp, survival: ArrayLike, month: float, groups: int = 5
) -> tuple[CalibrationGroup, ...]:
    """Patients by rising predicted survival in groups of about equal size, equal predictions together.

    Parameters
    ----------
    survival
        S(month | x) as (patient,).
    groups
        At most so many; ties may leave fewer.

    Raises
    ------
    ValueError
        If there is not one probability a patient, nobody is followed up to the month, or no group is
        asked for.
    """
    predicted = _probabilities(follow_up, survival, month)
    if groups < 1:
        raise ValueError(f"{groups} groups")
    edges = np.quantile(predicted, np.arange(1, groups) / groups)
    member = np.searchsorted(np.unique(edges), predicted, side="left")
    found = []
    for one in np.unique(member):
        part = follow_up.where(member == one)
        curve = kaplan_meier(part)
        at = int(np.searchsorted(curve.months, month, side="right")) - 1
        found.append(
            CalibrationGroup(
                part.n,
                float(predicted[member == one].mean()),
                *(
                    float(bound[at]) if part.reaches(month) else nan
                    for bound in (curve.probability, curve.lower, curve.upper)
                ),
            )
        )
    return tuple(found)


def observed_over_expected(follow_up: FollowUp, survival: ArrayLike, month: float) -> Ratio:
    """(1 − S(t) by Kaplan–Meier) over the mean predicted risk; above 1 the risk is underestimated.

    The interval takes the prediction as known and log O as normal, with Greenwood's variance.

    Raises
    ------
    ValueError
        As `calibration_groups`; and if no death is expected or none observed by the month.
    """
    predicted = _probabilities(follow_up, survival, month)
    curve = kaplan_meier(follow_up)
    at = int(np.searchsorted(curve.months, month, side="right")) - 1
    observed, expected = 1 - float(curve.probability[at]), float((1 - predicted).mean())
    if observed <= 0 or expected <= 0:
        raise ValueError(f"no death by {month:g} to compare with those expected")
    half = Z_95 * float(curve.standard_error[at]) / observed
    ratio = observed / expected
    return Ratio(ratio, ratio * exp(-half), ratio * exp(half))


def calibration_in_the_large(follow_up: FollowUp, survival: ArrayLike, month: float) -> Coefficient:
    """a in log(−log S(t | x)) = a + log(−log of the predicted S): 0 where it is right on the whole.

    A positive a says that more die than predicted. By pseudo-observations, see `calibration_slope`.
    """
    predicted = _log_log(_probabilities(follow_up, survival, month))
    return _regress(follow_up, month, np.ones((predicted.size, 1)), predicted)[0]


def calibration_slope(
    follow_up: FollowUp, survival: ArrayLike, month: float
) -> tuple[Coefficient, Coefficient]:
    """a and b in log(−log S(t | x)) = a + b log(−log of the predicted S): 0 and 1 where it is right.

    b below 1 says that predictions are too far apart, as of an overfitted model. Pseudo-observations of S(t)
    take the place of outcomes in a binomial regression with complementary log-log link; robust
    (sandwich) standard errors. Assumes censoring independent of death and covariates.

    Raises
    ------
    ValueError
        As `calibration_groups`; if all predictions are equal, or the regression does not converge.

    Source: Andersen and Perme 2010; Royston, Stata J 2014.
    """
    predicted = _log_log(_probabilities(follow_up, survival, month))
    if np.ptp(predicted) == 0:
        raise ValueError("all predictions are equal: they have no slope")
    design = np.column_stack([np.ones(predicted.size), predicted])
    intercept, slope = _regress(follow_up, month, design, np.zeros(predicted.size))
    return intercept, slope


def smooth_calibration(follow_up: FollowUp, survival: ArrayLike, month: float) -> SmoothCalibration:
    """The observed risk as a smooth function of the predicted one, and how far it lies from it.

    A Cox regression on a restricted cubic spline (three knots) of log(−log S) gives each patient's
    observed risk at the month. Assumes that hazards are proportional along the prediction.

    Raises
    ------
    ValueError
        As `calibration_groups`; and as `fit_cox`.

    Source: Austin, Harrell and van Klaveren, Stat Med 2020.
    """
    predicted = _probabilities(follow_up, survival, month)
    basis = _spline(_log_log(predicted))
    risk = 1 - fit_cox(follow_up, basis).survival(basis, [month])[:, 0]
    away = np.abs(risk - (1 - predicted))
    e50, e90 = np.quantile(away, [0.5, 0.9])
    return SmoothCalibration(1 - predicted, risk, float(away.mean()), float(e50), float(e90))


def _probabilities(follow_up: FollowUp, survival: ArrayLike, month: float) -> Floats:
    predicted = np.asarray(survival, dtype=np.float64)
    if predicted.shape != (follow_up.n,):
        raise ValueError(f"{predicted.size} predictions for {follow_up.n} patients")
    if not ((predicted >= 0) & (predicted <= 1)).all():
        raise ValueError("a survival probability is not between 0 and 1")
    if not follow_up.reaches(month):
        raise ValueError(f"nobody is followed up to {month:g}")
    return predicted


def _log_log(survival: Floats) -> Floats:
    inside = np.clip(survival, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(-np.log(inside)), dtype=np.float64)


def _regress(follow_up: FollowUp, month: float, design: Floats, offset: Floats) -> tuple[Coefficient, ...]:
    """E[1 − pseudo S] = 1 − exp(−exp(design β + offset)) by Fisher scoring, with the sandwich variance."""
    died = 1 - pseudo_survival(follow_up, month)
    beta = np.zeros(design.shape[1])
    if design.shape[1] == 2:
        beta[1] = 1.0
    for _ in range(100):
        hazard = np.exp(np.clip(design @ beta + offset, -30, 3.5))
        alive = np.exp(-hazard)
        slope = hazard * alive
        spread = alive * (1 - alive)
        residual = died - (1 - alive)
        score = design * (slope / spread * residual)[:, None]
        information = (design * (slope**2 / spread)[:, None]).T @ design
        step = np.linalg.solve(information, score.sum(axis=0))
        beta = beta + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-10:
            bread = np.linalg.inv(information)
            variance = bread @ (score.T @ score) @ bread
            return tuple(Coefficient(float(b), sqrt(v)) for b, v in zip(beta, np.diag(variance), strict=True))
    raise ValueError("the calibration did not converge: predictions and outcomes have nothing in common")


def _spline(x: Floats) -> Floats:
    """x and the one restricted cubic term of three knots; x alone where the knots fall together."""
    a, b, c = np.quantile(x, _KNOTS)
    if not a < b < c:
        return x[:, None]

    def cubed(knot: float) -> Floats:
        return np.asarray(np.maximum(x - knot, 0) ** 3, dtype=np.float64)

    bent = cubed(a) - cubed(b) * (c - a) / (c - b) + cubed(c) * (b - a) / (c - b)
    return np.column_stack([x, bent / (c - a) ** 2])
