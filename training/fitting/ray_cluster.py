"""Fits on a Ray cluster: the one that ``RAY_ADDRESS`` names, or one that is started on this machine."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ctprog_gui.core.shared.errors import CtprogError, InputError

Job = TypeVar("Job")


def run_on_ray(
    work: Callable[[Job], None], jobs: Sequence[Job], *, cpus: int = 1, gpus: float = 0.0
) -> Iterator[Job]:
    """Do the jobs as Ray tasks of so many cores and GPUs each; each is given back when it is done.

    What `work` reads and writes must lie under the same paths on all machines. When the caller is
    interrupted, or a job fails, the others are cancelled.

    Raises
    ------
    InputError
        If ray isn't installed, the cluster can't be reached or has no machine that is large
        enough, or a job fails; in its words.
    """
    # Ray would mail usage figures home; a cohort's machine does not.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise InputError("--engine ray needs ray: install ctprog with the extra 'cluster'") from error
    address = os.environ.get("RAY_ADDRESS")
    # ray takes the address from the environment itself, and may only without one be told sizes.
    local = {} if address else {"num_cpus": max(cpus, os.cpu_count() or 1), "include_dashboard": False}
    try:
        ray.init(log_to_driver=False, logging_level=logging.ERROR, **local)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        where = f"the Ray cluster at {address}" if address else "a Ray cluster on this machine"
        raise InputError(f"cannot reach {where}: {error}") from error
    try:
        _require_room([node["Resources"] for node in ray.nodes() if node["Alive"]], cpus, gpus)
        task = ray.remote(max_retries=2, num_cpus=cpus, num_gpus=gpus)(_attempt)
        running = {task.remote(work, job): job for job in jobs}
        while running:
            (done,), _ = ray.wait(list(running), num_returns=1)
            try:
                failure = ray.get(done)
            except ray.exceptions.RayError as error:
                raise InputError(f"a job was lost by Ray: {error}") from error
            if failure is not None:
                raise InputError(failure)
            yield running.pop(done)
    finally:
        ray.shutdown()


def _require_room(nodes: Sequence[dict[str, float]], cpus: int, gpus: float) -> None:
    """Ray would wait for ever for a machine that is large enough."""
    if not any(node.get("CPU", 0) >= cpus and node.get("GPU", 0) >= gpus for node in nodes):
        wanted = f"{cpus} cores" + (f" and {gpus:g} GPU" if gpus else "")
        raise InputError(f"no machine of the Ray cluster has {wanted}: give other --threads or --device")


def _attempt(work: Callable[[Job], None], job: Job) -> str | None:
    """What went wrong, in a line. An exception would come back wrapped in a traceback."""
    try:
        work(job)
    except CtprogError as error:
        return str(error)
    return None
