"""How far several readings of the same subjects agree."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
IccKind = Literal["1,1", "A,1", "C,1", "1,k", "A,k", "C,k"]


@dataclass(frozen=True, eq=False)
class Icc:
    """Intraclass correlations with interval, F, its degrees of freedom and its p; arrays over features."""

    value: Floats
    lower: Floats
    upper: Floats
    f: Floats
    freedom: tuple[int, int]
    p: Floats


@dataclass(frozen=True)
class BlandAltman:
    """Mean difference and limits of agreement, each with its 95 % interval (lower, upper)."""

    bias: float
    bias_interval: tuple[float, float]
    lower: float
    lower_interval: tuple[float, float]
    upper: float
    upper_interval: tuple[float, float]


def icc(ratings: ArrayLike, kind: IccKind = "A,1", level: float = 0.95) -> Icc:
    """Intraclass correlation: the share of the variance that the subjects account for.

    Parameters
    ----------
    ratings
        (…, subject, rater), complete; leading axes are features, each on its own.
    kind
        McGraw and Wong's name. "1": each subject has raters of its own (one-way); "A": the same raters
        read all, absolute agreement (two-way random); "C": consistency, a rater's offset does not
        count. ",1": of one reading; ",k": of the mean of all raters. In Shrout and Fleiss's names
        "1,1" is ICC(1,1), "A,1" ICC(2,1), "C,1" ICC(3,1).

    Returns
    -------
    Icc
        NaN for a feature that does not vary at all. F tests whether the correlation is 0.

    Raises
    ------
    ValueError
        If there are fewer than two subjects or raters, a reading is missing, or the kind is unknown.

    Source: Shrout and Fleiss, Psychol Bull 1979; McGraw and Wong, Psychol Methods 1996, tables 4 and 7.
    """
    from scipy import stats

    if kind not in get_args(IccKind):
        raise ValueError(f"{kind!r} is none of {', '.join(get_args(IccKind))}")
    x = np.asarray(ratings, dtype=np.float64)
    if x.ndim < 2 or min(x.shape[-2:]) < 2:
        raise ValueError("an ICC needs at least two subjects and two raters")
    if not np.isfinite(x).all():
        raise ValueError("a reading is missing or not a finite number")
    n, k = x.shape[-2:]
    grand = x.mean(axis=(-2, -1))
    between = k * ((x.mean(axis=-1) - grand[..., None]) ** 2).sum(axis=-1) / (n - 1)
    raters = n * ((x.mean(axis=-2) - grand[..., None]) ** 2).sum(axis=-1)
    inside = ((x - x.mean(axis=-1, keepdims=True)) ** 2).sum(axis=(-2, -1))
    within = inside / (n * (k - 1))
    error = np.maximum(inside - raters, 0.0) / ((n - 1) * (k - 1))
    raters = raters / (k - 1)
    alpha = 1 - level
    way = kind[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        rest, freedom = (within, (n - 1, n * (k - 1))) if way == "1" else (error, (n - 1, (n - 1) * (k - 1)))
        f = between / rest
        if way == "A":
            value = (between - error) / (between + (k - 1) * error + k * (raters - error) / n)
            j = raters / error
            part = n * (1 + (k - 1) * value) - k * value
            v = (k - 1) * (n - 1) * (k * value * j + part) ** 2
            v = v / ((n - 1) * k**2 * value**2 * j**2 + part**2)
            f_upper = stats.f.ppf(1 - alpha / 2, n - 1, v)
            f_lower = stats.f.ppf(1 - alpha / 2, v, n - 1)
            other = k * raters + (k * n - k - n) * error
            lower = n * (between - f_upper * error) / (f_upper * other + n * between)
            upper = n * (f_lower * between - error) / (other + n * f_lower * between)
        else:
            value = (f - 1) / (f + k - 1)
            low = f / stats.f.ppf(1 - alpha / 2, *freedom)
            high = f * stats.f.ppf(1 - alpha / 2, *freedom[::-1])
            lower, upper = (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)
        # No variance but the subjects': perfect agreement.
        perfect = (rest == 0) & (between > 0) & ((way != "A") | (raters == 0))
        value, lower, upper = (np.where(perfect, 1.0, one) for one in (value, lower, upper))
        if kind[2] == "k":
            value, lower, upper = (one * k / (1 + one * (k - 1)) for one in (value, lower, upper))
    return Icc(value, lower, upper, f, freedom, np.asarray(stats.f.sf(f, *freedom), dtype=np.float64))


def bland_altman(first: ArrayLike, second: ArrayLike) -> BlandAltman:
    """Bias and 95 % limits of agreement of two methods on the same subjects.

    limits = mean(d) ± 1.96 s(d), d = first − second, which takes the differences as normal and their
    spread as the same over the range. The limits' intervals use the exact variance of a normal's
    quantile to first order, s² (1/n + 1.96² / 2(n − 1)), with Student's t.

    Raises
    ------
    ValueError
        If lengths differ, a value is not finite, or there are fewer than three subjects.

    Source: Bland and Altman, Lancet 1986; Stat Methods Med Res 1999, sec. 2.
    """
    from scipy import stats

    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"{a.size} readings against {b.size}")
    if a.size < 3 or not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("limits of agreement need at least three pairs of finite readings")
    n, difference = a.size, a - b
    bias, spread = float(difference.mean()), float(difference.std(ddof=1))
    z, t = float(stats.norm.ppf(0.975)), float(stats.t.ppf(0.975, n - 1))
    of_bias = t * spread / sqrt(n)
    of_limit = t * spread * sqrt(1 / n + z**2 / (2 * (n - 1)))
    low, high = bias - z * spread, bias + z * spread
    return BlandAltman(
        bias,
        (bias - of_bias, bias + of_bias),
        low,
        (low - of_limit, low + of_limit),
        high,
        (high - of_limit, high + of_limit),
    )
