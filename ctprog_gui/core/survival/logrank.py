"""The log-rank test of two groups."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np

from ctprog_gui.core.survival.sample import FollowUp


@dataclass(frozen=True)
class LogRank:
    """χ² with one degree of freedom and its p; observed and expected deaths of both groups."""

    chi_square: float
    p: float
    observed: tuple[float, float]
    expected: tuple[float, float]


def logrank(first: FollowUp, second: FollowUp) -> LogRank:
    """Test whether two groups' hazards are equal (Mantel 1966; hypergeometric variance)."""
    times = np.unique(np.concatenate([first.time[first.event], second.time[second.event]]))
    n1 = first.at_risk(times).astype(np.float64)
    n = n1 + second.at_risk(times)
    d1 = _deaths(first, times)
    d = d1 + _deaths(second, times)
    expected = float(np.sum(d * n1 / n))
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(n > 1, d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1), 0.0).sum()
    observed = float(d1.sum())
    total = float(d.sum())
    chi_square = (observed - expected) ** 2 / float(variance) if variance > 0 else 0.0
    # The upper tail of χ²₁ is that of |z|.
    p = erfc(sqrt(chi_square / 2))
    return LogRank(chi_square, p, (observed, total - observed), (expected, total - expected))


def _deaths(
    group: FollowUp, times: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    ordered = np.sort(group.time[group.event])
    counts = np.searchsorted(ordered, times, side="right") - np.searchsorted(ordered, times, side="left")
    return counts.astype(np.float64)
