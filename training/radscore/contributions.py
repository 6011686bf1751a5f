"""How much each input moved the fused model's probability, for patients that it was not fitted on."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.writing import replacing
from training.radscore.shapley import MOST_GROUPS, shapley_values

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Contributions:
    """(patient, input): Shapley values of the probability, and the inputs themselves."""

    names: tuple[str, ...]
    values: Floats
    inputs: Floats


def fused_contributions(classifier: Any, inputs: Floats) -> Floats | None:
    """Against the mean of the patients that the classifier was fitted to, which its z-score keeps.

    None where there are more inputs than all coalitions can be asked of.
    """
    if inputs.shape[1] > MOST_GROUPS:
        return None
    return shapley_values(
        lambda rows: classifier.predict_proba(rows)[:, 1],
        inputs,
        classifier[0].mean_,
        [[i] for i in range(inputs.shape[1])],
    )


def write_columns(path: Path, patients: Sequence[str], names: Sequence[str], values: Floats) -> None:
    """A CSV: patient_id and a column an input."""
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", *names])
        for patient, row in zip(patients, values, strict=True):
            writer.writerow([patient, *(repr(float(v)) for v in row)])


def read_contributions(run: Path) -> list[Contributions]:
    """Of each fold of a run that has them: deep features of one fold are not those of another."""
    found = []
    for path in sorted((run / "folds").glob("*/contributions.csv")):
        names, patients, values = _read(path)
        there, others, inputs = _read(path.with_name("inputs.csv"))
        assert (names, patients) == (there, others)
        found.append(Contributions(names, values, inputs))
    return found


def write_contribution_table(path: Path, found: Sequence[Contributions]) -> None:
    """By input the mean absolute Shapley value over all patients, its share, and which way it goes.

    ``goes_with`` is the correlation of the Shapley value with the input, mean over folds: above 0 where
    more of the input speaks for the endpoint. A deep feature has the number that it had in its fold, and
    features of that number in other folds are others.
    """
    sizes = np.abs(np.concatenate([one.values for one in found])).mean(axis=0)
    ways = np.nanmean([_ways(one) for one in found], axis=0)
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["input", "mean_absolute", "share", "goes_with"])
        total = float(sizes.sum()) or 1.0
        for name, size, way in zip(found[0].names, sizes.tolist(), ways.tolist(), strict=True):
            writer.writerow([name, size, size / total, way])


def _ways(found: Contributions) -> Floats:
    """Correlation of value and input by input; 0 where either is the same for all."""
    x = found.inputs - found.inputs.mean(axis=0)
    y = found.values - found.values.mean(axis=0)
    size = np.sqrt(np.square(x).sum(axis=0) * np.square(y).sum(axis=0))
    way: Floats = np.where(size > 1e-12, (x * y).sum(axis=0) / np.maximum(size, 1e-12), 0.0)
    return way


def _read(path: Path) -> tuple[tuple[str, ...], tuple[str, ...], Floats]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    values = np.array([[float(cell) for cell in row[1:]] for row in rows]).reshape(len(rows), -1)
    return tuple(header[1:]), tuple(row[0] for row in rows), values
