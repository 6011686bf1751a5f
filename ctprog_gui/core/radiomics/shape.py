"""Shape of a region: 14 features of its voxels and of the surface around them.

Definitions: pyradiomics 3.0.1, `shape`; IBSI 1, section 3.1 (morphology).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.compiling import compiled
from ctprog_gui.core.radiomics.diameters import largest_diameters
from ctprog_gui.core.radiomics.marching_cubes import surface

NAMES = (
    "Elongation",
    "Flatness",
    "LeastAxisLength",
    "MajorAxisLength",
    "Maximum2DDiameterColumn",
    "Maximum2DDiameterRow",
    "Maximum2DDiameterSlice",
    "Maximum3DDiameter",
    "MeshVolume",
    "MinorAxisLength",
    "Sphericity",
    "SurfaceArea",
    "SurfaceVolumeRatio",
    "VoxelVolume",
)


def shape_features(
    mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float], *, sample_covariance: bool = False
) -> dict[str, float]:
    """The features by name, in mm, mm² and mm³.

    Axis lengths are of the ellipsoid with the covariance of the voxels' centres; in a region of one
    slice the least is 0. Elongation and flatness are ratios to the longest axis, undefined (NaN) in a
    single voxel.

    Parameters
    ----------
    mask
        Shape (z, y, x): the region's bounding box with one empty layer on every side.
    spacing_mm
        Along z, y, x.
    sample_covariance
        Divide the covariance by n - 1 instead of n.
    """
    voxels, covariance = _moments(mask, spacing_mm)
    if sample_covariance and voxels > 1:
        covariance *= voxels / (voxels - 1)
    # A flat region's least eigenvalue comes out as ± 1e-14.
    least, minor, major = np.sqrt(np.clip(np.linalg.eigvalsh(covariance), 0.0, None))
    if min(mask.shape) <= 3:
        least = 0.0
    area, volume = surface(mask, spacing_mm)
    slice_mm, column_mm, row_mm, farthest_mm = largest_diameters(mask, spacing_mm)
    long = major if major > 0 else np.nan
    return {
        "Elongation": float(minor / long),
        "Flatness": float(least / long),
        "LeastAxisLength": 4 * float(least),
        "MajorAxisLength": 4 * float(major),
        "Maximum2DDiameterColumn": column_mm,
        "Maximum2DDiameterRow": row_mm,
        "Maximum2DDiameterSlice": slice_mm,
        "Maximum3DDiameter": farthest_mm,
        "MeshVolume": volume,
        "MinorAxisLength": 4 * float(minor),
        "Sphericity": float((36 * np.pi * volume**2) ** (1 / 3) / area),
        "SurfaceArea": area,
        "SurfaceVolumeRatio": area / volume,
        "VoxelVolume": voxels * float(np.prod(spacing_mm)),
    }


def _moments(
    mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]
) -> tuple[int, NDArray[np.float64]]:
    """How many voxels there are, and the covariance of their centres (mm²).

    From whole-numbered sums, in Python's integers, which do not overflow or round.
    """
    sums = [int(value) for value in _index_sums(mask)]
    count, first, second = sums[0], sums[1:4], sums[4:]
    pairs = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    covariance = np.empty((3, 3))
    for (a, b), product in zip(pairs, second, strict=True):
        value = (product * count - first[a] * first[b]) / count**2
        covariance[a, b] = covariance[b, a] = value * spacing_mm[a] * spacing_mm[b]
    return count, covariance


@compiled
def _index_sums(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Of the region's indices: 1, z, y, x, zz, zy, zx, yy, yx, xx."""
    sums = np.zeros(10, np.int64)
    for z in range(mask.shape[0]):
        for y in range(mask.shape[1]):
            count, first, second = 0, 0, 0
            for x in range(mask.shape[2]):
                if mask[z, y, x]:
                    count += 1
                    first += x
                    second += x * x
            sums[0] += count
            sums[1] += z * count
            sums[2] += y * count
            sums[3] += first
            sums[4] += z * z * count
            sums[5] += z * y * count
            sums[6] += z * first
            sums[7] += y * y * count
            sums[8] += y * first
            sums[9] += second
    return sums
