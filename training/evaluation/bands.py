"""The bands that an ensemble draws around its curves, and how often they hold the truth."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing

Floats = NDArray[np.float64]
# In the folder of predictions on another cohort: the lowest and highest head at each month.
BANDS = "bands.csv"


def write_bands(path: Path, patients: Sequence[str], lowest: Floats, highest: Floats) -> None:
    """A row a patient with ``low_m`` and ``high_m`` for the months 1 on; both are (patient, month 0 …)."""
    months = range(1, lowest.shape[1])
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", *(f"{end}_{m}" for m in months for end in ("low", "high"))])
        for patient, low, high in zip(patients, lowest, highest, strict=True):
            writer.writerow([patient, *(repr(float(one[m])) for m in months for one in (low, high))])


def read_bands(path: Path, patients: Sequence[str]) -> tuple[Floats, Floats]:
    """Lowest and highest (patient, month 1 …) of some patients, in their order.

    Raises
    ------
    InputError
        If one of them is missing.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["patient_id"]: row for row in csv.DictReader(file)}
    if missing := sorted(set(patients) - set(rows)):
        raise InputError(f"{path} has no band of {missing[0]}")
    months = (len(rows[patients[0]]) - 1) // 2

    def end(name: str) -> Floats:
        return np.array([[float(rows[p][f"{name}_{m}"]) for m in range(1, months + 1)] for p in patients])

    return end("low"), end("high")


def held(low: Floats, high: Floats, true: Floats) -> NDArray[np.bool_]:
    """Where (patient, month) the true survival lies in the band."""
    inside: NDArray[np.bool_] = (true >= low) & (true <= high)
    return inside
