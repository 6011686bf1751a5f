"""How far two regions agree: overlap, and the distance between their surfaces.

A surface is the set of voxel faces between inside and outside. Each face counts by its area in
mm² and lies at its centre, so the measures hold for any spacing. Its distance to the other
surface is that from its centre to the nearest centre of the other's faces. This is simpler than
the marching-cubes elements of Nikolov et al. 2021 (J Med Internet Res 23(7):e26151), whose
area-weighted definitions are used otherwise.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.mask import Mask

Floats = NDArray[np.float64]
# Faces exactly at the tolerance agree, whatever the last binary digit of a spacing.
_SLACK_MM = 1e-6


@dataclass(frozen=True)
class Agreement:
    """Figures of two regions on one grid.

    `dice` is 2|A∩B| / (|A| + |B|). `hd95_mm` is the larger of the two directions' 95th percentile,
    weighted by area, of the distances from one surface to the other. `surface_dice_1mm` is the
    share of both surfaces' area that lies within 1 mm of the other one. Two empty regions agree
    wholly (1, 0 mm, 1); where only one is empty the overlaps are 0 and there is no distance (None).
    """

    dice: float
    hd95_mm: float | None
    surface_dice_1mm: float
    volume_a_mm3: float
    volume_b_mm3: float

    def to_json(self) -> dict[str, float | None]:
        return asdict(self)


def agreement(a: Mask, b: Mask) -> Agreement:
    """Compare two regions.

    Raises
    ------
    GeometryError
        If they lie on different grids.
    """
    a.geometry.require_same(b.geometry, "the second ROI")
    volumes = (a.volume_mm3, b.volume_mm3)
    if a.is_empty and b.is_empty:
        return Agreement(1.0, 0.0, 1.0, *volumes)
    if a.is_empty or b.is_empty:
        return Agreement(0.0, None, 0.0, *volumes)
    both = int(np.count_nonzero(a.voxels & b.voxels))
    to_b, area_a, to_a, area_b = surface_distances(a, b)
    near = area_a[to_b <= 1 + _SLACK_MM].sum() + area_b[to_a <= 1 + _SLACK_MM].sum()
    return Agreement(
        2 * both / (a.count + b.count),
        max(_percentile(to_b, area_a, 0.95), _percentile(to_a, area_b, 0.95)),
        float(near / (area_a.sum() + area_b.sum())),
        *volumes,
    )


def surface_distances(a: Mask, b: Mask) -> tuple[Floats, Floats, Floats, Floats]:
    """Distances from A's faces to B's surface in mm, their areas in mm², and the same from B to A.

    Neither region may be empty.
    """
    from scipy.spatial import cKDTree

    (faces_a, area_a), (faces_b, area_b) = _faces(a), _faces(b)
    to_b, _ = cKDTree(faces_b).query(faces_a)
    to_a, _ = cKDTree(faces_a).query(faces_b)
    return to_b, area_a, to_a, area_b


def _faces(mask: Mask) -> tuple[Floats, Floats]:
    """Centres (n, 3) of the boundary faces in mm along the grid's axes, and their areas in mm²."""
    box = mask.bounding_box
    assert box is not None
    padded = np.pad(mask.voxels[box], 1)
    start = np.array([part.start - 1.0 for part in box])
    spacing = np.array(mask.geometry.spacing_mm[::-1])
    centres, areas = [], []
    for axis in range(3):
        index = np.argwhere(np.diff(padded, axis=axis)).astype(np.float64) + start
        index[:, axis] += 0.5
        centres.append(index * spacing)
        areas.append(np.full(len(index), spacing.prod() / spacing[axis]))
    return np.concatenate(centres), np.concatenate(areas)


def _percentile(distances: Floats, areas: Floats, share: float) -> float:
    """The least distance within which at least `share` of the area lies."""
    order = np.argsort(distances, kind="stable")
    within = np.cumsum(areas[order])
    at = int(np.searchsorted(within, share * within[-1] * (1 - 1e-12)))
    return float(distances[order[min(at, len(order) - 1)]])
