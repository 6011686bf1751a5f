"""A bundle's files against its checksums: what is listed is there, unchanged, and nothing else is."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath

from ctprog_gui.core.shared.errors import BundleError

CHECKSUMS = "checksums.sha256"
# Formats that run code when they are read.
_EXECUTABLE = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".npz", ".py", ".pyc", ".so")
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_LONGEST_LIST = 10_000


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksum_list(folder: Path) -> str:
    """The text of ``checksums.sha256`` for a folder: one line a file, sorted by path."""
    return "".join(f"{file_sha256(folder / name)}  {name}\n" for name in _files(folder))


def read_checksums(folder: Path) -> tuple[dict[str, str], str]:
    """The listed files with their hashes, and the hash of the list itself: the bundle's hash.

    Raises
    ------
    BundleError
        If there is no list, or a line is not a hash and a plain relative path inside the folder.
    """
    path = folder / CHECKSUMS
    if path.is_symlink() or not path.is_file():
        raise BundleError(f"bundle {folder} has no {CHECKSUMS}")
    content = path.read_bytes()
    listed: dict[str, str] = {}
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise BundleError(f"bundle {folder}: {CHECKSUMS} is not UTF-8 text") from error
    if len(lines) > _LONGEST_LIST:
        raise BundleError(f"bundle {folder}: {CHECKSUMS} lists more than {_LONGEST_LIST} files")
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if found is None:
            raise BundleError(f"bundle {folder}: line {number} of {CHECKSUMS} is not a checksum")
        name = found[2]
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name or str(pure) != name:
            raise BundleError(f"bundle {folder}: {CHECKSUMS} names a path outside the bundle: {name}")
        if name in listed:
            raise BundleError(f"bundle {folder}: {CHECKSUMS} lists {name} twice")
        listed[name] = found[1]
    return listed, hashlib.sha256(content).hexdigest()


def check_names(folder: Path, listed: dict[str, str]) -> None:
    """Raise `BundleError` unless the folder holds exactly the listed files, all of them plain data."""
    present = set(_files(folder))
    for name in sorted(present | set(listed)):
        if name.lower().endswith(_EXECUTABLE):
            raise BundleError(f"bundle {folder}: {name} is of a kind that can run code; it is refused")
    missing, extra = sorted(set(listed) - present), sorted(present - set(listed))
    if missing:
        raise BundleError(f"bundle {folder}: {missing[0]} is missing")
    if extra:
        raise BundleError(f"bundle {folder}: {extra[0]} is not in {CHECKSUMS}")


def read_checked(folder: Path, name: str, listed: dict[str, str]) -> bytes:
    """One file's content, checked on the very bytes that are handed out.

    Raises
    ------
    BundleError
        If the file is not listed, can't be read, or doesn't match its checksum.
    """
    if name not in listed:
        raise BundleError(f"bundle {folder}: {name} is not in {CHECKSUMS}")
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise BundleError(f"bundle {folder}: {name} can't be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != listed[name]:
        raise BundleError(f"bundle {folder}: {name} does not match its checksum")
    return content


def _files(folder: Path) -> list[str]:
    """Every file under a folder but the checksum list, as sorted POSIX paths.

    Raises
    ------
    BundleError
        If anything is neither a plain file nor a folder: a link could lead out of the bundle.
    """
    names = []
    for path in folder.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise BundleError(f"bundle {folder}: {path.relative_to(folder).as_posix()} is not a plain file")
        if path.is_file():
            names.append(path.relative_to(folder).as_posix())
    return sorted(name for name in names if name != CHECKSUMS)
