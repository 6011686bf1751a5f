"""The shell around a tumour, as thick in millimetres on any grid."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.mask import Mask

Region = NDArray[np.bool_]

# With more rows of voxels around each than so many, a distance for every voxel costs less.
_MOST_ROWS = 150
# Distances that equal the width but for rounding belong to the ring.
_TOLERANCE_MM = 1e-6


def peritumoural_ring(mask: Mask, width_mm: float = 3.0, *, within: Mask | None = None) -> Mask:
    """The voxels outside a region whose centre is at most `width_mm` from the centre of one inside.

    Distances are Euclidean and exact. Holes of the region are outside it, and their edge belongs to
    the ring. Only the region's surroundings are looked at, so the cost follows the region. The ring of
    an empty region is empty.

    Parameters
    ----------
    within
        The ring is clipped to this region, as the lungs or the body.

    Raises
    ------
    ValueError
        If the width is not a positive number.
    GeometryError
        If `within` lies on another grid.
    """
    if not (math.isfinite(width_mm) and width_mm > 0):
        raise ValueError(f"the ring's width must be positive, not {width_mm}")
    if within is not None:
        within.geometry.require_same(mask.geometry, "the region that the ring is clipped to")
    ring = np.zeros_like(mask.voxels)
    if mask.bounding_box is not None:
        steps = mask.geometry.spacing_mm[::-1]
        box = tuple(
            slice(max(part.start - reach, 0), min(part.stop + reach, size))
            for part, size, reach in zip(
                mask.bounding_box,
                mask.voxels.shape,
                (math.ceil(width_mm / step) for step in steps),
                strict=True,
            )
        )
        inside = mask.voxels[box]
        ring[box] = ~inside & _within(inside, steps, width_mm + _TOLERANCE_MM)
        if within is not None:
            ring[box] &= within.voxels[box]
    return Mask(ring, mask.geometry, f"{mask.name} + {width_mm:g} mm")


def _within(inside: Region, steps: tuple[float, ...], reach_mm: float) -> Region:
    """The voxels whose centre is at most so far from the centre of one inside, (z, y, x)."""
    deep, high = (int(reach_mm / step) for step in steps[:2])
    rows: dict[int, list[tuple[int, int]]] = {}
    for z in range(-deep, deep + 1):
        for y in range(-high, high + 1):
            left = reach_mm**2 - (z * steps[0]) ** 2 - (y * steps[1]) ** 2
            if left >= 0:
                rows.setdefault(int(math.sqrt(left) / steps[2]), []).append((z, y))
    if sum(map(len, rows.values())) > _MOST_ROWS:
        from scipy.ndimage import distance_transform_edt

        return np.asarray(distance_transform_edt(~inside, sampling=steps) <= reach_mm)
    found = inside.copy()
    # Widened along x step by step; each width serves the rows at the distances where it is reached.
    wide = inside.copy()
    for x in range(max(rows) + 1):
        if x:
            wide[..., x:] |= inside[..., :-x]
            wide[..., :-x] |= inside[..., x:]
        for z, y in rows.get(x, []):
            to, of = _shifted(inside.shape, z, y)
            found[to] |= wide[of]
    return found


def _shifted(shape: tuple[int, ...], *by: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Where voxels land, and which they are, when they go so far along the first axes."""
    to = tuple(slice(max(n, 0), max(size + min(n, 0), 0)) for n, size in zip(by, shape, strict=False))
    of = tuple(slice(max(-n, 0), max(size + min(-n, 0), 0)) for n, size in zip(by, shape, strict=False))
    return to, of
