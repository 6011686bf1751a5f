"""Where in the CT a risk score came from, as a map. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.aligned import AlignedInterpolation
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume

Box = tuple[tuple[int, int, int], tuple[int, int, int]]


@dataclass(frozen=True, eq=False)
class Saliency:
    """What raises the score at each place, ≥ 0, on the grid that the network computed it on.

    That grid is coarser than the CT. It is interpolated to whatever grid it is looked at on.

    Parameters
    ----------
    short_mm
        How far the map ends before what the network saw does, along the map's x and y: no answer can
        be traced further (`attribution.reached`).
    """

    map: Volume
    short_mm: tuple[float, float] = (0.0, 0.0)

    def on(self, target: Geometry) -> Volume:
        """0..1 (float32) on another grid: interpolated and scaled by its maximum there."""
        low, size = self._box(target)
        spread = np.zeros(target.shape, np.float32)
        if min(size) > 0:
            part = self._part(target.cropped(low, size))
            peak = float(part.max())
            if peak > 0:
                (x, y, z), (columns, rows, slices) = low, size
                there = spread[z : z + slices, y : y + rows, x : x + columns]
                np.divide(part, np.float32(peak), out=there)
        return Volume(spread, target)

    def mass_in(self, roi: Mask) -> float | None:
        """Share of the map, interpolated to the ROI's grid, inside the ROI; None where it is all 0."""
        target = roi.geometry
        low, size = self._box(target)
        if min(size) <= 0:
            return None
        total = self._total(target.cropped(low, size))
        if total <= 0:
            return None
        x, y, z = low
        columns, rows, slices = size
        mask = roi.voxels[z : z + slices, y : y + rows, x : x + columns]
        if not mask.any():
            return 0.0
        first = [int(np.flatnonzero(mask.any(axis=others)).min()) for others in ((1, 2), (0, 2), (0, 1))]
        last = [int(np.flatnonzero(mask.any(axis=others)).max()) for others in ((1, 2), (0, 2), (0, 1))]
        own = tuple(slice(a, b + 1) for a, b in zip(first, last, strict=True))
        corner = x + first[2], y + first[1], z + first[0]
        extent = tuple(b - a + 1 for a, b in zip(first, last, strict=True))
        part = self._part(target.cropped(corner, (extent[2], extent[1], extent[0])))
        return float(part[mask[own]].sum(dtype=np.float64)) / total

    def _part(self, box: Geometry) -> NDArray[np.float32]:
        aligned = AlignedInterpolation.between(self.map.geometry, box)
        if aligned is not None:
            return aligned.spread(self.map.voxels)
        found: NDArray[np.float32] = resample(self.map, box, outside=0.0).voxels
        return found

    def _total(self, box: Geometry) -> float:
        aligned = AlignedInterpolation.between(self.map.geometry, box)
        if aligned is not None:
            return aligned.total(self.map.voxels)
        return float(resample(self.map, box, outside=0.0).voxels.sum(dtype=np.float64))

    def _box(self, target: Geometry) -> Box:
        """The box of another grid that the map reaches: its first voxel and size (x, y, z)."""
        corners = np.array([[i, j, k] for i in (-0.5, 0.5) for j in (-0.5, 0.5) for k in (-0.5, 0.5)])
        size = np.asarray(self.map.geometry.size)
        ends = self.map.geometry.index_to_patient((size - 1) / 2 + corners * size)
        reached = target.patient_to_index(ends)
        low = np.clip(np.floor(reached.min(axis=0)), 0, target.size).astype(int)
        high = np.clip(np.ceil(reached.max(axis=0)) + 1, 0, target.size).astype(int)
        x, y, z = (int(n) for n in low)
        columns, rows, slices = (int(n) for n in high - low)
        return (x, y, z), (columns, rows, slices)
