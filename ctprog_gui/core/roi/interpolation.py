"""Filling the slices between drawn ones, by morphological interpolation.

What two drawn slices share is in every slice between. What only one of them has gives way over the
gap, from its outer rim to the shared part: a point that lies at the share r of the way from the
shared part to the rim stays for the first 1 − r of the gap. That is the interpolation function of
Meyer (A morphological interpolation method for mosaic images, 1996, in *Mathematical Morphology and
its Applications to Image and Signal Processing*), here with Euclidean distances. Pieces are matched
and moved onto each other first, as in Albu et al. (A morphology-based approach for interslice
interpolation of anatomical slices from volumetric images, IEEE Trans Biomed Eng 2008;55:2022-38); a
piece that the other slice does not have shrinks and ends half way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.roi.effect import Part, Shape

Floats = NDArray[np.float64]
_Spacing = tuple[float, float]


@dataclass(frozen=True)
class FillBetween:
    """Fill the empty slices between drawn ones across an array axis (0 x, 1 y, 2 z)."""

    axis: int

    @property
    def name(self) -> str:
        return "Fill between slices"

    @property
    def reach_mm(self) -> float:
        return 0.0

    def apply(self, part: Part) -> Shape:
        across = 2 - self.axis
        filled = part.voxels.copy()
        stack = np.moveaxis(filled, across, 0)
        rows, columns = (step for at, step in enumerate(part.sampling) if at != across)
        drawn = np.flatnonzero(stack.any(axis=(1, 2)))
        for first, last in pairwise(drawn.tolist()):
            if last - first > 1:
                stack[first + 1 : last] = between(
                    stack[first], stack[last], last - first - 1, (rows, columns)
                )
        return filled


def between(first: Shape, last: Shape, count: int, spacing_mm: _Spacing) -> Shape:
    """`count` slices (count, rows, columns) at equal steps between two drawn ones.

    Parameters
    ----------
    spacing_mm
        Of rows and columns.
    """
    made = np.zeros((count, *first.shape), dtype=bool)
    for one, other in _pairs(first, last):
        if one is None or other is None:
            alone = one if one is not None else other
            assert alone is not None
            _vanish(made if one is not None else made[::-1], alone, spacing_mm)
        else:
            _morph(made, one, other, spacing_mm)
    return made


def _pairs(first: Shape, last: Shape) -> Iterator[tuple[Shape | None, Shape | None]]:
    """Groups of pieces that overlap, from one slice and the other; None where there is none."""
    from scipy.ndimage import label

    touching = np.ones((3, 3), dtype=bool)
    a, count_a = label(first, touching)
    b, count_b = label(last, touching)
    # Pieces are nodes, overlaps edges; a group is what hangs together.
    group = np.arange(count_a + count_b)

    def root(node: int) -> int:
        while group[node] != node:
            node = int(group[node])
        return node

    both = first & last
    met = np.unique(a[both].astype(np.int64) * (count_b + 1) + b[both])
    for code in met.tolist():
        one, other = root(code // (count_b + 1) - 1), root(count_a + code % (count_b + 1) - 1)
        group[max(one, other)] = min(one, other)
    roots = np.array([root(node) for node in range(count_a + count_b)], dtype=np.intp)
    of_a, of_b = roots[:count_a], roots[count_a:]
    shared = sorted(set(of_a.tolist()) & set(of_b.tolist()))
    alone_a = [n for n in range(count_a) if of_a[n] not in shared]
    alone_b = [n for n in range(count_b) if of_b[n] not in shared]
    for one in shared:
        yield (
            np.isin(a, 1 + np.flatnonzero(of_a == one)),
            np.isin(b, 1 + np.flatnonzero(of_b == one)),
        )
    if len(alone_a) == 1 and len(alone_b) == 1 and not shared:
        # The only piece here and the only one there are one thing that went astray.
        yield first, last
        return
    for n in alone_a:
        yield a == n + 1, None
    for n in alone_b:
        yield None, b == n + 1


def _morph(made: Shape, one: Shape, other: Shape, spacing_mm: _Spacing) -> None:
    """Add the slices between two overlapping shapes."""
    shift = _shift(one, other)
    room = 1 + max(abs(shift[0]), abs(shift[1]))
    rows, columns = _crop(one | other, room)
    # Outside the image there is room too, so that nothing that is moved comes in on the other side.
    here, there = np.pad(one[rows, columns], room), np.pad(other[rows, columns], room)
    there = np.roll(there, (-shift[0], -shift[1]), (0, 1))
    shared = here & there
    goes, comes = _share_of_way(here, shared, spacing_mm), _share_of_way(there, shared, spacing_mm)
    count = len(made)
    for number in range(count):
        at = (number + 1) / (count + 1)
        # Written so that the same numbers are compared from either end.
        shape = (goes < (count - number) / (count + 1)) | (comes < at)
        moved = np.roll(shape, (round(shift[0] * at), round(shift[1] * at)), (0, 1))
        made[number, rows, columns] |= moved[room:-room, room:-room]


def _share_of_way(shape: Shape, shared: Shape, spacing_mm: _Spacing) -> Floats:
    """0 in the shared part, towards 1 at the rim, infinite outside the shape."""
    from scipy.ndimage import distance_transform_edt

    way = np.full(shape.shape, np.inf)
    rest = shape & ~shared
    if rest.any():
        from_shared = distance_transform_edt(~shared, spacing_mm)[rest]
        to_rim = distance_transform_edt(shape, spacing_mm)[rest]
        way[rest] = from_shared / (from_shared + to_rim)
    way[shared] = 0.0
    return way


def _vanish(made: Shape, alone: Shape, spacing_mm: _Spacing) -> None:
    """Add a piece that the other slice does not have: it shrinks to nothing half way."""
    from scipy.ndimage import distance_transform_edt

    rows, columns = _crop(alone, 1)
    depth = distance_transform_edt(np.pad(alone[rows, columns], 1), spacing_mm)[1:-1, 1:-1]
    deepest = depth.max()
    count = len(made)
    for number in range(count):
        at = 2 * (number + 1) / (count + 1)
        if at < 1:
            made[number, rows, columns] |= depth > at * deepest


def _shift(one: Shape, other: Shape) -> tuple[int, int]:
    """Rows and columns from one shape's centroid to the other's, where moving makes them share more.

    Only single pieces are moved: the two arms of a fork are not where their common centre is.
    """
    from scipy.ndimage import label

    touching = np.ones((3, 3), dtype=bool)
    if label(one, touching)[1] != 1 or label(other, touching)[1] != 1:
        return 0, 0
    apart = np.argwhere(other).mean(axis=0) - np.argwhere(one).mean(axis=0)
    shift = int(np.rint(apart[0])), int(np.rint(apart[1]))
    if shift == (0, 0):
        return shift
    room = 1 + max(abs(shift[0]), abs(shift[1]))
    rows, columns = _crop(one | other, 0)
    here, there = np.pad(one[rows, columns], room), np.pad(other[rows, columns], room)
    moved = np.roll(there, (-shift[0], -shift[1]), (0, 1))
    better = np.count_nonzero(here & moved) > np.count_nonzero(here & there)
    return shift if better else (0, 0)


def _crop(shape: Shape, room: int) -> tuple[slice, slice]:
    """Rows and columns around a shape, with so many more where the image has them."""
    found = []
    for axis in range(2):
        filled = np.flatnonzero(shape.any(axis=1 - axis))
        found.append(slice(max(int(filled[0]) - room, 0), min(int(filled[-1]) + 1 + room, shape.shape[axis])))
    return found[0], found[1]
