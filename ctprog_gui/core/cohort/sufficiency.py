"""Whether a cohort holds enough to fit anything to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.cohort.table import Cohort
from ctprog_gui.core.shared.errors import InputError

LEAST_EVENTS = 10


def require_enough(cohort: Cohort, folds: ArrayLike | None = None, *, events: int = LEAST_EVENTS) -> None:
    """Refuse a cohort that no model should be fitted to, before anything is computed.

    Parameters
    ----------
    cohort
        Survival times and events are looked at, no image.
    folds
        Each patient's fold, in the order of the rows; a fold without events can't be judged.
    events
        The fewest deaths that are accepted.

    Raises
    ------
    InputError
        If there are fewer events, or a fold has none; all such folds are named.
    """
    event = cohort.follow_up.event
    found = int(np.count_nonzero(event))
    if found < events:
        raise InputError(
            f"{cohort.path} has {found} event{'s' * (found != 1)} among {event.size} patients; "
            f"at least {events} are needed"
        )
    if folds is None:
        return
    fold = np.asarray(folds)
    if fold.shape != event.shape:
        raise ValueError(f"{fold.size} folds for {event.size} patients")
    numbers = np.unique(fold).tolist()
    if len(numbers) < 2:
        raise InputError(
            f"{cohort.path}: all patients are in fold {_listed(numbers)}; at least two are needed"
        )
    empty = [number for number in numbers if not event[fold == number].any()]
    if empty:
        raise InputError(f"{cohort.path}: no event in fold {_listed(empty)}")


def _listed(numbers: Sequence[object]) -> str:
    return ", ".join(str(number) for number in numbers)
