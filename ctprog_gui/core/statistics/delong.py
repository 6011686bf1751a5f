"""DeLong's variance of areas under ROC curves, and the tests that rest on it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.statistics.roc import Floats, checked


@dataclass(frozen=True, eq=False)
class Areas:
    """Areas under the curves of several markers on the same patients, and their covariance matrix."""

    auc: Floats
    covariance: Floats

    def interval(self, marker: int = 0, level: float = 0.95) -> tuple[float, float]:
        """Normal interval of one area, cut to [0, 1]."""
        half = _quantile(level) * sqrt(self.covariance[marker, marker])
        return max(0.0, float(self.auc[marker]) - half), min(1.0, float(self.auc[marker]) + half)


@dataclass(frozen=True)
class AreaComparison:
    """The first area less the second, its interval, the test statistic and its two-sided p.

    `statistic` is z on the same patients, and t with Satterthwaite's degrees of freedom on different ones.
    """

    difference: float
    lower: float
    upper: float
    statistic: float
    p: float


def areas(values: ArrayLike, positive: ArrayLike) -> Areas:
    """Areas of one or more markers with their covariance.

    Estimand: P(a positive's value is higher than a negative's), ties half. The covariance comes from
    the placements of each patient among the other kind; it is unbiased under no model of the values.

    Parameters
    ----------
    values
        (patient,) or (marker, patient); higher speaks for positive.
    positive
        (patient,), 0 or 1.

    Raises
    ------
    ValueError
        If lengths differ, a value is not a number, or there are fewer than two of a kind.

    Source: DeLong, DeLong, Clarke-Pearson, Biometrics 1988; placements by ranks as in Sun and Xu,
    IEEE Signal Process Lett 2014.
    """
    table = np.atleast_2d(np.asarray(values, dtype=np.float64))
    rows = [checked(row, positive) for row in table]
    labels = rows[0][1]
    m, n = int(labels.sum()), int((~labels).sum())
    if m < 2 or n < 2:
        raise ValueError("DeLong's variance needs two positives and two negatives")
    of_positives = np.stack([_share_below(row[~labels], row[labels]) for row, _ in rows])
    of_negatives = np.stack([1 - _share_below(row[labels], row[~labels]) for row, _ in rows])
    spread = np.atleast_2d(np.cov(of_positives)) / m + np.atleast_2d(np.cov(of_negatives)) / n
    return Areas(of_positives.mean(axis=1), spread)


def compare_paired(first: ArrayLike, second: ArrayLike, positive: ArrayLike) -> AreaComparison:
    """Two markers on the same patients.

    Equal markers differ by 0 with p = 1. Raises as `areas`.
    """
    found = areas(np.stack([np.asarray(first, dtype=float), np.asarray(second, dtype=float)]), positive)
    difference = float(found.auc[0] - found.auc[1])
    variance = found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1]
    return _test(difference, float(variance), None)


def compare_unpaired(
    first: ArrayLike, first_positive: ArrayLike, second: ArrayLike, second_positive: ArrayLike
) -> AreaComparison:
    """One marker (or two) on two sets of different patients.

    The statistic is taken as t with Satterthwaite's degrees of freedom, as pROC does. Raises as `areas`.
    """
    one, two = areas(first, first_positive), areas(second, second_positive)
    v1, v2 = float(one.covariance[0, 0]), float(two.covariance[0, 0])
    n1, n2 = np.size(np.asarray(first)), np.size(np.asarray(second))
    weight = v1**2 / (n1 - 1) + v2**2 / (n2 - 1)
    freedom = (v1 + v2) ** 2 / weight if weight > 0 else None
    return _test(float(one.auc[0] - two.auc[0]), v1 + v2, freedom)


def _test(difference: float, variance: float, freedom: float | None) -> AreaComparison:
    from scipy import stats

    if variance <= 1e-18:
        # Placements that agree everywhere: a difference, if any, is without doubt.
        certain = abs(difference) > 1e-12
        statistic = float(np.copysign(np.inf, difference)) if certain else 0.0
        return AreaComparison(difference, difference, difference, statistic, 0.0 if certain else 1.0)
    error = sqrt(variance)
    law = stats.norm() if freedom is None else stats.t(freedom)
    half = float(law.ppf(0.975)) * error
    statistic = difference / error
    return AreaComparison(
        difference, difference - half, difference + half, statistic, float(2 * law.sf(abs(statistic)))
    )


def _share_below(others: Floats, values: Floats) -> Floats:
    """The share of `others` below each value, those equal counted half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, values, side="left")
    share: NDArray[np.float64] = (below + np.searchsorted(ordered, values, side="right")) / (2 * others.size)
    return share


def _quantile(level: float) -> float:
    from scipy import stats

    return float(stats.norm.ppf(0.5 + level / 2))
