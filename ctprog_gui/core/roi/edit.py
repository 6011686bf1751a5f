"""Changes of a label map, small enough to keep by the hundred and exact in both directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Box = tuple[slice, slice, slice]
Labels = NDArray[np.uint8]
# A change of no voxel.
NOTHING: Box = (slice(0, 0), slice(0, 0), slice(0, 0))


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
    layer
        Which of the case's label maps it is (`layers`).
    """

    corner: tuple[int, int, int]
    shape: tuple[int, int, int]
    where: NDArray[np.uint8]
    old: int | NDArray[np.uint8]
    new: int | NDArray[np.uint8]
    layer: int = 0

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

    @property
    def labels(self) -> set[int]:
        """The labels that lose or gain voxels, 0 aside."""
        found: set[int] = set()
        for side in (self.old, self.new):
            found |= set(np.unique(side).tolist()) if isinstance(side, np.ndarray) else {int(side)}
        return found - {0}

    def apply(self, labels: Labels) -> None:
        labels[self.box][self.mask()] = self.new

    def revert(self, labels: Labels) -> None:
        labels[self.box][self.mask()] = self.old


def write(labels: Labels, box: Box, where: NDArray[np.bool_], new: int, layer: int = 0) -> Atom | None:
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
    corner = tuple(int(b.start + t.start) for b, t in zip(box, trimmed, strict=True))
    atom = Atom(
        (corner[0], corner[1], corner[2]),
        changed.shape,
        np.packbits(changed),
        first if (old == first).all() else old,
        new,
        layer,
    )
    part[changed] = new
    return atom


def merged(atoms: Sequence[Atom]) -> tuple[Atom, ...]:
    """One atom for many of a stroke where that takes less memory, else the atoms as they are.

    Neighbours that set the same label in the same layer become one: they share no voxel, for what has
    the label already is no change. Atoms of different layers may change places.
    """
    in_layers = sorted(atoms, key=lambda atom: atom.layer)
    runs = groupby(in_layers, lambda atom: (atom.layer, atom.new if isinstance(atom.new, int) else id(atom)))
    return tuple(one for _, run in runs for one in _merged_run(tuple(run)))


def _merged_run(atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
    if len(atoms) < 2:
        return atoms
    box: Box | None = None
    for atom in atoms:
        box = union(box, atom.box)
    assert box is not None
    shape = tuple(part.stop - part.start for part in box)
    held = sum(atom.bytes for atom in atoms)
    if int(np.prod(shape)) > 8 * held:
        return atoms
    where = np.zeros(shape, dtype=bool)
    old = np.zeros(shape, dtype=np.uint8)
    for atom in atoms:
        there = tuple(slice(a.start - b.start, a.stop - b.start) for a, b in zip(atom.box, box, strict=True))
        inside = atom.mask()
        where[there] |= inside
        old[there][inside] = atom.old
    before = old[where]
    first = int(before[0])
    one = Atom(
        (box[0].start, box[1].start, box[2].start),
        (shape[0], shape[1], shape[2]),
        np.packbits(where),
        first if (before == first).all() else before,
        atoms[0].new,
        atoms[0].layer,
    )
    return (one,) if one.bytes < held else atoms


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
