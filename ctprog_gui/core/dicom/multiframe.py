"""Enhanced multi-frame CT (PS3.3 A.38): one file, many slices.

Each frame becomes a header of its own, so that everything after it treats a frame as it treats a
file: grouping, stacking, checks, reading.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydicom.dataset import Dataset

from ctprog_gui.core.dicom.dataset import parse_dataset
from ctprog_gui.core.dicom.header import Header
from ctprog_gui.core.dicom.sources import Opener
from ctprog_gui.core.shared.errors import InputError

_TAGS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "NumberOfFrames")


def frames_of(header: Header, opener: Opener) -> list[Header]:
    """One header a frame, each with its own position, orientation, spacing and rescale.

    Raises
    ------
    InputError
        If the file can't be parsed, or tells more frames than it has bytes.
    """
    return parse_dataset(header.source, opener, lambda dataset: _frames(header, dataset), _TAGS)


def _frames(header: Header, dataset: Dataset) -> list[Header]:
    if header.frames > header.size:
        raise InputError(f"cannot read {header.source}: it cannot hold {header.frames} frames")
    per_frame = list(dataset.get("PerFrameFunctionalGroupsSequence") or [])
    shared = (list(dataset.get("SharedFunctionalGroupsSequence") or []) or [Dataset()])[0]
    # What a frame does not tell is absent, and a frame without a place is told as such.
    per_frame += [Dataset()] * (header.frames - len(per_frame))
    native = header.pixel_offset is not None and not header.is_encapsulated
    found = []
    for index in range(header.frames):
        groups = (per_frame[index], shared)
        rescale = _group(groups, "PixelValueTransformationSequence")
        measures = _group(groups, "PixelMeasuresSequence")
        spacing = _numbers(measures, "PixelSpacing", 2)
        slope = _numbers(rescale, "RescaleSlope", 1)
        intercept = _numbers(rescale, "RescaleIntercept", 1)
        thickness = _numbers(measures, "SliceThickness", 1)
        offset = header.pixel_offset
        if native and offset is not None:
            offset += index * header.frame_bytes
        position = _numbers(_group(groups, "PlanePositionSequence"), "ImagePositionPatient", 3)
        orientation = _numbers(_group(groups, "PlaneOrientationSequence"), "ImageOrientationPatient", 6)
        found.append(
            replace(
                header,
                position=position,
                orientation=orientation,
                pixel_spacing=spacing,
                slope=slope[0] if slope else None,
                intercept=intercept[0] if intercept else None,
                rescale_type=str((rescale or Dataset()).get("RescaleType") or ""),
                thickness=thickness[0] if thickness else None,
                instance=index + 1,
                frame=index,
                pixel_offset=offset,
            )
        )
    return found


def _group(groups: tuple[Dataset, Dataset], name: str) -> Dataset | None:
    """A functional group of this frame, else the one that all frames share (PS3.3 C.7.6.16)."""
    for group in groups:
        items = group.get(name)
        if items:
            return items[0]
    return None


def _numbers(item: Dataset | None, keyword: str, count: int) -> tuple[float, ...] | None:
    value: Any = None if item is None else item.get(keyword)
    if value is None:
        return None
    try:
        numbers = tuple(float(part) for part in ([value] if count == 1 else value))
    except (TypeError, ValueError):
        return None
    return numbers if len(numbers) == count else None
