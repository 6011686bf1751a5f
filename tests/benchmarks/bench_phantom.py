"""Phantom patients drawn and written, against the stated pace and against a Gaussian filter.

Three rows each for a whole thorax (64 slices of 256 × 256) and for tumour cubes of 84³:
seconds of the clock a patient when two processes write a cohort (images, ROIs, tables; starting the
processes included) against the stated 2 s and 0.1 s, which means little on a machine that does something
else besides; the processor seconds that drawing and writing one patient takes in one thread, against what
two cores have at that pace; and processor seconds of drawing alone against `scipy.ndimage.gaussian_filter`
of σ 3 voxels on an array of the same size, a yardstick of the machine and no peer, whose bound was set on
what was measured, to notice when drawing gets slower. That pair alternates; medians of seven rounds.
Run as ``python tests/benchmarks/bench_phantom.py``; prints a list of JSON objects.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter
from threadpoolctl import threadpool_limits

from ctprog_gui.core.phantom.case import CaseParameters, make_case, make_cube
from training.phantom.cohort import write_cohort
from training.phantom.patient import draw_patient
from training.phantom.plan import SIZES, Options, Size, make_plan

WORKERS, ROUNDS = 2, 7
# Size, patients, the stated pace in s, and a bound on drawing in units of the yardstick.
STATED: list[tuple[Size, int, float, float]] = [("whole", 12, 2.0, 15.0), ("cube", 80, 0.1, 20.0)]


def pace(size: Size, patients: int) -> float:
    """Seconds of the clock a patient."""
    with tempfile.TemporaryDirectory(prefix="ctprog-phantom-") as folder:
        start = time.perf_counter()
        write_cohort(Path(folder) / "c", patients, options=Options(size=size), workers=WORKERS)
        return (time.perf_counter() - start) / patients


def processor_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def effort(size: Size) -> float:
    """Processor seconds of drawing and writing one patient: the median of several."""
    plan = make_plan(Options(size=size), 1)
    with tempfile.TemporaryDirectory(prefix="ctprog-phantom-") as folder:
        draw_patient(plan, 0, Path(folder))
        with threadpool_limits(1):
            times = [
                processor_seconds(partial(draw_patient, plan, number, Path(folder)))
                for number in range(1, ROUNDS + 1)
            ]
    return statistics.median(times)


def against_filter(size: Size) -> tuple[float, float]:
    """Processor seconds of drawing one patient, and of the filter."""
    voxels, spacing = SIZES[size]
    array = np.random.default_rng(0).standard_normal(voxels[::-1], dtype=np.float32)
    parameters = CaseParameters()

    def draw() -> object:
        return make_cube(parameters, 1) if size == "cube" else make_case(parameters, 1, voxels, spacing)

    def smooth() -> object:
        return gaussian_filter(array, 3.0)

    draw(), smooth()
    times = [(processor_seconds(draw), processor_seconds(smooth)) for _ in range(ROUNDS)]
    mine, other = (statistics.median(column) for column in zip(*times, strict=True))
    return mine, other


def row(name: str, ours: float, peer: float, goal: float) -> dict[str, Any]:
    return {
        "name": name,
        "ours_s": round(ours, 4),
        "peer_s": round(peer, 4),
        "ratio": round(ours / peer, 3),
        "goal": goal,
    }


def run() -> list[dict[str, Any]]:
    rows = []
    for size, patients, stated, bound in STATED:
        what = "a phantom's " + ("tumour cube of 84³" if size == "cube" else "thorax of 64 × 256 × 256")
        name = f"{what}, drawn and written"
        rows.append(row(f"{name} by two processes, against {stated:g} s", pace(size, patients), stated, 1.0))
        rows.append(
            row(f"{name}, processor time against two cores for {stated:g} s", effort(size), 2 * stated, 1.0)
        )
        mine, other = against_filter(size)
        rows.append(row(f"{what}, processor time of drawing, against a Gaussian filter", mine, other, bound))
    return rows


if __name__ == "__main__":
    print(json.dumps(run()))
