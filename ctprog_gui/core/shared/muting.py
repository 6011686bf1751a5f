"""Silence for libraries that print their complaints beside the error they raise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def muted_stderr() -> Iterator[None]:
    """The process's standard error goes nowhere meanwhile, also what native code writes to it.

    What matters is told by the error that is raised, in one line.
    """
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
