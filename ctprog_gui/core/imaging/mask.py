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
    """One named region: boolean voxels, shape (z, y, x), and the grid they lie on.

    `status` and `colour` (red, green, blue; 0–255) are what a file tells of it, where it does.
    """

    voxels: NDArray[np.bool_]
    geometry: Geometry
    name: str = "ROI"
    status: str = ""
    colour: tuple[int, int, int] | None = None

    def __post_init__(self) -> None:
        if self.voxels.dtype != np.bool_:
            raise TypeError(f"a mask is boolean, not {self.voxels.dtype}")
        if self.voxels.shape != self.geometry.shape:
            raise GeometryError(
                f"the ROI is {self.voxels.shape} but its grid is {self.geometry.shape} (z, y, x)"
            )

    @classmethod
    def of_part(
        cls,
        corner: tuple[int, int, int],
        part: NDArray[np.bool_],
        geometry: Geometry,
        name: str = "ROI",
    ) -> Mask:
        """A region that is given within a box: its voxels and the box's first (z, y, x).

        Only the part is looked at for what is known from it, so that a small region costs little on a
        large grid.
        """
        voxels = np.zeros(geometry.shape, dtype=bool)
        voxels[tuple(slice(c, c + n) for c, n in zip(corner, part.shape, strict=True))] = part
        found = cls(voxels, geometry, name)
        box = _filled(part)
        known = found.__dict__
        known["count"] = int(np.count_nonzero(part))
        known["bounding_box"] = box and tuple(
            slice(c + one.start, c + one.stop) for c, one in zip(corner, box, strict=True)
        )
        return found

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
        return _filled(self.voxels)

    @property
    def touches_edge(self) -> bool:
        """Whether the region reaches a face of its grid, and may go on behind it."""
        box = self.bounding_box
        return box is not None and any(
            part.start == 0 or part.stop == size for part, size in zip(box, self.voxels.shape, strict=True)
        )

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
        # As bits, eight voxels a byte; what lies before and behind the region is known to be 0.
        flat = self.voxels.reshape(-1)
        box = self.bounding_box
        rows = flat.size // len(self.voxels)
        start = box[0].start * rows // 8 * 8 if box else 0
        stop = min(-(-box[0].stop * rows // 8) * 8, flat.size) if box else 0
        digest.update(bytes(start // 8))
        digest.update(np.packbits(flat[start:stop]).data)
        digest.update(bytes(-(-flat.size // 8) - -(-stop // 8)))
        return digest.hexdigest()


def _filled(voxels: NDArray[np.bool_]) -> tuple[slice, slice, slice] | None:
    """The smallest box (z, y, x) that holds what is true, or None if nothing is."""
    box: list[slice] = []
    for axis in range(3):
        # What is outside the box in one direction need not be looked at for the next.
        inside = voxels[tuple(box)]
        others = tuple(a for a in range(3) if a != axis)
        filled = np.flatnonzero(inside.any(axis=others))
        if filled.size == 0:
            return None
        box.append(slice(int(filled[0]), int(filled[-1]) + 1))
    return box[0], box[1], box[2]
