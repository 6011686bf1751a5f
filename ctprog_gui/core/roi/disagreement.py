"""Where two readers' regions differ, voxel by voxel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.edit import Box

ONLY_A, ONLY_B, BOTH = 1, 2, 3
# What two regions are settled as; the first two are the regions themselves.
SETTLED = ("A", "B", "union", "intersection")


@dataclass(frozen=True, eq=False)
class Disagreement:
    """Classes of the voxels (uint8: 0, `ONLY_A`, `ONLY_B`, `BOTH`) within a box (z, y, x) of the grid."""

    box: Box
    classes: NDArray[np.uint8]

    def count(self, *classes: int) -> int:
        """How many voxels are of one of these classes."""
        return int(np.isin(self.classes, classes).sum())

    def worst_slice(self, axis: int) -> int:
        """The slice along an array axis with the most voxels that only one reader marked.

        Where the readers agree wholly, the slice with the most voxels of both.
        """
        others = tuple(one for one in range(3) if one != axis)
        differ = ((self.classes == ONLY_A) | (self.classes == ONLY_B)).sum(axis=others)
        counted = differ if differ.any() else (self.classes == BOTH).sum(axis=others)
        first: int = self.box[axis].start
        return int(counted.argmax()) + first

    def settled(self, how: str) -> NDArray[np.bool_]:
        """The shape within the box that the two are settled as, one of `SETTLED`."""
        wanted = {
            "A": (ONLY_A, BOTH),
            "B": (ONLY_B, BOTH),
            "union": (ONLY_A, ONLY_B, BOTH),
            "intersection": (BOTH,),
        }[how]
        return np.isin(self.classes, wanted)


def disagreement(a: Mask, b: Mask) -> Disagreement | None:
    """Where A and B differ, or None where both are empty.

    Raises
    ------
    GeometryError
        If they lie on different grids.
    """
    a.geometry.require_same(b.geometry, "the second ROI")
    boxes = [box for box in (a.bounding_box, b.bounding_box) if box is not None]
    if not boxes:
        return None
    z, y, x = (
        slice(min(box[axis].start for box in boxes), max(box[axis].stop for box in boxes))
        for axis in range(3)
    )
    classes = a.voxels[z, y, x] * np.uint8(ONLY_A) + b.voxels[z, y, x] * np.uint8(ONLY_B)
    return Disagreement((z, y, x), classes.astype(np.uint8))
