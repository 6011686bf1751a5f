"""Values of a volume between its voxels' centres."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.slab import Projection, Slab
from ctprog_gui.core.imaging.volume import Volume


def linear_at(volume: Volume, points_mm: ArrayLike) -> Floats:
    """Trilinear values (…) at LPS points (…, 3); NaN more than half a voxel beyond the outermost centres.

    Between the outermost centres and the faces of their voxels, the outermost value holds.
    """
    index = volume.geometry.patient_to_index(points_mm)
    last = np.asarray(volume.geometry.size) - 1
    # A point on a face of the volume stays inside whatever the rounding.
    inside = ((index >= -0.5 - 1e-9) & (index <= last + 0.5 + 1e-9)).all(axis=-1)
    index = np.clip(index, 0, last)
    low = np.minimum(np.floor(index).astype(int), np.maximum(last - 1, 0))
    share = index - low
    values = np.zeros(index.shape[:-1])
    for corner in product((0, 1), repeat=3):
        x, y, z = np.moveaxis(np.minimum(low + corner, last), -1, 0)
        weights = np.where(corner, share, 1 - share).prod(axis=-1)
        values += weights * volume.voxels[z, y, x]
    return np.where(inside, values, np.nan)


def shown_value(volume: Volume, stack: PlaneOfVolume, slab: Slab, point_mm: ArrayLike) -> float | None:
    """What a picture shows at an LPS point on one of its slices; None outside the volume.

    On a standard plane it is the voxel's HU, on an oblique one the interpolated HU, and in a slab the
    maximum, minimum or mean over the thickness behind and before the point.
    """
    number = stack.slice_at(point_mm)
    part = slab.slices(stack, number)
    steps = np.arange(part.start, part.stop) - number
    step_mm = stack.geometry.spacing_mm[stack.axis] * stack.geometry.axes[:, stack.axis]
    points = np.asarray(point_mm) + steps[:, np.newaxis] * step_mm
    if isinstance(stack, ObliquePlane):
        values = linear_at(volume, points)
    else:
        found = (volume.value_at(point) for point in points)
        values = np.array([np.nan if value is None else value for value in found])
    if np.isnan(values[number - part.start]):
        return None
    match slab.projection:
        case Projection.MAXIMUM:
            return float(np.nanmax(values))
        case Projection.MINIMUM:
            return float(np.nanmin(values))
    return float(np.nanmean(values))


def nearest_section(
    voxels: NDArray[Any],
    stack: ObliquePlane,
    number: int,
    box: tuple[slice, slice, slice],
    *,
    begins_at: tuple[int, int, int] = (0, 0, 0),
) -> tuple[NDArray[Any], tuple[int, int]] | None:
    """The voxels of a box nearest to the pixels of an oblique slice.

    Parameters
    ----------
    voxels
        Values (z, y, x), of which only those in `box` count.
    begins_at
        The index (z, y, x) in the volume of the array's first voxel, where it is only a part of it.

    Returns
    -------
    The values (row, column), 0 outside the box, and the row and column in the slice of the first one;
    None where the slice does not meet the box.
    """
    low = np.array([part.start for part in reversed(box)], dtype=np.float64)
    high = np.array([part.stop for part in reversed(box)], dtype=np.float64)
    ends = low + np.array(list(product((0, 1), repeat=3))) * (high - low) - 0.5
    corners = stack.geometry.patient_to_index(stack.volume_grid.index_to_patient(ends))
    if not corners[:, 2].min() <= number <= corners[:, 2].max():
        return None
    width, height, _ = stack.geometry.size
    first = np.clip(np.floor(corners.min(axis=0)[:2]).astype(int), 0, (width, height))
    stop = np.clip(np.ceil(corners.max(axis=0)[:2]).astype(int) + 1, 0, (width, height))
    if (first >= stop).any():
        return None
    columns, rows = np.arange(first[0], stop[0]), np.arange(first[1], stop[1])
    matrix = stack.to_volume[:3]
    index = (
        columns[np.newaxis, :, np.newaxis] * matrix[:, 0]
        + rows[:, np.newaxis, np.newaxis] * matrix[:, 1]
        + (matrix[:, 2] * number + matrix[:, 3])
    )
    nearest = np.rint(index).astype(int)
    inside = np.asarray(((nearest >= low) & (nearest < high)).all(axis=-1))
    if not inside.any():
        return None
    x, y, z = np.moveaxis(np.where(inside[..., np.newaxis], nearest, low.astype(int)), -1, 0)
    values: NDArray[Any] = voxels[z - begins_at[0], y - begins_at[1], x - begins_at[2]]
    corner = int(first[1]), int(first[0])
    return np.where(inside, values, np.zeros_like(values)), corner
