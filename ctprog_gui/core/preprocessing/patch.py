"""The square on the tumour's largest slice that a 2D network sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.preprocessing.axes import towards_lps
from ctprog_gui.core.preprocessing.cube import OUTSIDE_HU, around, cut_roi
from ctprog_gui.core.preprocessing.recipe import PatchRecipe
from ctprog_gui.core.shared.errors import GeometryError


@dataclass(frozen=True, eq=False)
class TumourPatch:
    """What lies in the square.

    Parameters
    ----------
    hu
        (row, column) int16; rows run to the back, columns to the patient's left.
    roi
        (row, column), where the ROI is.
    geometry
        The square's grid, one slice thick.
    """

    hu: NDArray[np.int16]
    roi: NDArray[np.bool_]
    geometry: Geometry

    def pixels(self, recipe: PatchRecipe) -> NDArray[np.float32]:
        """What the network gets: (channel, row, column) in 0…1, one channel."""
        low, high = recipe.hu_window
        scaled: NDArray[np.float32] = np.clip((self.hu.astype(np.float32) - low) / (high - low), 0, 1)
        return scaled[None]


def cut_patch(volume: Volume, roi: Mask, recipe: PatchRecipe) -> TumourPatch:
    """The square around the ROI's centroid on the axial slice where the ROI has the largest area.

    Of slices with equal area the lowest is taken. Linear interpolation in the plane, none across it;
    air outside.

    Raises
    ------
    GeometryError
        If the ROI is empty or lies on another grid than the CT.
    """
    volume.geometry.require_same(roi.geometry, "the ROI")
    if roi.is_empty:
        raise GeometryError(f"the ROI {roi.name} is empty")
    turned = towards_lps(Volume(roi.voxels.view(np.uint8), roi.geometry))
    area = np.count_nonzero(turned.voxels, axis=(1, 2))
    number = int(np.argmax(area))
    rows, columns = np.nonzero(turned.voxels[number])
    centre = turned.geometry.index_to_patient([columns.mean(), rows.mean(), number])
    axes = turned.geometry.axes
    half = (recipe.side - 1) / 2 * recipe.spacing_mm
    x, y, z = (float(v) for v in centre - half * (axes[:, 0] + axes[:, 1]))
    grid = Geometry(
        (recipe.side, recipe.side, 1),
        (recipe.spacing_mm, recipe.spacing_mm, turned.geometry.spacing_mm[2]),
        (x, y, z),
        turned.geometry.direction,
    )
    hu = resample(around(volume, grid), grid, outside=OUTSIDE_HU).voxels[0]
    inside = cut_roi(roi, grid)[0]
    return TumourPatch(np.rint(hu).astype(np.int16), inside, grid)
