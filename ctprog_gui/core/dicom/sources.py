"""Where bytes come from: files on disk and members of ZIP archives.

Archives are never unpacked to disk: each member is inflated in memory when it is wanted, so no
copy of a patient's images can be left behind, whatever happens to the process.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import Lock
from types import TracebackType
from typing import IO

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress

# What a broken or protected archive makes zipfile raise.
_ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, struct.error)


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """One file: `path` itself, or `member` of the archive at `path`."""

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """The file's own name, without its folders."""
        return PurePosixPath(self.member).name if self.member else self.path.name

    @property
    def folder(self) -> tuple[Path, str]:
        """The folder that holds it, in the archive or on disk."""
        return (self.path, str(PurePosixPath(self.member).parent)) if self.member else (self.path.parent, "")

    def __str__(self) -> str:
        return f"{self.path}:{self.member}" if self.member else str(self.path)


class Opener:
    """Reads sources; keeps each archive open while it is in use. Safe to share among threads."""

    def __init__(self) -> None:
        self._archives: dict[Path, zipfile.ZipFile] = {}
        self._kept: tuple[Source, int, bytes] | None = None
        self._lock = Lock()

    def __enter__(self) -> Opener:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for archive in self._archives.values():
            archive.close()
        self._archives.clear()
        self._kept = None

    def archive(self, path: Path) -> zipfile.ZipFile:
        """The open archive at `path`; raises `InputError` if it is none."""
        with self._lock:
            if path not in self._archives:
                try:
                    self._archives[path] = zipfile.ZipFile(path)
                except OSError as error:
                    raise InputError(f"cannot read {path}: {error.strerror or error}") from error
                except _ZIP_FAULTS as error:
                    raise InputError(f"{path} is no readable ZIP archive: {error}") from error
            return self._archives[path]

    def size(self, source: Source) -> int:
        """Length of the file in bytes, inflated."""
        if source.member:
            return self.archive(source.path).getinfo(source.member).file_size
        return source.path.stat().st_size

    def read(self, source: Source, length: int = -1) -> bytes:
        """The first `length` bytes, or all.

        Raises
        ------
        InputError
            If the file can't be read; the message names it.
        """
        try:
            with self.open(source) as file:
                return file.read(length)
        except OSError as error:
            raise InputError(f"cannot read {source}: {error.strerror or error}") from error
        except _ZIP_FAULTS as error:
            raise InputError(f"cannot read {source}: {error}") from error

    def tail(self, source: Source, offset: int, *, keep: bool = False) -> bytes:
        """The bytes from `offset` on; with `keep` they are held for the next call that wants them."""
        if not keep:
            return self.read(source)[offset:]
        with self._lock:
            kept = self._kept
        if kept is None or kept[:2] != (source, offset):
            kept = (source, offset, self.read(source)[offset:])
            with self._lock:
                self._kept = kept
        return kept[2]

    def read_into(self, source: Source, offset: int, buffer: memoryview) -> int:
        """Fill `buffer` from `offset` on; returns how many bytes there were."""
        if source.member:
            data = self.read(source, offset + len(buffer))[offset:]
            buffer[: len(data)] = data
            return len(data)
        try:
            with source.path.open("rb", buffering=0) as file:
                file.seek(offset)
                done = 0
                while done < len(buffer):
                    count = file.readinto(buffer[done:])
                    if not count:
                        break
                    done += count
                return done
        except OSError as error:
            raise InputError(f"cannot read {source}: {error.strerror or error}") from error

    def open(self, source: Source) -> IO[bytes]:
        """The source as a stream that can seek; raises what `OSError` or `zipfile` raise."""
        if source.member:
            return self.archive(source.path).open(source.member)
        return source.path.open("rb", buffering=0)


def is_archive(path: Path) -> bool:
    """Whether `path` is a ZIP archive by its first bytes (or an empty one)."""
    try:
        with path.open("rb") as file:
            return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def members(path: Path, opener: Opener) -> list[Source]:
    """The files in an archive, in the order of their names."""
    names = (info.filename for info in opener.archive(path).infolist() if not info.is_dir())
    return [Source(path, name) for name in sorted(names) if _wanted(PurePosixPath(name))]


def files_under(folder: Path, progress: Progress | None = None) -> list[Source]:
    """The files in a folder and all below it, in the order of their names."""

    def refuse(error: OSError) -> None:
        # A folder below that can't be entered hides only its own files; the one given hides all.
        if error.filename == str(folder):
            raise InputError(f"cannot read {folder}: {error.strerror or error}") from error

    def walk() -> Iterator[Source]:
        for place, folders, names in os.walk(folder, onerror=refuse):
            if progress is not None:
                progress.report(0.0, f"Searching {folder.name}")
            folders.sort()
            for name in sorted(names):
                path = Path(place, name)
                if _wanted(PurePosixPath(name)) and path.is_file():
                    yield Source(path)

    return list(walk())


def _wanted(path: PurePosixPath) -> bool:
    """False for what macOS leaves beside every file, and for the index of a DICOM medium."""
    return not (path.name.startswith("._") or "__MACOSX" in path.parts or path.name.upper() == "DICOMDIR")
