"""First order: 18 features of the values in a region, whatever their place.

Definitions: pyradiomics 3.0.1, `firstorder`; IBSI 1, 3.3 (statistics) and 3.4 (entropy and uniformity, of
grey levels). Percentiles are interpolated linearly, where IBSI takes the nearest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.compiling import compiled

NAMES = (
    "10Percentile",
    "90Percentile",
    "Energy",
    "Entropy",
    "InterquartileRange",
    "Kurtosis",
    "Maximum",
    "MeanAbsoluteDeviation",
    "Mean",
    "Median",
    "Minimum",
    "Range",
    "RobustMeanAbsoluteDeviation",
    "RootMeanSquared",
    "Skewness",
    "TotalEnergy",
    "Uniformity",
    "Variance",
)


def first_order_features(
    ordered: NDArray[np.float64],
    level_counts: NDArray[np.int64],
    voxel_volume_mm3: float,
    *,
    excess_kurtosis: bool = False,
) -> dict[str, float]:
    """The features by name; skewness and kurtosis of values that are all equal are 0.

    Of two or three voxels none may lie between the 10th and the 90th percentile: then the robust mean
    absolute deviation is NaN.

    Parameters
    ----------
    ordered
        The values, shape (n,), in HU, rising.
    level_counts
        How many voxels each grey level has.
    excess_kurtosis
        Subtract 3 from the kurtosis, as IBSI defines it.
    """
    p10, p25, median, p75, p90 = (_percentile(ordered, share) for share in (0.1, 0.25, 0.5, 0.75, 0.9))
    mean, energy, deviation, second, third, fourth = _moments(ordered)
    inner = ordered[np.searchsorted(ordered, p10) : np.searchsorted(ordered, p90, side="right")]
    share = level_counts / level_counts.sum()
    spread = second > 0
    kurtosis = fourth / second**2 if spread else 0.0
    return {
        "10Percentile": p10,
        "90Percentile": p90,
        "Energy": energy,
        # The smallest number beside 1, as pyradiomics adds it.
        "Entropy": float(-(share * np.log2(share + np.spacing(1.0))).sum()),
        "InterquartileRange": p75 - p25,
        "Kurtosis": kurtosis - 3 if excess_kurtosis and spread else kurtosis,
        "Maximum": float(ordered[-1]),
        "MeanAbsoluteDeviation": deviation,
        "Mean": mean,
        "Median": median,
        "Minimum": float(ordered[0]),
        "Range": float(ordered[-1] - ordered[0]),
        "RobustMeanAbsoluteDeviation": _moments(inner)[2] if inner.size else float("nan"),
        "RootMeanSquared": float(np.sqrt(energy / ordered.size)),
        "Skewness": third / second**1.5 if spread else 0.0,
        "TotalEnergy": energy * voxel_volume_mm3,
        "Uniformity": float((share**2).sum()),
        "Variance": second,
    }


def _percentile(ordered: NDArray[np.float64], share: float) -> float:
    place = share * (ordered.size - 1)
    low = int(place)
    high = min(low + 1, ordered.size - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


@compiled
def _moments(values: NDArray[np.float64]) -> tuple[float, float, float, float, float, float]:
    """Mean, sum of squares, mean absolute deviation, second to fourth central moment.

    In two passes. Values that are all equal have moments of exactly 0.
    """
    total, squares = 0.0, 0.0
    # Around a value of its own, so that large offsets cost no digits.
    first = values[0]
    for value in values:
        total += value - first
        squares += value * value
    mean = first + total / values.size
    deviation, second, third, fourth = 0.0, 0.0, 0.0, 0.0
    for value in values:
        apart = value - mean
        square = apart * apart
        deviation += abs(apart)
        second += square
        third += square * apart
        fourth += square * square
    n = values.size
    return mean, squares, deviation / n, second / n, third / n, fourth / n
