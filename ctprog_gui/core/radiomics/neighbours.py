"""Each voxel of a region and its neighbours, counted in one pass for GLCM, GLDM and NGTDM."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.compiling import compiled
from ctprog_gui.core.shared.errors import InputError

# Counts of so many pairs fill 0.9 GB, as those of nearest neighbours do with 4096 levels.
_MOST_PAIRS = 13 * 4096**2
Step = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """What neighbours tell of n grey levels in d directions.

    Parameters
    ----------
    pairs
        (d, n, n): how often a voxel of the second level is a step away from one of the first.
    dependents
        (n, 2 d + 1): voxels of a level with so many dependent neighbours; its rows add up to the
        voxels of each level.
    differences
        (n,): sum over a level's voxels of the difference to the mean of their neighbours.
    """

    pairs: NDArray[np.uint32]
    dependents: NDArray[np.int64]
    differences: NDArray[np.float64]


@cache
def steps(distances: tuple[int, ...] = (1,), *, in_plane: bool = False) -> tuple[Step, ...]:
    """Steps (z, y, x) to neighbours, one of each two opposite ones.

    A step belongs to a distance by the largest of its three parts (the Chebyshev norm).
    """
    far = max(distances)
    reach = range(-far, far + 1)
    found = product((0,) if in_plane else reach, reach, reach)
    return tuple(one for one in found if one > (0, 0, 0) and max(map(abs, one)) in distances)


def count_neighbours(
    grid: NDArray[np.int32],
    voxels: NDArray[np.int64],
    levels: NDArray[np.int64],
    offsets: NDArray[np.int64],
    dependence: int,
) -> Neighbourhood:
    """Count the neighbours of a region's voxels.

    Parameters
    ----------
    grid
        Flat; a voxel's rank among the levels plus 1, and 0 outside the region. No step from a voxel
        leaves the array or comes back in on another side.
    voxels
        Where the region's voxels lie in it.
    levels
        The grey levels by rank.
    offsets
        Steps, as distances in the flat array.
    dependence
        Largest difference of levels at which a neighbour is a dependent one.

    Raises
    ------
    InputError
        If levels and steps are so many that their counts would not fit into memory.
    """
    n = levels.size
    if offsets.size * n**2 > _MOST_PAIRS:
        raise InputError(
            f"{n} grey levels are too many for neighbours in {offsets.size} directions: ask for fewer "
            "distances or wider bins"
        )
    found = Neighbourhood(
        np.zeros((offsets.size, n, n), np.uint32), np.zeros((n, 2 * offsets.size + 1), np.int64), np.zeros(n)
    )
    add_neighbours(grid, voxels, levels, offsets, dependence, 1, found)
    return found


def add_neighbours(
    grid: NDArray[np.int32],
    voxels: NDArray[np.int64],
    levels: NDArray[np.int64],
    offsets: NDArray[np.int64],
    dependence: int,
    sign: int,
    to: Neighbourhood,
) -> None:
    """Add what `voxels` contribute, as in `count_neighbours`, or with sign -1 take it away."""
    _add(grid, voxels, levels, offsets, dependence, sign, to.pairs, to.dependents, to.differences)


@compiled
def _add(
    grid: NDArray[np.int32],
    voxels: NDArray[np.int64],
    levels: NDArray[np.int64],
    offsets: NDArray[np.int64],
    dependence: int,
    sign: int,
    pairs: NDArray[np.uint32],
    dependents: NDArray[np.int64],
    differences: NDArray[np.float64],
) -> None:
    # Unsigned counts go down by what wraps around to one less.
    one = np.uint32(1) if sign > 0 else np.uint32(4294967295)
    for voxel in voxels:
        rank = grid[voxel] - 1
        if rank < 0:
            continue
        level = levels[rank]
        total, around, alike = 0, 0, 0
        for a in range(offsets.size):
            other = grid[voxel + offsets[a]] - 1
            if other >= 0:
                pairs[a, rank, other] += one
                total += levels[other]
                around += 1
                if abs(levels[other] - level) <= dependence:
                    alike += 1
            other = grid[voxel - offsets[a]] - 1
            if other >= 0:
                total += levels[other]
                around += 1
                if abs(levels[other] - level) <= dependence:
                    alike += 1
        dependents[rank, alike] += sign
        if around:
            differences[rank] += sign * abs(level - total / around)
