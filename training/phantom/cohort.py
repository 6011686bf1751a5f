"""A cohort of phantom patients on disk, with the truth beside it."""

from __future__ import annotations

import csv
import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.statistics.roc import auc
from ctprog_gui.core.survival.concordance import concordance, time_dependent_concordance
from ctprog_gui.core.survival.sample import FollowUp
from training.phantom.patient import Record, draw_patient
from training.phantom.plan import Options, Plan, make_plan

# A process takes a second to start; fewer patients than this are sooner drawn by one.
_FEW = 8
# Each holds up to half a gigabyte while it draws a whole thorax.
_MOST_WORKERS = 8


@dataclass(frozen=True)
class Summary:
    """What a cohort's best possible predictions would score.

    Parameters
    ----------
    patients, deaths
        How many.
    c_index
        C-index (Harrell) of the oracle's risk; None where no pair can be compared.
    c_td
        C-td (Antolini) of the true curves, by the month; None likewise.
    auc
        AUC of each endpoint's true probability; NaN where all patients are alike.
    """

    patients: int
    deaths: int
    c_index: float | None
    c_td: float | None
    auc: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        censored = 100 * (1 - self.deaths / self.patients)
        text = f"{self.patients} patients, {self.deaths} deaths ({censored:.0f} % censored)"
        if self.c_index is None or self.c_td is None:
            text += "; no pair of them can be compared"
        else:
            text += f"; oracle: C-index {self.c_index:.3f}, C-td of the true curves {self.c_td:.3f}"
        if self.auc:
            text += "; AUC " + ", ".join(f"{name} {value:.2f}" for name, value in self.auc.items())
        return text


def write_cohort(
    out: Path,
    cases: int,
    *,
    seed: int = 1,
    options: Options | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Summary:
    """Write images, ROIs, ``cohort.csv`` and ``truth.csv``.

    A patient depends on the options, the seed and their number alone, so a larger cohort begins
    with a smaller one and any number of workers writes the same files; only shuffled outcomes hang
    on all of them. ``cohort.csv`` is written last: where it stands, the cohort is complete.

    Raises
    ------
    InputError
        If the folder holds something already or can't be written, or the options contradict each
        other.
    """
    progress = progress or Progress()
    plan = make_plan(options or Options(), seed)
    if cases < 1:
        raise InputError(f"a cohort needs at least one case, not {cases}")
    if workers < 1:
        raise InputError(f"a cohort needs at least one worker, not {workers}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} is not an empty folder")
    records: list[Record | None] = [None] * cases
    for done, (number, record) in enumerate(_drawn(plan, cases, out, workers, progress), start=1):
        records[number] = record
        progress.report(done / cases, f"Drew patient {done} of {cases}")
    return _finish(plan, [record for record in records if record is not None], out)


def usable_workers(cases: int) -> int:
    """How many processes draw a cohort soonest here."""
    if cases < _FEW:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST_WORKERS)


def oracle(records: Sequence[Record], follow_up: FollowUp) -> tuple[float, float] | None:
    """C-index of the oracle's risk and C-td of the true curves; None without a comparable pair."""
    months = np.ceil(follow_up.time)
    if not follow_up.event.any() or len(records) < 2:
        return None
    curves = np.array([record.curve for record in records])
    binned = FollowUp(months, follow_up.event)
    step = months.astype(np.int64) - 1
    return (
        concordance(follow_up, [record.risk for record in records]),
        time_dependent_concordance(binned, 1 - curves, step, censored_ties=True),
    )


def _drawn(
    plan: Plan, cases: int, out: Path, workers: int, progress: Progress
) -> Iterator[tuple[int, Record]]:
    """The patients, as they get done."""
    progress.report(0.0, f"Drawing {cases} patients")
    if workers == 1:
        for number in range(cases):
            yield number, draw_patient(plan, number, out)
        return
    # Started afresh, for a fork would inherit threads that it can't use.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, cases), context, _prepare_worker) as pool:
        numbers: dict[Future[Record], int] = {
            pool.submit(draw_patient, plan, number, out): number for number in range(cases)
        }
        try:
            waiting = set(numbers)
            while waiting:
                done, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
                progress.check()
                for future in done:
                    yield numbers[future], future.result()
        except BrokenProcessPool as error:
            raise InputError("a process that drew patients was killed: is there memory for fewer?") from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _prepare_worker() -> None:
    """A worker has one core: small products of matrices in threads would wait for each other."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    # Interrupts are the parent's.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _finish(plan: Plan, records: Sequence[Record], out: Path) -> Summary:
    """Write the tables and score the oracle."""
    order = np.arange(len(records))
    if "shuffled" in plan.controls:
        order = np.random.default_rng([plan.seed, len(records)]).permutation(len(records))
    outcomes = [records[int(at)] for at in order]
    rows, truth = [], []
    for record, outcome in zip(records, outcomes, strict=True):
        row: dict[str, Any] = dict(record.row)
        head = {name: row.pop(name) for name in ("patient_id", "image", "roi")}
        follow_up = {"time_months": f"{outcome.time_months:.4f}", "event": int(outcome.event)}
        rows.append(head | follow_up | row)
        shuffled = {"outcome_of": outcome.patient} if "shuffled" in plan.controls else {}
        truth.append({"patient_id": record.patient, **record.truth, **shuffled})
    _write_table(out / "truth.csv", truth)
    _write_table(out / "cohort.csv", rows)
    times = FollowUp(
        np.array([float(row["time_months"]) for row in rows]), np.array([row["event"] for row in rows])
    )
    c_index, c_td = oracle(records, times) or (None, None)
    best = {
        name: auc([one.probability[name] for one in records], [one.row[name] == "1" for one in records])
        for name in records[0].probability
    }
    return Summary(len(rows), times.events, c_index, c_td, best)


def _write_table(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
