"""Which files an image or ROI is read from, and what they hold."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ctprog_gui.core.dicom.sources import is_archive
from ctprog_gui.core.imaging.files import ending_of
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing

# Their voxels lie in a second file.
_DETACHED = (".nhdr", ".mhd")
# On a coarse clock, a file that changes twice within this may show the second change nowhere.
_FRESH_NS = 2_000_000_000
_CHUNK = 1 << 20
_SCHEMA = 1

# Size, time of the last change of the content (ns), of the content or the facts (ns), inode.
Facts = tuple[int, int, int, int]


@dataclass(frozen=True)
class InputFile:
    """One file of a case: where it lies, its name within the case, and its facts when it was listed.

    `rested` is False where it was changed so shortly before that another change might leave its
    facts as they are.
    """

    path: str
    name: str
    facts: Facts
    rested: bool


def image_files(path: Path) -> list[InputFile]:
    """The files that are read when `open_path` opens `path`.

    A folder stands for all below it. A single DICOM file stands for its folder, because its series
    is gathered there; so do a DICOMDIR and a header whose voxels lie in a second file.

    Raises
    ------
    InputError
        If there is nothing at `path`, or it can't be read.
    """
    if path.is_dir():
        return list(_below(str(path)))
    if not path.exists():
        raise InputError(f"there is no file or folder {path}")
    if path.name.upper() == "DICOMDIR":
        return list(_below(str(path.parent)))
    ending = ending_of(path)
    if (ending is None and not is_archive(path)) or ending in _DETACHED:
        beside = sorted(one for one in path.parent.iterdir() if one.is_file())
        return [_listed(one, path.parent) for one in beside]
    return [_listed(path, path.parent, ending or "")]


def roi_files(path: Path) -> list[InputFile]:
    """The files that are read when `read_rois` reads `path`: the file alone, as a rule.

    Raises
    ------
    InputError
        If it isn't there or can't be read.
    """
    ending = ending_of(path)
    return image_files(path) if ending in _DETACHED else [_listed(path, path.parent, ending or "")]


def _below(folder: str, inside: str = "") -> Iterator[InputFile]:
    """The files in a folder and all below it. By plain strings: a cohort has tens of thousands."""
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError as error:
        # As for `open_path`: a folder below that can't be entered hides only its own files.
        if inside:
            return
        raise InputError(f"cannot read {folder}: {error.strerror or error}") from error
    for entry in found:
        name = inside + entry.name
        if entry.is_dir():
            if not entry.is_symlink():
                yield from _below(entry.path, f"{name}/")
        elif entry.is_file() and not entry.name.startswith("._"):
            yield _file(entry.path, name, entry.stat)


def _listed(path: Path, folder: Path, name: str | None = None) -> InputFile:
    inside = path.relative_to(folder).as_posix() if name is None else name
    return _file(str(path), inside, path.stat)


def _file(path: str, name: str, ask: Callable[[], os.stat_result]) -> InputFile:
    now = time.time_ns()
    try:
        stat = ask()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    facts = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    return InputFile(path, name, facts, now - max(facts[1], facts[2]) > _FRESH_NS)


def digest(files: Iterable[InputFile], hashes: dict[str, str]) -> str:
    """One hash of the names within the case and the contents; where the case lies does not enter."""
    named = sorted((file.name, hashes[file.path]) for file in files)
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def hash_file(path: str) -> str:
    """SHA-256 of a file's content.

    Raises
    ------
    InputError
        If it can't be read.
    """
    try:
        with Path(path).open("rb", buffering=0) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


@dataclass
class ContentIndex:
    """Hashes of contents, remembered for files whose facts have not changed since.

    A file that was changed within two seconds before it was listed is not remembered.
    """

    path: Path
    known: dict[str, tuple[Facts, str]] = field(default_factory=dict)
    changed: bool = False

    @classmethod
    def read(cls, path: Path) -> ContentIndex:
        """The index at `path`; an empty one where there is none or it can't be understood."""
        index = cls(path)
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            if value["schema"] == _SCHEMA:
                index.known = {
                    name: ((int(a), int(b), int(c), int(d)), str(sha256))
                    for name, (a, b, c, d, sha256) in value["files"].items()
                }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            index.known = {}
        return index

    def lookup(self, files: Iterable[InputFile]) -> dict[str, str]:
        """Path → hash of those files that are as they were."""
        found = {}
        for file in files:
            facts, sha256 = self.known.get(file.path, (None, ""))
            if facts == file.facts:
                found[file.path] = sha256
        return found

    def remember(self, files: Iterable[InputFile], hashes: dict[str, str]) -> None:
        """Keep the hashes of files; their facts are those from before they were read."""
        for file in files:
            if file.rested:
                kept = (file.facts, hashes[file.path])
                if self.known.get(file.path) != kept:
                    self.known[file.path] = kept
                    self.changed = True

    def write(self) -> None:
        """Put the index on disk, whole or not at all."""
        if not self.changed:
            return
        files = {name: [*facts, sha256] for name, (facts, sha256) in self.known.items()}
        with replacing(self.path) as partial:
            partial.write_text(json.dumps({"schema": _SCHEMA, "files": files}), encoding="utf-8")
        self.changed = False
