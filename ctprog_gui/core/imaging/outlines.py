"""From voxels to closed planar contours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.mask import Mask

Floats = NDArray[np.float64]
_Corner = tuple[int, int]


def outlines(mask: Mask) -> dict[int, list[Floats]]:
    """The contours (n, 3) in LPS mm of each slice that holds something, by slice index.

    They run along the pixels' edges, through corners only, so pixel centres lie half a pixel off
    them and rasterising by pixel centres gives the same voxels back. What is set lies on the
    right as the image is seen (rows downwards); a hole is a contour of its own that turns the
    other way, to be combined by even–odd.
    """
    box = mask.bounding_box
    if box is None:
        return {}
    depth, down, right = box
    found: dict[int, list[Floats]] = {}
    for index in range(depth.start, depth.stop):
        loops = trace(mask.voxels[index, down, right])
        if loops:
            found[index] = [
                mask.geometry.index_to_patient(
                    np.column_stack([loop + np.array([right.start, down.start]), np.full(len(loop), index)])
                )
                for loop in loops
            ]
    return found


def trace(pixels: NDArray[np.bool_]) -> list[Floats]:
    """Loops (n, 2) as column, row in index space around the set pixels (rows, columns).

    Pixels that touch only at a corner are traced apart. Corners lie at half indices.
    """
    padded = np.pad(pixels, 1)
    ahead: dict[_Corner, list[_Corner]] = {}
    # Of each pair of neighbours that differ, the edge between; its direction keeps the set one right.
    for row, column in np.argwhere(padded[1:, 1:-1] != padded[:-1, 1:-1]).tolist():
        below = padded[row + 1, column + 1]
        ends = ((column, row), (column + 1, row))
        _lead(ahead, *(ends if below else ends[::-1]))
    for row, column in np.argwhere(padded[1:-1, 1:] != padded[1:-1, :-1]).tolist():
        after = padded[row + 1, column + 1]
        ends = ((column, row + 1), (column, row))
        _lead(ahead, *(ends if after else ends[::-1]))
    loops = []
    while ahead:
        loops.append(np.array(_follow(ahead), dtype=np.float64) - 0.5)
    return loops


def _lead(ahead: dict[_Corner, list[_Corner]], start: _Corner, end: _Corner) -> None:
    ahead.setdefault(start, []).append(end)


def _follow(ahead: dict[_Corner, list[_Corner]]) -> list[_Corner]:
    """Take one loop out of `ahead`: the points where it turns."""
    first = next(iter(ahead))
    corners: list[_Corner] = []
    at, before = first, (0, 0)
    while True:
        choices = ahead[at]
        if len(choices) == 2:
            # Two pixels meet at this corner: turning right stays with the one that was followed.
            turn = (-before[1], before[0])
            choices.sort(key=lambda end: (end[0] - at[0], end[1] - at[1]) != turn)
        following = choices.pop(0)
        if not choices:
            del ahead[at]
        step = (following[0] - at[0], following[1] - at[1])
        if step != before:
            corners.append(at)
        at, before = following, step
        if at == first:
            break
    # The start may lie on a straight edge.
    return corners[1:] if _heading(corners[-1], first) == _heading(first, corners[1]) else corners


def _heading(start: _Corner, end: _Corner) -> _Corner:
    along, down = end[0] - start[0], end[1] - start[1]
    return (along > 0) - (along < 0), (down > 0) - (down < 0)
