"""Which radiomics stay what they are under another kernel, noise, level and contour.

``python -m training.radscore.stability COHORT.csv OUT.csv [--ring-mm 3]`` measures each tumour as it is
and as a few draws of `Perturbation` have it, and writes the intraclass correlation of each feature over
them (ICC(A,1): a feature that all draws raise is not stable either). No outcome is looked at. Each
finished case is kept, so the same call goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import Cohort, read_cohort
from ctprog_gui.core.radiomics.extraction import feature_names
from ctprog_gui.core.radiomics.settings import RadiomicsSettings
from ctprog_gui.core.shared.console import OK, console_progress, run_command
from ctprog_gui.core.shared.csv_table import read_csv_table
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.places import user_cache
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.statistics.agreement import icc
from training.preparation.case import PreparedCase
from training.preparation.cohort import load_cases, prepare_cases, require_all
from training.radiomics import RING, RadiomicsMethod
from training.radscore.perturbation import PerturbedRadiomics

Floats = NDArray[np.float64]


def write_stability(
    cohort_path: Path,
    out: Path,
    *,
    ring_mm: float | None,
    draws: int = 4,
    left_out: Collection[str] = (),
    workers: int | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> int:
    """Write ``feature`` and ``icc``, the ring's behind ``ring_``; the number of patients.

    The cell is blank where somebody's region lacks the feature in a draw, or all have the same.

    Raises
    ------
    InputError
        If a patient's files can't be used, or fewer than two patients have features.
    """
    cohort = read_cohort(cohort_path)
    cohort = Cohort(cohort.path, tuple(row for row in cohort.rows if row.patient_id not in left_out))
    cache = user_cache() / "radiomics" if cache is None else cache
    progress = progress or Progress()
    settings = RadiomicsSettings()
    methods: list[RadiomicsMethod] = [RadiomicsMethod(settings, ring_mm)]
    methods += [PerturbedRadiomics(settings, ring_mm, draw=draw) for draw in range(1, draws + 1)]
    readings = []
    for number, method in enumerate(methods):
        part = progress.part(number / len(methods), (number + 1) / len(methods))
        found = prepare_cases(cohort.rows, method, cache, workers=workers, progress=part.part(0, 0.95))
        require_all(cohort, found.failures)
        readings.append([case for _, case in load_cases(cohort, method, cache, progress=part.part(0.95, 1))])
    names = feature_names(settings)
    rows: list[tuple[str, float]] = []
    patients = 0
    for prefix in ("",) if ring_mm is None else ("", RING):
        # (reading, patient, feature)
        values = np.array([[_values(case, prefix, len(names)) for case in cases] for cases in readings])
        there = np.isfinite(values).any(axis=(0, 2))
        patients = max(patients, int(there.sum()))
        if there.sum() < 2:
            raise InputError(f"{cohort_path}: fewer than two patients have features")
        rows += zip([prefix + name for name in names], correlations(values[:, there]), strict=True)
    with replacing(out) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["feature", "icc"])
        writer.writerows([name, repr(float(value)) if np.isfinite(value) else ""] for name, value in rows)
    return patients


def correlations(values: Floats) -> Floats:
    """ICC(A,1) of each feature of (reading, patient, feature); NaN where it can't be told."""
    found = np.full(values.shape[2], np.nan)
    whole = np.isfinite(values).all(axis=(0, 1))
    if whole.any():
        found[whole] = icc(values[:, :, whole].transpose(2, 1, 0)).value
    return found


def stable_features(path: Path, least: float) -> frozenset[str]:
    """The features of such a table whose correlation is at least `least`.

    Raises
    ------
    InputError
        If the file can't be read or is no such table.
    """
    table = read_csv_table(path, "the table of stability", ("feature", "icc"))
    found = set()
    for line in table.lines:
        cells = table.by_name(line)
        try:
            if cells["icc"] and float(cells["icc"]) >= least:
                found.add(cells["feature"])
        except ValueError:
            raise InputError(f"{path}: line {line.number}: {cells['icc']!r} is not a number") from None
    return frozenset(found)


def _values(case: PreparedCase, prefix: str, count: int) -> Floats:
    if f"{prefix}values" not in case.arrays:
        return np.full(count, np.nan)
    return np.where(case.arrays[f"{prefix}defined"], case.arrays[f"{prefix}values"], np.nan)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.radscore.stability")
    parser.add_argument("cohort", type=Path, metavar="COHORT.csv")
    parser.add_argument("out", type=Path, metavar="OUT.csv")
    parser.add_argument("--ring-mm", type=float, metavar="MM", help="of the ring around the tumour too")
    parser.add_argument("--draws", type=int, default=4, metavar="N", help="besides the image as it is")
    parser.add_argument("--leave-out", action="append", default=[], metavar="PATIENT")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that measure")
    given = parser.parse_args(list(arguments))

    def run() -> int:
        if given.draws < 1:
            raise InputError("--draws must be at least 1")
        with console_progress("Stability of radiomics") as progress:
            count = write_stability(
                given.cohort,
                given.out,
                ring_mm=given.ring_mm,
                draws=given.draws,
                left_out=given.leave_out,
                workers=given.workers,
                progress=progress,
            )
        print(f"{count} patients, each measured {given.draws + 1} times: {given.out}")
        return OK

    return run_command("stability", run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
