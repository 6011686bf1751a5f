"""From a CT to the axial slices a 2D network sees, and back to the series' own slices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.preprocessing.axes import every_nth, strides_to, towards_lps
from ctprog_gui.core.preprocessing.lungs import LUNG_MASKS, Lungs, find_body
from ctprog_gui.core.preprocessing.recipe import SliceRecipe
from ctprog_gui.core.shared.errors import GeometryError
from ctprog_gui.core.shared.progress import Progress

Matrix = NDArray[np.float64]
# A box around the lungs does not need finer voxels than this.
_COARSE_MM = 4.0


@dataclass(frozen=True, eq=False)
class NetworkSlices:
    """What the network gets.

    Parameters
    ----------
    pixels
        (slice, row, column) float32 in 0..1; slices rise to the head, rows to the back, columns to
        the patient's left.
    geometry
        The grid of `pixels`.
    share
        (slice, series slice): how a network slice is made up of the series' slices as read; each
        row sums to 1.
    lungs_found
        False where the recipe asked for the lungs and there were none: then `pixels` shows the box
        around the body, on all slices.
    lungs
        The lungs that the box was laid around.
    """

    pixels: NDArray[np.float32]
    geometry: Geometry
    share: Matrix
    lungs_found: bool
    lungs: Lungs | None = None

    @property
    def count(self) -> int:
        return len(self.pixels)

    def share_unseen(self, roi: Mask) -> float:
        """Which share of a region (0..1) lies outside `pixels`; 0 of an empty one."""
        points = roi.centres_mm()
        if not len(points):
            return 0.0
        index = self.geometry.patient_to_index(points)
        seen = ((index >= -0.5 - 1e-6) & (index <= np.asarray(self.geometry.size) - 0.5 + 1e-6)).all(axis=1)
        return 1 - float(np.count_nonzero(seen)) / len(points)

    def to_series(self, weights: NDArray[np.floating]) -> NDArray[np.float64]:
        """Weights of network slices as weights of the series' slices, with the same sum.

        A slice the network did not look at gets 0. Where the network's slices are thicker than the
        series', their weight is shared out by overlap.
        """
        weights = np.asarray(weights, dtype=np.float64)
        spread = weights @ self.share
        total = spread.sum()
        return spread * (weights.sum() / total) if total > 0 else spread


def cut_slices(volume: Volume, recipe: SliceRecipe, progress: Progress | None = None) -> NetworkSlices:
    """Obey `recipe`.

    The slices are cut along the volume's own axes (those nearest to the patient's), so an oblique
    acquisition is seen as acquired and nothing but the recipe's spacing is interpolated. Where the
    recipe is coarser than the series, HU are averaged (a triangle filter), not sampled.

    Raises
    ------
    GeometryError
        If the series is not made of axial slices.
    Cancelled
        If `progress` was cancelled.
    """
    progress = progress or Progress()
    if volume.geometry.orientation != "axial":
        raise GeometryError(f"axial slices are needed, but the series is {volume.geometry.orientation}")
    progress.report(0.0, "Finding the lungs")
    chest = towards_lps(volume)
    hu, grid = chest.voxels, chest.geometry
    share_of_lung, box, lungs = _region(chest, recipe)

    step = recipe.spacing_mm[2] / grid.spacing_mm[2]
    count = max(1, int(grid.size[2] / step + 1e-6))
    first = (grid.size[2] - 1) / 2 - (count - 1) / 2 * step
    centres = first + step * np.arange(count)
    if lungs is not None:
        nearest = np.clip(np.rint(centres).astype(int), 0, grid.size[2] - 1)
        looked_at = np.flatnonzero(share_of_lung[nearest] >= recipe.least_lung_share)
        if looked_at.size:
            centres = centres[looked_at[0] : looked_at[-1] + 1]
    columns, column_start, column_step = _axis(grid, 0, box[0], recipe)
    rows, row_start, row_step = _axis(grid, 1, box[1], recipe)
    along_z = _triangle_weights(grid.size[2], centres, step)

    low, high = recipe.hu_window
    used_rows, used_columns = _used(rows), _used(columns)
    part = hu[:, used_rows, used_columns]
    row_weights = rows[:, used_rows].astype(np.float32)
    column_weights = columns[:, used_columns].astype(np.float32).T.copy()
    pixels = np.empty((len(centres), *recipe.slice_size), dtype=np.float32)
    for j in range(len(centres)):
        progress.report(j / len(centres), "Preparing slices")
        plane = np.zeros(part.shape[1:], dtype=np.float32)
        for k in np.flatnonzero(along_z[j]):
            scaled = (np.clip(part[k], low, high).astype(np.float32) - np.float32(low)) / np.float32(
                high - low
            )
            plane += np.float32(along_z[j, k]) * scaled
        pixels[j] = row_weights @ plane @ column_weights
    # Half precision is finer than a scanner's noise; what training caches is then what inference sees.
    pixels = np.clip(pixels, 0, 1).astype(np.float16).astype(np.float32)

    start = np.array([column_start, row_start, centres[0]])
    steps = np.array([column_step, row_step, step])
    geometry = Geometry(
        (recipe.slice_size[1], recipe.slice_size[0], len(centres)),
        tuple(np.asarray(grid.spacing_mm) * steps),
        tuple(grid.index_to_patient(start)),
        grid.direction,
    )
    share = _overlap(grid.size[2], centres, step)
    if volume.geometry.axes[2, 2] < 0:
        share = share[:, ::-1].copy()
    return NetworkSlices(pixels, geometry, share, lungs is not None, lungs)


def _region(
    chest: Volume, recipe: SliceRecipe
) -> tuple[NDArray[np.float64], tuple[tuple[float, float], tuple[float, float]], Lungs | None]:
    """Lung share of each slice, the in-plane box (index range of x and y, margin included), and the
    lungs if they were asked for and found."""
    grid = chest.geometry
    strides = strides_to(grid, _COARSE_MM)
    coarse = every_nth(chest, strides)
    spacing = coarse.geometry.spacing_mm
    lungs = LUNG_MASKS[recipe.lung_mask](coarse.voxels, spacing) if recipe.crop == "lungs" else None
    region = lungs if lungs is not None else find_body(coarse.voxels, spacing)
    share = np.repeat(region.mean(axis=(1, 2)), strides[2])[: grid.size[2]]
    share = np.pad(share, (0, grid.size[2] - share.size), mode="edge")
    if lungs is not None:
        region = region[region.mean(axis=(1, 2)) >= recipe.least_lung_share]
    box = []
    for axis, stride in ((0, strides[0]), (1, strides[1])):
        filled = np.flatnonzero(region.any(axis=(0, 2 - axis)))
        margin = recipe.margin_mm / grid.spacing_mm[axis]
        if filled.size:
            low, high = filled[0] * stride - 0.5, (filled[-1] + 1) * stride - 0.5
            box.append((low - margin, min(high, grid.size[axis] - 0.5) + margin))
        else:
            box.append((-0.5, grid.size[axis] - 0.5))
    return share, (box[0], box[1]), None if lungs is None else Lungs(lungs, coarse.geometry)


def _axis(
    grid: Geometry, axis: int, box: tuple[float, float], recipe: SliceRecipe
) -> tuple[Matrix, float, float]:
    """Weights (output pixel, input voxel) along x or y, the first pixel's index and the step."""
    count = recipe.slice_size[1 - axis]
    step = recipe.spacing_mm[axis] / grid.spacing_mm[axis]
    if recipe.fit == "pad":
        start = (box[0] + box[1]) / 2 - (count - 1) / 2 * step
        return _triangle_weights(grid.size[axis], start + step * np.arange(count), step), start, step
    # First the recipe's spacing over the box, then its resizing, as one matrix.
    between = max(1, round((box[1] - box[0]) / step))
    first = (box[0] + box[1]) / 2 - (between - 1) / 2 * step
    cut = _triangle_weights(grid.size[axis], first + step * np.arange(between), step)
    zoom = between / count
    resize = _triangle_weights(between, (np.arange(count) + 0.5) * zoom - 0.5, zoom)
    return resize @ cut, first + step * (0.5 * zoom - 0.5), step * zoom


