"""The part of a CT around a ROI on a grid of the spacing that a cohort's images have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.preprocessing.axes import geometry_towards_lps
from ctprog_gui.core.preprocessing.cube import RoiCut, around
from ctprog_gui.core.radiomics.periodic import AFTER, BEFORE, periodic_runs
from ctprog_gui.core.radiomics.ring import peritumoural_ring

# Room to draw in before another part has to be cut, in mm.
_ROOM_MM = 24.0

Span = tuple[int, int]


@dataclass(frozen=True, eq=False)
class RegionGrid:
    """A part that was cut: `spans` along x, y, z in steps of the grid from the CT's first voxel on.

    The whole of a CT is thought periodic by wavelets. So that no answer depends on what was cut, a part
    that reaches the CT's edge goes on behind it with what lies at the other side: spans may begin
    before 0 and end behind `steps`, which is how many steps the whole has along x, y, z. There is no
    ROI and no ring behind an edge. `whole` is the CT's grid along the patient's axes, `cut` brings ROIs
    onto this one.
    """

    geometry: Geometry
    whole: Geometry
    spans: tuple[Span, Span, Span]
    steps: tuple[int, int, int]
    cut: RoiCut

    @classmethod
    def around(
        cls, ct: Geometry, roi: Mask, spacing_mm: float, beyond_mm: float, room_mm: float = _ROOM_MM
    ) -> RegionGrid:
        """The grid around a ROI in a CT.

        The grid runs along the patient's axes, however the CT is stored, or those of the CT that are
        nearest to them. Its points lie at whole steps from the CT's first voxel to the right, in front
        and below: where the CT has that spacing already, its values are taken as they are.

        Parameters
        ----------
        beyond_mm
            How far around the ROI features are taken.
        room_mm
            Beyond that, to draw in before `holds` says no.
        """
        whole = geometry_towards_lps(ct)
        spans = _spans(whole, roi, spacing_mm, beyond_mm + room_mm)
        grid = _grid(whole, spans, spacing_mm)
        return cls(grid, whole, spans, _steps(whole, spacing_mm), RoiCut(grid))

    def sampled(self, volume: Volume) -> Volume:
        """The CT on this grid, in whole HU."""
        spacing_mm = self.geometry.spacing_mm[0]
        voxels = np.empty(self.geometry.shape, np.int16)
        runs = [periodic_runs(*span, count) for span, count in zip(self.spans, self.steps, strict=True)]
        for part in product(*runs):
            there, (x, y, z) = _grid(self.whole, [of for _, of in part], spacing_mm), [to for to, _ in part]
            voxels[z, y, x] = np.rint(resample(around(volume, there), there).voxels)
        return Volume(voxels, self.geometry)

    def holds(self, roi: Mask, beyond_mm: float) -> bool:
        """Whether a ROI in that CT, and what is looked at around it, lies within what was cut."""
        needed = _spans(self.whole, roi, self.geometry.spacing_mm[0], beyond_mm)
        return all(low >= a and high <= b for (low, high), (a, b) in zip(needed, self.spans, strict=True))

    def mask(self, roi: Mask) -> Mask:
        """The ROI on this grid."""
        inside = np.zeros(self.geometry.shape, np.bool_)
        inside[self._image] = self.cut.of(roi)[self._image]
        return Mask(inside, self.geometry, roi.name)

    @cached_property
    def within(self) -> Mask:
        """What of the grid lies in the CT, and not behind an edge: what a ring is clipped to."""
        found: NDArray[np.bool_] = np.zeros(self.geometry.shape, np.bool_)
        found[self._image] = True
        return Mask(found, self.geometry)

    @property
    def _image(self) -> tuple[slice, slice, slice]:
        x, y, z = (
            slice(max(0, -low), min(high, count) - low)
            for (low, high), count in zip(self.spans, self.steps, strict=True)
        )
        return z, y, x


def ring_as_read(roi: Mask, width_mm: float, spacing_mm: float | None) -> Mask:
    """The ring around a ROI on the grid on which a model reads it, without the rest of the CT.

    Parameters
    ----------
    spacing_mm
        Of that grid; None where a model takes the CT as it is.
    """
    if spacing_mm is not None and not roi.is_empty:
        part = RegionGrid.around(roi.geometry, roi, spacing_mm, width_mm, room_mm=0.0)
        ring = peritumoural_ring(part.mask(roi), width_mm, within=part.within)
    else:
        ring = peritumoural_ring(roi, width_mm)
    box = ring.bounding_box
    if box is None:
        return ring
    z, y, x = box
    size = (x.stop - x.start, y.stop - y.start, z.stop - z.start)
    grid = ring.geometry.cropped((x.start, y.start, z.start), size)
    return Mask(ring.voxels[box].copy(), grid, ring.name)


def _steps(whole: Geometry, spacing_mm: float) -> tuple[int, int, int]:
    """How many points the grid has along x, y, z where nothing is cut."""
    x, y, z = (
        math.floor((count - 1) * step / spacing_mm + 1e-6) + 1
        for count, step in zip(whole.size, whole.spacing_mm, strict=True)
    )
    return x, y, z


def _spans(whole: Geometry, roi: Mask, spacing_mm: float, beyond_mm: float) -> tuple[Span, Span, Span]:
    """From the first step to behind the last, along x, y, z, and what wavelets see around them."""
    box = roi.bounding_box
    assert box is not None, "a ROI that is read is not empty"
    ends = [[part.start for part in box[::-1]], [part.stop - 1 for part in box[::-1]]]
    index = whole.patient_to_index(roi.geometry.index_to_patient(ends))
    # Interpolated, a ROI reaches up to half a voxel of the CT beyond the centres of its own.
    first, last = np.rint(index.min(axis=0)) - 0.5, np.rint(index.max(axis=0)) + 0.5
    beyond = math.ceil(beyond_mm / spacing_mm)
    x, y, z = (
        (
            max(math.floor(a * step / spacing_mm) - beyond, 0) - BEFORE,
            min(math.ceil(b * step / spacing_mm) + beyond + 1, count) + AFTER,
        )
        for a, b, step, count in zip(first, last, whole.spacing_mm, _steps(whole, spacing_mm), strict=True)
    )
    return x, y, z


def _grid(whole: Geometry, spans: list[Span] | tuple[Span, ...], spacing_mm: float) -> Geometry:
    """The grid of a box of steps along x, y, z."""
    corner = [low * spacing_mm / step for (low, _), step in zip(spans, whole.spacing_mm, strict=True)]
    x, y, z = whole.index_to_patient(corner)
    across, down, along = (high - low for low, high in spans)
    return Geometry((across, down, along), (spacing_mm,) * 3, (float(x), float(y), float(z)), whole.direction)
