"""Growing a region from a point through voxels of like density."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.roi.edit import Box
from ctprog_gui.core.roi.effect import Shape
from ctprog_gui.core.roi.hu_range import HuRange

# Around the seed: what is sampled for a range of its own, and how wide that range is in standard
# deviations (the first step of confidence-connected growing).
SAMPLE_MM = 3.0
SPREAD = 2.5
# A sample this even (air, a phantom) would give a range of nothing.
LEAST_SPREAD_HU = 15.0


def box_around(geometry: Geometry, index: ArrayLike, reach_mm: float) -> Box:
    """The voxels (z, y, x) within `reach_mm` of a voxel (x, y, z) along each axis, inside the grid."""
    at = np.rint(np.asarray(index, dtype=np.float64)).astype(int)
    reach = np.ceil(reach_mm / np.asarray(geometry.spacing_mm)).astype(int)
    low = np.clip(at - reach, 0, geometry.size)
    high = np.clip(at + reach + 1, 0, geometry.size)
    x, y, z = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return z, y, x


def distance_mm(geometry: Geometry, box: Box, index: ArrayLike) -> NDArray[np.float64]:
    """Distance of a box's voxel centres from a continuous voxel index (x, y, z)."""
    parts = []
    for axis in range(3):
        part = box[2 - axis]
        apart = (np.arange(part.start, part.stop) - np.asarray(index)[axis]) * geometry.spacing_mm[axis]
        parts.append((apart**2).reshape([-1 if d == 2 - axis else 1 for d in range(3)]))
    return np.asarray(np.sqrt(parts[0] + parts[1] + parts[2]))


def range_at(volume: Volume, index: ArrayLike) -> HuRange:
    """The densities that belong to a point: mean ± 2.5 standard deviations of the 3 mm around it."""
    box = box_around(volume.geometry, index, SAMPLE_MM)
    near = volume.voxels[box][distance_mm(volume.geometry, box, np.rint(index)) <= SAMPLE_MM]
    mean, spread = float(near.mean()), max(float(near.std()) * SPREAD, LEAST_SPREAD_HU)
    return HuRange(round(mean - spread), round(mean + spread))


def grow(volume: Volume, index: ArrayLike, hu_range: HuRange, limit_mm: float) -> tuple[Box, Shape] | None:
    """What is connected by faces to a voxel through voxels in the range, within a distance of it.

    Returns
    -------
    A box (z, y, x) and the region in it, or None where the voxel itself is outside the grid or range.
    """
    from scipy.ndimage import label

    at = np.rint(np.asarray(index, dtype=np.float64)).astype(int)
    if (at < 0).any() or (at >= volume.geometry.size).any():
        return None
    box = box_around(volume.geometry, at, limit_mm)
    inside = hu_range.holds(volume.voxels[box]) & (distance_mm(volume.geometry, box, at) <= limit_mm)
    seed = tuple(int(a) - part.start for a, part in zip(at[::-1], box, strict=True))
    if not inside[seed]:
        return None
    numbers, _ = label(inside)
    return box, np.asarray(numbers == numbers[seed])
