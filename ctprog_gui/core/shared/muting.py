"""Silence for libraries that print their complaints beside the error they raise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

_LOCK = Lock()


class _Muted:
    """How many blocks are muted now, and the standard error as it was before the first."""

    depth = 0
    kept = -1


@contextmanager
def muted_stderr() -> Iterator[None]:
    """The process's standard error goes nowhere meanwhile, also what native code writes to it.

    What matters is told by the error that is raised, in one line. Blocks of several threads may
    overlap: the last to end gives the standard error back.
    """
    with _LOCK:
        if _Muted.depth == 0:
            _Muted.kept = os.dup(2)
            with Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), 2)
        _Muted.depth += 1
    try:
        yield
    finally:
        with _LOCK:
            _Muted.depth -= 1
            if _Muted.depth == 0:
                os.dup2(_Muted.kept, 2)
                os.close(_Muted.kept)
