"""Which voxels a brush touches on its way from one point to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.roi.edit import Box


@dataclass(frozen=True)
class Brush:
    """A round brush of a size in mm.

    Parameters
    ----------
    radius_mm
        Never less than half a voxel's largest side in the painted plane (or in space for a ball),
        so that a stroke has no gaps.
    axis
        The array axis (0 x, 1 y, 2 z) along which the brush is flat: it paints one slice. None
        paints a ball.
    """

    radius_mm: float
    axis: int | None

    def sweep(
        self, geometry: Geometry, start: ArrayLike, stop: ArrayLike
    ) -> tuple[Box, NDArray[np.bool_]] | None:
        """The voxels within the radius of the straight way between two points.

        Parameters
        ----------
        start, stop
            Continuous voxel indices (x, y, z). A flat brush paints the slice nearest to `stop`.

        Returns
        -------
        A box (z, y, x) inside the grid, and which of its voxels are touched: those whose centre
        lies within the radius. None if the brush is wholly outside.
        """
        spacing = np.asarray(geometry.spacing_mm)
        painted = [a for a in range(3) if a != self.axis]
        radius = max(self.radius_mm, 0.5 * max(spacing[a] for a in painted))
        first, last = (np.array(p, dtype=np.float64) for p in (start, stop))
        if self.axis is not None:
            first[self.axis] = last[self.axis] = np.rint(last[self.axis])
        reach = np.array([radius / spacing[a] if a in painted else 0.0 for a in range(3)])
        low = np.maximum(np.ceil(np.minimum(first, last) - reach), 0).astype(int)
        high = np.minimum(np.floor(np.maximum(first, last) + reach) + 1, geometry.size).astype(int)
        if (low >= high).any():
            return None
        # Squared distance to the way, in mm, axis by axis: the grid's axes are perpendicular.
        way = (last - first) * spacing
        length2 = float(way @ way)
        apart = [
            ((np.arange(low[a], high[a]) - first[a]) * spacing[a]).reshape(
                [-1 if d == 2 - a else 1 for d in range(3)]
            )
            for a in range(3)
        ]
        if length2 > 0:
            along = sum(part * step for part, step in zip(apart, way, strict=True)) / length2
            along = np.clip(along, 0.0, 1.0)
            distance2 = sum((part - along * step) ** 2 for part, step in zip(apart, way, strict=True))
        else:
            distance2 = sum(part**2 for part in apart)
        x, y, z = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        # A hair's breadth for rounding, so that a radius of whole voxels has its outermost ones.
        return (z, y, x), np.asarray(distance2 <= radius * radius * (1 + 1e-9))
