"""Changes of a label map, small enough to keep by the hundred and exact in both directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Box = tuple[slice, slice, slice]
Labels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Atom:
    """Some voxels of a box that changed from old labels to new ones.

    Parameters
    ----------
    corner, shape
        Where the box lies in the label map, and its size; both (z, y, x).
    where
        Which voxels of the box changed: bits, packed in C order.
    old, new
        One label where all changed voxels share it, else one a changed voxel in C order (uint8).
    """

    corner: tuple[int, int, int]
    shape: tuple[int, int, int]
    where: NDArray[np.uint8]
    old: int | NDArray[np.uint8]
    new: int | NDArray[np.uint8]

    @property
    def box(self) -> Box:
        z, y, x = (slice(c, c + n) for c, n in zip(self.corner, self.shape, strict=True))
        return z, y, x

    @property
    def bytes(self) -> int:
        """Memory that the atom holds, its fixed part included."""
        sides = (self.old, self.new)
        return 200 + self.where.nbytes + sum(s.nbytes for s in sides if isinstance(s, np.ndarray))

    def mask(self) -> NDArray[np.bool_]:
        count = int(np.prod(self.shape))
        return np.unpackbits(self.where, count=count).view(np.bool_).reshape(self.shape)

    def apply(self, labels: Labels) -> None:
        labels[self.box][self.mask()] = self.new

    def revert(self, labels: Labels) -> None:
        labels[self.box][self.mask()] = self.old


def write(labels: Labels, box: Box, where: NDArray[np.bool_], new: int) -> Atom | None:
    """Set voxels of a box to a label, and return the change; None if nothing changed.

    `where` has the box's shape and is left as it is. Voxels that have the label already are no
    change. The atom's box is trimmed to what changed.
    """
    part = labels[box]
    changed = where & (part != new)
    trimmed = tight_box(changed)
    if trimmed is None:
        return None
    changed = changed[trimmed]
    part = part[trimmed]
    old = part[changed]
    first = int(old[0])
    corner = tuple(b.start + t.start for b, t in zip(box, trimmed, strict=True))
    atom = Atom(
        (corner[0], corner[1], corner[2]),
        changed.shape,
        np.packbits(changed),
        first if (old == first).all() else old,
        new,
    )
    part[changed] = new
    return atom


def tight_box(where: NDArray[np.bool_]) -> Box | None:
    """The smallest box around the true voxels, or None if there are none."""
    box = []
    for axis in range(3):
        filled = np.flatnonzero(where.any(axis=tuple(a for a in range(3) if a != axis)))
        if filled.size == 0:
            return None
        box.append(slice(int(filled[0]), int(filled[-1]) + 1))
    return box[0], box[1], box[2]


def intersect(first: Box | None, second: Box | None) -> bool:
    """Whether two boxes share a voxel."""
    if first is None or second is None:
        return False
    return all(max(a.start, b.start) < min(a.stop, b.stop) for a, b in zip(first, second, strict=True))


def union(first: Box | None, second: Box | None) -> Box | None:
    """The smallest box around two boxes; None stands for an empty one."""
    if first is None or second is None:
        return first or second
    z, y, x = (slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(first, second, strict=True))
    return z, y, x
