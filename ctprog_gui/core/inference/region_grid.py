"""The part of a CT around a ROI on a grid of the spacing that a cohort's images have."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.preprocessing.cube import RoiCut, around

# What a wavelet sees beyond a region, in voxels.
_SEEN = 4
# Room to draw in before another part has to be cut, in mm.
_ROOM_MM = 24.0

Span = tuple[int, int]


@dataclass(frozen=True, eq=False)
class RegionGrid:
    """A part that was cut: `spans` along x, y, z in steps of the grid from the CT's first voxel on.

    `cut` brings ROIs onto it.
    """

    volume: Volume
    spans: tuple[Span, Span, Span]
    cut: RoiCut

    @classmethod
    def around(cls, volume: Volume, roi: Mask, spacing_mm: float, beyond_mm: float) -> RegionGrid:
        """Cut the CT around a ROI, in whole HU.

        The grid's points lie at whole steps from the CT's first voxel on, along its own axes: where the
        CT has that spacing already, its values are taken as they are.

        Parameters
        ----------
        beyond_mm
            How far around the ROI features are taken.
        """
        needed = _spans(volume.geometry, roi, spacing_mm, beyond_mm + _ROOM_MM)
        start = [low for low, _ in needed]
        size = [high - low for low, high in needed]
        old = volume.geometry
        origin = old.index_to_patient(
            [n * spacing_mm / step for n, step in zip(start, old.spacing_mm, strict=True)]
        )
        grid = Geometry(
            (size[0], size[1], size[2]),
            (spacing_mm, spacing_mm, spacing_mm),
            (float(origin[0]), float(origin[1]), float(origin[2])),
            old.direction,
        )
        voxels = np.rint(resample(around(volume, grid), grid).voxels).astype(np.int16)
        return cls(Volume(voxels, grid), (needed[0], needed[1], needed[2]), RoiCut(grid))

    def holds(self, volume: Volume, roi: Mask, spacing_mm: float, beyond_mm: float) -> bool:
        """Whether a ROI, and what is looked at around it, lies within what was cut."""
        needed = _spans(volume.geometry, roi, spacing_mm, beyond_mm)
        return all(low >= a and high <= b for (low, high), (a, b) in zip(needed, self.spans, strict=True))

    def mask(self, roi: Mask) -> Mask:
        """The ROI on this grid."""
        return Mask(self.cut.of(roi), self.volume.geometry, roi.name)


def _spans(grid: Geometry, roi: Mask, spacing_mm: float, beyond_mm: float) -> list[Span]:
    """From the first step to behind the last, along x, y, z, within the CT."""
    box = roi.bounding_box
    assert box is not None, "a ROI that is read is not empty"
    beyond = math.ceil(beyond_mm / spacing_mm) + _SEEN
    spans = []
    for part, step, count in zip(box[::-1], grid.spacing_mm, grid.size, strict=True):
        low = math.floor(part.start * step / spacing_mm) - beyond
        high = math.ceil((part.stop - 1) * step / spacing_mm) + beyond + 1
        steps = math.floor((count - 1) * step / spacing_mm + 1e-6) + 1
        spans.append((max(low, 0), min(high, steps)))
    return spans
