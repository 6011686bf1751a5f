"""Area and volume of a region's surface by marching cubes, its cubes counted by compiled code.

The cubes themselves are `core.imaging.marching_cubes`, which counts without a compiler.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.marching_cubes import from_census
from ctprog_gui.core.radiomics.compiling import compiled

Integers = NDArray[np.int64]


def surface(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> tuple[float, float]:
    """Area (mm²) and volume (mm³); parameters as of `core.imaging.marching_cubes.surface`."""
    return from_census(*_census(mask), spacing_mm)


@compiled
def _census(mask: NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """How many cubes there are of each kind, and the sums of their first corners' indices."""
    count = np.zeros(256, np.int64)
    place = np.zeros((256, 3), np.int64)
    for z in range(mask.shape[0] - 1):
        for y in range(mask.shape[1] - 1):
            # The corners of this cube's near face are those of the last one's far face.
            near = (
                mask[z, y, 0] | mask[z, y + 1, 0] << 3 | mask[z + 1, y, 0] << 4 | mask[z + 1, y + 1, 0] << 7
            )
            for x in range(mask.shape[2] - 1):
                far = (
                    mask[z, y, x + 1] << 1
                    | mask[z, y + 1, x + 1] << 2
                    | mask[z + 1, y, x + 1] << 5
                    | mask[z + 1, y + 1, x + 1] << 6
                )
                kind = near | far
                if kind != 0 and kind != 255:
                    count[kind] += 1
                    place[kind, 0] += z
                    place[kind, 1] += y
                    place[kind, 2] += x
                # Corners 1, 2, 5, 6 become 0, 3, 4, 7.
                near = (far >> 1 & 1) | (far << 1 & 8) | (far >> 1 & 16) | (far << 1 & 128)
    return count, place
