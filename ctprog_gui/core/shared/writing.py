"""Writing so that nothing half-written is left under a final name."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ctprog_gui.core.shared.errors import InputError


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


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented UTF-8 JSON; NaN and infinity are refused."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")
