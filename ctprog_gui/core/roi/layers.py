"""The label maps of a case: one while segments keep apart, more where some may overlap.

Segments share a layer as long as no voxel is wanted by two of them, as in 3D Slicer's segmentations;
only a segment that is to overlap another moves to a layer where it has room. A label is one segment's
in all layers, and a segment lies in one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.roi.edit import Atom, Box, Labels, write

Where = NDArray[np.bool_]


class Overlap(Enum):
    """What happens where a segment is to be set in another one. A locked one never loses a voxel."""

    OVERWRITE = "overwrite"
    NEVER = "never"
    ALLOW = "allow"


class Layers:
    """Label maps (z, y, x; uint8, 0 is background) on one grid, made when first asked for.

    Fresh memory costs nothing until it is written to, so a second layer costs what lies in it.
    """

    def __init__(self, shape: tuple[int, int, int]) -> None:
        self._shape = shape
        self._arrays: list[Labels] = []

    @property
    def arrays(self) -> tuple[Labels, ...]:
        return tuple(self._arrays)

    def __getitem__(self, number: int) -> Labels:
        while len(self._arrays) <= number:
            self._arrays.append(np.zeros(self._shape, dtype=np.uint8))
        return self._arrays[number]

    def apply(self, atoms: Iterable[Atom]) -> None:
        for atom in atoms:
            atom.apply(self[atom.layer])

    def revert(self, atoms: Sequence[Atom]) -> None:
        """Take atoms back, the last one first."""
        for atom in reversed(atoms):
            atom.revert(self[atom.layer])

    def free(self, box: Box, label: int, overlap: Overlap, locked: Sequence[int]) -> Where | None:
        """Where in a box a segment may be set; None stands for everywhere.

        Not in the segments `locked` where it would take their voxels, and in none at all where they
        may not overlap.
        """
        if overlap is Overlap.ALLOW or (overlap is Overlap.OVERWRITE and not locked):
            return None
        free = np.ones(tuple(part.stop - part.start for part in box), dtype=bool)
        for array in self._arrays:
            there = array[box]
            if overlap is Overlap.NEVER:
                free &= (there == 0) | (there == label)
            else:
                free &= ~np.isin(there, locked)
        return free

    def put(
        self,
        box: Box,
        where: Where,
        label: int,
        layer: int,
        extent: Box | None,
        overlap: Overlap,
        locked: Sequence[int] = (),
    ) -> tuple[list[Atom], int]:
        """Set a segment in voxels of a box.

        Parameters
        ----------
        label, layer, extent
            The segment, the layer it lies in and a box that holds all of it.
        overlap, locked
            Who gives way, and the labels of the other segments that lose nothing.

        Returns
        -------
        What changed, in order, and the layer that the segment lies in now.
        """
        free = self.free(box, label, overlap, locked)
        if free is not None:
            where = where & free
        atoms: list[Atom | None] = []
        if overlap is Overlap.ALLOW:
            if self._taken(layer, box, where, label):
                moved, layer = self._move(box, where, label, layer, extent)
                atoms.extend(moved)
        elif overlap is Overlap.OVERWRITE:
            for number, array in enumerate(self._arrays):
                if number != layer:
                    atoms.append(write(array, box, where, 0, number))
        atoms.append(write(self[layer], box, where, label, layer))
        return [atom for atom in atoms if atom is not None], layer

    def _taken(self, layer: int, box: Box, where: Where, label: int) -> bool:
        """Whether another segment of a layer has one of the voxels."""
        there = self[layer][box]
        return bool((where & (there != 0) & (there != label)).any())

    def _move(
        self, box: Box, where: Where, label: int, layer: int, extent: Box | None
    ) -> tuple[list[Atom | None], int]:
        """Move a segment to the first layer with room for it and for what comes, a new one if need be."""
        own = None if extent is None else self[layer][extent] == label
        for target in range(len(self._arrays) + 1):
            if target == layer or self._taken(target, box, where, label):
                continue
            if own is None or extent is None:
                return [], target
            if not self._taken(target, extent, own, label):
                gone = write(self[layer], extent, own, 0, layer)
                return [gone, write(self[target], extent, own, label, target)], target
        raise AssertionError("a new layer has room for anything")


def flattened(arrays: Sequence[Labels]) -> Labels | None:
    """All layers as one label map, or None where segments of two layers share a voxel."""
    flat: Labels = arrays[0]
    for array in arrays[1:]:
        if not array.any():
            continue
        if bool(((flat != 0) & (array != 0)).any()):
            return None
        flat = np.maximum(flat, array)
    return flat
