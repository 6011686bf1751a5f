"""Preparing cases in processes of this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait

from ctprog_gui.core.shared.errors import InputError
from training.preparation.case import CaseJob, Outcome, prepare_case

# Starting a process takes about as long as preparing this many cases.
_FEW = 4
# Each worker may hold a CT or two; more than this would rather fill the memory than save time.
_MOST = 8
# Workers are as many as the cores, so each has one for itself.
_ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1"}

_Process = subprocess.Popen[bytes]


def default_workers() -> int:
    """As many as this process may use cores, at most eight."""
    return min(_MOST, cores())


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def prepare_locally(jobs: Sequence[CaseJob], workers: int | None = None) -> Generator[Outcome]:
    """Prepare cases; their outcomes come as they are done, in any order.

    On Ctrl-C no further case is begun; those at work are finished and kept. A second Ctrl-C ends
    the workers where they stand. When this process is killed, each worker finishes its case and
    ends too.

    Raises
    ------
    InputError
        If a worker dies, as when the machine has no memory left; the message names the patient.
    """
    workers = min(workers or default_workers(), len(jobs))
    # Elsewhere a process can't be handed a socket.
    if workers <= 1 or len(jobs) < _FEW or os.name != "posix":
        yield from map(prepare_case, jobs)
        return
    left = iter(jobs)
    at_work: dict[Connection, CaseJob] = {}
    processes: dict[Connection, _Process] = {}
    try:
        for _ in range(workers):
            connection, process = _start()
            processes[connection] = process
            _give(connection, next(left), at_work)
        while at_work:
            for ready in wait(list(at_work)):
                assert isinstance(ready, Connection)
                yield _outcome(ready, at_work.pop(ready))
                job = next(left, None)
                if job is not None:
                    _give(ready, job, at_work)
    except (KeyboardInterrupt, GeneratorExit):
        _finish(list(at_work))
        at_work.clear()
        raise
    finally:
        # A closed socket is a worker's sign to end; on a second Ctrl-C it does not get that far.
        for connection, process in processes.items():
            connection.close()
            if connection in at_work:
                process.kill()
            process.wait()


def _give(connection: Connection, job: CaseJob, at_work: dict[Connection, CaseJob]) -> None:
    at_work[connection] = job
    # That it is dead is found, and said, where its answer is waited for.
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.send(job)


def _outcome(connection: Connection, job: CaseJob) -> Outcome:
    try:
        answer = connection.recv()
    except (EOFError, OSError) as error:
        raise InputError(
            f"a worker died while it prepared patient {job.row.patient_id} (is the memory full?)"
        ) from error
    assert isinstance(answer, Outcome)
    return answer


def _finish(busy: list[Connection]) -> None:
    """Wait until the cases at work are kept."""
    while busy:
        for ready in wait(busy):
            assert isinstance(ready, Connection)
            with suppress(EOFError, OSError):
                ready.recv()
            busy.remove(ready)


def _start() -> tuple[Connection, _Process]:
    """A worker that waits for jobs.

    A fresh interpreter, because forking one that has threads may hang; and none of multiprocessing's,
    because those run the caller's script again.
    """
    ours, theirs = socket.socketpair()
    path = os.pathsep.join(entry or str(os.curdir) for entry in sys.path)
    with theirs, _deaf_to_interrupts():
        process = subprocess.Popen(
            [sys.executable, "-m", "training.preparation.worker", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            env={**os.environ, **_ALONE, "PYTHONPATH": path},
            pass_fds=[theirs.fileno()],
        )
    return Connection(ours.detach()), process


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """A process started in here does not get the Ctrl-C that its terminal sends to all of us."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
