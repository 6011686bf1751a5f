"""Putting a volume or a region on another grid: always asked for, never in passing."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ctprog_gui.core.imaging.files import to_sitk
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume


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
    return Mask(voxels.astype(np.bool_), geometry, mask.name)


def _resampled(voxels: Any, source: Geometry, target: Geometry, *, nearest: bool, outside: float) -> Any:
    import SimpleITK as sitk

    filter_ = sitk.ResampleImageFilter()
    filter_.SetSize(target.size)
    filter_.SetOutputSpacing(target.spacing_mm)
    filter_.SetOutputOrigin(target.origin_mm)
    filter_.SetOutputDirection(target.direction)
    filter_.SetInterpolator(sitk.sitkNearestNeighbor if nearest else sitk.sitkLinear)
    filter_.SetDefaultPixelValue(float(outside))
    if not nearest:
        # With a whole-number output ITK would cut the fraction off, which biases HU towards 0.
        filter_.SetOutputPixelType(sitk.sitkFloat32)
    return sitk.GetArrayFromImage(filter_.Execute(to_sitk(voxels, source)))
