"""What is done to image and region before features are taken: scaling, resampling, re-segmenting.

In the order of IBSI 1, section 2: the image is interpolated, then the region, then intensities are chosen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.radiomics.periodic import AFTER, BEFORE, periodic_runs
from ctprog_gui.core.radiomics.settings import Interpolation, RadiomicsSettings
from ctprog_gui.core.shared.errors import InputError

Spacing = tuple[float, float, float]
Span = tuple[int, int]

# Beyond so many voxels a spline's coefficients no longer see a point.
_MARGIN = 16
# Nine images of so many voxels fill 3.6 GB.
_MOST_VOXELS = 50_000_000
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
        If no region or a single voxel is left, or the new grid has too many voxels.
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
    if chosen is not mask.voxels and np.count_nonzero(chosen) == 1:
        raise InputError(
            "a single voxel is left of the ROI on the voxels and in the range of values asked for, which "
            "has no texture"
        )
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
    """Image and region on the grid that shares the old one's centre (IBSI 1, 2.4), around the region.

    Wavelets think the whole image periodic. Where what they see around the region reaches behind its
    edge, what lies at the other side is there, as if all of the image were resampled.
    """
    from scipy.ndimage import affine_transform

    box = mask.bounding_box
    assert box is not None
    order = 1 if interpolation == "linear" else 3
    axes = [_Axis.around(*one) for one in zip(box, image.shape, old, new, strict=True)]
    shape = tuple(axis.stop - axis.start for axis in axes)
    if math.prod(shape) > _MOST_VOXELS:
        told = " × ".join(f"{one:g}" for one in new[::-1])
        raise InputError(
            f"resampled to {told} mm the ROI's surroundings have {math.prod(shape) / 1e6:.0f} million "
            f"voxels, more than {_MOST_VOXELS // 10**6}"
        )

    def sampled(values: NDArray[Any], steps: tuple[Span, ...], order: int) -> NDArray[np.float64]:
        cuts, starts = zip(*(axis.seen(*one) for axis, one in zip(axes, steps, strict=True)), strict=True)
        sizes = tuple(last - first for first, last in steps)
        apart = [axis.step for axis in axes]
        part = values[cuts].astype(np.float64)
        return np.asarray(affine_transform(part, apart, starts, sizes, order=order, mode="nearest"))

    found = np.empty(shape, np.float64)
    for runs in product(*(periodic_runs(axis.start, axis.stop, axis.count) for axis in axes)):
        found[tuple(to for to, _ in runs)] = sampled(image, tuple(steps for _, steps in runs), order)
    region = np.zeros(shape, np.bool_)
    there = tuple((max(axis.start, 0), min(axis.stop, axis.count)) for axis in axes)
    home = tuple(slice(a - axis.start, b - axis.start) for axis, (a, b) in zip(axes, there, strict=True))
    region[home] = sampled(mask.voxels, there, 1) >= _HALF
    if not region.any():
        raise InputError("nothing is left of the ROI on the coarser grid that was asked for")
    return found, region, new


@dataclass(frozen=True)
class _Axis:
    """A new grid along one axis of an image of `size` voxels, and the part of it around a region.

    The grid has `count` points, the first at voxel `first`, and `step` voxels apart. The part goes
    from `start` to before `stop`, which may lie before the first and behind the last.
    """

    size: int
    count: int
    first: float
    step: float
    start: int
    stop: int

    @classmethod
    def around(cls, part: slice, size: int, was: float, now: float) -> _Axis:
        count = math.ceil(round(size * was / now, 6))
        first = ((size - 1) * was - (count - 1) * now) / 2 / was
        step = now / was
        low = max(math.floor((part.start - 1 - first) / step), 0)
        high = min(math.ceil((part.stop - first) / step), count - 1)
        return cls(size, count, first, step, low - BEFORE, high + 1 + AFTER)

    def seen(self, start: int, stop: int) -> tuple[slice, float]:
        """The voxels that points of the grid are interpolated from; where the first point lies in them."""
        at = self.first + start * self.step
        low = min(max(math.floor(at) - _MARGIN, 0), self.size - 1)
        high = max(math.ceil(self.first + (stop - 1) * self.step) + 1 + _MARGIN, 1)
        return slice(low, min(high, self.size)), at - low
