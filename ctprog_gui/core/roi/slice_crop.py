"""The part of one slice around a point, and the way between its pixels, the voxels and the patient."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.roi.edit import Box
from ctprog_gui.core.roi.effect import Shape


class SliceCrop:
    """What lies on slice `number` within `reach_mm` of a point (LPS), along rows and columns.

    Attributes
    ----------
    picture
        HU, (rows, columns): along the stack's vertical and horizontal array axes.
    low
        The (row, column) of the slice where the crop begins.
    pixel_mm
        Distance of rows and of columns.
    """

    def __init__(
        self, volume: Volume, stack: PlaneOfVolume, number: int, point_mm: ArrayLike, reach_mm: float
    ) -> None:
        self._stack, self.number = stack, number
        grid = stack.geometry
        across, down = stack.horizontal, stack.vertical
        self.pixel_mm = np.array([grid.spacing_mm[down], grid.spacing_mm[across]])
        size = np.array([grid.size[down], grid.size[across]])
        middle = np.clip(self.pixel(point_mm), -0.5, size - 0.5)
        reach = np.ceil(reach_mm / self.pixel_mm)
        self.low: NDArray[np.int_] = np.clip(np.floor(middle - reach), 0, size - 1).astype(int)
        high = np.clip(np.ceil(middle + reach), 1, size).astype(int)
        box = [slice(number, number + 1)] * 3
        # Plain numbers: boxes go into the journal's JSON.
        box[2 - across] = slice(int(self.low[1]), int(high[1]))
        box[2 - down] = slice(int(self.low[0]), int(high[0]))
        self.box: Box = (box[0], box[1], box[2])
        # Without the slice's axis the others stay in (z, y, x) order.
        picture = volume.voxels[self.box].squeeze(2 - stack.axis)
        self.picture: NDArray[np.integer | np.floating] = picture.T if across > down else picture

    def pixel(self, point_mm: ArrayLike) -> Floats:
        """The (row, column) of the slice, continuous, at a point."""
        index = self._stack.geometry.patient_to_index(point_mm)
        return np.asarray(index)[[self._stack.vertical, self._stack.horizontal]]

    def points_mm(self, pixels: ArrayLike) -> Floats:
        """LPS points (n, 3) at (row, column) places (n, 2) of the slice."""
        places = np.asarray(pixels, dtype=np.float64)
        index = np.empty((len(places), 3))
        index[:, self._stack.axis] = self.number
        index[:, self._stack.vertical], index[:, self._stack.horizontal] = places.T
        return self._stack.geometry.index_to_patient(index)

    def in_box(self, shape: Shape) -> Shape:
        """A shape (rows, columns) of the crop as voxels (z, y, x) of its box."""
        turned = shape.T if self._stack.horizontal > self._stack.vertical else shape
        return np.ascontiguousarray(np.expand_dims(turned, 2 - self._stack.axis))
