"""One task on each of several images, by a few threads: compiled loops run without the interpreter's lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

One = TypeVar("One")
Done = TypeVar("Done")


def each(task: Callable[[One], Done], of: Iterable[One], threads: int) -> list[Done]:
    """What the task gives of each, in their order, whatever the number of threads."""
    if threads == 1:
        return [task(one) for one in of]
    with ThreadPoolExecutor(threads, thread_name_prefix="radiomics") as pool:
        return list(pool.map(task, of))
