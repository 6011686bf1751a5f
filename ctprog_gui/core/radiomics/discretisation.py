"""Grey levels: the values of a region put into bins of equal width.

Definition: pyradiomics 3.0.1, `getBinEdges`; IBSI 1, 2.7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.compiling import compiled
from ctprog_gui.core.shared.errors import InputError

# Matrices of so many levels fill 0.9 GB; a CT in bins of 25 HU has a few hundred.
MOST_LEVELS = 4096


@dataclass(frozen=True, eq=False)
class GreyLevels:
    """The grey level of each voxel of a region.

    `ranks` holds for each voxel which of `levels` it has; `levels` rise, from 1 on, and are those
    that occur; `counts` tells how many voxels have each. `first` is the number of level 1 among bins
    that begin at 0.
    """

    ranks: NDArray[np.int32]
    levels: NDArray[np.int64]
    counts: NDArray[np.int64]
    first: int = 0

    @property
    def top(self) -> int:
        """The highest level."""
        return int(self.levels[-1])


def discretise(
    values: NDArray[np.floating],
    *,
    bin_width: float = 25.0,
    bin_count: int | None = None,
    origin: float | None = None,
) -> GreyLevels:
    """Put values, shape (n,), into bins.

    Parameters
    ----------
    bin_width
        Width of a bin. The first begins at `origin`, else at the multiple of the width that is not
        above the smallest value.
    bin_count
        This many bins between the smallest and the largest value instead.

    Raises
    ------
    InputError
        If the values span more than 4096 bins, or some lie below `origin`.
    """
    low, high = values.min(), values.max()
    if bin_count is not None:
        # Values that are all equal get bins around them, as numpy's histogram has them.
        edges = np.histogram_bin_edges(np.array([low, high]), bin_count)
        edges[-1] += 1
        step = float(edges[1] - edges[0])
        start = 0.0
    else:
        if origin is not None and low < origin:
            raise InputError(
                f"the ROI has values down to {low:g}, below {origin:g} where the first grey level begins "
                "(bin_origin): leave them out by range_hu"
            )
        lowest = low if origin is None else origin
        if (high - lowest) / bin_width > MOST_LEVELS:
            raise InputError(
                f"the ROI's values from {lowest:g} to {high:g} fill more than {MOST_LEVELS} grey levels "
                f"of {bin_width:g}"
            )
        start = low - low % bin_width if origin is None else origin
        edges = np.arange(start, high + 2 * bin_width, bin_width, dtype=np.float64)
        step = bin_width
    bins = np.empty(values.size, np.int32)
    counted = _assign(np.ascontiguousarray(values, dtype=np.float64), edges, step, bins)
    used = np.flatnonzero(counted)
    rank_of = np.zeros(counted.size, np.int32)
    rank_of[used] = np.arange(used.size)
    first = round(float(start) / bin_width)
    return GreyLevels(rank_of[bins], used.astype(np.int64) + 1, counted[used], first)


@compiled
def _assign(
    values: NDArray[np.float64], edges: NDArray[np.float64], step: float, bins: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Write each value's bin, counted from 0, to `bins`; gives how many values each bin has.

    The division only guesses: the edges decide, so that rounding falls as numpy's `digitize` has it.
    """
    counted = np.zeros(edges.size, np.int64)
    last = edges.size - 2
    for n in range(values.size):
        value = values[n]
        place = min(max(int((value - edges[0]) / step), 0), last)
        while place < last and value >= edges[place + 1]:
            place += 1
        while place > 0 and value < edges[place]:
            place -= 1
        bins[n] = place
        counted[place] += 1
    return counted
