"""The largest distances between points of a region's surface, in space and within its three planes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.compiling import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# No row of the surface has an end there.
_NONE = -1


def largest_diameters(
    mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]
) -> tuple[float, float, float, float]:
    """Largest distance (mm) within a plane of equal z, of equal y, of equal x, and in space.

    The points are halfway between each voxel of the region and its neighbours outside. In a plane
    only corners of the convex outline can be ends of the longest line, and in space only points
    that are such corners in all their three planes.

    Parameters
    ----------
    mask
        Shape (z, y, x), with an empty layer on every side.
    spacing_mm
        Along z, y, x.
    """
    along_x_low, along_x_high, along_y_low, along_y_high = _row_ends(mask)
    planes = [
        _plane_corners(along_x_low, along_x_high, 0),
        _plane_corners(along_x_low.T, along_x_high.T, 1),
        _plane_corners(along_y_low.T, along_y_high.T, 2),
    ]
    spacing = np.asarray(spacing_mm)
    within = [_farthest_in_planes(points, axis, spacing) for axis, points in enumerate(planes)]
    sides = 2 * np.array(mask.shape) + 1
    numbers = [np.ravel_multi_index(tuple(points.T), tuple(sides)) for points in planes]
    shared = np.intersect1d(np.intersect1d(numbers[0], numbers[1]), numbers[2])
    corners = np.stack(np.unravel_index(shared, tuple(sides)), axis=1) * (spacing / 2)
    return within[0], within[1], within[2], _farthest(corners)


@compiled
def _row_ends(mask: NDArray[np.bool_]) -> tuple[Integers, Integers, Integers, Integers]:
    """Ends of the surface's rows, in half voxels: along x by (z, y), and along y by (z, x)."""
    depth, rows, columns = mask.shape
    x_low = np.full((2 * depth, 2 * rows), _NONE, np.int64)
    x_high = np.full((2 * depth, 2 * rows), _NONE, np.int64)
    y_low = np.full((2 * depth, 2 * columns), _NONE, np.int64)
    y_high = np.full((2 * depth, 2 * columns), _NONE, np.int64)
    for z in range(depth - 1):
        for y in range(rows - 1):
            for x in range(columns - 1):
                here = mask[z, y, x]
                for axis in range(3):
                    dz, dy, dx = axis == 0, axis == 1, axis == 2
                    if mask[z + dz, y + dy, x + dx] != here:
                        zz, yy, xx = 2 * z + dz, 2 * y + dy, 2 * x + dx
                        if x_low[zz, yy] == _NONE or xx < x_low[zz, yy]:
                            x_low[zz, yy] = xx
                        x_high[zz, yy] = max(x_high[zz, yy], xx)
                        if y_low[zz, xx] == _NONE or yy < y_low[zz, xx]:
                            y_low[zz, xx] = yy
                        y_high[zz, xx] = max(y_high[zz, xx], yy)
    return x_low, x_high, y_low, y_high


@compiled
def _plane_corners(low: Integers, high: Integers, axis: int) -> Integers:
    """Corners (n, 3) as (z, y, x) of the convex outline in each plane, sorted by plane.

    `low` and `high` have a row for each plane; its entries are the ends of lines across it. Andrew's
    monotone chain (1979), exact on whole numbers.
    """
    found = np.empty((2 * low.size, 3), np.int64)
    count = 0
    chain = np.empty((2 * low.shape[1] + 2, 2), np.int64)
    for plane in range(low.shape[0]):
        for side in range(2):
            ends = low if side == 0 else high
            sign = 1 if side == 0 else -1
            top = 0
            for line in range(low.shape[1]):
                end = ends[plane, line]
                if end == _NONE:
                    continue
                while top >= 2:
                    run = chain[top - 1, 0] - chain[top - 2, 0]
                    rise = chain[top - 1, 1] - chain[top - 2, 1]
                    turn = run * (end - chain[top - 2, 1]) - rise * (line - chain[top - 2, 0])
                    if sign * turn > 0:
                        break
                    top -= 1
                chain[top, 0], chain[top, 1] = line, end
                top += 1
            for n in range(top):
                line, end = chain[n, 0], chain[n, 1]
                if side == 1 and low[plane, line] == end:
                    continue
                if axis == 0:
                    found[count, 0], found[count, 1], found[count, 2] = plane, line, end
                elif axis == 1:
                    found[count, 0], found[count, 1], found[count, 2] = line, plane, end
                else:
                    found[count, 0], found[count, 1], found[count, 2] = line, end, plane
                count += 1
    return found[:count].copy()


@compiled
def _farthest_in_planes(points: Integers, axis: int, spacing_mm: Floats) -> float:
    """Largest distance between two points of equal `axis`; they come sorted by it, in half voxels."""
    best = 0.0
    start = 0
    for stop in range(1, len(points) + 1):
        if stop < len(points) and points[stop, axis] == points[start, axis]:
            continue
        for i in range(start, stop):
            for j in range(start, i):
                squared = 0.0
                for d in range(3):
                    step = (points[i, d] - points[j, d]) * spacing_mm[d] / 2
                    squared += step * step
                best = max(best, squared)
        start = stop
    return float(np.sqrt(best))


@compiled
def _farthest(points: Floats) -> float:
    best = 0.0
    for i in range(len(points)):
        for j in range(i):
            z = points[i, 0] - points[j, 0]
            y = points[i, 1] - points[j, 1]
            x = points[i, 2] - points[j, 2]
            best = max(best, z * z + y * y + x * x)
    return float(np.sqrt(best))
