"""Follow-up on a monthly grid, for networks that predict a distribution of the month of death."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.survival.sample import FollowUp


@dataclass(frozen=True, eq=False)
class MonthlyTargets:
    """For each patient a bin, and whether death was observed in it.

    Bin b = 0 … horizon − 1 is the month (b, b + 1]; bin `horizon` is "alive beyond".

    - Died at t within the horizon: bin ⌈t⌉ − 1, observed.
    - Censored at c: bin ⌊c⌋, not observed; what is known is that death falls in this bin or later,
      S(⌊c⌋). The part of a month before the censoring is given away rather than claimed.
    - Followed beyond the horizon, however that ended: bin `horizon`, not observed.

    A patient j is known to outlive i's month of death exactly where ``bin[j] > bin[i]``.
    """

    bin: NDArray[np.int64]
    observed: NDArray[np.bool_]
    horizon: int

    @property
    def follow_up(self) -> FollowUp:
        """The same as follow-up in whole months, for concordance on the grid of the prediction."""
        return FollowUp(self.bin.astype(np.float64), self.observed)


def monthly_targets(follow_up: FollowUp, horizon: int) -> MonthlyTargets:
    """Put follow-up in months on the grid; death at time 0 falls in the first month."""
    died = follow_up.event & (follow_up.time <= horizon)
    month = np.where(died, np.maximum(np.ceil(follow_up.time) - 1, 0), np.floor(follow_up.time))
    return MonthlyTargets(np.minimum(month, horizon).astype(np.int64), died, horizon)
