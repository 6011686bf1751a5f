"""A whole cohort's cases: which are there, which must be made, and what went wrong."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ctprog_gui.core.cohort.table import Cohort, PatientRow
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from training.preparation.case import (
    CaseJob,
    Method,
    Outcome,
    PreparedCase,
    case_path,
    prepare_case,
    read_prepared,
)
from training.preparation.inputs import ContentIndex
from training.preparation.workers import prepare_locally

Engine = Literal["local", "ray"]

# What is learnt about files is written down this often, so that a kill loses little of it.
_WRITE_EVERY_S = 5.0
_TELL_EVERY_S = 0.5
# A file that a killed process left half-written is nobody's any more after this.
_ABANDONED_S = 3600.0
_MOST_TOLD = 20


@dataclass(frozen=True)
class CohortCases:
    """The cases of a cohort in a cache: a key a row, or the reason why there is none.

    `made` counts the cases that weren't there; `about` holds what was told of those, by row.
    """

    folder: Path
    keys: tuple[str | None, ...]
    failures: Mapping[int, str]
    about: Mapping[int, Mapping[str, Any]]
    made: int


def prepare_cases(
    rows: Sequence[PatientRow],
    method: Method,
    folder: Path,
    *,
    engine: Engine = "local",
    workers: int | None = None,
    progress: Progress | None = None,
) -> CohortCases:
    """Prepare each row's case, or find it in the cache.

    A case is named by its content: by hashes of its files, the method and the region's name. Files
    that haven't changed are not read again to know that. Each finished case stays, whatever ends
    the work early; the same call then goes on where it stopped.

    Raises
    ------
    InputError
        If the cache can't be written. What is wrong with a patient is in `failures` instead.
    Cancelled
        If `progress` was cancelled.
    """
    progress = progress or Progress()
    progress.report(0.0, f"Looking for {len(rows)} cases")
    # Whoever prepares may be somewhere else.
    folder = folder.absolute()
    index = ContentIndex.read(folder / "index.json")
    _sweep(folder)
    keys: list[str | None] = [None] * len(rows)
    failures: dict[int, str] = {}
    about: dict[int, Mapping[str, Any]] = {}
    jobs: dict[int, CaseJob] = {}
    for number, row in enumerate(rows):
        try:
            job = CaseJob.of(number, row, method, folder)
        except InputError as error:
            failures[number] = str(error)
            continue
        hashes = index.lookup(job.files)
        if len(hashes) == len({file.path for file in job.files}):
            key = job.key(hashes)
            if case_path(folder, key).exists():
                keys[number] = key
                continue
        jobs[number] = CaseJob(number, row, method, folder, job.image, job.roi, hashes)
    made, told = 0, 0.0
    started = written = time.monotonic()
    try:
        with closing(_outcomes(list(jobs.values()), engine, workers)) as outcomes:
            for done, outcome in enumerate(outcomes, start=1):
                if outcome.stop:
                    raise InputError(outcome.stop)
                if outcome.failure:
                    failures[outcome.number] = outcome.failure
                else:
                    keys[outcome.number] = outcome.key
                    about[outcome.number] = outcome.about
                    made += outcome.made
                    index.remember(jobs[outcome.number].files, dict(outcome.hashes))
                now = time.monotonic()
                if now - written > _WRITE_EVERY_S:
                    index.write()
                    written = now
                progress.check()
                if now - told > _TELL_EVERY_S or done == len(jobs):
                    left = (now - started) / done * (len(jobs) - done)
                    there = len(rows) - len(jobs) + done
                    text = f"Prepared {there} of {len(rows)} patients, {_time(left)} left"
                    progress.report(there / len(rows), text)
                    told = now
    finally:
        index.write()
    return CohortCases(folder, tuple(keys), failures, about, made)


def load_cases(
    cohort: Cohort,
    method: Method,
    folder: Path,
    *,
    progress: Progress | None = None,
) -> list[tuple[str, PreparedCase]]:
    """Key and prepared case of each patient, prepared now where it isn't in the cache.

    Raises
    ------
    InputError
        If a patient's case can't be prepared; all such patients are named, by line.
    """
    found = prepare_cases(cohort.rows, method, folder, progress=progress)
    require_all(cohort, found.failures)
    loaded = []
    for number, (row, key) in enumerate(zip(cohort.rows, found.keys, strict=True)):
        assert key is not None
        case = read_prepared(folder, key)
        if case is None:
            # It was damaged, and reading it has removed it.
            outcome = prepare_case(CaseJob.of(number, row, method, folder))
            if outcome.failure or outcome.stop:
                raise InputError(outcome.stop or _named(row, outcome.failure))
            case = read_prepared(folder, outcome.key)
        if case is None:
            raise InputError(f"cannot keep prepared cases in {folder}")
        loaded.append((key, case))
    return loaded


def require_all(cohort: Cohort, failures: Mapping[int, str], *, listed: Path | None = None) -> None:
    """Name the patients that can't be used, in the table's order, in one line.

    Raises
    ------
    InputError
        If there are any. `listed` is where the whole list stands, if it was written down.
    """
    if not failures:
        return
    named = [_named(cohort.rows[number], failures[number]) for number in sorted(failures)]
    more = f"; and {len(named) - _MOST_TOLD} more" if len(named) > _MOST_TOLD else ""
    where = f" (all are listed in {listed})" if listed else ""
    raise InputError(f"the cohort table {cohort.path}: {'; '.join(named[:_MOST_TOLD])}{more}{where}")


def _named(row: PatientRow, reason: str) -> str:
    return f"line {row.line}, patient {row.patient_id}: {reason}"


def _outcomes(jobs: Sequence[CaseJob], engine: Engine, workers: int | None) -> Generator[Outcome]:
    if engine == "ray":
        from training.preparation.cluster import prepare_on_ray

        return prepare_on_ray(jobs, workers)
    return prepare_locally(jobs, workers)


def _sweep(folder: Path) -> None:
    """Remove what killed processes left half-written."""
    long_ago = time.time() - _ABANDONED_S
    for partial in (folder / "cases").glob("*/.partial-*"):
        try:
            if partial.stat().st_mtime < long_ago:
                partial.unlink()
        except OSError:
            continue


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
