"""Loops over voxels, compiled by numba when they are first called and kept on disk after that.

numba takes a quarter of a second to import, so nothing that a window needs at its start may import
this package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from ctprog_gui.core.shared.places import user_cache

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _sources() -> str:
    """Hash of this package: numba looks for changes in a function's own file, not in those it calls."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


if not numba.config.CACHE_DIR:
    # Beside the sources, its own choice, is no place for an installed program to write to.
    numba.config.CACHE_DIR = str(user_cache() / "numba" / _sources())


def compiled(function: _Function) -> _Function:
    """Compile a function of numbers and arrays; it runs without the interpreter's lock."""
    return cast(_Function, numba.njit(cache=True, nogil=True)(function))
