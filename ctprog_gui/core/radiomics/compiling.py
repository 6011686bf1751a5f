"""Loops over voxels, compiled by numba when they are first called and kept on disk after that.

numba takes a quarter of a second to import, so nothing that a window needs at its start may import
this package.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from ctprog_gui.core.shared.places import user_cache

_Function = TypeVar("_Function", bound=Callable[..., Any])
# What `compiled` was put on, as far as the modules that hold it are loaded.
_FUNCTIONS: list[Any] = []
# So long nobody has begun to use a version's compiled code before it is removed.
_KEPT_S = 14 * 24 * 3600.0


def _sources() -> str:
    """Hash of this package: numba looks for changes in a function's own file, not in those it calls."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def own_folder(folder: Path, version: str) -> Path:
    """Where this version's compiled code lies; that of versions nobody uses any more is removed.

    A version is in use for two weeks from when a process last asked for its folder. What can't be
    removed stays.
    """
    own = folder / version
    with contextlib.suppress(OSError):
        own.mkdir(parents=True, exist_ok=True)
        os.utime(own)
        long_ago = time.time() - _KEPT_S
        for other in folder.iterdir():
            if other != own and not other.is_symlink() and other.stat().st_mtime < long_ago:
                shutil.rmtree(other, ignore_errors=True)
    return own


if not numba.config.CACHE_DIR:
    # Beside the sources, its own choice, is no place for an installed program to write to.
    numba.config.CACHE_DIR = str(own_folder(user_cache() / "numba", _sources()))


def compiled(function: _Function) -> _Function:
    """Compile a function of numbers and arrays; it runs without the interpreter's lock."""
    dispatcher = numba.njit(cache=True, nogil=True)(function)
    _FUNCTIONS.append(dispatcher)
    return cast(_Function, dispatcher)


def is_compiled() -> bool:
    """Whether all loops of the modules that are loaded run without being compiled first.

    They were compiled in this process, or lie on disk for this version of the sources.
    """
    return all(function.signatures or _is_on_disk(function) for function in _FUNCTIONS)


def _is_on_disk(function: Any) -> bool:
    source, line = Path(inspect.getfile(function.py_func)).stem, function.py_func.__code__.co_firstlineno
    name = f"{source}.{function.py_func.__qualname__}-{line}.*.nbi"
    return any(Path(function.stats.cache_path).glob(name))
