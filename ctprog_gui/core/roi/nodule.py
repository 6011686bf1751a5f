"""A proposal for a solid lung nodule from one click, which the reader corrects.

The steps are those of Kuhnigk et al. (Morphological segmentation and partial volume analysis for
volumetry of solid pulmonary lesions in thoracic CT scans, IEEE Trans Med Imaging 2006;25:417-34) in
a plain form: a density half way between nodule and lung gives the dense voxels; what is attached to
the nodule (vessels, the chest wall) is cut off at its necks by the weakest opening that sets the
nodule free; what the opening took from the nodule's own surface is given back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.roi.edit import Box
from ctprog_gui.core.roi.effect import Shape
from ctprog_gui.core.roi.growing import SAMPLE_MM, box_around, distance_mm
from ctprog_gui.core.shared.errors import InputError

# Air-filled lung where none is near enough to be measured, and where lung ends.
LUNG_HU = -850.0
LUNG_UP_TO_HU = -600.0
# A click this far off the nodule still finds it.
MISS_MM = 4.0
# A nodule whose own ball (the largest that fits in) has radius R reaches at most this many R from
# its centre: the limit where nothing sets it free.
REACH = 2.5
STEPS = 12


@dataclass(frozen=True, eq=False)
class NoduleProposal:
    """A box (z, y, x), the region in it, and a caution: empty where the nodule lay free."""

    box: Box
    shape: Shape
    told: str


def propose_nodule(volume: Volume, index: ArrayLike, largest_mm: float = 60.0) -> NoduleProposal:
    """Segment the solid nodule under a click.

    Parameters
    ----------
    index
        The clicked voxel (x, y, z), continuous.
    largest_mm
        No farther than this from the click in any direction is looked at.

    Raises
    ------
    InputError
        If there is nothing solid at the click or within 4 mm of it.
    """
    from scipy.ndimage import distance_transform_edt, label

    grid = volume.geometry
    box = box_around(grid, index, largest_mm)
    hu = volume.voxels[box].astype(np.float32)
    away = distance_mm(grid, box, index)
    threshold = _half_way(hu, away)
    dense = hu > threshold
    numbers, _ = label(dense)
    near = dense & (away <= MISS_MM)
    if not near.any():
        raise InputError("there is nothing solid under the click: no nodule to propose")
    seed = np.unravel_index(np.where(near, away, np.inf).argmin(), near.shape)
    body = numbers == numbers[seed]
    # What lies beyond the image is unknown: the border is no surface.
    depth = distance_transform_edt(np.pad(body, 1, mode="edge"), grid.spacing_mm[::-1])[1:-1, 1:-1, 1:-1]
    centre = _climb(depth, seed)
    radius = float(depth[centre])
    told = ""
    reach = distance_mm(grid, box, _as_index(box, centre)) <= max(REACH * radius, radius + 3.0)
    core, cut_mm = _set_free(depth, centre, radius, reach)
    if core is None:
        core, cut_mm = body & reach, 0.0
        told = "It is broadly attached: cut off at a sphere. Correct it where it leaves the nodule."
    elif cut_mm > 0:
        told = f"Attached structures were cut off at necks under {2 * cut_mm:.1f} mm."
    shape = _given_back(core, body & reach, cut_mm, grid)
    return NoduleProposal(box, shape, told)


def _half_way(hu: NDArray[np.float32], away_mm: NDArray[np.float64]) -> float:
    """The density half way between what is at the click and the lung around."""
    inside = float(np.percentile(hu[away_mm <= SAMPLE_MM], 75))
    lung = hu[(hu < LUNG_UP_TO_HU) & (hu > -1000) & (away_mm <= 40.0)]
    outside = float(np.median(lung)) if lung.size > 50 else LUNG_HU
    # Bright contrast or calcium at the click must not lift the edge into soft tissue.
    return (min(inside, 100.0) + outside) / 2 if inside > LUNG_UP_TO_HU else -400.0


def _climb(depth: NDArray[np.float64], seed: tuple[np.intp, ...]) -> tuple[int, int, int]:
    """Uphill from the seed to where the largest ball around it fits in."""
    at = np.array(seed, dtype=int)
    while True:
        low = np.maximum(at - 1, 0)
        around = depth[tuple(slice(a, b) for a, b in zip(low, at + 2, strict=True))]
        best = low + np.array(np.unravel_index(around.argmax(), around.shape))
        if depth[tuple(best)] <= depth[tuple(at)]:
            return int(at[0]), int(at[1]), int(at[2])
        at = best


def _set_free(
    depth: NDArray[np.float64], centre: tuple[int, int, int], radius: float, reach: Shape
) -> tuple[Shape | None, float]:
    """The weakest opening whose piece around the centre stays within reach, and its radius in mm."""
    from scipy.ndimage import label

    for cut_mm in np.linspace(0.0, 0.8, STEPS) * radius:
        numbers, _ = label(depth > cut_mm)
        piece = numbers == numbers[centre]
        if not (piece & ~reach).any() and not _at_border(piece):
            return piece, float(cut_mm)
    return None, 0.0


def _given_back(core: Shape, body: Shape, cut_mm: float, grid: Geometry) -> Shape:
    """The core with what lay within the opening's radius of it, and the holes in it."""
    from scipy.ndimage import binary_fill_holes, distance_transform_edt

    shape = body & core
    if cut_mm > 0:
        # Half a voxel more: the distance is to the centre of the nearest voxel outside.
        reach_mm = cut_mm + 0.5 * min(grid.spacing_mm)
        shape = body & (distance_transform_edt(~core, grid.spacing_mm[::-1]) <= reach_mm)
    return np.asarray(binary_fill_holes(shape))


def _at_border(piece: Shape) -> bool:
    return any(bool(np.moveaxis(piece, axis, 0)[end].any()) for axis in range(3) for end in (0, -1))


def _as_index(box: Box, place: tuple[int, int, int]) -> NDArray[np.float64]:
    return np.array([p + part.start for p, part in zip(place, box, strict=True)][::-1], dtype=np.float64)
