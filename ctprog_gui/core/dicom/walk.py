"""A quick walk over the elements of a plain data set (PS3.5 7.1), little endian.

A viewer looks into hundreds of files before it shows one, and of most of their elements it wants
nothing. This walk steps over them by their lengths alone. It holds only where everything is as the
standard has it: tags that rise, known VRs, lengths that stay inside. At the first thing that is not,
it gives up, and pydicom's walk, which knows what real files do, takes the file from the start.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Container
from typing import NamedTuple

UNDEFINED = 0xFFFFFFFF
_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_MODALITY = 0x00080060
# Two bytes of length behind these VRs; four, after two reserved ones, behind the others (PS3.5 7.1.2).
_SHORT = frozenset(
    "AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".encode("ascii").split(),
)
_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_DEEPEST = 16

_head = struct.Struct("<HH2sH").unpack_from
_pair = struct.Struct("<HH").unpack_from
_short = struct.Struct("<H").unpack_from
_long = struct.Struct("<I").unpack_from


class Walked(NamedTuple):
    """The wanted elements by tag, and where the pixels begin (None: the walk ended before them)."""

    raw: dict[int, bytes]
    pixel_tag: int
    pixel_offset: int
    pixel_length: int


def walk_plain(
    data: bytes, at: int, explicit: bool, wanted: Container[int], ends_at: Callable[[bytes], bool]
) -> Walked | None:
    """Walk from byte `at` to the pixel data; None where the data set is not plain or ends before.

    Parameters
    ----------
    wanted
        Tags whose values are kept.
    ends_at
        Whether, at this value of Modality, nothing behind it matters.
    """
    raw: dict[int, bytes] = {}
    end, last = len(data), 0
    while at + 8 <= end:
        # This loop runs some hundred thousand times for a folder: no call in it that can be spared.
        group, element, vr, length = _head(data, at)
        tag = group << 16 | element
        if tag <= last or group > 0x7FE0:
            return None
        last = tag
        start = at + 8
        if not explicit or vr not in _SHORT:
            step = _length(data, at, explicit)
            if step is None:
                return None
            start, length = step
            if tag in _PIXELS:
                return Walked(raw, tag, start, length)
            if length == UNDEFINED:
                if tag in wanted or (explicit and vr != b"SQ"):
                    return None
                after = _after_sequence(data, start, explicit, 0)
                if after is None:
                    return None
                at = after
                continue
        stop = start + length
        if stop > end:
            return None
        if length and tag in wanted:
            raw[tag] = data[start:stop]
            if tag == _MODALITY and ends_at(raw[tag]):
                return Walked(raw, 0, stop, 0)
        at = stop
    return None


def walk_meta(data: bytes, at: int) -> tuple[dict[int, bytes], int] | None:
    """The file meta information (PS3.10 7.1) from byte `at`, and where the data set begins behind it."""
    raw: dict[int, bytes] = {}
    while at + 8 <= len(data):
        group, element, vr, length = _head(data, at)
        if group != 0x0002:
            return raw, at
        step = (at + 8, length) if vr in _SHORT else _length(data, at, True)
        if step is None or step[0] + step[1] > len(data):
            return None
        start, length = step
        at = start + length
        raw[group << 16 | element] = data[start:at]
    return None


def _length(data: bytes, at: int, explicit: bool) -> tuple[int, int] | None:
    """Where the value of the element at `at` begins, and its length."""
    if not explicit:
        return at + 8, _long(data, at + 4)[0]
    vr = data[at + 4 : at + 6]
    if vr in _SHORT:
        return at + 8, _short(data, at + 6)[0]
    if vr in _LONG and at + 12 <= len(data):
        return at + 12, _long(data, at + 8)[0]
    return None


def _after_sequence(data: bytes, at: int, explicit: bool, depth: int) -> int | None:
    """The first byte behind a sequence of undefined length (PS3.5 7.5.2)."""
    while at + 8 <= len(data) and depth < _DEEPEST:
        group, element = _pair(data, at)
        length = _long(data, at + 4)[0]
        tag = group << 16 | element
        at += 8
        if tag == _SEQUENCE_END:
            return at
        if tag != _ITEM:
            return None
        if length != UNDEFINED:
            at += length
            continue
        after = _after_item(data, at, explicit, depth)
        if after is None:
            return None
        at = after
    return None


def _after_item(data: bytes, at: int, explicit: bool, depth: int) -> int | None:
    while at + 8 <= len(data):
        group, element = _pair(data, at)
        if group << 16 | element == _ITEM_END:
            return at + 8
        step = _length(data, at, explicit)
        if step is None:
            return None
        start, length = step
        if length != UNDEFINED:
            at = start + length
            continue
        if explicit and data[at + 4 : at + 6] != b"SQ":
            return None
        after = _after_sequence(data, start, explicit, depth + 1)
        if after is None:
            return None
        at = after
    return None
