"""Where the numbers of measures stand: beside their measures, within the view, and not on each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Pixel = tuple[float, float]
# Left, bottom, right, top, in device pixels from the view's lower left corner.
_Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """A text's size and the handles of its measure, in device pixels."""

    width: float
    height: float
    handles: Sequence[Pixel]


def label_places(labels: Sequence[Label], view: Pixel, gap: float) -> list[Pixel]:
    """The lower left corner of each label, the first one's first.

    A label stands right of its measure where there is room, else left of it, above or below; where
    there is none, as near to one of these places as the edges of the view and the labels before it let
    it. One whose handles are all outside the view is left beside them.
    """
    taken: list[_Box] = []
    places = []
    for label in labels:
        seen = [at for at in label.handles if 0 <= at[0] <= view[0] and 0 <= at[1] <= view[1]]
        wanted = _beside(label, seen or label.handles, gap)
        place = _nearest_free(label, wanted, view, taken) if seen else wanted[0]
        if label.width:
            taken.append(_box(label, place))
        places.append(place)
    return places


def _beside(label: Label, handles: Sequence[Pixel], gap: float) -> list[Pixel]:
    right, left = max(handles, key=lambda at: at[0]), min(handles, key=lambda at: at[0])
    top, bottom = max(handles, key=lambda at: at[1]), min(handles, key=lambda at: at[1])
    return [
        (right[0] + gap, right[1] - label.height / 2),
        (left[0] - gap - label.width, left[1] - label.height / 2),
        (top[0] - label.width / 2, top[1] + gap),
        (bottom[0] - label.width / 2, bottom[1] - gap - label.height),
    ]


def _nearest_free(label: Label, wanted: Sequence[Pixel], view: Pixel, taken: Sequence[_Box]) -> Pixel:
    held = [_inside(label, place, view) for place in wanted]
    for number, (place, kept) in enumerate(zip(wanted, held, strict=True)):
        # Pushed along its measure by the edge is no harm; what is pushed onto it goes elsewhere.
        along = abs(place[1] - kept[1]) <= label.height / 2 and place[0] == kept[0]
        along = along if number < 2 else place[1] == kept[1]
        if along and not _blocked(_box(label, kept), taken):
            return kept
    # Just above and just below each label that is there, beside each place that was wanted.
    tries = [
        _inside(label, (x, y), view)
        for x, _ in held
        for other in taken
        for y in (other[3] + 1, other[1] - label.height - 1)
    ]
    free = [place for place in (*held, *tries) if not _blocked(_box(label, place), taken)]
    return min(free, key=lambda place: min(_apart(place, one) for one in wanted), default=held[0])


def _inside(label: Label, place: Pixel, view: Pixel) -> Pixel:
    x, y = (
        min(max(at, 0.0), max(side - size, 0.0))
        for at, side, size in zip(place, view, (label.width, label.height), strict=True)
    )
    return x, y


def _box(label: Label, place: Pixel) -> _Box:
    return place[0], place[1], place[0] + label.width, place[1] + label.height


def _blocked(box: _Box, taken: Sequence[_Box]) -> bool:
    return any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken
    )


def _apart(one: Pixel, two: Pixel) -> float:
    return abs(one[0] - two[0]) + abs(one[1] - two[1])
