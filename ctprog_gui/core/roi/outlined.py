"""The voxels inside an outline drawn on one slice."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.imaging.contours import fill_even_odd
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.roi.edit import Box
from ctprog_gui.core.roi.effect import Shape


def outlined(stack: PlaneOfVolume, number: int, points_mm: ArrayLike) -> tuple[Box, Shape] | None:
    """The voxels of slice `number` whose centres lie inside a closed outline.

    An outline that crosses itself is filled by even–odd. Fewer than three points enclose nothing.

    Parameters
    ----------
    points_mm
        Corners (n, 3) in LPS, on the slice or seen along its normal; the last joins the first.

    Returns
    -------
    A box (z, y, x) of one slice, inside the grid, and which of its voxels are inside; None if none is.
    """
    index = stack.geometry.patient_to_index(np.asarray(points_mm, dtype=np.float64).reshape(-1, 3))
    if len(index) < 3:
        return None
    corners = index[:, [stack.horizontal, stack.vertical]]
    size = np.array([stack.geometry.size[a] for a in (stack.horizontal, stack.vertical)])
    low = np.clip(np.floor(corners.min(axis=0)), 0, size).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 1, 0, size).astype(int)
    if (low >= high).any() or not 0 <= number < stack.count:
        return None
    inside = np.zeros((high[1] - low[1], high[0] - low[0]), dtype=bool)
    fill_even_odd([corners - low], inside)
    if not inside.any():
        return None
    box = [slice(0, 0)] * 3
    box[2 - stack.axis] = slice(number, number + 1)
    box[2 - stack.horizontal] = slice(int(low[0]), int(high[0]))
    box[2 - stack.vertical] = slice(int(low[1]), int(high[1]))
    # (vertical, horizontal) into the array's order of axes.
    if stack.horizontal > stack.vertical:
        inside = inside.T
    return (box[0], box[1], box[2]), np.ascontiguousarray(np.expand_dims(inside, 2 - stack.axis))
