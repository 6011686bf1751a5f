"""The part of a CT around a ROI on a grid of the spacing that a cohort's images have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, product

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.preprocessing.axes import towards_lps
from ctprog_gui.core.preprocessing.cube import RoiCut, around
from ctprog_gui.core.radiomics.wavelets import AFTER, BEFORE, periodic

# Room to draw in before another part has to be cut, in mm.
_ROOM_MM = 24.0

Span = tuple[int, int]


@dataclass(frozen=True, eq=False)
class RegionGrid:
    """A part that was cut: `spans` along x, y, z in steps of the grid from the CT's first voxel on.

    The whole of a CT is thought periodic by wavelets. So that no answer depends on what was cut, a part
    that reaches the CT's edge goes on behind it with what lies at the other side: spans may begin
    before 0 and end behind `steps`, which is how many steps the whole has along x, y, z. There is no
    ROI and no ring behind an edge. `cut` brings ROIs onto the grid.
    """

    volume: Volume
    spans: tuple[Span, Span, Span]
    steps: tuple[int, int, int]
    cut: RoiCut

    @classmethod
    def around(cls, volume: Volume, roi: Mask, spacing_mm: float, beyond_mm: float) -> RegionGrid:
        """Cut the CT around a ROI, in whole HU.

        The grid runs along the patient's axes, however the CT is stored, or those of the CT that are
        nearest to them. Its points lie at whole steps from the CT's first voxel to the right, in front
        and below: where the CT has that spacing already, its values are taken as they are.

        Parameters
        ----------
        beyond_mm
            How far around the ROI features are taken.
        """
        turned = towards_lps(volume).geometry
        steps = _steps(turned, spacing_mm)
        spans = _spans(turned, roi, spacing_mm, beyond_mm + _ROOM_MM)
        grid = _grid(turned, spans, spacing_mm)
        voxels = np.empty(grid.shape, np.int16)
        runs = [_runs(span, count) for span, count in zip(spans, steps, strict=True)]
        for part in product(*runs):
            there, (x, y, z) = _grid(turned, [seen for _, seen in part], spacing_mm), [to for to, _ in part]
            voxels[z, y, x] = np.rint(resample(around(volume, there), there).voxels)
        return cls(Volume(voxels, grid), spans, steps, RoiCut(grid))

    def holds(self, volume: Volume, roi: Mask, spacing_mm: float, beyond_mm: float) -> bool:
        """Whether a ROI, and what is looked at around it, lies within what was cut."""
        needed = _spans(towards_lps(volume).geometry, roi, spacing_mm, beyond_mm)
        return all(low >= a and high <= b for (low, high), (a, b) in zip(needed, self.spans, strict=True))

    def mask(self, roi: Mask) -> Mask:
        """The ROI on this grid."""
        inside = np.zeros(self.volume.geometry.shape, np.bool_)
        inside[self._image] = self.cut.of(roi)[self._image]
        return Mask(inside, self.volume.geometry, roi.name)

    @cached_property
    def within(self) -> Mask:
        """What of the grid lies in the CT, and not behind an edge: what a ring is clipped to."""
        found: NDArray[np.bool_] = np.zeros(self.volume.geometry.shape, np.bool_)
        found[self._image] = True
        return Mask(found, self.volume.geometry)

    @property
    def _image(self) -> tuple[slice, slice, slice]:
        x, y, z = (
            slice(max(0, -low), min(high, count) - low)
            for (low, high), count in zip(self.spans, self.steps, strict=True)
        )
        return z, y, x


def _steps(turned: Geometry, spacing_mm: float) -> tuple[int, int, int]:
    """How many points the grid has along x, y, z where nothing is cut."""
    x, y, z = (
        math.floor((count - 1) * step / spacing_mm + 1e-6) + 1
        for count, step in zip(turned.size, turned.spacing_mm, strict=True)
    )
    return x, y, z


def _spans(turned: Geometry, roi: Mask, spacing_mm: float, beyond_mm: float) -> tuple[Span, Span, Span]:
    """From the first step to behind the last, along x, y, z, and what wavelets see around them."""
    box = roi.bounding_box
    assert box is not None, "a ROI that is read is not empty"
    ends = [[part.start for part in box[::-1]], [part.stop - 1 for part in box[::-1]]]
    index = turned.patient_to_index(roi.geometry.index_to_patient(ends))
    # Interpolated, a ROI reaches up to half a voxel of the CT beyond the centres of its own.
    first, last = np.rint(index.min(axis=0)) - 0.5, np.rint(index.max(axis=0)) + 0.5
    beyond = math.ceil(beyond_mm / spacing_mm)
    x, y, z = (
        (
            max(math.floor(a * step / spacing_mm) - beyond, 0) - BEFORE,
            min(math.ceil(b * step / spacing_mm) + beyond + 1, count) + AFTER,
        )
        for a, b, step, count in zip(first, last, turned.spacing_mm, _steps(turned, spacing_mm), strict=True)
    )
    return x, y, z


def _runs(span: Span, steps: int) -> list[tuple[slice, Span]]:
    """Where in the part, and which steps of the whole, follow each other without a gap."""
    index = periodic(*span, steps)
    found = []
    for _, run in groupby(range(index.size), key=lambda n: int(index[n]) - n):
        places = list(run)
        first, last = int(index[places[0]]), int(index[places[-1]])
        found.append((slice(places[0], places[-1] + 1), (first, last + 1)))
    return found


def _grid(turned: Geometry, spans: list[Span] | tuple[Span, ...], spacing_mm: float) -> Geometry:
    """The grid of a box of steps along x, y, z."""
    corner = [low * spacing_mm / step for (low, _), step in zip(spans, turned.spacing_mm, strict=True)]
    x, y, z = turned.index_to_patient(corner)
    across, down, along = (high - low for low, high in spans)
    return Geometry(
        (across, down, along), (spacing_mm,) * 3, (float(x), float(y), float(z)), turned.direction
    )
