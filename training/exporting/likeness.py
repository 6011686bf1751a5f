"""What a cohort's own cases look like, with limits that few of them pass, for the out-of-range check.

See `core.inference.likeness` for what is compared. Here the limits are chosen, and it is measured
how often the cohort's own cases would be called unlike the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import ledoit_wolf_shrinkage

from ctprog_gui.core.inference.likeness import VALUES, CohortEmbedding, CohortHistograms, Sight
from ctprog_gui.core.shared.errors import InputError
from training.cohorts.reported_rows import in_order_of_values

Array = NDArray[np.float64]
Index = NDArray[np.int64]

# Share of the cohort's own cases that may pass a limit, any of them.
FLAGGED = 0.05
_NEIGHBOURS = 5
# Directions with a variance of their own; some hundred patients bear no more.
_MOST_AXES = 32
# Below this a percentile of a tail is a guess.
_FEWEST = 40


@dataclass(frozen=True)
class Limits:
    """A low and a high limit for each check; a distance has no low one (−∞)."""

    low: Array
    high: Array

    def passed(self, statistics: Array) -> NDArray[np.bool_]:
        """Which cases of (case, check) pass any limit."""
        outside = (statistics < self.low) | (statistics > self.high)
        return np.asarray(outside.any(axis=1), dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class FittedLikeness:
    """A cohort's likeness: `told` is the object of calibration.json without ``reference``, which names
    the file of `arrays`."""

    told: dict[str, Any]
    arrays: Mapping[str, NDArray[np.float32]]


def fit_likeness(sights: Sequence[Sight], folds: Index) -> FittedLikeness:
    """Fit what cases are held against to all of them, and the limits to how each looks to the others.

    A case's distances are to the cases of the other folds. The limits lie at the same percentile of
    every check, that at which the share of cases beyond any is `FLAGGED`. The share that is told is
    measured with limits from the other folds.

    Raises
    ------
    InputError
        If there are too few cases.
    """
    if len(sights) < _FEWEST:
        raise InputError(f"{len(sights)} cases are too few to say what is unlike them: {_FEWEST} are needed")
    names = [name for name in VALUES if all(name in sight.values for sight in sights)]
    values = np.array([[sight.values[name] for name in names] for sight in sights]).reshape(len(sights), -1)
    histograms = np.array([np.cumsum(sight.histogram) for sight in sights])
    embeddings = np.array([sight.embedding for sight in sights])
    distances = np.empty((len(sights), 2))
    for fold in np.unique(folds):
        own, others = folds == fold, folds != fold
        look = CohortHistograms(histograms[others], _NEIGHBOURS)
        seen = fit_embedding(embeddings[others])
        for i in np.flatnonzero(own).tolist():
            distances[i] = look.distance(sights[i].histogram), seen.distance(embeddings[i])
    statistics = np.hstack([values, distances])
    limits = choose_limits(statistics, one_sided=2)
    embedding = fit_embedding(embeddings)
    kernels = {sight.kernel for sight in sights}
    told: dict[str, Any] = {
        "cases": len(sights),
        "flagged_share": round(flagged_out_of_fold(statistics, folds, one_sided=2), 4),
        "ranges": {
            name: {"low": round(float(limits.low[n]), 6), "high": round(float(limits.high[n]), 6)}
            for n, name in enumerate(names)
        },
        "neighbours": _NEIGHBOURS,
        "histogram_limit_hu": float(limits.high[-2]),
        "embedding_limit": float(limits.high[-1]),
    }
    if None not in kernels:
        told["kernels"] = sorted(str(kernel) for kernel in kernels)
    arrays = {
        "histograms": in_order_of_values(histograms),
        "mean": embedding.mean,
        "sd": embedding.sd,
        "axes": embedding.axes,
        "variance": embedding.variance,
        "rest": np.array(embedding.rest),
    }
    return FittedLikeness(told, {name: array.astype(np.float32) for name, array in arrays.items()})


def fit_embedding(embeddings: Array) -> CohortEmbedding:
    """Mean and covariance of features (case, feature), shrunk towards a sphere (Ledoit and Wolf 2004)."""
    mean, sd = embeddings.mean(axis=0), embeddings.std(axis=0)
    # A feature that never changes in the cohort is unlike it as soon as it changes at all.
    sd = np.maximum(sd, max(1e-3 * float(sd.max()), 1e-9))
    standard = (embeddings - mean) / sd
    shrinkage = float(ledoit_wolf_shrinkage(standard, assume_centered=True))
    _, singular, directions = np.linalg.svd(standard, full_matrices=False)
    features = standard.shape[1]
    variance = np.zeros(features)
    variance[: singular.size] = singular**2 / len(standard)
    variance = (1 - shrinkage) * variance + shrinkage * variance.mean()
    count = min(_MOST_AXES, features, len(standard) // 5)
    left = variance[count:]
    # Where all directions have their own variance nothing is left, but for rounding.
    rest = float(left.mean()) if left.size else float(variance.min())
    return CohortEmbedding(mean, sd, directions[:count], variance[:count], max(rest, 1e-6))


def choose_limits(statistics: Array, *, one_sided: int) -> Limits:
    """The narrowest limits at equal percentiles that at most `FLAGGED` of the cases pass.

    `statistics` is (case, check); the last `one_sided` checks are distances, of which only large ones
    count.
    """
    least, most = 0.0, FLAGGED
    for _ in range(40):
        tail = (least + most) / 2
        if _limits(statistics, tail, one_sided).passed(statistics).mean() <= FLAGGED:
            least = tail
        else:
            most = tail
    return _limits(statistics, least, one_sided)


def flagged_out_of_fold(statistics: Array, folds: Index, *, one_sided: int) -> float:
    """Share of the cases beyond limits that were chosen on the other folds."""
    flagged = np.zeros(len(statistics), bool)
    for fold in np.unique(folds):
        own = folds == fold
        flagged[own] = choose_limits(statistics[~own], one_sided=one_sided).passed(statistics[own])
    return float(flagged.mean())


def _limits(statistics: Array, tail: float, one_sided: int) -> Limits:
    """Each check has the share `tail` of the cases beyond it."""
    checks = statistics.shape[1]
    two_sided = np.arange(checks) < checks - one_sided
    low = np.where(two_sided, np.quantile(statistics, tail / 2, axis=0), -np.inf)
    high = np.where(
        two_sided, np.quantile(statistics, 1 - tail / 2, axis=0), np.quantile(statistics, 1 - tail, axis=0)
    )
    return Limits(low, high)
