"""The regions of interest of the open study, in one label map."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.measures import RoiMeasures
from ctprog_gui.core.shared.errors import InputError

# Okabe and Ito's palette: told apart with any common colour blindness, and bright on grey.
COLOURS = ((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (213, 94, 0), (204, 121, 167))
MAX_SEGMENTS = 255


@dataclass(frozen=True)
class Segment:
    """One named region; `label` is its value in the label map."""

    label: int
    name: str
    colour: tuple[int, int, int]
    visible: bool = True
    opacity: float = 0.35


class RoiState:
    """Segments and the label map (z, y, x; uint8, 0 is background) they share.

    `changed` tells which part of the label map is new, as slices (z, y, x); `segments_changed`
    that a name, colour, visibility or the list itself is new; `measures_changed` that the active
    segment's measures came in or no longer hold.
    """

    changed = Signal(object)
    segments_changed = Signal()
    measures_changed = Signal()

    def __init__(self) -> None:
        self._geometry: Geometry | None = None
        self._labels: NDArray[np.uint8] | None = None
        self._segments: list[Segment] = []
        self._active: int | None = None
        self._measures: RoiMeasures | None = None

    def show(self, geometry: Geometry | None) -> None:
        """Begin with an empty label map on a new grid; memory is taken at the first region."""
        self._geometry = geometry
        self._labels = None
        self._segments = []
        self._active = None
        self.measures = None
        self.segments_changed.emit()
        self.changed.emit(None)

    @property
    def labels(self) -> NDArray[np.uint8] | None:
        """The label map itself, or None while there is no region. Not to be written to."""
        return self._labels

    @property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(self._segments)

    @property
    def active(self) -> Segment | None:
        """The segment that is scored and measured."""
        return next((s for s in self._segments if s.label == self._active), None)

    @property
    def measures(self) -> RoiMeasures | None:
        """Measures of the active segment as it is now, or None until they are taken."""
        return self._measures

    @measures.setter
    def measures(self, value: RoiMeasures | None) -> None:
        if value is not self._measures:
            self._measures = value
            self.measures_changed.emit()

    def activate(self, label: int) -> None:
        if label != self._active and any(s.label == label for s in self._segments):
            self._active = label
            self.measures = None
            self.segments_changed.emit()

    def add(self, mask: Mask) -> Segment:
        """Add a region as a segment of its own and make it the active one.

        Where it overlaps another segment, the voxels become the new one's.

        Raises
        ------
        GeometryError
            If the mask lies on another grid than the study.
        InputError
            If the label map is full.
        """
        if self._geometry is None:
            raise InputError("open a CT before adding a ROI")
        self._geometry.require_same(mask.geometry, f"ROI {mask.name}")
        used = {s.label for s in self._segments}
        label = next((n for n in range(1, MAX_SEGMENTS + 1) if n not in used), None)
        if label is None:
            raise InputError(f"a case holds at most {MAX_SEGMENTS} segments")
        if self._labels is None:
            self._labels = np.zeros(self._geometry.shape, dtype=np.uint8)
        box = mask.bounding_box
        if box is not None:
            self._labels[box][mask.voxels[box]] = label
        segment = Segment(label, mask.name, COLOURS[(label - 1) % len(COLOURS)])
        self._segments.append(segment)
        self._active = label
        self.measures = None
        self.segments_changed.emit()
        self.changed.emit(box)
        return segment

    def remove(self, label: int) -> None:
        if self._labels is None:
            return
        self._labels[self._labels == label] = 0
        self._segments = [s for s in self._segments if s.label != label]
        if self._active == label:
            self._active = self._segments[-1].label if self._segments else None
            self.measures = None
        self.segments_changed.emit()
        self.changed.emit(None)

    def set_visible(self, label: int, visible: bool) -> None:
        self._change(label, visible=visible)

    def set_opacity(self, label: int, opacity: float) -> None:
        self._change(label, opacity=min(max(opacity, 0.0), 1.0))

    def rename(self, label: int, name: str) -> None:
        self._change(label, name=name)

    def mask_of(self, label: int) -> Mask:
        """A copy of one segment's voxels as a mask."""
        if self._geometry is None or self._labels is None:
            raise InputError("there is no ROI")
        segment = next(s for s in self._segments if s.label == label)
        return Mask(self._labels == label, self._geometry, segment.name)

    def _change(self, label: int, **values: object) -> None:
        for at, segment in enumerate(self._segments):
            if segment.label == label:
                changed = replace(segment, **values)  # type: ignore[arg-type]
                if changed != segment:
                    self._segments[at] = changed
                    self.segments_changed.emit()
