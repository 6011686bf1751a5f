"""What a representation is worth before anything is fitted to it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]
NEIGHBOURS = 10
_RIDGES = (1.0, 10.0, 100.0, 1e3, 1e4)
_INNER_FOLDS = 5
# A target that fewer images have says nothing.
_FEWEST = 20


def probe(
    features: Floats, targets: Floats, counts: Bools, group: NDArray[np.int64], *, seed: int
) -> dict[str, float]:
    """How well two simple readers tell known targets from frozen features, and the features' rank.

    The patients are halved; the readers learn from one half and are tried on the other. No
    survival is among the targets.

    Parameters
    ----------
    features
        (image, feature).
    targets, counts
        (image, target), and which of them are known.
    group
        (image,): the patient of each.

    Returns
    -------
    dict
        ``linear_probe_r2`` and ``knn_r2``: share of a target's variance told by ridge regression
        (its ridge chosen by a cross-validation over the patients it learns from) and by the mean
        of the 10 nearest neighbours (cosine), mean over the targets; absent where
        no target has 20 images in both halves. ``effective_rank``, see `effective_rank`.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.neighbors import KNeighborsRegressor

    patients = np.random.default_rng(seed).permutation(np.unique(group))
    learns = np.isin(group, patients[: len(patients) // 2])
    mean, spread = features[learns].mean(axis=0), features[learns].std(axis=0)
    standard = (features - mean) / np.where(spread > 1e-6, spread, 1.0)
    told: dict[str, list[float]] = {"linear_probe_r2": [], "knn_r2": []}
    for column in range(targets.shape[1]):
        one, other = learns & counts[:, column], ~learns & counts[:, column]
        value = targets[:, column]
        if min(one.sum(), other.sum()) < _FEWEST or value[one].std() == 0 or value[other].std() == 0:
            continue
        neighbours = KNeighborsRegressor(min(NEIGHBOURS, int(one.sum())), metric="cosine")
        readers: dict[str, Any] = {
            "linear_probe_r2": RidgeCV(_RIDGES, cv=_inner(group[one])),
            "knn_r2": neighbours,
        }
        for name, reader in readers.items():
            found = reader.fit(standard[one], value[one]).predict(standard[other])
            error = np.square(found - value[other]).mean()
            told[name].append(1 - float(error / value[other].var()))
    measured = {name: float(np.mean(values)) for name, values in told.items() if values}
    return measured | {"effective_rank": effective_rank(features)}


def _inner(group: NDArray[np.int64]) -> Any:
    """Splits of images that part no patient's."""
    from sklearn.model_selection import GroupKFold

    folds = min(_INNER_FOLDS, len(np.unique(group)))
    return list(GroupKFold(folds).split(group, groups=group)) if folds > 1 else None


def effective_rank(features: Floats) -> float:
    """exp of the entropy of the singular values' shares (Roy and Vetterli 2007): 1 to the number of features.

    Of centred features; a representation that has collapsed has a few. 0 where all are the same.
    """
    centred = np.asarray(features, dtype=np.float64) - features.mean(axis=0)
    values = np.linalg.svd(centred, compute_uv=False)
    if values.sum() <= 1e-12:
        return 0.0
    share = values[values > 0] / values.sum()
    return float(np.exp(-(share * np.log(share)).sum()))
