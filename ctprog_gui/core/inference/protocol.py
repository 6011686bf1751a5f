"""Messages between the window's process and the inference process.

A message is a JSON object and any number of arrays. On the wire: the length of the JSON (4 bytes,
big-endian), the JSON, then the arrays' bytes in the order of its ``arrays`` entry. Nothing is
pickled, so neither side can make the other run code.

Requests
    ``{"do": "bundles"}``;
    ``{"do": "case", "case": id, "geometry": {…}, "acquisition": {…}}`` with the array ``voxels``;
    ``{"do": "predict", "job": id, "case": id, "bundles": [path…], "clinical": {…}, "roi_name": …,
    "saliency": bool, "recentre": bool}``, with the array ``roi`` (bits, packed) where there is a
    ROI, of the box ``roi_corner``, ``roi_shape`` (z, y, x);
    ``{"do": "check", …}``, as ``predict`` with one bundle;
    ``{"do": "cancel", "job": id}``; ``{"do": "quit"}``.
Replies
    ``{"event": "bundles", "bundles": [{…}]}``;
    ``{"event": "progress", "job", "fraction", "text"}``;
    ``{"event": "prediction", "job", "prediction": {…}}``;
    ``{"event": "saliency", "job", "prediction": {…}, "geometry": {…}}`` with the array ``voxels``
    (uint8, 255 is most, on a grid coarser than the CT's);
    ``{"event": "check", "job", "sanity": {…}}`` with the arrays ``image`` (HU), ``saliency``,
    ``random`` (0…1) and ``roi`` of one slice;
    ``{"event": "failed", "job", "bundle", "reason"}``; ``{"event": "done", "job", "cancelled"}``.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

_LENGTH = struct.Struct(">I")
_KINDS = frozenset("biuf")

Arrays = Mapping[str, NDArray[Any]]


def send(stream: BinaryIO, message: dict[str, Any], arrays: Arrays | None = None) -> None:
    """Write one message and flush. Large arrays are written from their own memory, uncopied."""
    blocks = {name: np.ascontiguousarray(array) for name, array in (arrays or {}).items()}
    described = [{"name": n, "dtype": a.dtype.str, "shape": list(a.shape)} for n, a in blocks.items()]
    head = json.dumps({**message, "arrays": described}, allow_nan=False).encode()
    stream.write(_LENGTH.pack(len(head)) + head)
    for block in blocks.values():
        stream.write(block.reshape(-1).view(np.uint8).data)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, NDArray[Any]]] | None:
    """Read one message, or None where the stream ends between two messages.

    Raises
    ------
    EOFError
        If the stream ends inside a message.
    """
    first = stream.read(_LENGTH.size)
    if not first:
        return None
    if len(first) < _LENGTH.size:
        raise EOFError("the stream ended inside a message")
    message = json.loads(_exactly(stream, _LENGTH.unpack(first)[0]))
    arrays: dict[str, NDArray[Any]] = {}
    for entry in message.pop("arrays"):
        dtype = np.dtype(entry["dtype"])
        if dtype.kind not in _KINDS:
            raise ValueError(f"an array of {dtype} does not belong in a message")
        block = np.empty(entry["shape"], dtype)
        _fill(stream, block.reshape(-1).view(np.uint8).data)
        arrays[entry["name"]] = block
    return message, arrays


def _exactly(stream: BinaryIO, count: int) -> bytes:
    block = bytearray(count)
    _fill(stream, memoryview(block))
    return bytes(block)


def _fill(stream: BinaryIO, into: memoryview) -> None:
    at = 0
    while at < len(into):
        got = stream.readinto(into[at:])  # type: ignore[attr-defined]  # BinaryIO lacks it, every stream of a process has it
        if not got:
            raise EOFError("the stream ended inside a message")
        at += got
