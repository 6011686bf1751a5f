"""Slices as small grey pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.imaging.windows import Window


def thumbnail(
    volume: Volume, stack: PlaneOfVolume, number: int, window: Window, height: int = 128
) -> NDArray[np.uint8]:
    """One slice as it lies on the screen: grey values (rows from the top, columns from the left).

    The slice is scaled to `height` rows and to square pixels by the nearest voxel.
    """
    part: list[slice | int] = [slice(None)] * 3
    part[2 - stack.axis] = number
    section = volume.voxels[tuple(part)]
    if stack.horizontal > stack.vertical:
        section = section.T
    # Now (vertical, horizontal), each along its array axis: turn them to screen down and screen right.
    axes = volume.geometry.axes
    if axes[:, stack.vertical] @ stack.up_lps > 0:
        section = section[::-1]
    if axes[:, stack.horizontal] @ stack.right_lps < 0:
        section = section[:, ::-1]
    across, along = stack.extent_mm
    width = max(1, round(height * across / along))
    rows = np.minimum((np.arange(height) + 0.5) * section.shape[0] / height, section.shape[0] - 1)
    columns = np.minimum((np.arange(width) + 0.5) * section.shape[1] / width, section.shape[1] - 1)
    low, high = window.range_hu
    shown = section[np.ix_(rows.astype(int), columns.astype(int))].astype(np.float32)
    grey = np.rint(255 * np.clip((shown - low) / (high - low), 0, 1))
    return np.asarray(grey, dtype=np.uint8)
