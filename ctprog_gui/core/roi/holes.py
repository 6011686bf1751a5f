"""Holes in a region."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctprog_gui.core.roi.effect import Part, Shape


@dataclass(frozen=True)
class FillHoles:
    """Background that is shut in becomes the region's.

    In space, or with `axis` (0 x, 1 y, 2 z) within each slice across it: a tunnel that is open at
    its ends is a hole in every slice. Background is connected by faces, in a slice by edges.
    """

    axis: int | None = None

    @property
    def name(self) -> str:
        return "Fill holes" if self.axis is None else "Fill holes in slices"

    @property
    def reach_mm(self) -> float:
        return 0.0

    def apply(self, part: Part) -> Shape:
        from scipy.ndimage import binary_fill_holes

        if self.axis is None:
            return np.asarray(binary_fill_holes(part.voxels))
        across = 2 - self.axis
        filled = [binary_fill_holes(one) for one in np.moveaxis(part.voxels, across, 0)]
        return np.moveaxis(np.array(filled, dtype=bool).reshape(-1, *filled[0].shape), 0, across)
