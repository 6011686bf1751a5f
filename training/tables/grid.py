"""Follow-up on a grid of chosen cuts, for networks that predict in which bin death falls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.sample import Floats, FollowUp

Cuts = Literal["quantile", "equidistant"]


@dataclass(frozen=True, eq=False)
class TimeGrid:
    """Bin k is (cut k, cut k + 1], in months; the last bin is all that comes after the last cut.

    Cuts are whole months, so that a curve that is linear between cuts is linear between months too
    and is told by its values at months without loss. `MonthlyTargets` is the grid of every month.
    """

    cuts: Floats

    @classmethod
    def of(cls, follow_up: FollowUp, bins: int, cuts: Cuts) -> TimeGrid:
        """Choose up to `bins` bins before the last from training patients' follow-up.

        ``quantile``: the Kaplan–Meier curve falls by the same in each, as Kvamme and Borgan (2021)
        do. ``equidistant``: all are equally long. The last cut is the month of the last death.
        Rounding to months can leave fewer bins.

        Raises
        ------
        ValueError
            If nobody died.
        """
        if follow_up.events == 0:
            raise ValueError("a grid needs at least one death")
        end = max(np.ceil(follow_up.time[follow_up.event].max()), 1.0)
        if cuts == "equidistant":
            inner = np.linspace(0.0, end, bins + 1)
        else:
            curve = kaplan_meier(follow_up)
            levels = np.linspace(1.0, curve.probability.min(), bins + 1)
            # The first time at which the curve has fallen to the level.
            at = np.searchsorted(-curve.probability, -levels - 1e-12)
            inner = curve.months[np.minimum(at, len(curve.months) - 1)]
        return cls(np.unique(np.concatenate([[0.0], np.minimum(np.ceil(inner), end), [end]])))

    @property
    def bins(self) -> int:
        """How many there are before the last."""
        return len(self.cuts) - 1

    def targets(self, follow_up: FollowUp) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Each patient's bin, and whether death was seen in it.

        Who was censored is known to outlive the last cut up to then, and no more is claimed; a
        death after the last cut is a life beyond it.
        """
        died = follow_up.event & (follow_up.time <= self.cuts[-1])
        at_death = np.maximum(np.searchsorted(self.cuts, follow_up.time, side="left") - 1, 0)
        alive = np.searchsorted(self.cuts, follow_up.time, side="right") - 1
        return np.where(died, at_death, alive).astype(np.int64), died

    def survival_at(self, survival: Floats, months: ArrayLike) -> Floats:
        """(patient, month) from S at the cuts (patient, cut); after the last cut it stays as it is there.

        Between cuts it is linear: death is equally likely at any time of a bin.
        """
        at = np.minimum(np.asarray(months, dtype=np.float64), self.cuts[-1])
        left = np.clip(np.searchsorted(self.cuts, at, side="right") - 1, 0, self.bins - 1)
        share = (at - self.cuts[left]) / (self.cuts[left + 1] - self.cuts[left])
        found: Floats = survival[:, left] * (1 - share) + survival[:, left + 1] * share
        return found
