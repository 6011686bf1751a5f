"""The cube around the tumour that a network sees, and its way back to the series' own slices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.preprocessing.recipe import CubeRecipe
from ctprog_gui.core.shared.errors import GeometryError

# What a scanner writes where there is air, for the part of a cube that lies outside the series.
OUTSIDE_HU = -1024.0


@dataclass(frozen=True)
class CubePlacement:
    """Where a cube stands: its centre in patient space (LPS, mm)."""

    centre_mm: tuple[float, float, float]

    @classmethod
    def at(cls, roi: Mask) -> CubePlacement:
        """On the centre of the box around a ROI.

        Raises
        ------
        GeometryError
            If the ROI is empty.
        """
        x, y, z = roi_centre(roi)
        return cls((x, y, z))

    def kept(self, roi: Mask, recipe: CubeRecipe) -> CubePlacement:
        """This placement, or a new one where the ROI's centre moved further than the recipe allows."""
        moved = np.linalg.norm(np.subtract(roi_centre(roi), self.centre_mm))
        return self if moved <= recipe.keep_within_mm else CubePlacement.at(roi)

    def geometry(self, recipe: CubeRecipe) -> Geometry:
        """The cube's grid: its centre lies between the middle voxels of an even side."""
        x, y, z = (centre - (recipe.side - 1) / 2 * recipe.spacing_mm for centre in self.centre_mm)
        return Geometry((recipe.side,) * 3, (recipe.spacing_mm,) * 3, (x, y, z))


@dataclass(frozen=True, eq=False)
class TumourCube:
    """What lies in the cube.

    Parameters
    ----------
    hu
        (slice, row, column) int16; slices rise to the head, rows to the back, columns to the
        patient's left.
    geometry
        The cube's grid.
    share
        (cube slice, series slice): how much of each cube slice lies in each of the series' slices;
        a row sums to 1, or to 0 outside the series.
    """

    hu: NDArray[np.int16]
    geometry: Geometry
    share: NDArray[np.float64]

    def pixels(self, recipe: CubeRecipe) -> NDArray[np.float32]:
        """What the network gets: (slice, channel, row, column) in 0…1, a channel each HU window."""
        hu = self.hu.astype(np.float32)
        channels = [np.clip((hu - low) / (high - low), 0, 1) for low, high in recipe.hu_windows]
        return np.stack(channels, axis=1).astype(np.float32)

    def to_series(self, weights: NDArray[np.floating]) -> NDArray[np.float64]:
        """Weights of cube slices as weights of the series' slices, with the same sum.

        A slice that the cube doesn't reach gets 0. What the network gave to cube slices outside
        the series goes to the others in proportion.
        """
        weights = np.asarray(weights, dtype=np.float64)
        spread = weights @ self.share
        total = spread.sum()
        return spread * (weights.sum() / total) if total > 0 else spread

    @cached_property
    def summary(self) -> dict[str, float]:
        """A few numbers that tell whether the cube is like those a model was fitted on."""
        hu = np.clip(self.hu, -1000, 400)
        return {
            "cube_mean_hu": float(hu.mean(dtype=np.float64)),
            "cube_sd_hu": float(hu.std(dtype=np.float64)),
            "cube_air_share": float(np.count_nonzero(hu < -500) / hu.size),
        }


def roi_centre(roi: Mask) -> tuple[float, float, float]:
    """Centre of the box around a ROI, in patient space (LPS, mm).

    Raises
    ------
    GeometryError
        If the ROI is empty.
    """
    box = roi.bounding_box
    if box is None:
        raise GeometryError(f"the ROI {roi.name} is empty")
    middle = [(part.start + part.stop - 1) / 2 for part in reversed(box)]
    x, y, z = roi.geometry.index_to_patient(middle)
    return float(x), float(y), float(z)


def cut_cube(volume: Volume, recipe: CubeRecipe, placement: CubePlacement) -> TumourCube:
    """The cube at a place in a CT: linear interpolation, rounded to whole HU, air outside.

    The CT may have any direction; the cube's axes are the patient's.
    """
    grid = placement.geometry(recipe)
    hu = resample(around(volume, grid), grid, outside=OUTSIDE_HU).voxels
    return TumourCube(np.rint(hu).astype(np.int16), grid, _shares(volume.geometry, grid))


def cut_roi(roi: Mask, cube: Geometry) -> NDArray[np.bool_]:
    """The ROI's part in a cube: where linear interpolation of 0 and 1 gives at least a half.

    Between two outlined slices of a thick series this follows the outline better than the nearest
    voxel does.
    """
    return RoiCut(cube).of(roi)


