"""From closed planar contours to voxels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.shared.errors import GeometryError

Floats = NDArray[np.float64]
# Indices are rounded here (a millionth of a pixel) before centres are compared with edges, so that
# a vertex written exactly on a pixel centre stays there whatever the geometry's last binary digit.
_INDEX_DECIMALS = 6
# A contour is in a slice's plane if all its points are within this much of one another, in slices.
_PLANAR = 0.5
# Contours closer than this, in slices, lie in one plane.
_SAME_PLANE = 0.05
# Planes drawn on the grid's own slices are whole numbers of slices apart, to this much.
_WHOLE = 0.25


def rasterise(
    contours: Sequence[Floats],
    geometry: Geometry,
    *,
    name: str = "the ROI",
    nearest_plane: bool = False,
    on_these_slices: bool = False,
) -> NDArray[np.bool_]:
    """Voxels (z, y, x) whose centres lie inside closed contours parallel to the slices.

    The contours of one plane are combined by even–odd, so a contour inside another one cuts a
    hole, as RTSTRUCT means it (PS3.3 C.8.8.6.3). A plane belongs to the slice that is nearest,
    at most half a slice away.

    Parameters
    ----------
    contours
        Points (n, 3) in LPS mm; the last joins the first.
    nearest_plane
        Where the contours' planes are not the grid's slices (drawn on another series), give each
        slice the nearest plane's contours rather than refuse; a plane reaches half the planes' gap.
    on_these_slices
        The planes are known to be slices of this grid, so that slices between them are meant to be
        empty. Without it, planes that are nowhere next to each other are refused.

    Raises
    ------
    GeometryError
        If a contour is not parallel to the slices or lies outside the grid, or (without
        `nearest_plane`) if the planes are not the grid's slices.
    """
    planes = _planes([geometry.patient_to_index(points) for points in contours], name)
    used = (
        _by_nearest_plane(planes, geometry)
        if nearest_plane
        else _by_slice(planes, geometry, name, on_these_slices)
    )
    mask = np.zeros(geometry.shape, dtype=np.bool_)
    for index, height in used:
        fill_even_odd([points[:, :2] for points in planes[height]], mask[index])
    return mask


def fill_even_odd(polygons: Sequence[Floats], mask: NDArray[np.bool_]) -> None:
    """Set the pixels of `mask` (rows, columns) whose centres are inside by the even–odd rule.

    Polygons are (n, 2) as column, row in index space (pixel centres at whole numbers). A centre on
    an edge is inside on the left and upper sides of a region and outside on the others, so two
    regions that share an edge share no pixel.

    Every edge is met by the rows of centres that it spans, each at one column; a pixel is inside
    if an odd number of those columns is at its left or on it.
    """
    starts = np.concatenate([np.round(polygon, _INDEX_DECIMALS) for polygon in polygons])
    ends = np.concatenate([np.roll(np.round(polygon, _INDEX_DECIMALS), -1, axis=0) for polygon in polygons])
    rows, columns = mask.shape
    low = np.ceil(np.minimum(starts[:, 1], ends[:, 1])).clip(0, rows).astype(np.intp)
    high = np.ceil(np.maximum(starts[:, 1], ends[:, 1])).clip(0, rows).astype(np.intp)
    spanned = high - low
    if not spanned.any():
        return
    edge = np.repeat(np.arange(len(starts)), spanned)
    first = np.repeat(np.cumsum(spanned) - spanned, spanned)
    row = low[edge] + np.arange(len(edge)) - first
    x0, y0 = starts[edge].T
    x1, y1 = ends[edge].T
    crossing = np.round(x0 + (row - y0) * (x1 - x0) / (y1 - y0), _INDEX_DECIMALS)
    column = np.ceil(crossing).clip(0, columns).astype(np.intp)
    top, bottom = int(row.min()), int(row.max()) + 1
    counts = np.bincount((row - top) * (columns + 1) + column, minlength=(bottom - top) * (columns + 1))
    crossed = counts.reshape(bottom - top, columns + 1).cumsum(axis=1)[:, :columns]
    mask[top:bottom] ^= (crossed & 1).astype(np.bool_)


def _planes(contours: Sequence[Floats], name: str) -> dict[float, list[Floats]]:
    """The contours (in index space) by the height of their plane, in slices, lowest first."""
    heights = []
    for points in contours:
        if np.ptp(points[:, 2]) > _PLANAR:
            raise GeometryError(f"{name} has a contour that is not parallel to the image's slices")
        heights.append(float(points[:, 2].mean()))
    planes: dict[float, list[Floats]] = defaultdict(list)
    current = -np.inf
    for index in np.argsort(heights, kind="stable"):
        if heights[index] - current > _SAME_PLANE:
            current = heights[index]
        planes[current].append(contours[index])
    return dict(planes)


def _by_slice(
    planes: dict[float, list[Floats]], geometry: Geometry, name: str, on_these_slices: bool
) -> list[tuple[int, float]]:
    used = [(int(np.floor(height + 0.5)), height) for height in planes]
    outside = sum(not 0 <= index < geometry.size[2] for index, _ in used)
    if outside:
        raise GeometryError(f"{name}: {outside} of {len(used)} contour planes lie outside the image")
    slices = [index for index, _ in used]
    gaps = np.diff(np.array(list(planes)))
    step = geometry.spacing_mm[2]
    other = f"{name} was drawn on other slices than the image's, {step:.3g} mm apart: "
    off = np.abs(gaps - np.rint(gaps)) > _WHOLE
    if off.any() or len(set(slices)) < len(slices):
        worst = gaps[off].min() if off.any() else gaps.min()
        raise GeometryError(f"{other}it has contour planes {worst * step:.3g} mm apart")
    if gaps.size > 1 and min(np.diff(slices)) > 1 and not on_these_slices:
        raise GeometryError(
            f"{other}its contour planes are at least {gaps.min() * step:.3g} mm apart, so slices between "
            "them would be empty"
        )
    return used


def _by_nearest_plane(planes: dict[float, list[Floats]], geometry: Geometry) -> list[tuple[int, float]]:
    heights = np.array(list(planes))
    gaps = np.diff(heights)
    # The usual gap: where planes are left out on purpose, the region has a gap there.
    reach = max(float(np.median(gaps)) / 2 if gaps.size else 0.5, 0.5)
    used = []
    for index in range(geometry.size[2]):
        nearest = int(np.abs(heights - index).argmin())
        if abs(heights[nearest] - index) <= reach:
            used.append((index, float(heights[nearest])))
    return used
