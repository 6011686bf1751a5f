"""The pieces that a region falls into.

Voxels that touch by a face, an edge or a corner belong to one piece: a contour that a hand drew
slice by slice often joins the next slice's by no more than that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.roi.effect import Part, Shape


def pieces(voxels: Shape) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """The number of each voxel's piece, from 1, largest piece first (0 outside), and their sizes.

    Pieces of one size keep the order in which they are met along z, y, x.
    """
    from scipy.ndimage import label

    found, count = label(voxels, np.ones((3,) * voxels.ndim, dtype=bool))
    sizes = np.bincount(found.ravel(), minlength=count + 1)[1:]
    order = np.argsort(-sizes, kind="stable")
    numbers = np.zeros(count + 1, np.int32)
    numbers[order + 1] = np.arange(1, count + 1)
    return numbers[found], sizes[order]


@dataclass(frozen=True)
class KeepLargest:
    """Only the largest piece stays."""

    @property
    def name(self) -> str:
        return "Keep largest island"

    @property
    def reach_mm(self) -> float:
        return 0.0

    def apply(self, part: Part) -> Shape:
        return np.asarray(pieces(part.voxels)[0] == 1)


@dataclass(frozen=True)
class RemoveSmall:
    """Pieces smaller than `least_mm3` go."""

    least_mm3: float

    @property
    def name(self) -> str:
        return f"Remove islands under {self.least_mm3:g} mm³"

    @property
    def reach_mm(self) -> float:
        return 0.0

    def apply(self, part: Part) -> Shape:
        numbers, sizes = pieces(part.voxels)
        voxel_mm3 = float(np.prod(part.spacing_mm))
        kept = int(np.count_nonzero(sizes * voxel_mm3 >= self.least_mm3 * (1 - 1e-9)))
        return np.asarray((numbers > 0) & (numbers <= kept))
