"""Growing and shrinking a region by a margin in mm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ctprog_gui.core.roi.effect import Part, Shape

# A margin of a whole number of voxels takes them, whatever the last binary digit of the spacing.
_SLACK = 1e-6


def grown(part: Part, margin_mm: float, axis: int | None = None) -> Shape:
    """The voxels whose centre lies within the margin of one of the region's.

    Distances are Euclidean and in mm, in space or, with `axis` (0 x, 1 y, 2 z), within the slices
    across it.
    """
    if not part.voxels.any():
        return part.voxels.copy()
    return np.asarray(_distance(~part.voxels, part, axis) <= margin_mm * (1 + _SLACK))


def shrunk(part: Part, margin_mm: float, axis: int | None = None) -> Shape:
    """The voxels of the region that are farther than the margin from every voxel outside it.

    What lies outside the box is unknown rather than background: a region that the image cuts off is
    not shrunk there. `shrunk(A)` is the complement of `grown(complement of A)`.
    """
    if part.voxels.all():
        return part.voxels.copy()
    return np.asarray(_distance(part.voxels, part, axis) > margin_mm * (1 + _SLACK))


def margins(
    part: Part, sizes_mm: Iterable[float], check: Callable[[], None] = lambda: None
) -> Iterator[Shape]:
    """The region with each margin in turn, as `Margin` makes it; negative ones shrink.

    All that grow share one map of distances, and all that shrink another. `check` is called before
    each is made, and may raise to stop.
    """
    outside = inside = None
    for size in sizes_mm:
        check()
        if size >= 0 and part.voxels.any():
            outside = _distance(~part.voxels, part, None) if outside is None else outside
            yield np.asarray(outside <= size * (1 + _SLACK))
        elif size < 0 and not part.voxels.all():
            inside = _distance(part.voxels, part, None) if inside is None else inside
            yield np.asarray(inside > -size * (1 + _SLACK))
        else:
            yield part.voxels.copy()


def _distance(inside: Shape, part: Part, axis: int | None) -> np.ndarray:
    """Distance in mm of the `inside` voxels to the nearest other one; infinite where a slice has none."""
    from scipy.ndimage import distance_transform_edt

    if axis is None:
        return np.asarray(distance_transform_edt(inside, part.sampling))
    across = 2 - axis
    sampling = [step for at, step in enumerate(part.sampling) if at != across]
    found = np.zeros(inside.shape)
    for one, into in zip(np.moveaxis(inside, across, 0), np.moveaxis(found, across, 0), strict=True):
        into[...] = np.inf if one.all() else distance_transform_edt(one, sampling)
    return found


@dataclass(frozen=True)
class Margin:
    """Grow by `margin_mm`, or shrink where it is negative; `axis` keeps it within the slices across it."""

    margin_mm: float
    axis: int | None = None

    @property
    def name(self) -> str:
        return f"Grow {self.margin_mm:g} mm" if self.margin_mm >= 0 else f"Shrink {-self.margin_mm:g} mm"

    @property
    def reach_mm(self) -> float:
        return max(self.margin_mm, 0.0)

    def apply(self, part: Part) -> Shape:
        if self.margin_mm >= 0:
            return grown(part, self.margin_mm, self.axis)
        return shrunk(part, -self.margin_mm, self.axis)


@dataclass(frozen=True)
class Hollow:
    """Only a shell of `thickness_mm` under the surface stays."""

    thickness_mm: float

    @property
    def name(self) -> str:
        return f"Hollow, {self.thickness_mm:g} mm"

    @property
    def reach_mm(self) -> float:
        return 0.0

    def apply(self, part: Part) -> Shape:
        return part.voxels & ~shrunk(part, self.thickness_mm)
