"""Compressed pixel data: whether all of their fragments are there."""

from __future__ import annotations

import struct
from typing import IO

_ITEM, _END = (0xFFFE, 0xE000), (0xFFFE, 0xE0DD)


def what_is_held(file: IO[bytes], at: int, size: int, frames: int) -> str | None:
    """What is there of pixel data that begin at byte `at`, in words, or None if all of it is.

    Walks the fragments (PS3.5 A.4) from length to length, without reading them.

    Raises
    ------
    struct.error
        If the file ends within an item's head.
    """
    fragments = 0
    while at + 8 <= size:
        file.seek(at)
        group, element, length = struct.unpack("<HHI", file.read(8))
        if (group, element) == _END:
            # The first item is the offset table, which holds no pixels.
            return None if fragments > frames else f"{max(fragments - 1, 0)} fragments"
        if (group, element) != _ITEM:
            return f"no fragment at byte {at}"
        at += 8 + length
        fragments += at <= size
    return f"{max(fragments - 1, 0)} whole fragments, no end mark"
