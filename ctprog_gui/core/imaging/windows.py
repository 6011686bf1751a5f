"""Window width and level, and the presets radiologists reach for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Window:
    """Displayed HU range: level ± width / 2."""

    width_hu: float
    level_hu: float

    def __post_init__(self) -> None:
        if not self.width_hu >= 1:
            object.__setattr__(self, "width_hu", 1.0)

    @property
    def range_hu(self) -> tuple[float, float]:
        return self.level_hu - self.width_hu / 2, self.level_hu + self.width_hu / 2


def window_of(values_hu: NDArray[Any]) -> Window | None:
    """A window that shows what some voxels hold: from their 2nd to their 98th percentile.

    Single hot or cold voxels (metal, air in a corner) do not stretch it. None without a voxel.
    """
    if values_hu.size == 0:
        return None
    low, high = (float(v) for v in np.percentile(values_hu, (2, 98)))
    return Window(max(round(high - low), 1), round((low + high) / 2))


PRESETS: dict[str, Window] = {
    "Soft tissue": Window(400, 40),
    "Lung": Window(1500, -600),
    "Bone": Window(2500, 480),
    "Brain": Window(80, 40),
    "Liver": Window(150, 90),
}
