"""One named region of interest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.state.language import marked

# Okabe and Ito's palette: told apart with any common colour blindness, and bright on grey.
COLOURS = ((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (213, 94, 0), (204, 121, 167))
# Kept in files as they stand here; on the screen `spoken`.
STATUSES = (marked("not started"), marked("in progress"), marked("done"), marked("flagged"))
# What a segment is called that a tool makes, where there is none to draw in.
NEW_SEGMENT = "Tumour"
# Labels are bytes, and 0 is none.
MAX_SEGMENTS = 255


@dataclass(frozen=True)
class Segment:
    """A region; `label` is its value in the label map `layer`. A locked one is not painted over.

    `status`, one of `STATUSES`, is how far the reader is with it.
    """

    label: int
    name: str
    colour: tuple[int, int, int]
    visible: bool = True
    opacity: float = 0.35
    locked: bool = False
    status: str = STATUSES[0]
    layer: int = 0

    def jumped(self, left: Segment, reached: Segment) -> Segment:
        """This segment after undo or redo from one state of it to another.

        Voxels and status are the step's; the looks stay what the person has made of them since.
        """
        status = reached.status if reached.status != left.status else self.status
        return replace(self, status=status, layer=reached.layer)

    def with_status(self, status: str) -> Segment:
        """This segment as far as the reader is with it; a status that is none of `STATUSES` is a bug."""
        if status not in STATUSES:
            raise ValueError(f"a segment's status is one of {', '.join(STATUSES)}, not {status!r}")
        return replace(self, status=status)

    def parted(self, count: int, beside: Sequence[Segment]) -> tuple[Segment, ...]:
        """The list `beside`, which this segment is in, with one more for each further part of `count`."""
        made = tuple(beside)
        for number in range(2, count + 1):
            made = (*made, replace(next_segment(f"{self.name} {number}", made), layer=self.layer))
        return made

    def like(self, mask: Mask | None) -> Segment:
        """With the status and colour that a region's file gave it, if any."""
        if mask is None:
            return self
        status = mask.status if mask.status in STATUSES else self.status
        return replace(self, status=status, colour=mask.colour or self.colour)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Segment:
        red, green, blue = value["colour"]
        return cls(**{**value, "colour": (red, green, blue)})


def bearer_of(name: str, segments: Sequence[Segment]) -> Segment | None:
    """The segment that has a name: files, commands and reading sessions go by names."""
    return next((s for s in segments if s.name == name), None)


def next_segment(name: str, others: Sequence[Segment]) -> Segment:
    """A segment with the first label that no other has, and that label's colour.

    A name that another one bears gets a number.

    Raises
    ------
    InputError
        If no label is left.
    """
    used = {segment.label for segment in others}
    label = next((n for n in range(1, MAX_SEGMENTS + 1) if n not in used), None)
    if label is None:
        raise InputError(f"a case holds at most {MAX_SEGMENTS} segments")
    names = (name, *(f"{name} {n}" for n in range(2, MAX_SEGMENTS + 2)))
    free = next(one for one in names if bearer_of(one, others) is None)
    return Segment(label, free, COLOURS[(label - 1) % len(COLOURS)])


def after_jump(
    now: Sequence[Segment], left: Sequence[Segment], reached: Sequence[Segment]
) -> tuple[Segment, ...]:
    """The segments after undo or redo from one list of them to another, with the looks that they have now."""
    looks, there = {s.label: s for s in now}, {s.label: s for s in left}
    return tuple(looks.get(s.label, s).jumped(there.get(s.label, s), s) for s in reached)
