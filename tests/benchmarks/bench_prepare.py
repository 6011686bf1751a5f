"""``ctprog-train prepare`` against itself: again on an unchanged cohort, and after a kill.

300 phantom chests of 64 × 256 × 256 voxels as NIfTI, each with its ROI and other noise, are prepared
by the phantom bundle's recipe, from the command line and with its start included. First: into an
empty folder. Second: the same command again; the median of five. Then, three times with a hundred of
them, a run into another empty folder is killed (SIGKILL) when half of the cases are there; what the
same command takes afterwards is held against the patients that were missing, prepared alone in a
third folder; the median of the ratios. `cpu_ratio` is the same of the processors' time, which other
work on the machine touches less.
Run as ``python tests/benchmarks/bench_prepare.py``; prints one line of JSON.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from ctprog_gui.core.imaging.files import write_mask, write_volume
from ctprog_gui.core.phantom.case import CaseParameters, make_case

CASES, ROUNDS = 300, 3
AGAIN_GOAL, RESUME_GOAL = 0.02, 1.1
RECIPE = "phantom_slice_attention"


def write_cohort(folder: Path) -> list[dict[str, str]]:
    """One chest is drawn; a patient has it with a noise of their own, which costs as much to read."""
    case = make_case(CaseParameters(), seed=1, size=(256, 256, 64), spacing_mm=(1.6, 1.6, 5.0))
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 15, case.volume.voxels.size).astype(np.int16)
    rows = []
    for number in range(CASES):
        row = {"patient_id": f"p{number}", "image": f"images/{number}.nii", "roi": f"rois/{number}.nii.gz"}
        turned = np.roll(noise, 7919 * number).reshape(case.volume.voxels.shape)
        write_volume(folder / row["image"], case.volume.voxels + turned, case.volume.geometry)
        write_mask(folder / row["roi"], case.roi)
        rows.append({**row, "time_months": str(1 + number), "event": str(number % 2)})
    return rows


def write_table(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def command(table: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "training", "prepare", str(table), "--recipe", RECIPE, "--out", str(out)]


def seconds(table: Path, out: Path) -> tuple[float, float]:
    """How long preparing takes, by the clock and by the processors."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command(table, out), check=True, stdout=subprocess.DEVNULL)
    clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def kept(out: Path) -> int:
    return sum(1 for _ in out.glob("cases/*/[!.]*.npz"))


def kill_at_half(table: Path, out: Path, cases: int) -> None:
    """Begin, kill when half of the cases are there, and wait until the workers have ended."""
    running = subprocess.Popen(command(table, out), stdout=subprocess.DEVNULL, start_new_session=True)
    while kept(out) < cases // 2:
        if running.poll() is not None:
            raise AssertionError("it ended before it could be killed")
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    while True:
        try:
            os.killpg(running.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)


def missing(rows: list[dict[str, str]], table: Path, out: Path) -> list[dict[str, str]]:
    """The patients without a case in `out`, which a resumed run would make."""
    from ctprog_gui.core.cohort.table import read_cohort
    from training.preparation.case import CaseJob, case_path
    from training.preparation.inputs import hash_file
    from training.prepare import read_method

    method = read_method(RECIPE)
    left = []
    for number, row in enumerate(read_cohort(table).rows):
        job = CaseJob.of(number, row, method, out)
        hashes = {file.path: hash_file(file.path) for file in job.files}
        if not case_path(out, job.key(hashes)).exists():
            left.append(rows[number])
    return left


def resume(folder: Path, rows: list[dict[str, str]], number: int) -> list[tuple[float, float]]:
    """Resumed and alone, each by the clock and by the processors."""
    table = write_table(folder / f"cohort_{number}.csv", rows)
    killed, alone = folder / f"killed_{number}", folder / f"alone_{number}"
    kill_at_half(table, killed, len(rows))
    left = missing(rows, table, killed)
    rest = write_table(folder / f"left_{number}.csv", left)
    # By turns, so that work beside this one does not fall on the same side.
    pairs = [(table, killed), (rest, alone)]
    order = pairs if number % 2 else pairs[::-1]
    found = {out: seconds(one, out) for one, out in order}
    if kept(killed) != len(rows) or kept(alone) != len(left):
        raise AssertionError("not every case was prepared")
    return [found[killed], found[alone]]


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="ctprog-prepare-") as name:
        folder = Path(name)
        rows = write_cohort(folder)
        table = write_table(folder / "cohort.csv", rows)
        # Files that were changed just now are read again, so that no change is missed.
        time.sleep(2.5)
        first = seconds(table, folder / "out")
        again = np.median([seconds(table, folder / "out") for _ in range(5)], axis=0)
        part = len(rows) // ROUNDS
        rounds = np.array([resume(folder, rows[n * part : (n + 1) * part], n) for n in range(ROUNDS)])
    ratios = np.median(rounds[:, 0] / rounds[:, 1], axis=0)
    resumed, alone = np.median(rounds, axis=0)[:, 0]
    return [
        {
            "name": f"prepare: again on an unchanged cohort of {CASES}, against the first run",
            "ours_s": round(float(again[0]), 4),
            "peer_s": round(first[0], 4),
            "ratio": round(float(again[0] / first[0]), 4),
            "cpu_ratio": round(float(again[1] / first[1]), 4),
            "goal": AGAIN_GOAL,
        },
        {
            "name": "prepare: resumed after a kill at half, against the missing half alone",
            "ours_s": round(float(resumed), 4),
            "peer_s": round(float(alone), 4),
            "ratio": round(float(ratios[0]), 3),
            "cpu_ratio": round(float(ratios[1]), 3),
            "goal": RESUME_GOAL,
        },
    ]


if __name__ == "__main__":
    print(json.dumps(run()))
