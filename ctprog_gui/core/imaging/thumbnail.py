"""Slices as small pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.imaging.windows import Window


def as_on_screen(array: NDArray[Any], stack: PlaneOfVolume, number: int, height: int) -> NDArray[Any]:
    """One slice of an array (z, y, x) as it lies on the screen: rows from the top, columns from the left.

    The slice is scaled to `height` rows and to square pixels by the nearest voxel.
    """
    part: list[slice | int] = [slice(None)] * 3
    part[2 - stack.axis] = number
    section = array[tuple(part)]
    if stack.horizontal > stack.vertical:
        section = section.T
    # Now (vertical, horizontal), each along its array axis: turn them to screen down and screen right.
    axes = stack.geometry.axes
    if axes[:, stack.vertical] @ stack.up_lps > 0:
        section = section[::-1]
    if axes[:, stack.horizontal] @ stack.right_lps < 0:
        section = section[:, ::-1]
    across, along = stack.extent_mm
    width = max(1, round(height * across / along))
    rows = np.minimum((np.arange(height) + 0.5) * section.shape[0] / height, section.shape[0] - 1)
    columns = np.minimum((np.arange(width) + 0.5) * section.shape[1] / width, section.shape[1] - 1)
    return section[np.ix_(rows.astype(int), columns.astype(int))]


def thumbnail(
    volume: Volume, stack: PlaneOfVolume, number: int, window: Window, height: int = 128
) -> NDArray[np.uint8]:
    """One slice in grey, as `as_on_screen` lays it out."""
    low, high = window.range_hu
    shown = as_on_screen(volume.voxels, stack, number, height).astype(np.float32)
    grey = np.rint(255 * np.clip((shown - low) / (high - low), 0, 1))
    return np.asarray(grey, dtype=np.uint8)


def with_outline(
    rgb: NDArray[np.uint8], inside: NDArray[np.bool_], colour: tuple[int, int, int], width: int = 2
) -> NDArray[np.uint8]:
    """A copy of a picture (rows, columns, 3) with a region's outline drawn just inside it."""
    rgb = rgb.copy()
    kept = inside.copy()
    for _ in range(width):
        padded = np.pad(kept, 1)
        kept = kept & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    rgb[inside & ~kept] = colour
    return rgb
