"""The shell around a tumour, as thick in millimetres on any grid."""

from __future__ import annotations

import math

import numpy as np

from ctprog_gui.core.imaging.mask import Mask

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
    from scipy.ndimage import distance_transform_edt

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
        away = distance_transform_edt(~inside, sampling=steps)
        ring[box] = ~inside & (away <= width_mm + _TOLERANCE_MM)
        if within is not None:
            ring[box] &= within.voxels[box]
    return Mask(ring, mask.geometry, f"{mask.name} + {width_mm:g} mm")
