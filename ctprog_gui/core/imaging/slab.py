"""Several slices seen as one: maximum, minimum or mean over a thickness."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.planes import PlaneOfVolume


class Projection(Enum):
    """What a slab shows of the voxels behind each other."""

    SLICE = "slice"
    MAXIMUM = "MIP"
    MINIMUM = "MinIP"
    MEAN = "mean"


@dataclass(frozen=True)
class Slab:
    """A projection over `thickness_mm`, centred on the slice in view."""

    projection: Projection = Projection.SLICE
    thickness_mm: float = 10.0

    def slices(self, stack: PlaneOfVolume, number: int) -> slice:
        """The slices that a slab around slice `number` of a stack holds; at least that one.

        A slice counts where its middle lies within half the thickness.
        """
        if self.projection is Projection.SLICE:
            return slice(number, number + 1)
        beside = int(self.thickness_mm / 2 / stack.geometry.spacing_mm[stack.axis] + 1e-6)
        return slice(max(0, number - beside), min(stack.count, number + beside + 1))

    def section(self, voxels: NDArray[Any], stack: PlaneOfVolume, number: int) -> NDArray[Any]:
        """The picture (higher array axis, lower array axis) of the slab around a slice.

        Whole numbers stay so; a mean is rounded to the nearest.
        """
        part: list[slice | int] = [slice(None)] * 3
        along = 2 - stack.axis
        wanted = self.slices(stack, number)
        if wanted.stop - wanted.start == 1:
            part[along] = wanted.start
            return np.asarray(voxels[tuple(part)])
        part[along] = wanted
        block = voxels[tuple(part)]
        match self.projection:
            case Projection.MAXIMUM:
                return np.asarray(block.max(axis=along))
            case Projection.MINIMUM:
                return np.asarray(block.min(axis=along))
        mean: NDArray[Any] = block.mean(axis=along, dtype=np.float32)
        return np.rint(mean).astype(voxels.dtype) if voxels.dtype.kind in "iu" else mean
