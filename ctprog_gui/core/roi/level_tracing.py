"""What the line of equal density through a point encloses on a slice."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.roi.edit import Box
from ctprog_gui.core.roi.effect import Shape
from ctprog_gui.core.roi.slice_crop import SliceCrop

# A line that runs farther than this from the point encloses no lesion.
REACH_MM = 60.0
# Noise of single voxels bends no line.
SMOOTHING_VOXELS = 0.8


def level_region(
    volume: Volume, stack: PlaneOfVolume, number: int, point_mm: ArrayLike, reach_mm: float = REACH_MM
) -> tuple[Box, Shape] | None:
    """The voxels within the closed line of equal density that runs through a point of a slice.

    On the line's one side it is denser than at the point, on the other less dense. Enclosed is the side
    that ends within reach, the smaller one if both do; holes in it belong to it.

    Returns
    -------
    A box (z, y, x) of one slice and which of its voxels are enclosed; None where the point is outside
    the slice or the line does not close.
    """
    from scipy.ndimage import binary_fill_holes, gaussian_filter, label

    crop = SliceCrop(volume, stack, number, point_mm, reach_mm)
    at = np.rint(crop.pixel(point_mm)).astype(int) - crop.low
    if (at < 0).any() or (at >= crop.picture.shape).any():
        return None
    smooth = gaussian_filter(crop.picture.astype(np.float32), SMOOTHING_VOXELS)
    here = smooth[at[0], at[1]]
    best: Shape | None = None
    for side in (smooth >= here, smooth <= here):
        numbers, _ = label(side)
        piece = numbers == numbers[at[0], at[1]]
        if piece[0].any() or piece[-1].any() or piece[:, 0].any() or piece[:, -1].any():
            continue
        filled = np.asarray(binary_fill_holes(piece))
        if best is None or filled.sum() < best.sum():
            best = filled
    return None if best is None else (crop.box, crop.in_box(best))
