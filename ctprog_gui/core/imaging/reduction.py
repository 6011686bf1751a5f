"""A coarser copy of a volume, for views that need the whole of it at once."""

from __future__ import annotations

import numpy as np

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume


def reduced(volume: Volume, largest: int = 256) -> Volume:
    """The volume averaged over pairs of voxels, along each axis that is longer than `largest`.

    Averages rather than drops voxels, so thin vessels fade instead of flickering. Whole numbers are
    rounded down, by at most half a unit each time an axis is halved. A last voxel without a partner
    is left out. Returns the volume itself where it is small.
    """
    voxels, grid = volume.voxels, volume.geometry
    if max(grid.size) <= largest:
        return volume
    while max(grid.size) > largest:
        factors = [2 if n > largest else 1 for n in grid.size]
        for array_axis, factor in zip((2, 1, 0), factors, strict=True):
            if factor == 2:
                even = np.moveaxis(voxels, array_axis, 0)[: voxels.shape[array_axis] // 2 * 2]
                first, second = even[0::2], even[1::2]
                if voxels.dtype.kind == "i":
                    mean = (first >> 1) + (second >> 1) + (first & second & 1)
                else:
                    mean = (first + second) / 2
                voxels = np.moveaxis(mean.astype(voxels.dtype, copy=False), 0, array_axis)
        shift = [(factor - 1) / 2 for factor in factors]
        grid = Geometry(
            (voxels.shape[2], voxels.shape[1], voxels.shape[0]),
            tuple(s * f for s, f in zip(grid.spacing_mm, factors, strict=True)),  # type: ignore[arg-type]
            tuple(grid.index_to_patient(shift)),
            grid.direction,
        )
    return Volume(np.ascontiguousarray(voxels), grid)
