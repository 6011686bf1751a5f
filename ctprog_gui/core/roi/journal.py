"""Every finished step on disk, in a file that only grows.

Layout: a line of JSON that names the format, the case and the grid; then records. A record is the
length of its payload and the payload's CRC-32 (two big-endian unsigned 32-bit numbers), then the
payload: the length of a JSON object, that object, and the arrays it describes. A record that was
cut short by a crash, and all behind it, is dropped at the next opening: what stands before it is
whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, FileIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.roi.edit import Atom
from ctprog_gui.core.shared.errors import InputError

FORMAT = 1
_HEAD = struct.Struct(">II")
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class Record:
    """One thing that happened: ``step`` (with its atoms), ``undo``, ``redo`` or ``look``."""

    kind: str
    facts: dict[str, Any]
    atoms: tuple[Atom, ...] = ()


class Journal:
    """The journal of one case, open for appending.

    Raises
    ------
    InputError
        If the file can't be written, is no journal, or belongs to another case or grid.
    """

    def __init__(self, path: Path, case: str, geometry: Geometry) -> None:
        self.path = path
        head = {"ctprog_journal": FORMAT, "case": case, "geometry": geometry.to_json()}
        first_line = json.dumps(head, sort_keys=True).encode() + b"\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: what could not be written must not be left in a buffer to fail again later.
            self._file = path.open("a+b", buffering=0)
            path.chmod(0o600)
            _lock(self._file, path)
            self._file.seek(0)
            reader = BytesIO(self._file.read())
            found = reader.readline()
            if not found.endswith(b"\n"):
                # New, or cut off within its first line: nothing was ever recorded.
                self._file.truncate(0)
                self._write(first_line)
                found = first_line
            if found != first_line:
                self._file.close()
                raise InputError(f"{path} is the journal of another case")
            self.records, good = _read(reader)
            self._file.truncate(max(good, len(first_line)))
        except OSError as error:
            raise InputError(f"cannot keep a journal in {path}: {error.strerror or error}") from error

    def append(self, record: Record) -> None:
        """Hand a record to the operating system; it survives the death of this process.

        Raises
        ------
        InputError
            If it can't be written (a full disk). What was written of it is taken back.
        """
        payload = _encode(record)
        start: int | None = None
        try:
            start = self._file.seek(0, os.SEEK_END)
            self._write(_HEAD.pack(len(payload), zlib.crc32(payload)) + payload)
        except OSError as error:
            # If this fails as well, the next reader drops the torn record at the end.
            with contextlib.suppress(OSError):
                if start is not None:
                    self._file.truncate(start)
            raise InputError(f"cannot save to {self.path}: {error.strerror or error}") from error

    def _write(self, block: bytes) -> None:
        rest = memoryview(block)
        while rest:
            rest = rest[self._file.write(rest) :]

    def sync(self) -> None:
        """Wait until all of it is on the disk itself, so that it survives a power cut too."""
        os.fdatasync(self._file.fileno()) if hasattr(os, "fdatasync") else os.fsync(self._file.fileno())

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()


def _lock(file: FileIO, path: Path) -> None:
    """Two windows must not write one journal: each would undo the other's steps at the next start."""
    try:
        import fcntl
    except ImportError:  # Windows: files opened for appending are not locked there yet.
        return
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise InputError(f"{path} is in use: the case is open in another window") from error


def _read(stream: BinaryIO) -> tuple[list[Record], int]:
    """The whole records from here on, and the offset behind the last of them."""
    records: list[Record] = []
    good = stream.tell()
    while True:
        head = stream.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return records, good
        length, checksum = _HEAD.unpack(head)
        payload = stream.read(length)
        if len(payload) < length or zlib.crc32(payload) != checksum:
            return records, good
        records.append(_decode(payload))
        good = stream.tell()


def _encode(record: Record) -> bytes:
    blobs: list[bytes] = []
    rows = []
    for atom in record.atoms:
        blobs.append(atom.where.tobytes())
        row: dict[str, Any] = {"corner": atom.corner, "shape": atom.shape}
        if atom.layer:
            row["layer"] = atom.layer
        for side in ("old", "new"):
            labels: int | NDArray[np.uint8] = getattr(atom, side)
            if isinstance(labels, np.ndarray):
                blobs.append(labels.tobytes())
                row[side] = {"count": labels.size}
            else:
                row[side] = int(labels)
        rows.append(row)
    text = json.dumps({"kind": record.kind, "facts": record.facts, "atoms": rows}).encode()
    return b"".join([_LENGTH.pack(len(text)), text, *blobs])


def _decode(payload: bytes) -> Record:
    start = _LENGTH.size
    stop = start + _LENGTH.unpack_from(payload)[0]
    told = json.loads(payload[start:stop])
    at = stop

    def take(count: int) -> NDArray[np.uint8]:
        nonlocal at
        part = np.frombuffer(payload, np.uint8, count, at)
        at += count
        return part

    atoms = []
    for row in told["atoms"]:
        z, y, x = row["shape"]
        where = take(-(-z * y * x // 8))
        old, new = (take(s["count"]) if isinstance(s, dict) else int(s) for s in (row["old"], row["new"]))
        # Journals from before there were layers name none.
        atoms.append(Atom(_triple(row["corner"]), (z, y, x), where, old, new, int(row.get("layer", 0))))
    return Record(told["kind"], told["facts"], tuple(atoms))


def _triple(numbers: Sequence[int]) -> tuple[int, int, int]:
    a, b, c = numbers
    return int(a), int(b), int(c)
