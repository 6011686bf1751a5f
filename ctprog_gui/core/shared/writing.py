"""Writing so that nothing half-written is left under a final name."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ctprog_gui.core.shared.errors import InputError

# How long one that saves is waited for, and how old what it left behind is at least.
PATIENCE_S, LEFT_BEHIND_S = 0.5, 5.0


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its name when the block ends well.

    The temporary name ends as the final one does, because some writers choose a format by it.

    Raises
    ------
    InputError
        If the folder can't be written or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".partial-", suffix="-" + path.name, dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    partial = Path(name)
    try:
        yield partial
        # mkstemp makes private files; results are ordinary ones.
        partial.chmod(0o644)
        partial.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Let one process at a time do what the block does with a file: look at it, then replace it.

    A second file beside it stands for who is in: only one can create it, on local and network drives
    alike, where locks do not always hold. One that a dead process left behind is taken over.

    Raises
    ------
    InputError
        If another stays in, or the folder can't be written.
    """
    guard = path.with_name(f".{path.name}.saving")
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(guard, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError as error:
            if time.monotonic() > end:
                if not _left_behind(guard):
                    raise InputError(f"{path} is being saved by another window or computer") from error
                guard.unlink(missing_ok=True)
            time.sleep(0.01)
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    try:
        yield
    finally:
        guard.unlink(missing_ok=True)


def _left_behind(guard: Path) -> bool:
    """Whether a file is older than any saving takes."""
    try:
        return time.time() - guard.stat().st_mtime > LEFT_BEHIND_S
    except OSError:
        return False


def set_aside(path: Path) -> bool:
    """Keep a file that can't be read under another name, so that a new one does not take its place.

    Returns whether it was renamed; where the folder or another program doesn't let it, it stays.
    """
    try:
        path.replace(path.with_suffix(".unreadable"))
    except OSError:
        return False
    return True


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented UTF-8 JSON; NaN and infinity are refused."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")
