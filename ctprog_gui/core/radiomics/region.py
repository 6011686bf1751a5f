"""A region laid out so that compiled loops find each voxel's neighbours by one addition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.compiling import compiled
from ctprog_gui.core.radiomics.neighbours import Step


def bounding_box(mask: NDArray[np.bool_]) -> tuple[slice, slice, slice] | None:
    """The smallest box that holds a region, or None if it is empty."""
    filled = [np.flatnonzero(mask.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1))]
    if not filled[0].size:
        return None
    z, y, x = (slice(int(part[0]), int(part[-1]) + 1) for part in filled)
    return z, y, x


@dataclass(frozen=True, eq=False)
class Region:
    """The voxels of a region in its box, which has a margin that a step does not leave.

    Parameters
    ----------
    shape
        Of the box with its margin, (z, y, x).
    voxels
        Flat indices of the voxels in it, rising.
    """

    shape: tuple[int, int, int]
    voxels: NDArray[np.int64]
    _crossed: dict[tuple[Step, ...], NDArray[np.bool_]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, mask: NDArray[np.bool_], margin: int) -> Region:
        """Of a mask that is its box alone."""
        z, y, x = (size + 2 * margin for size in mask.shape)
        index = np.argwhere(mask) + margin
        return cls((z, y, x), (index[:, 0] * y + index[:, 1]) * x + index[:, 2])

    def offset(self, step: Step) -> int:
        return (step[0] * self.shape[1] + step[1]) * self.shape[2] + step[2]

    def offsets(self, steps: tuple[Step, ...]) -> NDArray[np.int64]:
        return np.array([self.offset(step) for step in steps], dtype=np.int64)

    def grid(self, ranks: NDArray[np.int32]) -> NDArray[np.int32]:
        """The flat box with each voxel's rank plus 1, and 0 around them."""
        grid = np.zeros(int(np.prod(self.shape)), np.int32)
        grid[self.voxels] = ranks + 1
        return grid

    def crossed(self, steps: tuple[Step, ...]) -> NDArray[np.bool_]:
        """(d,): whether any line in a direction holds two voxels of the region.

        A matter of the region alone, so it is found out once for all images.
        """
        if steps not in self._crossed:
            inside = np.zeros(int(np.prod(self.shape)), np.bool_)
            inside[self.voxels] = True
            self._crossed[steps] = _crossed(inside, self.voxels, np.array(self.shape), np.array(steps))
        return self._crossed[steps]

    def slices(self) -> Iterator[tuple[Region, NDArray[np.intp]]]:
        """The region of each slice, and which of the voxels are in it."""
        z = self.voxels // (self.shape[1] * self.shape[2])
        for one in np.unique(z):
            chosen = np.flatnonzero(z == one)
            yield Region(self.shape, self.voxels[chosen]), chosen


@compiled
def _crossed(
    inside: NDArray[np.bool_], voxels: NDArray[np.int64], shape: NDArray[np.int64], steps: NDArray[np.int64]
) -> NDArray[np.bool_]:
    found = np.zeros(len(steps), np.bool_)
    rows, columns = shape[1], shape[2]
    for a in range(len(steps)):
        offset = (steps[a, 0] * rows + steps[a, 1]) * columns + steps[a, 2]
        # Neighbours that lie side by side settle it in almost every case.
        for voxel in voxels:
            if inside[voxel + offset]:
                found[a] = True
                break
        if found[a]:
            continue
        for voxel in voxels:
            z, y, x = voxel // (rows * columns), voxel // columns % rows, voxel % columns
            while not found[a]:
                z, y, x = z + steps[a, 0], y + steps[a, 1], x + steps[a, 2]
                if not (0 <= z < shape[0] and 0 <= y < rows and 0 <= x < columns):
                    break
                found[a] = inside[(z * rows + y) * columns + x]
            if found[a]:
                break
    return found
