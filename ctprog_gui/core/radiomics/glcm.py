"""Grey level co-occurrence: 24 features of which levels lie beside which.

Definitions: pyradiomics 3.0.1, `glcm` (symmetrical); IBSI 1, 3.6. Features are means over the directions in
which the region has neighbours at all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.compiling import compiled
from ctprog_gui.core.radiomics.correlation import maximal_correlation

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NAMES = (
    "Autocorrelation",
    "ClusterProminence",
    "ClusterShade",
    "ClusterTendency",
    "Contrast",
    "Correlation",
    "DifferenceAverage",
    "DifferenceEntropy",
    "DifferenceVariance",
    "Id",
    "Idm",
    "Idmn",
    "Idn",
    "Imc1",
    "Imc2",
    "InverseVariance",
    "JointAverage",
    "JointEnergy",
    "JointEntropy",
    "MCC",
    "MaximumProbability",
    "SumAverage",
    "SumEntropy",
    "SumSquares",
)
# n log2 n of the counts that most entries have.
_LOGS = np.array([0.0, *(n * np.log2(n) for n in range(1, 4096))])


def glcm_features(pairs: NDArray[np.uint32], levels: Integers, *, merged: bool = False) -> dict[str, float]:
    """The features by name; all NaN where no voxel of the region has a neighbour.

    Parameters
    ----------
    pairs
        (d, n, n): of each direction, how often a level lies a step behind another.
    levels
        (n,): the grey levels, rising from 1.
    merged
        Add the directions up first, instead of averaging their features.
    """
    if merged:
        pairs = pairs.sum(axis=0, keepdims=True, dtype=np.uint32)
    met: NDArray[np.bool_] = np.asarray(pairs.any(axis=(1, 2)))
    if not met.any():
        return dict.fromkeys(NAMES, float("nan"))
    found = _features(pairs, met, levels)
    return dict(zip(NAMES, found.mean(axis=0).tolist(), strict=True))


@compiled
def _features(pairs: NDArray[np.uint32], met: NDArray[np.bool_], levels: Integers) -> Floats:
    """A row of features for each direction that is met."""
    found = np.empty((met.sum(), 24))
    row = 0
    for a in range(len(pairs)):
        if met[a]:
            _of_direction(pairs[a], levels, found[row])
            row += 1
    return found


@compiled
def _of_direction(counts: NDArray[np.uint32], levels: Integers, out: Floats) -> None:
    n, top = levels.size, levels[-1]
    marginal = np.zeros(n, np.int64)
    sums = np.zeros(2 * top + 1, np.int64)
    apart = np.zeros(top, np.int64)
    total, most = np.int64(0), np.int64(0)
    energy, entropy, product = 0.0, 0.0, 0.0
    for i in range(n):
        for j in range(i, n):
            weight = np.int64(counts[i, j]) + np.int64(counts[j, i])
            if weight == 0:
                continue
            times = 1 if i == j else 2
            marginal[i] += weight
            if i != j:
                marginal[j] += weight
            sums[levels[i] + levels[j]] += times * weight
            apart[levels[j] - levels[i]] += times * weight
            total += times * weight
            most = max(most, weight)
            energy += times * float(weight) * float(weight)
            entropy += times * (_LOGS[weight] if weight < _LOGS.size else weight * np.log2(weight))
            product += times * float(weight) * float(levels[i] * levels[j])
    # p = weight / total, and -Σ p log p = log total - Σ weight log weight / total.
    entropy = np.log2(total) - entropy / total
    mean, own = 0.0, 0.0
    for i in range(n):
        share = marginal[i] / total
        mean += levels[i] * share
        if share > 0:
            own -= share * np.log2(share)
    variance = 0.0
    for i in range(n):
        variance += (levels[i] - mean) ** 2 * (marginal[i] / total)
    tendency, shade, prominence, sum_entropy, sum_average = 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(2, sums.size):
        if sums[k]:
            share = sums[k] / total
            off = k - 2 * mean
            tendency += off**2 * share
            shade += off**3 * share
            prominence += off**4 * share
            sum_average += k * share
            sum_entropy -= share * np.log2(share)
    contrast, average, entropy_apart, inverse = 0.0, 0.0, 0.0, 0.0
    near, near_squared, near_of_top, near_squared_of_top = 0.0, 0.0, 0.0, 0.0
    for k in range(apart.size):
        if apart[k]:
            share = apart[k] / total
            contrast += k * k * share
            average += k * share
            entropy_apart -= share * np.log2(share)
            near += share / (1 + k)
            near_squared += share / (1 + k * k)
            near_of_top += share / (1 + k / top)
            near_squared_of_top += share / (1 + k * k / (top * top))
            if k:
                inverse += share / (k * k)
    spread_apart = 0.0
    for k in range(apart.size):
        spread_apart += (k - average) ** 2 * (apart[k] / total)
    # Both of the entropies that independent levels would have are twice that of one level.
    informed = max(2 * own - entropy, 0.0)
    out[0] = product / total
    out[1] = prominence
    out[2] = shade
    out[3] = tendency
    out[4] = contrast
    # Σ p (i - µ)(j - µ) from the sums and differences, without subtracting large numbers.
    out[5] = (tendency - contrast) / 4 / variance if variance > 0 else 1.0
    out[6] = average
    out[7] = entropy_apart
    out[8] = spread_apart
    out[9] = near
    out[10] = near_squared
    out[11] = near_squared_of_top
    out[12] = near_of_top
    out[13] = -informed / own if own > 0 else 0.0
    out[14] = np.sqrt(1 - np.exp(-2 * informed))
    out[15] = inverse
    out[16] = mean
    out[17] = energy / (float(total) * float(total))
    out[18] = entropy
    out[19] = maximal_correlation(counts, marginal, int(total))
    out[20] = most / total
    out[21] = sum_average
    out[22] = sum_entropy
    out[23] = variance
