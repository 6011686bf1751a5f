"""A coarser copy of a volume, for views that need the whole of it at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume

# Coarse slices made at a time.
_SLAB = 8

# What one byte tells apart: air to dense bone, in steps that are below a CT's noise.
LOWEST_HU, STEP_HU = -1024, 9


@dataclass(frozen=True, eq=False)
class Overview:
    """A coarse copy of a volume, one byte a voxel (z, y, x), to look at and not to measure.

    HU is `LOWEST_HU` + `STEP_HU` times the byte, from -1024 to 1271; what lies outside is at the ends.
    """

    levels: NDArray[np.uint8]
    geometry: Geometry


def overview(volume: Volume, largest: int = 256) -> Overview:
    """The volume at no more than `largest` voxels a side (see `reduced`), in bytes."""
    coarse = reduced(volume, largest)
    levels = np.empty(coarse.voxels.shape, np.uint8)
    for slab, voxels in zip(levels, coarse.voxels, strict=True):
        slab[...] = np.clip(np.rint(level_of(voxels)), 0, 255)
    return Overview(levels, coarse.geometry)


def level_of(values_hu: ArrayLike) -> NDArray[np.float64]:
    """Where HU lie on the scale of an `Overview`, unrounded and unbounded."""
    return (np.asarray(values_hu, dtype=np.float64) - LOWEST_HU) / STEP_HU


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
        factors = _factors(grid, largest)
        voxels = _halved(voxels, factors[::-1])
        grid = _coarser(grid, factors)
    return Volume(voxels, grid)


def reduced_geometry(grid: Geometry, largest: int = 256) -> Geometry:
    """The grid of `reduced`, without a volume."""
    while max(grid.size) > largest:
        grid = _coarser(grid, _factors(grid, largest))
    return grid


def _factors(grid: Geometry, largest: int) -> list[int]:
    return [2 if n > largest else 1 for n in grid.size]


def _coarser(grid: Geometry, factors: list[int]) -> Geometry:
    shift = [(factor - 1) / 2 for factor in factors]
    nx, ny, nz = (n // f for n, f in zip(grid.size, factors, strict=True))
    dx, dy, dz = (s * f for s, f in zip(grid.spacing_mm, factors, strict=True))
    return Geometry(
        (nx, ny, nz),
        (dx, dy, dz),
        tuple(grid.index_to_patient(shift)),
        grid.direction,
    )


def _halved(voxels: NDArray[Any], factors: list[int]) -> NDArray[Any]:
    """Means of pairs along the array axes whose factor is 2.

    Some slices at a time: as a whole, the halves in between would take twice the volume's memory.
    """
    shape = [n // factor for n, factor in zip(voxels.shape, factors, strict=True)]
    out = np.empty(shape, voxels.dtype)
    for start in range(0, shape[0], _SLAB):
        slab = out[start : start + _SLAB]
        part = voxels[start * factors[0] : (start + len(slab)) * factors[0]]
        for axis, factor in reversed(list(enumerate(factors))):
            if factor == 2:
                part = _pairs(np.moveaxis(part, axis, 0), axis)
        slab[...] = part
    return out


def _pairs(voxels: NDArray[Any], axis: int) -> NDArray[Any]:
    """Means of pairs along the first axis, which is then put back where it was."""
    even = voxels[: len(voxels) // 2 * 2]
    first, second = even[0::2], even[1::2]
    if voxels.dtype.kind == "i":
        mean = (first >> 1) + (second >> 1) + (first & second & 1)
    else:
        mean = ((first + second) / 2).astype(voxels.dtype, copy=False)
    return np.moveaxis(mean, 0, axis)
