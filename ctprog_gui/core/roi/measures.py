"""What is measured of a region: volume, HU, diameters, surface."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.marching_cubes import surface
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RoiMeasures:
    """The ``roi`` part of result.json; `to_json` has its keys.

    An empty region has volume and diameters 0, no mean and no slice. Holes count for volume and
    mean; diameters see only the outline.

    `longest_diameter_mm` is RECIST 1.1's (Eisenhauer 2009): the longest line between two voxel
    centres in one axial slice. `perpendicular_diameter_mm` is WHO's second diameter: the longest
    chord at right angles to it in the same slice, across the convex outline of the voxel centres.
    `largest_slice_index` is the axial slice of the largest area, the lowest where several are.
    `sd_hu` is over the voxels (n in the denominator). `surface_mm2` is of the surface that marching
    cubes put around the region, and `sphericity` the surface of a ball of the volume within, over it
    (1 for a ball); both as pyradiomics has them.
    """

    name: str
    volume_mm3: float
    mean_hu: float | None
    longest_diameter_mm: float
    perpendicular_diameter_mm: float
    max_3d_diameter_mm: float
    largest_slice_index: int | None
    sha256: str
    sd_hu: float | None = None
    min_hu: float | None = None
    max_hu: float | None = None
    surface_mm2: float = 0.0
    sphericity: float | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(mask: Mask, volume: Volume) -> RoiMeasures:
    """Measure a region in its image.

    The axial slices are those of the array axis that stands for the patient's long axis
    (`Geometry.axis_along`), whatever the plane of acquisition.

    Raises
    ------
    GeometryError
        If the region lies on another grid than the image.
    """
    mask.geometry.require_same(volume.geometry, "the ROI")
    box = mask.bounding_box
    if box is None:
        return RoiMeasures(mask.name, 0.0, None, 0.0, 0.0, 0.0, None, mask.sha256)
    region = mask.voxels[box]
    hu = volume.voxels[box][region]
    surface_mm2, within_mm3 = surface(np.pad(region, 1), mask.geometry.spacing_mm[::-1])
    # The array axis of the axial stack comes first, and its spacing with it.
    axis = 2 - mask.geometry.axis_along(2)
    stacked = np.moveaxis(region, axis, 0)
    spacing = list(mask.geometry.spacing_mm[::-1])
    across = spacing.pop(axis)
    areas = stacked.sum(axis=(1, 2))
    outlines = [_outline(one, np.array(spacing)) for one in stacked]
    longest, perpendicular = _diameters(outlines)
    corners = np.concatenate(
        [np.column_stack([np.full(len(hull), index * across), hull]) for index, hull in enumerate(outlines)]
    )
    return RoiMeasures(
        name=mask.name,
        volume_mm3=mask.volume_mm3,
        mean_hu=float(hu.mean(dtype=np.float64)),
        longest_diameter_mm=longest,
        perpendicular_diameter_mm=perpendicular,
        max_3d_diameter_mm=_farthest(corners)[0],
        largest_slice_index=int(box[axis].start) + int(areas.argmax()),
        sha256=mask.sha256,
        sd_hu=float(hu.std(dtype=np.float64)),
        min_hu=float(hu.min()),
        max_hu=float(hu.max()),
        surface_mm2=surface_mm2,
        sphericity=float(np.cbrt(36 * np.pi * within_mm3**2) / surface_mm2),
    )


def _outline(region: NDArray[np.bool_], spacing_mm: Floats) -> Floats:
    """Corners (n, 2) in mm of the convex outline of the voxel centres of one slice, in order."""
    rows = np.flatnonzero(region.any(axis=1))
    if rows.size == 0:
        return np.empty((0, 2))
    # Only the ends of each row can be corners.
    filled = region[rows]
    left = filled.argmax(axis=1)
    right = filled.shape[1] - 1 - filled[:, ::-1].argmax(axis=1)
    ends = np.concatenate([np.column_stack([rows, left]), np.column_stack([rows, right])])
    return _hull(np.unique(ends, axis=0)) * spacing_mm


def _hull(points: NDArray[np.intp]) -> Floats:
    """Convex hull of whole-numbered points (n, 2) sorted by row: Andrew's monotone chain (1979).

    Exact, since the points are voxel indices; points on a line give its two ends.
    """
    if len(points) < 3:
        return points.astype(np.float64)
    ordered = [(int(row), int(column)) for row, column in points]

    def chain(sequence: list[tuple[int, int]]) -> list[tuple[int, int]]:
        kept: list[tuple[int, int]] = []
        for row, column in sequence:
            while len(kept) >= 2:
                (r1, c1), (r2, c2) = kept[-2], kept[-1]
                if (r2 - r1) * (column - c1) - (c2 - c1) * (row - r1) > 0:
                    break
                kept.pop()
            kept.append((row, column))
        return kept[:-1]

    return np.array(chain(ordered) + chain(ordered[::-1]), dtype=np.float64)


def _diameters(outlines: list[Floats]) -> tuple[float, float]:
    """The longest diameter of any slice, and the longest chord across it in that slice."""
    longest, pair, widest = 0.0, (0, 0), np.empty((0, 2))
    for hull in outlines:
        length, ends = _farthest(hull)
        if length > longest:
            longest, pair, widest = length, ends, hull
    if longest == 0.0:
        return 0.0, 0.0
    along = (widest[pair[1]] - widest[pair[0]]) / longest
    return longest, _widest_chord(widest @ along, widest @ np.array([-along[1], along[0]]))


def _widest_chord(along: Floats, across: Floats) -> float:
    """The longest chord in the `across` direction of a convex polygon.

    Its length changes linearly between corners, so the longest one goes through a corner.
    """
    next_along, next_across = np.roll(along, -1), np.roll(across, -1)
    steps = next_along - along
    best = 0.0
    for place in along:
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(steps == 0, 0.0, (place - along) / steps)
        met = (share >= -1e-9) & (share <= 1 + 1e-9) & ((steps != 0) | (np.abs(along - place) < 1e-9))
        heights = across[met] + share[met] * (next_across - across)[met]
        level = np.abs(along - place) < 1e-9
        heights = np.concatenate([heights, across[level]])
        best = max(best, float(np.ptp(heights)))
    return best


def _farthest(points: Floats) -> tuple[float, tuple[int, int]]:
    """The largest distance between two points (n, d) and which they are; 0 for fewer than two."""
    if len(points) < 2:
        return 0.0, (0, 0)
    kept = np.arange(len(points))
    if points.shape[1] == 3 and len(points) > 1500:
        kept = _hull_3d(points)
    few = points[kept]
    best, pair = -1.0, (0, 0)
    for start in range(0, len(few), 512):
        squared = ((few[start : start + 512, np.newaxis] - few) ** 2).sum(axis=-1)
        flat = int(squared.argmax())
        if squared.flat[flat] > best:
            best = float(squared.flat[flat])
            pair = (start + flat // len(few), flat % len(few))
    return float(np.sqrt(best)), (int(kept[pair[0]]), int(kept[pair[1]]))


def _hull_3d(points: Floats) -> NDArray[np.intp]:
    """Indices of the corners of the convex hull; all of them where the points are in one plane."""
    from scipy.spatial import ConvexHull, QhullError

    try:
        return np.asarray(ConvexHull(points).vertices, dtype=np.intp)
    except QhullError:
        return np.arange(len(points))
