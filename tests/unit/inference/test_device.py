"""How many threads a process computes with."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import torch

from ctprog_gui.core.inference.device import be_deterministic


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    threads, deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(deterministic)


@pytest.mark.parametrize(
    ("told", "asked", "cores", "expected"),
    [
        ("3", None, 16, 3),
        ("3", 2, 16, 2),
        # Not what the machine has, but what a container may use of it.
        ("", None, 2, 2),
        ("", None, 64, 4),
        # OpenMP takes a list for nested loops, and refuses nought.
        ("4,2", None, 3, 3),
        ("0", None, 3, 3),
    ],
)
def test_threads_are_those_that_the_person_or_the_machine_allows(
    told: str, asked: int | None, cores: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    be_deterministic(asked)
    assert torch.get_num_threads() == expected
    assert torch.are_deterministic_algorithms_enabled()
