"""Where the segments of the open study lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.edit import Atom, Box, union
from ctprog_gui.core.roi.layers import Layers, Overlap
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.state.segment import Segment

Segments = tuple[Segment, ...]


class Regions:
    """Segments, their label maps (z, y, x; uint8, 0 is background) and the boxes that hold them, to be read.

    What changes them, and tells of it, is `RoiState`.
    """

    def __init__(self) -> None:
        self._begin(None)

    def _begin(self, geometry: Geometry | None) -> None:
        """No segment, on a new grid; memory is taken at the first region."""
        self._geometry = geometry
        self._layers = Layers(geometry.shape if geometry is not None else (0, 0, 0))
        self._segments: Segments = ()
        self._active: int | None = None
        self._extents: dict[int, Box | None] = {}
        self._overlap = Overlap.OVERWRITE

    @property
    def geometry(self) -> Geometry | None:
        return self._geometry

    @property
    def labels(self) -> NDArray[np.uint8] | None:
        """The first layer, or None while there is no region. Not to be written to."""
        return self._layers.arrays[0] if self._layers.arrays else None

    @property
    def layers(self) -> tuple[NDArray[np.uint8], ...]:
        """The label maps themselves; `Segment.layer` says in which one lies. Not to be written to."""
        return self._layers.arrays

    def inside(self, label: int, box: Box) -> NDArray[np.bool_]:
        """Where in a box a segment is; nowhere for one that is not there."""
        segment = self._segment(label)
        if segment is None:
            return np.zeros(tuple(part.stop - part.start for part in box), dtype=bool)
        return np.asarray(self._layers[segment.layer][box] == label)

    @property
    def segments(self) -> Segments:
        return self._segments

    @property
    def active(self) -> Segment | None:
        """The segment that is painted, scored and measured."""
        return next((s for s in self._segments if s.label == self._active), None)

    def mask_of(self, label: int) -> Mask:
        """A copy of one segment's voxels as a mask."""
        segment = self._segment(label)
        if self._geometry is None or segment is None:
            raise InputError("there is no ROI")
        return Mask.of_part(*self.part_of(label), self._geometry, segment.name)

    def part_of(self, label: int) -> tuple[tuple[int, int, int], NDArray[np.bool_]]:
        """A copy of one segment within its extent: the box's corner (z, y, x) and its voxels."""
        box = self._extents.get(label)
        if box is None:
            return (0, 0, 0), np.zeros((0, 0, 0), dtype=bool)
        return (box[0].start, box[1].start, box[2].start), self.inside(label, box)

    def extent(self, label: int) -> Box | None:
        """A box (z, y, x) that holds all voxels of a segment, perhaps with room to spare."""
        return self._extents.get(label)

    def landing(self, label: int, box: Box, shape: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """What a segment would be in a box if it were given a shape: what it may not take is left out."""
        segment = self._segment(label)
        if segment is None:
            return np.zeros_like(shape)
        if segment.locked:
            return self.inside(label, box)
        free = self._layers.free(box, label, self._overlap, self._locked(label))
        return shape.copy() if free is None else np.asarray(shape & (self.inside(label, box) | free))

    def _segment(self, label: int) -> Segment | None:
        return next((s for s in self._segments if s.label == label), None)

    def _locked(self, label: int) -> list[int]:
        """The labels that may not lose voxels to a segment."""
        return [s.label for s in self._segments if s.locked and s.label != label]

    def _write(
        self, box: Box, where: NDArray[np.bool_], label: int, overlap: Overlap | None = None
    ) -> list[Atom]:
        segment = self._segment(label)
        assert segment is not None
        policy, locked = overlap or self._overlap, self._locked(label)
        extent = self._extents.get(label)
        atoms, layer = self._layers.put(box, where, label, segment.layer, extent, policy, locked)
        if layer != segment.layer:
            moved = replace(segment, layer=layer)
            self._segments = tuple(moved if s is segment else s for s in self._segments)
        if atoms and atoms[-1].new == label:
            self._extents[label] = union(extent, atoms[-1].box)
        return atoms
