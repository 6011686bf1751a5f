"""Preparing cases in processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.resource_tracker import ensure_running

from ctprog_gui.core.shared.errors import InputError
from training.preparation.case import CaseJob, Outcome, prepare_case

# Starting a process takes about as long as preparing this many cases.
_FEW = 4
# Each worker may hold a CT or two; more than this would rather fill the memory than save time.
_MOST = 8
# Workers are as many as the cores, so each has one for itself.
_ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1"}


def default_workers() -> int:
    """As many as this process may use cores, at most eight."""
    return max(1, min(_MOST, len(os.sched_getaffinity(0))))


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
    if workers <= 1 or len(jobs) < _FEW:
        yield from map(prepare_case, jobs)
        return
    left = iter(jobs)
    at_work: dict[Connection, CaseJob] = {}
    processes: dict[Connection, BaseProcess] = {}
    try:
        for _ in range(workers):
            connection, process = _start()
            processes[connection] = process
            at_work[connection] = next(left)
            connection.send(at_work[connection])
        while at_work:
            for ready in wait(list(at_work)):
                assert isinstance(ready, Connection)
                yield _outcome(ready, at_work.pop(ready))
                job = next(left, None)
                if job is not None:
                    at_work[ready] = job
                    ready.send(job)
    except (KeyboardInterrupt, GeneratorExit):
        _finish(list(at_work))
        raise
    finally:
        # A closed pipe is a worker's sign to end; on a second Ctrl-C it does not get that far.
        for connection, process in processes.items():
            busy = connection in at_work
            connection.close()
            if busy:
                process.kill()
            process.join()


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


def _start() -> tuple[Connection, BaseProcess]:
    """A worker that waits for jobs. A fresh interpreter: forking one that has threads may hang."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs,), daemon=True)
    with _one_thread(), _deaf_to_interrupts():
        process.start()
    theirs.close()
    return ours, process


def _work(connection: Connection) -> None:
    with suppress(EOFError, OSError):
        while True:
            connection.send(prepare_case(connection.recv()))


@contextmanager
def _one_thread() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _ALONE}
    os.environ.update(_ALONE)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """A process started in here does not get the Ctrl-C that its terminal sends to all of us."""
    # Its first start lifts the block, so it comes before.
    ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
