"""Grey level dependence: 14 features of how many neighbours resemble a voxel.

Definitions: pyradiomics 3.0.1, `gldm`; IBSI 1, 3.11 (neighbouring grey level dependence). A voxel
counts as one of its dependents.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics import size_matrix as of
from ctprog_gui.core.radiomics.size_matrix import emphases

_PLACES = {
    "DependenceEntropy": of.ENTROPY,
    "DependenceNonUniformity": of.SIZE_NON_UNIFORMITY,
    "DependenceNonUniformityNormalized": of.SIZE_NON_UNIFORMITY_NORMALISED,
    "DependenceVariance": of.SIZE_VARIANCE,
    "GrayLevelNonUniformity": of.LEVEL_NON_UNIFORMITY,
    "GrayLevelVariance": of.LEVEL_VARIANCE,
    "HighGrayLevelEmphasis": of.HIGH,
    "LargeDependenceEmphasis": of.LARGE,
    "LargeDependenceHighGrayLevelEmphasis": of.LARGE_HIGH,
    "LargeDependenceLowGrayLevelEmphasis": of.LARGE_LOW,
    "LowGrayLevelEmphasis": of.LOW,
    "SmallDependenceEmphasis": of.SMALL,
    "SmallDependenceHighGrayLevelEmphasis": of.SMALL_HIGH,
    "SmallDependenceLowGrayLevelEmphasis": of.SMALL_LOW,
}
NAMES = tuple(_PLACES)


def gldm_features(dependents: NDArray[np.int64], levels: NDArray[np.int64]) -> dict[str, float]:
    """The features by name.

    Parameters
    ----------
    dependents
        (n, m): voxels of each level with 0, 1, 2 … dependent neighbours.
    levels
        (n,): the grey levels.
    """
    found = emphases(dependents, levels, np.arange(1, dependents.shape[1] + 1))
    return {name: float(found[place]) for name, place in _PLACES.items()}
