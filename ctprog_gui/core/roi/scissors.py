"""Cutting a region along a drawn shape, on one slice or straight through the volume."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.roi.edit import Box
from ctprog_gui.core.roi.effect import Shape
from ctprog_gui.core.roi.outlined import outlined


class Cut(Enum):
    """What becomes of the region within the shape and outside it."""

    ERASE_INSIDE = "erase-inside"
    ERASE_OUTSIDE = "erase-outside"
    FILL_INSIDE = "fill-inside"


@dataclass(frozen=True)
class Scissors:
    """`through` cuts all slices of the stack alike, along the view; else the one that was drawn on."""

    cut: Cut = Cut.ERASE_INSIDE
    through: bool = False

    def work_box(
        self, stack: PlaneOfVolume, number: int, points_mm: ArrayLike, extent: Box | None
    ) -> tuple[Box, Shape] | None:
        """Where the cut may change a region, and which of those voxels lie inside the shape.

        Parameters
        ----------
        number
            The slice of `stack` that was drawn on.
        points_mm
            The shape's corners (n, 3), LPS; the last joins the first.
        extent
            A box (z, y, x) that holds the region; None for an empty one.

        Returns
        -------
        A box (z, y, x) and the voxels inside the shape in it; None where nothing could change.
        """
        drawn = outlined(stack, number, points_mm)
        along = 2 - stack.axis
        if self.cut is Cut.FILL_INSIDE:
            if drawn is None:
                return None
            box = list(drawn[0])
            box[along] = slice(0, stack.count) if self.through else box[along]
        else:
            if extent is None:
                return None
            box = list(extent)
            if not self.through:
                box[along] = _meet(box[along], slice(number, number + 1))
            if self.cut is Cut.ERASE_INSIDE:
                if drawn is None:
                    return None
                for axis in range(3):
                    if axis != along:
                        box[axis] = _meet(box[axis], drawn[0][axis])
        if any(part.start >= part.stop for part in box):
            return None
        inside = np.zeros([part.stop - part.start for part in box], dtype=bool)
        if drawn is not None:
            here, there = [slice(None)] * 3, [slice(None)] * 3
            for axis in range(3):
                if axis != along:
                    shared = _meet(box[axis], drawn[0][axis])
                    here[axis] = slice(shared.start - box[axis].start, shared.stop - box[axis].start)
                    there[axis] = slice(
                        shared.start - drawn[0][axis].start, shared.stop - drawn[0][axis].start
                    )
            if all(part == slice(None) or part.start < part.stop for part in here):
                # One slice's shape, in every slice of the box.
                inside[tuple(here)] = drawn[1][tuple(there)]
        return (box[0], box[1], box[2]), inside

    def apply(self, region: Shape, inside: Shape) -> Shape:
        """The region after the cut; both are given within the work box."""
        if self.cut is Cut.FILL_INSIDE:
            return region | inside
        return region & (inside if self.cut is Cut.ERASE_OUTSIDE else ~inside)


def _meet(first: slice, second: slice) -> slice:
    return slice(max(first.start, second.start), min(first.stop, second.stop))
