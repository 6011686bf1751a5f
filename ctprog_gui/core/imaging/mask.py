"""A region of interest as voxels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.shared.errors import GeometryError


@dataclass(frozen=True, eq=False)
class Mask:
    """One named region: boolean voxels, shape (z, y, x), and the grid they lie on."""

    voxels: NDArray[np.bool_]
    geometry: Geometry
    name: str = "ROI"

    def __post_init__(self) -> None:
        if self.voxels.dtype != np.bool_:
            raise TypeError(f"a mask is boolean, not {self.voxels.dtype}")
        if self.voxels.shape != self.geometry.shape:
            raise GeometryError(
                f"the ROI is {self.voxels.shape} but its grid is {self.geometry.shape} (z, y, x)"
            )

    @cached_property
    def count(self) -> int:
        return int(np.count_nonzero(self.voxels))

    @property
    def is_empty(self) -> bool:
        return self.count == 0

    @property
    def volume_mm3(self) -> float:
        return self.count * self.geometry.voxel_volume_mm3

    @cached_property
    def bounding_box(self) -> tuple[slice, slice, slice] | None:
        """Slices (z, y, x) of the smallest box that holds the region, or None if it is empty."""
        box: list[slice] = []
        for axis in range(3):
            # What is outside the box in one direction need not be looked at for the next.
            inside = self.voxels[tuple(box)]
            others = tuple(a for a in range(3) if a != axis)
            filled = np.flatnonzero(inside.any(axis=others))
            if filled.size == 0:
                return None
            box.append(slice(int(filled[0]), int(filled[-1]) + 1))
        return box[0], box[1], box[2]

    def centres_mm(self) -> NDArray[np.float64]:
        """The centres of the region's voxels in patient space, shape (n, 3)."""
        box = self.bounding_box
        if box is None:
            return np.empty((0, 3))
        index = np.argwhere(self.voxels[box]) + [part.start for part in box]
        return self.geometry.index_to_patient(index[:, ::-1])

    @cached_property
    def sha256(self) -> str:
        """Hash of the region and its grid; the name is left out."""
        digest = hashlib.sha256(repr(self.geometry).encode())
        digest.update(np.packbits(self.voxels).data)
        return digest.hexdigest()
