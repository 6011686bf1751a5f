"""Neighbourhood grey tone difference: 5 features of how a voxel stands out from those around it.

Definitions: pyradiomics 3.0.1, `ngtdm`; IBSI 1, 3.10 (Amadasun and King 1989). A voxel without neighbours
counts with a difference of 0, where IBSI leaves it out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NAMES = ("Busyness", "Coarseness", "Complexity", "Contrast", "Strength")

# Of a region without any differences, as pyradiomics has it.
_COARSEST = 1e6


def ngtdm_features(
    counts: NDArray[np.int64], differences: NDArray[np.float64], levels: NDArray[np.int64]
) -> dict[str, float]:
    """The features by name.

    Parameters
    ----------
    counts, differences
        (n,): of each level, its voxels and the sum of their differences from the mean around them.
    levels
        (n,): the grey levels.
    """
    there = counts > 0
    counts, differences, levels = counts[there], differences[there], levels[there]
    n = counts.size
    voxels = int(counts.sum())
    share = counts / voxels
    level = levels.astype(np.float64)
    weighted = share * differences
    coarse, total = float(weighted.sum()), float(differences.sum())
    apart = np.abs(level[:, np.newaxis] - level)
    together = share[:, np.newaxis] + share
    busy = np.abs((level * share)[:, np.newaxis] - level * share).sum()
    contrast = share @ apart**2 @ share * total / voxels
    return {
        "Busyness": coarse / float(busy) if busy else 0.0,
        "Coarseness": 1 / coarse if coarse else _COARSEST,
        "Complexity": float((apart * (weighted[:, np.newaxis] + weighted) / together).sum() / voxels),
        "Contrast": float(contrast / (n * (n - 1))) if n > 1 else 0.0,
        "Strength": float((together * apart**2).sum() / total) if total else 0.0,
    }
