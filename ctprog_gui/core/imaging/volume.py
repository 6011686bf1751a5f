"""A CT volume: Hounsfield units on a grid."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.shared.errors import GeometryError


@dataclass(frozen=True, eq=False)
class Volume:
    """Voxels in HU, shape (z, y, x), and the grid they lie on.

    CT is held as int16; a rescale that isn't whole is held as float32 rather than rounded.

    Raises
    ------
    GeometryError
        If the array's shape is not the grid's.
    """

    voxels: NDArray[Any]
    geometry: Geometry

    def __post_init__(self) -> None:
        if self.voxels.shape != self.geometry.shape:
            raise GeometryError(
                f"the array is {self.voxels.shape} but the grid is {self.geometry.shape} (z, y, x)"
            )

    def value_at(self, point_mm: ArrayLike) -> float | None:
        """HU of the voxel that holds an LPS point, or None outside the volume."""
        index = self.geometry.patient_to_index(point_mm)
        if not self.geometry.contains_index(index):
            return None
        x, y, z = np.clip(np.rint(index).astype(int), 0, np.asarray(self.geometry.size) - 1)
        return float(self.voxels[z, y, x])

    @cached_property
    def sha256(self) -> str:
        """Hash of the voxels and the grid: equal images have equal hashes, whatever the file."""
        digest = hashlib.sha256(repr((self.geometry, self.voxels.dtype.str)).encode())
        digest.update(np.ascontiguousarray(self.voxels).data)
        return digest.hexdigest()
