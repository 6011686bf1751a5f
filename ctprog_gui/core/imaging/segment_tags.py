"""What a label file says of its segments, in the words of 3D Slicer's segmentations (seg.nrrd).

Each segment has keys ``SegmentN_Name``, ``_LabelValue``, ``_Layer``, ``_Color`` and ``_Tags``; among the
tags is its status. N gives the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Colour = tuple[int, int, int]
_STATUS_TAG = "Segmentation.Status"
# Ours, and Slicer's.
_STATUSES = {
    "not started": "notstarted",
    "in progress": "inprogress",
    "done": "completed",
    "flagged": "flagged",
}


@dataclass(frozen=True)
class Segment:
    """One label of a label file: `value` in array `layer` (layers hold segments that overlap).

    `status` is how far a reader is with it, `colour` red, green, blue (0–255); both may be unknown.
    """

    name: str
    value: int
    layer: int = 0
    status: str = ""
    colour: Colour | None = None


def tags_of(segments: Iterable[Segment]) -> dict[str, str]:
    """The keys and values that tell of the segments."""
    told: dict[str, str] = {}
    for at, segment in enumerate(segments):
        told |= {
            f"Segment{at}_ID": f"Segment_{at + 1}",
            f"Segment{at}_Name": segment.name,
            f"Segment{at}_LabelValue": str(segment.value),
            f"Segment{at}_Layer": str(segment.layer),
        }
        if segment.colour is not None:
            told[f"Segment{at}_Color"] = " ".join(f"{c / 255:.6f}" for c in segment.colour)
        if segment.status in _STATUSES:
            told[f"Segment{at}_Tags"] = f"{_STATUS_TAG}:{_STATUSES[segment.status]}|"
    return told


def segments_of(metadata: Mapping[str, str]) -> tuple[Segment, ...]:
    """The segments that the keys tell of; none where a label or layer is no number."""
    found = []
    for number in range(len(metadata)):
        name = metadata.get(f"Segment{number}_Name")
        if name is None:
            break
        value = metadata.get(f"Segment{number}_LabelValue", str(number + 1))
        layer = metadata.get(f"Segment{number}_Layer", "0")
        if not (value.strip().isdigit() and layer.strip().isdigit()):
            return ()
        status = _status(metadata.get(f"Segment{number}_Tags", ""))
        colour = _colour(metadata.get(f"Segment{number}_Color", ""))
        found.append(Segment(name.strip(), int(value), int(layer), status, colour))
    return tuple(found)


def _status(tags: str) -> str:
    for tag in tags.split("|"):
        key, _, value = tag.partition(":")
        if key.strip() == _STATUS_TAG:
            return next((ours for ours, theirs in _STATUSES.items() if theirs == value.strip()), "")
    return ""


def _colour(told: str) -> Colour | None:
    try:
        red, green, blue = (float(part) for part in told.split())
    except ValueError:
        return None
    if not all(0 <= part <= 1 for part in (red, green, blue)):
        return None
    return round(255 * red), round(255 * green), round(255 * blue)
