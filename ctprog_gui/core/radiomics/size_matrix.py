"""What GLRLM, GLSZM and GLDM have in common: how many runs, zones or voxels of a level have which size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.compiling import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# What `emphases` gives, in its order: s is the size, g the grey level.
SMALL, LARGE, LOW, HIGH, SMALL_LOW, SMALL_HIGH, LARGE_LOW, LARGE_HIGH = range(8)
LEVEL_NON_UNIFORMITY, LEVEL_NON_UNIFORMITY_NORMALISED = 8, 9
SIZE_NON_UNIFORMITY, SIZE_NON_UNIFORMITY_NORMALISED = 10, 11
LEVEL_VARIANCE, SIZE_VARIANCE, ENTROPY, PERCENTAGE = range(12, 16)


@compiled
def emphases(counts: Integers, levels: Integers, sizes: Integers) -> Floats:
    """The 16 features of one matrix, which is not empty.

    Parameters
    ----------
    counts
        (n, m): how many there are of each level and size.
    levels, sizes
        (n,) and (m,): what they are, each from 1 on.
    """
    out = np.zeros(16)
    of_level = np.zeros(levels.size, np.int64)
    of_size = np.zeros(sizes.size, np.int64)
    total = 0
    logs = 0.0
    for i in range(levels.size):
        level = float(levels[i]) ** 2
        for j in range(sizes.size):
            count = counts[i, j]
            if count == 0:
                continue
            size = float(sizes[j]) ** 2
            of_level[i] += count
            of_size[j] += count
            total += count
            if count > 1:
                logs += count * np.log2(count)
            out[SMALL_LOW] += count / (level * size)
            out[SMALL_HIGH] += count * level / size
            out[LARGE_LOW] += count * size / level
            out[LARGE_HIGH] += count * size * level
    mean_level, mean_size = 0.0, 0.0
    for i in range(levels.size):
        level, count = float(levels[i]), float(of_level[i])
        out[LOW] += count / level**2
        out[HIGH] += count * level**2
        out[LEVEL_NON_UNIFORMITY] += count**2
        mean_level += count * level / total
    for j in range(sizes.size):
        size, count = float(sizes[j]), float(of_size[j])
        out[SMALL] += count / size**2
        out[LARGE] += count * size**2
        out[SIZE_NON_UNIFORMITY] += count**2
        mean_size += count * size / total
    for i in range(levels.size):
        out[LEVEL_VARIANCE] += of_level[i] * (levels[i] - mean_level) ** 2
    for j in range(sizes.size):
        out[SIZE_VARIANCE] += of_size[j] * (sizes[j] - mean_size) ** 2
    for n in range(14):
        out[n] /= total
    out[LEVEL_NON_UNIFORMITY_NORMALISED] = out[LEVEL_NON_UNIFORMITY] / total
    out[SIZE_NON_UNIFORMITY_NORMALISED] = out[SIZE_NON_UNIFORMITY] / total
    out[ENTROPY] = np.log2(total) - logs / total
    out[PERCENTAGE] = 1 / mean_size
    return out
