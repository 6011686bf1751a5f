"""A range of HU that limits which voxels an edit may change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.integer | np.floating]


@dataclass(frozen=True)
class HuRange:
    """From `low_hu` to `high_hu`, both included; given the wrong way round they are exchanged."""

    low_hu: float
    high_hu: float

    def __post_init__(self) -> None:
        if self.low_hu > self.high_hu:
            low, high = self.high_hu, self.low_hu
            object.__setattr__(self, "low_hu", low)
            object.__setattr__(self, "high_hu", high)

    def holds(self, voxels_hu: Numbers) -> NDArray[np.bool_]:
        return np.asarray((voxels_hu >= self.low_hu) & (voxels_hu <= self.high_hu))

    def limit(
        self, before: NDArray[np.bool_], after: NDArray[np.bool_], voxels_hu: Numbers
    ) -> NDArray[np.bool_]:
        """What becomes of a shape if only the voxels in the range may change."""
        return np.where(self.holds(voxels_hu), after, before)