class RoiCut:
    """Cuts one region after another for the same cube, as `cut_roi` does and to the same bits.

    What differs from the region before is interpolated alone.
    """

    def __init__(self, cube: Geometry) -> None:
        self._cube = cube
        self._before: Volume | None = None
        self._inside: NDArray[np.bool_] = np.zeros(cube.shape, dtype=bool)

    def of(self, roi: Mask) -> NDArray[np.bool_]:
        """(slice, row, column) of the cube; an array of its own."""
        if roi.geometry.difference_from(self._cube, tolerance_mm=1e-6) is None:
            return roi.voxels.copy()
        near = around(Volume(roi.voxels.view(np.uint8), roi.geometry), self._cube)
        before = self._before
        if before is None or before.geometry != near.geometry:
            self._inside = np.zeros(self._cube.shape, dtype=bool)
            changed = near.voxels != 0
        else:
            changed = near.voxels != before.voxels
        there = self._reached(Mask(changed, near.geometry))
        if there is not None:
            slices, rows = there
            size = (self._cube.size[0], rows.stop - rows.start, slices.stop - slices.start)
            part = self._cube.cropped((0, rows.start, slices.start), size)
            whole = Volume(near.voxels.astype(np.float32), near.geometry)
            self._inside[there] = resample(whole, part, outside=0).voxels >= 0.5
        self._before = Volume(near.voxels.copy(), near.geometry)
        return self._inside.copy()

    def _reached(self, changed: Mask) -> tuple[slice, slice] | None:
        """The cube's slices and rows whose interpolation may see a voxel; None where there are none.

        Rows stay whole: ITK steps along them, so a part of one would differ in the last bits.
        """
        box = changed.bounding_box
        if box is None:
            return None
        # A voxel weighs on what lies less than a voxel away.
        ends = [(part.start - 1.0, part.stop) for part in reversed(box)]
        corners = np.array(np.meshgrid(*ends, indexing="ij")).reshape(3, -1).T
        index = self._cube.patient_to_index(changed.geometry.index_to_patient(corners))[:, 1:]
        low = np.clip(np.floor(index.min(axis=0)), 0, self._cube.size[1:]).astype(int)
        high = np.clip(np.ceil(index.max(axis=0)) + 1, 0, self._cube.size[1:]).astype(int)
        if (low >= high).any():
            return None
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def exceeds(roi: Mask, cube: Geometry) -> bool:
    """Whether the ROI reaches a face of the cube or beyond, so that some of it may not be seen."""
    box = roi.bounding_box
    if box is None:
        return False
    ends = [(part.start - 0.5, part.stop - 0.5) for part in reversed(box)]
    corners = np.array(np.meshgrid(*ends, indexing="ij")).reshape(3, -1).T
    index = cube.patient_to_index(roi.geometry.index_to_patient(corners))
    # A face is reached where the region fills any part of the outermost voxels.
    least, most = -0.5 + 1 - 1e-6, np.asarray(cube.size) - 1.5 + 1e-6
    return bool((index.min(axis=0) < least).any() or (index.max(axis=0) > most).any())


def around(volume: Volume, grid: Geometry) -> Volume:
    """The part of a volume that interpolation on a grid needs: a view, quick to hand on."""
    ends = np.array([(0, n - 1) for n in grid.size])
    corners = np.array(np.meshgrid(*ends, indexing="ij")).reshape(3, -1).T
    index = volume.geometry.patient_to_index(grid.index_to_patient(corners))
    size = np.asarray(volume.geometry.size)
    low = np.clip(np.floor(index.min(axis=0)).astype(int) - 1, 0, size - 1)
    high = np.clip(np.ceil(index.max(axis=0)).astype(int) + 2, low + 1, size)
    part = volume.voxels[tuple(slice(a, b) for a, b in zip(low[::-1], high[::-1], strict=True))]
    x, y, z = (int(v) for v in low)
    across, down, along = (int(v) for v in high - low)
    return Volume(part, volume.geometry.cropped((x, y, z), (across, down, along)))


def _shares(series: Geometry, cube: Geometry) -> NDArray[np.float64]:
    """(cube slice, series slice): overlap along the line through the cube's centre."""
    axis = series.axis_along(2)
    centre = np.append((np.asarray(cube.size[:2]) - 1) / 2, 0.0)
    steps = np.arange(cube.size[2] + 1) - 0.5
    line = np.repeat(centre[None], steps.size, axis=0)
    line[:, 2] = steps
    index = series.patient_to_index(cube.index_to_patient(line))[:, axis]
    low = np.minimum(index[:-1], index[1:])[:, None]
    high = np.maximum(index[:-1], index[1:])[:, None]
    slices = np.arange(series.size[axis])[None]
    overlap = np.clip(np.minimum(high, slices + 0.5) - np.maximum(low, slices - 0.5), 0.0, None)
    total = overlap.sum(axis=1, keepdims=True)
    share: NDArray[np.float64] = overlap / np.where(total > 0, total, 1.0)
    return share
