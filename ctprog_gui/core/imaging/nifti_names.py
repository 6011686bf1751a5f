"""What a NIfTI label file says of its segments: in an extension of its header, as text.

An extension stands between header and voxels and is passed over by readers that do not know it
(https://nifti.nimh.nih.gov/nifti-1/documentation/nifti1fields/nifti1fields_pages/extension.html). Ours is
a comment (code 6) that holds the keys of `segment_tags` as one JSON object.
"""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Mapping
from pathlib import Path

from ctprog_gui.core.imaging.nifti import beginning, edition
from ctprog_gui.core.shared.errors import InputError

_COMMENT = 6
_KEY = "ctprog_segments"
# Room for 255 segments with the longest of names; what is larger is not ours.
_MOST_BYTES = 1 << 20
# The header's length in the first and the second edition, and where it tells the voxels' first byte.
_FIELDS = {348: (108, "f"), 540: (168, "q")}


def add_tags(path: Path, tags: Mapping[str, str]) -> None:
    """Put what is known of the segments into a file that has no extension yet.

    Raises
    ------
    InputError
        If the file is no NIfTI file.
    OSError
        If it can't be written.
    """
    packed = path.name.lower().endswith(".gz")
    whole = path.read_bytes()
    raw = bytearray(gzip.decompress(whole) if packed else whole)
    del whole
    length, order = _edition(path, bytes(raw[:4]))
    at, kind = _FIELDS[length]
    text = json.dumps({_KEY: dict(tags)}).encode("ascii")
    # Length and code come first, and the whole is a multiple of 16 bytes.
    size = -(-(len(text) + 8) // 16) * 16
    added = struct.pack(order + "2i", size, _COMMENT) + text.ljust(size - 8, b"\0")
    start = int(struct.unpack_from(order + kind, raw, at)[0])
    struct.pack_into(order + kind, raw, at, start + size)
    raw[length : length + 4] = b"\x01\0\0\0"
    raw[length + 4 : length + 4] = added
    # No time stamp: the same segments make the same file.
    path.write_bytes(gzip.compress(raw, 6, mtime=0) if packed else raw)


def read_tags(path: Path) -> dict[str, str]:
    """What `add_tags` put into a file; nothing for a file that is not told anything of its segments.

    Raises
    ------
    InputError
        If the file can't be read, or is no NIfTI file.
    """
    raw = beginning(path, 544)
    length, order = _edition(path, raw[:4])
    if len(raw) < length + 4 or raw[length] == 0:
        return {}
    at, kind = _FIELDS[length]
    start = struct.unpack_from(order + kind, raw, at)[0]
    if not length + 4 < start <= _MOST_BYTES:
        return {}
    raw, place = beginning(path, int(start)), length + 4
    while place + 8 <= len(raw):
        size, code = struct.unpack_from(order + "2i", raw, place)
        if size < 16:
            break
        if code == _COMMENT:
            found = _tags(raw[place + 8 : place + size])
            if found:
                return found
        place += size
    return {}


def _tags(data: bytes) -> dict[str, str]:
    try:
        told = json.loads(data.rstrip(b"\0"))
    except (ValueError, RecursionError):
        # Somebody else's comment.
        return {}
    tags = told.get(_KEY) if isinstance(told, dict) else None
    if not isinstance(tags, dict):
        return {}
    return {str(key): str(value) for key, value in tags.items()}


def _edition(path: Path, raw: bytes) -> tuple[int, str]:
    found = edition(raw)
    if found is None:
        raise InputError(f"cannot read {path}: it does not begin as a NIfTI file does")
    return found
