"""Which device computes, and that it computes the same bits each time."""

from __future__ import annotations

import os
from typing import Literal

import torch

from ctprog_gui.core.shared.errors import InputError

Device = Literal["cpu", "cuda", "auto"]
# Sums are split among threads, so a score's last bits depend on their number: it is fixed.
_MOST_THREADS = 4


def choose_device(device: str) -> torch.device:
    """The device for ``cpu``, ``cuda`` or ``auto`` (a GPU where there is one).

    Raises
    ------
    InputError
        If ``cuda`` is asked for and there is none.
    """
    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise InputError("a GPU was asked for (cuda), but PyTorch finds none")
    if device not in ("cpu", "cuda", "auto"):
        raise InputError(f"unknown device {device!r}: choose cpu, cuda or auto")
    return torch.device("cuda" if device == "cuda" or (device == "auto" and there) else "cpu")


def be_deterministic(threads: int | None = None) -> None:
    """Make this process compute the same bits for the same input on the same machine.

    Without a number of threads it takes ``OMP_NUM_THREADS`` where that is set, as torch does by itself, or
    the cores that it may run on.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    torch.set_num_threads(threads or _wanted_threads())


def _wanted_threads() -> int:
    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    # A container may have fewer cores than its machine; more threads than those wait for each other.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(_MOST_THREADS, cores)
