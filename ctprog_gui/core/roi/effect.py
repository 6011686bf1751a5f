"""What an effect on a whole segment is: a shape in, a shape out, within a box of the grid.

Effects know nothing of other segments, locks or ranges of HU; those are kept where the shape is
written (`state.roi`), so that they hold for all effects alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.roi.edit import Box

Shape = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Part:
    """A segment within a box of the grid.

    `voxels` (z, y, x) are the segment's own; `spacing_mm` is along x, y, z; `other` is a second
    segment in the same box, for the effects that combine two, `hu` the image in it.
    """

    voxels: Shape
    spacing_mm: tuple[float, float, float]
    other: Shape | None = None
    hu: NDArray[np.integer | np.floating] | None = None

    @property
    def sampling(self) -> tuple[float, float, float]:
        """The spacing in the array's own order, z, y, x."""
        x, y, z = self.spacing_mm
        return z, y, x


class Effect(Protocol):
    """One operation with its parameters."""

    @property
    def name(self) -> str:
        """What the step is called in the history."""

    @property
    def reach_mm(self) -> float:
        """How far outside the segment the effect may set voxels."""

    def apply(self, part: Part) -> Shape:
        """The segment's voxels afterwards; `part` is left as it is."""


class Reaching(Protocol):
    """Whatever may set voxels outside what it is given, by so many mm."""

    @property
    def reach_mm(self) -> float: ...


def room_for(effect: Reaching, extent: Box, geometry: Geometry) -> Box:
    """The box that an effect works in: the extent, what it may reach, and a voxel of background."""
    sizes, spacing = geometry.shape, geometry.spacing_mm[::-1]
    z, y, x = (
        slice(max(part.start - room, 0), min(part.stop + room, size))
        for part, room, size in zip(
            extent, (ceil(effect.reach_mm / step) + 1 for step in spacing), sizes, strict=True
        )
    )
    return z, y, x
