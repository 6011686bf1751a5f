"""What is done to image and region before features are taken: scaling, resampling, re-segmenting.

In the order of IBSI 1, section 2: the image is interpolated, then the region, then intensities are chosen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.radiomics.settings import Interpolation, RadiomicsSettings
from ctprog_gui.core.shared.errors import InputError

Spacing = tuple[float, float, float]

# Beyond so many voxels a spline's coefficients and a wavelet's taps no longer see the region.
_MARGIN = 16
# Voxels half in the region by rounding are in it.
_HALF = 0.5 - 1e-9


@dataclass(frozen=True, eq=False)
class Conditioned:
    """Image and region as features see them, (z, y, x).

    Parameters
    ----------
    region
        What shape is taken of.
    chosen
        The part of it that first order and texture are taken of.
    spacing_mm
        Along z, y, x.
    """

    image: NDArray[Any]
    region: NDArray[np.bool_]
    chosen: NDArray[np.bool_]
    spacing_mm: Spacing


def condition(volume: Volume, mask: Mask, settings: RadiomicsSettings) -> Conditioned:
    """Obey the settings; where they ask for nothing, nothing is copied.

    Raises
    ------
    InputError
        If no region is left.
    """
    image, region = volume.voxels, mask.voxels
    x, y, z = volume.geometry.spacing_mm
    spacing = (z, y, x)
    if settings.normalise:
        image = _normalised(image, settings.normalise_scale, settings.clip_normalised)
    if settings.resample_mm is not None:
        wanted = [new or old for new, old in zip(settings.resample_mm[::-1], spacing, strict=True)]
        image, region, spacing = _resampled(
            image, mask, spacing, (wanted[0], wanted[1], wanted[2]), settings.interpolation
        )
        if settings.round_resampled:
            image = np.rint(image)
    chosen = region
    if settings.range_hu is not None:
        low, high = settings.range_hu
        chosen = chosen & (image >= low) & (image <= high)
    if settings.outlier_sd is not None:
        values = image[chosen].astype(np.float64)
        if values.size:
            reach = settings.outlier_sd * values.std()
            chosen = chosen & (np.abs(image - values.mean()) <= reach)
    if not chosen.any():
        raise InputError("nothing is left of the ROI on the voxels and in the range of values asked for")
    return Conditioned(image, region, chosen, spacing)


def _normalised(image: NDArray[Any], scale: float, clip: float | None) -> NDArray[np.float64]:
    """Mean 0 and standard deviation `scale` over the whole image, as pyradiomics does it."""
    values = image.astype(np.float64)
    # ITK's standard deviation is a sample's.
    deviation = values.std(ddof=1)
    if not deviation > 0:
        raise InputError("an image of one value can't be normalised")
    values = (values - values.mean()) / deviation
    if clip is not None:
        values = np.clip(values, -clip, clip)
    return np.asarray(values * scale)


def _resampled(
    image: NDArray[Any], mask: Mask, old: Spacing, new: Spacing, interpolation: Interpolation
) -> tuple[NDArray[np.float64], NDArray[np.bool_], Spacing]:
    """Image and region on the grid that shares the old one's centre (IBSI 1, 2.4), around the region."""
    from scipy.ndimage import affine_transform

    box = mask.bounding_box
    assert box is not None
    order = 1 if interpolation == "linear" else 3
    steps, starts, sizes, parts = [], [], [], []
    for part, size, was, now in zip(box, image.shape, old, new, strict=True):
        count = math.ceil(round(size * was / now, 6))
        first = ((size - 1) * was - (count - 1) * now) / 2 / was
        step = now / was
        # New voxels that the region, wavelets around it included, may see.
        low = max(math.floor((part.start - 1 - first) / step) - 4, 0)
        high = min(math.ceil((part.stop - first) / step) + 4, count - 1)
        near = slice(max(part.start - 4 - _MARGIN, 0), min(part.stop + 4 + _MARGIN, size))
        near = slice(
            max(min(near.start, math.floor(first + low * step) - _MARGIN), 0),
            min(max(near.stop, math.ceil(first + high * step) + 1 + _MARGIN), size),
        )
        steps.append(step)
        starts.append(first + low * step - near.start)
        sizes.append(high - low + 1)
        parts.append(near)
    cut = tuple(parts)

    def sampled(values: NDArray[Any], order: int) -> NDArray[np.float64]:
        found = affine_transform(
            values.astype(np.float64), steps, starts, tuple(sizes), order=order, mode="nearest"
        )
        return np.asarray(found)

    region = sampled(mask.voxels[cut], 1) >= _HALF
    if not region.any():
        raise InputError("nothing is left of the ROI on the coarser grid that was asked for")
    return sampled(image[cut], order), region, new
