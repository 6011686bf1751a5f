"""Grey level run length: 16 features of how many voxels of one level follow each other in a row.

Definitions: pyradiomics 3.0.1, `glrlm`; IBSI 1, 3.7. Features are means over the directions.
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
    "HighGrayLevelRunEmphasis": of.HIGH,
    "LongRunEmphasis": of.LARGE,
    "LongRunHighGrayLevelEmphasis": of.LARGE_HIGH,
    "LongRunLowGrayLevelEmphasis": of.LARGE_LOW,
    "LowGrayLevelRunEmphasis": of.LOW,
    "RunEntropy": of.ENTROPY,
    "RunLengthNonUniformity": of.SIZE_NON_UNIFORMITY,
    "RunLengthNonUniformityNormalized": of.SIZE_NON_UNIFORMITY_NORMALISED,
    "RunPercentage": of.PERCENTAGE,
    "RunVariance": of.SIZE_VARIANCE,
    "ShortRunEmphasis": of.SMALL,
    "ShortRunHighGrayLevelEmphasis": of.SMALL_HIGH,
    "ShortRunLowGrayLevelEmphasis": of.SMALL_LOW,
}
NAMES = tuple(_PLACES)


def glrlm_features(runs: Integers, levels: Integers, *, merged: bool = False) -> dict[str, float]:
    """The features by name; all NaN where there are no runs.

    Parameters
    ----------
    runs
        (d, n, m): of each direction, how many runs of each level are so long, from 1 on. A direction
        that does not count has none.
    levels
        (n,): the grey levels.
    merged
        Add the directions up first, instead of averaging their features.
    """
    if merged:
        # IBSI divides by the voxels of all directions together, which the sizes add up to by themselves.
        runs = runs.sum(axis=0, keepdims=True)
    lengths = np.arange(1, runs.shape[2] + 1)
    rows = [emphases(of_direction, levels, lengths) for of_direction in runs if of_direction.any()]
    if not rows:
        return dict.fromkeys(NAMES, float("nan"))
    found = np.mean(rows, axis=0)
    return {name: float(found[place]) for name, place in _PLACES.items()}


@compiled
def count_runs(
    grid: NDArray[np.int32], voxels: Integers, levels: int, offsets: Integers, longest: int
) -> Integers:
    """Runs (d, levels, longest) in each direction; for the arguments see `count_neighbours`."""
    runs = np.zeros((offsets.size, levels, longest), np.int64)
    counts = np.zeros(levels, np.int64)
    for voxel in voxels:
        counts[grid[voxel] - 1] += 1
    # A voxel that is in no longer run is one by itself, which most are: those are not looked for.
    for a in range(offsets.size):
        runs[a, :, 0] = counts
    for voxel in voxels:
        rank = grid[voxel]
        for a in range(offsets.size):
            step = offsets[a]
            if (grid[voxel + step] == rank) & (grid[voxel - step] != rank):
                length = 2
                place = voxel + 2 * step
                while grid[place] == rank:
                    length += 1
                    place += step
                runs[a, rank - 1, length - 1] += 1
                runs[a, rank - 1, 0] -= length
    return runs


@compiled
def add_runs_through(
    grid: NDArray[np.int32],
    voxels: Integers,
    offsets: Integers,
    sign: int,
    seen: NDArray[np.int32],
    to: Integers,
) -> None:
    """Add the runs that hold any of the voxels or touch one's end, or with sign -1 take them away.

    Parameters
    ----------
    seen
        As large as the grid; what marks a run's first voxel is in its last entry and is used up.
    """
    for a in range(offsets.size):
        step = offsets[a]
        seen[-1] += 1
        mark = seen[-1]
        for voxel in voxels:
            for start in (voxel - step, voxel, voxel + step):
                rank = grid[start]
                if rank == 0:
                    continue
                first = start
                while grid[first - step] == rank:
                    first -= step
                if seen[first] == mark:
                    continue
                seen[first] = mark
                length = 0
                place = first + step
                while grid[place] == rank:
                    length += 1
                    place += step
                to[a, rank - 1, length] += sign
