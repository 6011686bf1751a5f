"""Putting a volume or a region on another grid: always asked for, never in passing."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from ctprog_gui.core.imaging.files import to_sitk
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume

# On a smaller grid it takes longer to wake other threads than to compute.
_WORTH_SHARING = 100_000


def resample(
    volume: Volume,
    geometry: Geometry,
    *,
    interpolation: Literal["linear", "nearest"] = "linear",
    outside: float = -1024,
) -> Volume:
    """The volume on another grid, in HU.

    Linear interpolation gives float32: rounding is the caller's choice. The nearest voxel keeps
    the type. Points outside the volume (more than half a voxel beyond its outermost centres) get
    `outside`. Each voxel is computed alone, so the result does not depend on the number of
    threads. There is no smoothing first: on a much coarser grid, fine detail aliases.
    """
    nearest = interpolation == "nearest"
    voxels = _resampled(volume.voxels, volume.geometry, geometry, nearest=nearest, outside=outside)
    return Volume(voxels, geometry)


def resample_mask(mask: Mask, geometry: Geometry) -> Mask:
    """The region on another grid by nearest neighbour; outside its own grid there is none."""
    voxels = _resampled(mask.voxels, mask.geometry, geometry, nearest=True, outside=0)
    return Mask(voxels.astype(np.bool_), geometry, mask.name, mask.status, mask.colour)


def reorient_mask(mask: Mask, geometry: Geometry) -> Mask:
    """The same voxels with the array's axes in the order and direction of `geometry`'s.

    Nothing is interpolated: axes are swapped and reversed, and the grid's origin follows. A mask
    whose axes are turned by another angle comes back as it is.
    """
    turn = geometry.axes.T @ mask.geometry.axes
    source = np.abs(turn).argmax(axis=1)
    if sorted(source) != [0, 1, 2] or (np.abs(turn).max(axis=1) < 1 - 1e-4).any():
        return mask
    signs = np.sign(turn[range(3), source])
    if (source == np.arange(3)).all() and (signs > 0).all():
        return mask
    old = mask.geometry
    start = [0 if signs[list(source).index(axis)] > 0 else old.size[axis] - 1 for axis in range(3)]
    origin = old.index_to_patient(start)
    turned = Geometry(
        (old.size[source[0]], old.size[source[1]], old.size[source[2]]),
        (old.spacing_mm[source[0]], old.spacing_mm[source[1]], old.spacing_mm[source[2]]),
        (origin[0], origin[1], origin[2]),
        tuple((old.axes[:, source] * signs).ravel()),
    )
    # Array axes are z, y, x: axis a of the grid is axis 2 - a of the array.
    voxels = mask.voxels.transpose([2 - int(source[2 - axis]) for axis in range(3)])
    voxels = voxels[tuple(slice(None, None, int(signs[2 - axis])) for axis in range(3))]
    return Mask(np.ascontiguousarray(voxels), turned, mask.name, mask.status, mask.colour)


def _resampled(voxels: Any, source: Geometry, target: Geometry, *, nearest: bool, outside: float) -> Any:
    import SimpleITK as sitk

    filter_ = sitk.ResampleImageFilter()
    filter_.SetSize(target.size)
    if math.prod(target.size) < _WORTH_SHARING:
        filter_.SetNumberOfThreads(1)
    filter_.SetOutputSpacing(target.spacing_mm)
    filter_.SetOutputOrigin(target.origin_mm)
    filter_.SetOutputDirection(target.direction)
    filter_.SetInterpolator(sitk.sitkNearestNeighbor if nearest else sitk.sitkLinear)
    filter_.SetDefaultPixelValue(float(outside))
    if not nearest:
        # With a whole-number output ITK would cut the fraction off, which biases HU towards 0.
        filter_.SetOutputPixelType(sitk.sitkFloat32)
    return sitk.GetArrayFromImage(filter_.Execute(to_sitk(voxels, source)))
