"""Parallel slices that lie unevenly (a tilted gantry, changing gaps) onto a straight, even grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Floats, Geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress

# A straight grid of more than this many times the slices' own voxels means that they do not belong together.
_MOST_TIMES = 4


@dataclass(frozen=True, eq=False)
class Placed:
    """Slices and where they lie: the grid they would make if they were even, and their true places.

    `positions` is (n, 3), LPS mm: the centre of each slice's first pixel, rising along the grid's third
    axis.
    """

    grid: Geometry
    positions: Floats

    @property
    def offsets_mm(self) -> Floats:
        """(n, 3): each slice's place along the grid's axes, from the first slice's."""
        offsets: Floats = (self.positions - self.positions[0]) @ self.grid.axes
        return offsets


def straight_grid(placed: Placed) -> Geometry:
    """The grid that holds all slices where they lie: the same axes and spacing, as large as it takes.

    Raises
    ------
    InputError
        If the slices lie so far apart that it would be mostly empty.
    """
    grid, offsets = placed.grid, placed.offsets_mm
    spacing = np.asarray(grid.spacing_mm)
    low, high = offsets.min(axis=0), offsets.max(axis=0)
    columns, rows, _ = grid.size
    more = np.ceil((high - low)[:2] / spacing[:2] - 1e-6)
    slices = math.floor((high[2] - low[2]) / spacing[2] + 1e-6) + 1
    voxels = (columns + more[0]) * (rows + more[1]) * slices
    if voxels > _MOST_TIMES * columns * rows * len(offsets):
        raise InputError("the slices lie too far apart to be resampled")
    origin = placed.positions[0] + grid.axes @ np.array([low[0], low[1], 0.0])
    size = (columns + int(more[0]), rows + int(more[1]), slices)
    return Geometry(size, grid.spacing_mm, (origin[0], origin[1], origin[2]), grid.direction)


def straighten(voxels: NDArray[Any], placed: Placed, progress: Progress | None = None) -> Volume:
    """Resample linearly, within the slices and between them; outside stands the lowest value there is.

    Parameters
    ----------
    voxels
        (n, rows, columns), the slices in the order of `placed`.

    Raises
    ------
    InputError
        As `straight_grid` does.
    """
    grid = straight_grid(placed)
    columns, rows, slices = grid.size
    offsets = placed.offsets_mm
    spacing = np.asarray(grid.spacing_mm)
    shift = (offsets[:, :2] - offsets[:, :2].min(axis=0)) / spacing[:2]
    heights = offsets[:, 2] / spacing[2]
    outside = float(voxels.min())
    out = np.empty(grid.shape, voxels.dtype)
    moved: dict[int, NDArray[np.float32]] = {}
    for number in range(slices):
        if progress is not None:
            progress.report(number / slices, "Resampling")
        above = int(np.clip(np.searchsorted(heights, number), 1, len(heights) - 1))
        below = above - 1
        for k in (below, above):
            if k not in moved:
                moved[k] = _shifted(voxels[k], shift[k], (rows, columns), outside)
        for k in [k for k in moved if k < below]:
            del moved[k]
        weight = float(np.clip((number - heights[below]) / (heights[above] - heights[below]), 0, 1))
        mixed = (1 - weight) * moved[below] + weight * moved[above]
        out[number] = np.rint(mixed) if np.issubdtype(out.dtype, np.integer) else mixed
    return Volume(out, grid)


def _shifted(
    slice_: NDArray[Any], shift: Floats, shape: tuple[int, int], outside: float
) -> NDArray[np.float32]:
    """A slice moved by a number of columns and rows that need not be whole, into a larger frame."""
    frame = np.full((shape[0] + 1, shape[1] + 1), outside, np.float32)
    column, row = (math.floor(part + 1e-9) for part in shift)
    right, down = float(shift[0]) - column, float(shift[1]) - row
    rows, columns = slice_.shape
    frame[row : row + rows, column : column + columns] = slice_
    # The value at a place is that of the slice a fraction to the left and above.
    if right > 1e-6:
        frame[:, 1:] = (1 - right) * frame[:, 1:] + right * frame[:, :-1]
    if down > 1e-6:
        frame[1:] = (1 - down) * frame[1:] + down * frame[:-1]
    return frame[: shape[0], : shape[1]]
