"""A volume with its axes in the order that preprocessing works in, and coarser copies of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume


def towards_lps(volume: Volume) -> Volume:
    """The same voxels with axes x, y, z running most nearly along L, P, S (a view)."""
    order, flipped = _turn(volume.geometry)
    # Array dimension 2 - a stands for axis a.
    voxels: NDArray[Any] = volume.voxels.transpose([2 - order[axis] for axis in (2, 1, 0)])
    voxels = voxels[tuple(slice(None, None, -1) if flipped[axis] else slice(None) for axis in (2, 1, 0))]
    return Volume(voxels, geometry_towards_lps(volume.geometry))


def geometry_towards_lps(grid: Geometry) -> Geometry:
    """The grid of `towards_lps`."""
    order, flipped = _turn(grid)
    corner = np.zeros(3)
    for axis in range(3):
        if flipped[axis]:
            corner[order[axis]] = grid.size[order[axis]] - 1
    signs = np.where(flipped, -1.0, 1.0)
    axes = grid.axes[:, order] * signs
    nx, ny, nz = (grid.size[a] for a in order)
    dx, dy, dz = (grid.spacing_mm[a] for a in order)
    return Geometry(
        (nx, ny, nz),
        (dx, dy, dz),
        tuple(grid.index_to_patient(corner)),
        tuple(axes.ravel()),
    )


def _turn(grid: Geometry) -> tuple[list[int], list[bool]]:
    """Which axis runs most nearly along L, P and S, and whether it runs the other way."""
    order = [grid.axis_along(axis) for axis in range(3)]
    return order, [bool(grid.axes[axis, order[axis]] < 0) for axis in range(3)]


def strides_to(geometry: Geometry, voxel_mm: float) -> tuple[int, int, int]:
    """Steps along x, y, z that make voxels of about this size; 1 where they are as large already."""
    x, y, z = (max(1, round(voxel_mm / spacing)) for spacing in geometry.spacing_mm)
    return x, y, z


def every_nth(volume: Volume, strides: tuple[int, int, int]) -> Volume:
    """Every so many-th voxel along x, y, z (a copy), each near the middle of those it stands for."""
    grid = volume.geometry
    starts = [min(step // 2, (n - 1) // 2) for step, n in zip(strides, grid.size, strict=True)]
    pick = [slice(start, None, step) for start, step in zip(starts, strides, strict=True)]
    voxels = np.ascontiguousarray(volume.voxels[tuple(reversed(pick))])
    z, y, x = voxels.shape
    across, down, along = (step * mm for step, mm in zip(strides, grid.spacing_mm, strict=True))
    origin = tuple(grid.index_to_patient(starts))
    return Volume(voxels, Geometry((x, y, z), (across, down, along), origin, grid.direction))
