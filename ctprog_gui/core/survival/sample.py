"""Right-censored follow-up as two arrays, checked once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Z_95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class FollowUp:
    """Times (months, or any one unit) and whether each ended in death (True) or censoring.

    Raises
    ------
    ValueError
        If the arrays differ in length, are empty, a time is negative or not finite, or an event is
        neither 0 nor 1.
    """

    time: Floats
    event: NDArray[np.bool_]

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", np.asarray(self.time, dtype=np.float64))
        given = np.asarray(self.event)
        if not ((given == 0) | (given == 1)).all():
            raise ValueError("a follow-up's event is neither 0 nor 1")
        object.__setattr__(self, "event", given.astype(np.bool_))
        if self.time.ndim != 1 or self.time.shape != self.event.shape or self.time.size == 0:
            raise ValueError("follow-up needs as many times as events, and at least one")
        if not np.isfinite(self.time).all() or self.time.min() < 0:
            raise ValueError("a follow-up time is negative or not a number")

    @property
    def n(self) -> int:
        return int(self.time.size)

    @property
    def events(self) -> int:
        return int(self.event.sum())

    def where(self, chosen: ArrayLike) -> FollowUp:
        """The follow-up of some of the patients (boolean or index array)."""
        return FollowUp(self.time[np.asarray(chosen)], self.event[np.asarray(chosen)])

    def reaches(self, month: float) -> bool:
        """Whether S(month) can be estimated: somebody is followed as long, or the last ones died before."""
        last = self.time.max()
        return bool(last >= month or self.event[self.time == last].all())

    def at_risk(self, months: ArrayLike) -> NDArray[np.int64]:
        """Number at risk just before each time: those whose follow-up is at least as long."""
        ordered = np.sort(self.time)
        return self.n - np.searchsorted(ordered, np.asarray(months, dtype=np.float64), side="left")