def _triangle_weights(size: int, centres: NDArray[np.floating], step: float) -> Matrix:
    """Linear interpolation at `centres` (in voxels), widened to the step where that is coarser.

    Rows sum to 1, but to 0 where a centre lies more than half a voxel outside.
    """
    width = max(1.0, step)
    weights = np.maximum(0.0, 1.0 - np.abs(np.arange(size)[None, :] - centres[:, None]) / width)
    inside = (centres >= -0.5 - 1e-6) & (centres <= size - 0.5 + 1e-6)
    total = weights.sum(axis=1)
    good = inside & (total > 0)
    normalised: Matrix = np.where(good[:, None], weights / np.where(total > 0, total, 1.0)[:, None], 0.0)
    return normalised


def _overlap(size: int, centres: NDArray[np.floating], step: float) -> Matrix:
    """(centre, voxel): which part of a slab of `step` around each centre lies in which voxel."""
    low = np.maximum(centres[:, None] - step / 2, np.arange(size)[None, :] - 0.5)
    high = np.minimum(centres[:, None] + step / 2, np.arange(size)[None, :] + 0.5)
    overlap = np.maximum(0.0, high - low)
    share: Matrix = overlap / overlap.sum(axis=1, keepdims=True)
    return share


def _used(weights: Matrix) -> slice:
    used = np.flatnonzero(weights.any(axis=0))
    return slice(int(used[0]), int(used[-1]) + 1) if used.size else slice(0, 1)
