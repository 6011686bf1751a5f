"""Grey level size zone: 16 features of how large the connected patches of one level are.

Definitions: pyradiomics 3.0.1, `glszm`; IBSI 1, 3.8.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics import size_matrix as of
from ctprog_gui.core.radiomics.size_matrix import emphases
from ctprog_gui.core.radiomics.zones import Zones

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
    return Zones(grid, voxels, offsets).rows()
