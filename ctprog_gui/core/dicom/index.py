"""An index on disk of files that were looked into, so that a second look into a folder is instant.

It lies in the person's cache folder (`index_file`) and holds, for each file, what stacking needs of its
header. It holds no name, ID, date or description of a patient, and no path: a file is known by a keyed
hash of its path, a patient by a keyed hash of the ID. Those texts are read anew from one file of each
series. An entry counts only while size, inode and both times of the file are what they were.

It is a convenience: one that is damaged, of another version or can't be written is made anew or done
without, and nothing depends on it. SQLite is used because two windows may be open at once.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import fields
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes
from types import TracebackType
from typing import Any

from ctprog_gui import __version__
from ctprog_gui.core.dicom.header import Header, parse_header
from ctprog_gui.core.dicom.sources import Opener, Source
from ctprog_gui.core.shared.places import user_cache

MOST_FILES = 500_000
_FORM = 2
# What names a patient is left out; the file itself is asked for it.
_LEFT_OUT = ("source", "patient_id", "texts")
_FIELDS = tuple(field.name for field in fields(Header) if field.name not in _LEFT_OUT)
_TUPLES = frozenset({"image_type", "position", "orientation", "pixel_spacing"})
_SCHEMA = (
    "CREATE TABLE about (version TEXT, salt BLOB)",
    "CREATE TABLE files (key BLOB PRIMARY KEY, stamp TEXT, patient BLOB, header TEXT, digest BLOB)"
    " WITHOUT ROWID",
)

Identity = tuple[str, dict[str, bytes]]


def index_file() -> Path:
    """Where the index lies."""
    return user_cache() / "index.sqlite"


def forget_index() -> None:
    """Remove the index; it is made anew with the next search."""
    path = index_file()
    for name in (path.name, f"{path.name}-journal", f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)


class HeaderIndex:
    """Answers like `parse_header`, from the index where the file is unchanged.

    One thread at a time. What was parsed anew is stored when the block ends, however it ends.
    """

    def __init__(self) -> None:
        self.hits = 0
        self._identities: dict[tuple[str, str, bytes], Identity] = {}
        self._new: list[tuple[bytes, str, bytes, str, bytes]] = []
        self._stamps: dict[Path, str | None] = {}
        self._salt = b""
        self._table: sqlite3.Connection | None = None

    def __enter__(self) -> HeaderIndex:
        for _ in range(2):
            try:
                self._table = self._opened()
                break
            except (sqlite3.Error, OSError, TypeError):
                self._discard()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        table = self._table
        if table is None:
            return
        with closing(table):
            try:
                table.rollback()
                if not self._new:
                    return
                with table:
                    table.executemany("REPLACE INTO files VALUES (?, ?, ?, ?, ?)", self._new)
                    self._bound(table)
            except sqlite3.OperationalError:
                pass  # another window writes, or the disk is full: the next search stores it
            except sqlite3.DatabaseError:
                self._discard()
        self._table = None

    def parse(self, source: Source, opener: Opener) -> Header | None:
        """What `parse_header` answers; raises what it raises."""
        stamp = self._stamp(source) if self._table is not None else None
        if stamp is None:
            return parse_header(source, opener)
        key = self._hash(str(source.path), source.member)
        row = self._row(key, stamp)
        if row is not None:
            patient, text = row
            if text == "null":
                self.hits += 1
                return None
            known = _from_json(text)
            identity = self._identities.get((known["series_uid"], known["study_uid"], patient))
            if identity is not None:
                self.hits += 1
                return Header(source=source, patient_id=identity[0], texts=identity[1], **known)
        header = parse_header(source, opener)
        patient = b""
        if header is not None:
            patient = self._hash(header.patient_id)
            who = (header.series_uid, header.study_uid, patient)
            self._identities.setdefault(who, (header.patient_id, header.texts))
        if row is None:
            self._keep(key, stamp, patient, header)
        return header

    def _keep(self, key: bytes, stamp: str, patient: bytes, header: Header | None) -> None:
        text = "null"
        if header is not None:
            text = json.dumps([getattr(header, name) for name in _FIELDS])
        self._new.append((key, stamp, patient, text, _digest(stamp, patient, text)))

    def _row(self, key: bytes, stamp: str) -> tuple[bytes, str] | None:
        """Patient and header of an entry that still holds."""
        assert self._table is not None
        try:
            asked = "SELECT stamp, patient, header, digest FROM files WHERE key = ?"
            found = self._table.execute(asked, (key,)).fetchone()
        except sqlite3.DatabaseError:
            self._table.close()
            self._table = None
            self._discard()
            return None
        if found is None or found[0] != stamp:
            return None
        try:
            sound = found[3] == _digest(stamp, found[1], found[2])
        except (TypeError, AttributeError):
            return None
        return (found[1], found[2]) if sound else None

    def _stamp(self, source: Source) -> str | None:
        """What changes when a file does; that of an archive stands for all its members."""
        if source.member and source.path in self._stamps:
            return self._stamps[source.path]
        try:
            now = source.path.stat()
            stamp = f"{now.st_size} {now.st_mtime_ns} {now.st_ctime_ns} {now.st_ino}"
        except OSError:
            stamp = None
        if source.member:
            self._stamps[source.path] = stamp
        return stamp

    def _hash(self, *parts: str) -> bytes:
        data = "\0".join(parts).encode("utf-8", "surrogateescape")
        return blake2b(data, digest_size=16, key=self._salt).digest()

    def _opened(self) -> sqlite3.Connection:
        path = index_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        table = sqlite3.connect(path, timeout=1.0)
        version = f"{_FORM} {__version__}"
        try:
            # The list of series would wait for the disk. A machine that dies meanwhile may spoil the file,
            # and a spoilt one is noticed and made anew.
            table.execute("PRAGMA synchronous = OFF")
            if not table.execute("SELECT 1 FROM sqlite_master WHERE name = 'about'").fetchone():
                with table:
                    for statement in _SCHEMA:
                        table.execute(statement)
                    table.execute("INSERT INTO about VALUES (?, ?)", (version, token_bytes(16)))
            found, salt = table.execute("SELECT version, salt FROM about").fetchone()
            if found != version or not isinstance(salt, bytes):
                raise sqlite3.DatabaseError("another version")
        except BaseException:
            table.close()
            raise
        # One read of the file's lock for all questions, not one for each.
        table.execute("BEGIN")
        self._salt = salt
        return table

    def _discard(self) -> None:
        try:
            forget_index()
        except OSError:
            return

    def _bound(self, table: sqlite3.Connection) -> None:
        count = table.execute("SELECT COUNT(*) FROM files").fetchone()[0]
        if count > MOST_FILES:
            table.execute("DELETE FROM files")


def _from_json(text: str) -> dict[str, Any]:
    known = dict(zip(_FIELDS, json.loads(text), strict=True))
    for name in _TUPLES:
        if known[name] is not None:
            known[name] = tuple(known[name])
    return known


def _digest(stamp: str, patient: bytes, text: str) -> bytes:
    """A row whose digest is another was damaged: a wrong position must not come out of the index."""
    return blake2b(f"{stamp}\n{text}".encode(), digest_size=8, salt=patient).digest()
