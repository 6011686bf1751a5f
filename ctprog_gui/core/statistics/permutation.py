"""Whether two models' predictions could be exchanged without anybody noticing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
FoldStatistic = Callable[[Floats, Index], float]


@dataclass(frozen=True, eq=False)
class PairedPermutation:
    """The first model's mean over folds less the second's, its two-sided p, and what chance gave."""

    difference: float
    p: float
    permuted: Floats


def paired_permutation(
    statistic: FoldStatistic,
    first: ArrayLike,
    second: ArrayLike,
    *,
    fold: ArrayLike | None = None,
    swaps: int = 5000,
    seed: int = 0,
) -> PairedPermutation:
    """Swap the two models' predictions of each patient with probability ½, `swaps` times.

    Null hypothesis: for each patient the two predictions are exchangeable. That asks for
    predictions on one scale; scores of models on different scales are turned to ranks within folds
    before. A patient's predictions come from the fold that held the patient out, so that nothing
    moves from one fold to another.

    Parameters
    ----------
    statistic
        Takes predictions as (patient of a fold, …) and these patients' indices; higher is better.
    first, second
        Predictions as (patient, …), of the same shape.
    fold
        A label a patient; the statistic is taken within each fold and its mean over folds compared.

    Returns
    -------
    PairedPermutation
        p = (1 + number of |permuted| ≥ |observed|) / (1 + swaps). A fold whose statistic is not a
        number is left out of the mean.

    Raises
    ------
    ValueError
        If shapes differ, there are not as many folds as patients, or no fold's statistic is a number.

    Source: the slice-attention paper, section on aggregation; p as in Phipson and Smyth 2010.
    """
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.ndim == 0 or one.shape != two.shape:
        raise ValueError(f"predictions of shape {one.shape} against {two.shape}")
    n = one.shape[0]
    label = np.zeros(n, dtype=np.int64) if fold is None else np.asarray(fold)
    if label.shape != (n,):
        raise ValueError(f"{label.size} fold labels for {n} patients")
    parts = [np.flatnonzero(label == k).astype(np.int64) for k in np.unique(label)]

    def mean(predictions: Floats) -> float:
        values = np.array([statistic(predictions[part], part) for part in parts])
        if np.isnan(values).all():
            raise ValueError("the statistic is not a number in any fold")
        return float(np.nanmean(values))

    observed = mean(one) - mean(two)
    rng = np.random.default_rng(seed)
    permuted = np.empty(swaps)
    for i in range(swaps):
        swapped = rng.random((n, *[1] * (one.ndim - 1))) < 0.5
        permuted[i] = mean(np.where(swapped, two, one)) - mean(np.where(swapped, one, two))
    # Sums in another order differ in the last digits; what is as far as observed counts as extreme.
    extreme = np.count_nonzero(np.abs(permuted) >= abs(observed) - 1e-12)
    return PairedPermutation(observed, (1 + extreme) / (1 + swaps), permuted)
