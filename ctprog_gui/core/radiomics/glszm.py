"""Grey level size zone: 16 features of how large the connected patches of one level are.

Definitions: pyradiomics 3.0.1, `glszm`; IBSI 1, 3.8.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics import size_matrix as of
from ctprog_gui.core.radiomics.compiling import compiled
from ctprog_gui.core.radiomics.size_matrix import emphases

Integers = NDArray[np.int64]

_PLACES = {
    "GrayLevelNonUniformity": of.LEVEL_NON_UNIFORMITY,
    "GrayLevelNonUniformityNormalized": of.LEVEL_NON_UNIFORMITY_NORMALISED,
    "GrayLevelVariance": of.LEVEL_VARIANCE,
    "HighGrayLevelZoneEmphasis": of.HIGH,
    "LargeAreaEmphasis": of.LARGE,
    "LargeAreaHighGrayLevelEmphasis": of.LARGE_HIGH,
    "LargeAreaLowGrayLevelEmphasis": of.LARGE_LOW,
    "LowGrayLevelZoneEmphasis": of.LOW,
    "SizeZoneNonUniformity": of.SIZE_NON_UNIFORMITY,
    "SizeZoneNonUniformityNormalized": of.SIZE_NON_UNIFORMITY_NORMALISED,
    "SmallAreaEmphasis": of.SMALL,
    "SmallAreaHighGrayLevelEmphasis": of.SMALL_HIGH,
    "SmallAreaLowGrayLevelEmphasis": of.SMALL_LOW,
    "ZoneEntropy": of.ENTROPY,
    "ZonePercentage": of.PERCENTAGE,
    "ZoneVariance": of.SIZE_VARIANCE,
}
NAMES = tuple(_PLACES)


def glszm_features(zones: Integers, levels: Integers) -> dict[str, float]:
    """The features by name.

    Parameters
    ----------
    zones
        (k, 2): of each zone the rank of its level and its number of voxels.
    levels
        (n,): the grey levels.
    """
    sizes, column = np.unique(zones[:, 1], return_inverse=True)
    counts = np.bincount(zones[:, 0] * sizes.size + column, minlength=levels.size * sizes.size)
    found = emphases(counts.reshape(levels.size, sizes.size), levels, sizes)
    return {name: float(found[place]) for name, place in _PLACES.items()}


@compiled
def find_zones(grid: NDArray[np.int32], voxels: Integers, offsets: Integers) -> Integers:
    """Zones (k, 2) of voxels of one level that are joined by `offsets`; arguments as `count_neighbours`."""
    zones = np.empty((voxels.size, 2), np.int64)
    waiting = np.empty(voxels.size, np.int64)
    left = grid.copy()
    found = 0
    for voxel in voxels:
        rank = left[voxel]
        if rank == 0:
            continue
        left[voxel] = 0
        waiting[0] = voxel
        top, size = 1, 0
        while top:
            top -= 1
            here = waiting[top]
            size += 1
            for step in offsets:
                for place in (here + step, here - step):
                    if left[place] == rank:
                        left[place] = 0
                        waiting[top] = place
                        top += 1
        zones[found, 0] = rank - 1
        zones[found, 1] = size
        found += 1
    return zones[:found].copy()
