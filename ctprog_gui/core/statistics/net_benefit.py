"""What acting on a probability is worth, by the threshold from which one acts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.statistics.roc import checked

Floats = NDArray[np.float64]


def net_benefit(probability: ArrayLike, positive: ArrayLike, thresholds: ArrayLike) -> Floats:
    """Net benefit of treating whoever's probability is at least each threshold.

    tp/n − fp/n · p/(1 − p): false positives at the price that the threshold p puts on them. Treating
    nobody is worth 0; treating everybody is the net benefit of a probability of 1.

    Raises
    ------
    ValueError
        If there is not one probability a label, or a threshold is not in [0, 1).

    Source: Vickers and Elkin, Med Decis Making 2006; R: ``dcurves::dca``.
    """
    value, label = checked(probability, positive)
    level = checked_thresholds(thresholds)
    if value.size == 0:
        raise ValueError("nobody to treat")
    right, wrong = np.sort(value[label]), np.sort(value[~label])
    tp = right.size - np.searchsorted(right, level, side="left")
    fp = wrong.size - np.searchsorted(wrong, level, side="left")
    worth: Floats = (tp - fp * level / (1 - level)) / value.size
    return worth


def checked_thresholds(thresholds: ArrayLike) -> Floats:
    """Thresholds as an array of numbers in [0, 1), or a ValueError."""
    level = np.atleast_1d(np.asarray(thresholds, dtype=np.float64))
    if not ((level >= 0) & (level < 1)).all():
        raise ValueError("a threshold is not between 0 and 1")
    return level
