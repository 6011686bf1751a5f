"""Preparing cases on a Ray cluster. docs/cohorts.md says how to point it at one."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Generator, Sequence

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.muting import muted_stderr
from training.preparation.case import CaseJob, Outcome, prepare_case
from training.preparation.workers import cores

# Enough that no node waits for the next job, few enough that Ctrl-C is heard soon.
_AHEAD = 2
_REACH_S = 10.0


def prepare_on_ray(jobs: Sequence[CaseJob], workers: int | None = None) -> Generator[Outcome]:
    """Prepare cases as Ray tasks; their outcomes come as they are done.

    The cluster is the one that ``RAY_ADDRESS`` names, else one of `workers` processes is started on
    this machine. Images and the cache must lie under the same paths on all nodes.

    Raises
    ------
    InputError
        If ray isn't installed, the cluster can't be reached, or a node is lost for good.
    """
    if not jobs:
        return
    # Ray would mail usage figures home; a cohort's machine does not.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise InputError("--engine ray needs ray: install ctprog with the extra 'cluster'") from error
    address = os.environ.get("RAY_ADDRESS")
    # The address itself is taken from the environment by ray, which may only then be told no sizes.
    local = {} if address else {"num_cpus": workers or cores(), "include_dashboard": False}
    if address:
        _require_there(address)
    try:
        with muted_stderr():
            ray.init(log_to_driver=False, logging_level=logging.ERROR, **local)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        where = f"the Ray cluster at {address}" if address else "a Ray cluster on this machine"
        raise InputError(f"cannot reach {where}: {error}") from error
    try:
        task = ray.remote(max_retries=2)(prepare_case)
        ahead = max(1, int(ray.cluster_resources().get("CPU", 1)) * _AHEAD)
        left, running = iter(jobs), {}
        for job in left:
            running[task.remote(job)] = job
            if len(running) >= ahead:
                break
        while running:
            (done,), _ = ray.wait(list(running), num_returns=1)
            job = running.pop(done)
            try:
                outcome = ray.get(done)
            except ray.exceptions.RayError as error:
                raise InputError(
                    f"patient {job.row.patient_id} could not be prepared by Ray: {error}"
                ) from error
            yield outcome
            following = next(left, None)
            if following is not None:
                running[task.remote(following)] = following
    finally:
        ray.shutdown()


def _require_there(address: str) -> None:
    """Ray tries for minutes to reach a cluster that isn't there; a closed port is told at once."""
    host, _, port = address.rpartition("/")[2].rpartition(":")
    if not (host and port.isdecimal()):
        # "auto" and "local", which Ray knows how to find.
        return
    try:
        socket.create_connection((host, int(port)), timeout=_REACH_S).close()
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"cannot reach the Ray cluster at {address}: {reason}") from error
