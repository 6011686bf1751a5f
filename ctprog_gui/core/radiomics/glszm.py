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
        (k, 3): the rank of a level, a number of voxels, and how many such zones there are.
    levels
        (n,): the grey levels.
    """
    sizes, column = np.unique(zones[:, 1], return_inverse=True)
    counts = np.zeros((levels.size, sizes.size), np.int64)
    np.add.at(counts, (zones[:, 0], column), zones[:, 2])
    found = emphases(counts, levels, sizes)
    return {name: float(found[place]) for name, place in _PLACES.items()}


def find_zones(grid: NDArray[np.int32], voxels: Integers, offsets: Integers) -> Integers:
    """Zones (k, 3) of voxels of one level that are joined by `offsets`; arguments as `count_neighbours`."""
    return zones_of(grid, voxels, offsets, voxels.size)[0]


@compiled
def zones_of(
    grid: NDArray[np.int32], seeds: Integers, offsets: Integers, most: int
) -> tuple[Integers, Integers]:
    """The zones that hold any of the seeds, and all their voxels, of which there are at most so many."""
    left = grid.copy()
    zones = np.empty((min(seeds.size, most), 3), np.int64)
    reached = np.empty(most, np.int64)
    waiting = np.empty(most, np.int64)
    found, last = 0, 0
    for seed in seeds:
        rank = left[seed]
        if rank == 0:
            continue
        left[seed] = 0
        waiting[0] = seed
        top, begun = 1, last
        while top:
            top -= 1
            here = waiting[top]
            reached[last] = here
            last += 1
            for step in offsets:
                place = here + step
                if left[place] == rank:
                    left[place] = 0
                    waiting[top] = place
                    top += 1
                place = here - step
                if left[place] == rank:
                    left[place] = 0
                    waiting[top] = place
                    top += 1
        zones[found, 0] = rank - 1
        zones[found, 1] = last - begun
        zones[found, 2] = 1
        found += 1
    return zones[:found].copy(), reached[:last].copy()
