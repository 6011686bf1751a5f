"""Who is in which fold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.sufficiency import require_enough
from ctprog_gui.core.cohort.table import Cohort
from ctprog_gui.core.shared.errors import InputError

Index = NDArray[np.int64]


def folds_of(cohort: Cohort, count: int, seed: int) -> Index:
    """A fold for each patient: the table's `fold` column, else drawn with equal shares of deaths.

    Raises
    ------
    InputError
        If the column is filled for some patients only, there are fewer patients than folds, or too
        few events to fit or judge a fold by; see `require_enough`.
    """
    given = [row.fold for row in cohort.rows]
    if all(fold is not None for fold in given):
        folds = np.array(given, dtype=np.int64)
        require_enough(cohort, folds)
        return folds
    if any(fold is not None for fold in given):
        raise InputError(f"{cohort.path}: the column fold is filled for some patients and not for others")
    if len(given) < 2 * count:
        raise InputError(f"{cohort.path} has {len(given)} patients, too few for {count} folds")
    folds = dealt(cohort.follow_up.event, count, np.random.default_rng([seed, 0]))
    require_enough(cohort, folds)
    return folds


def validation_of(train: Index, event: NDArray[np.bool_], share: float, seed: int) -> tuple[Index, Index]:
    """Take a share of a fold's training patients out for choosing the epoch; returns both parts."""
    if share <= 0:
        return train, train
    parts = max(2, round(1 / share))
    part = dealt(event[train], parts, np.random.default_rng([seed, 1]))
    return train[part != 0], train[part == 0]


def dealt(event: NDArray[np.bool_], count: int, rng: np.random.Generator) -> Index:
    """Deal shuffled patients out in turn, the dead first, so that folds share the deaths evenly."""
    order = rng.permutation(event.size)
    order = order[np.argsort(~event[order], kind="stable")]
    folds = np.empty(event.size, dtype=np.int64)
    folds[order] = np.arange(event.size) % count
    return folds
