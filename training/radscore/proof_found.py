"""What a proof on phantoms found for an endpoint, and its files."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.writing import replacing

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
# What is judged, and what it is called; the first three see one source of the image each.
PARTS = {
    "tumour": "RadScore of the tumour",
    "ring": "RadScore of the ring",
    "deep": "Deep-CT, the patch",
    "radiomics": "Radiomics-Score, both RadScores",
    "deep_radscore": "Deep-RadScore, all",
}
SINGLE = ("tumour", "ring", "deep")
KINDS = ("shape", "firstorder", "texture")
ORACLE = "oracle"


@dataclass(frozen=True, eq=False)
class Found:
    """What came out for an endpoint on the patients that are judged by.

    Parameters
    ----------
    label
        (patient,)
    scores
        By part (patient,); under ``oracle`` the true probability.
    moved
        By source the mean absolute Shapley value in the fused model's probability.
    kinds
        By region and kind of feature ("shape", "firstorder", "texture") the mean absolute contribution
        to the region's RadScore.
    wavelets
        By region the share of the RadScore's contributions that come from wavelet bands.
    """

    label: Bools
    scores: dict[str, Floats]
    moved: dict[str, float]
    kinds: dict[str, dict[str, float]]
    wavelets: dict[str, float]


def write_found(folder: Path, patients: Sequence[str], found: Found) -> None:
    """``parts.csv`` and ``scores.csv``, the second last."""
    with replacing(folder / "parts.csv") as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["of", "part", "value"])
        writer.writerows(["moved", part, repr(value)] for part, value in found.moved.items())
        for region, sizes in found.kinds.items():
            writer.writerows([region, kind, repr(value)] for kind, value in sizes.items())
        writer.writerows(["wavelets", region, repr(value)] for region, value in found.wavelets.items())
    with replacing(folder / "scores.csv") as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", "label", *found.scores])
        for i, (patient, label) in enumerate(zip(patients, found.label.tolist(), strict=True)):
            told = [repr(float(values[i])) for values in found.scores.values()]
            writer.writerow([patient, int(label), *told])


def read_found(folder: Path) -> Found:
    """The inverse of `write_found`, but for who the patients are."""
    with (folder / "scores.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "parts.csv").open(encoding="utf-8", newline="") as file:
        parts: dict[str, dict[str, float]] = {}
        for row in csv.DictReader(file):
            parts.setdefault(row["of"], {})[row["part"]] = float(row["value"])
    return Found(
        np.array([row["label"] == "1" for row in rows]),
        {
            name: np.array([float(row[name]) for row in rows])
            for name in rows[0]
            if name not in ("patient_id", "label")
        },
        parts.pop("moved"),
        {of: values for of, values in parts.items() if of != "wavelets"},
        parts["wavelets"],
    )
