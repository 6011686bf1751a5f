"""A run's predictions of an endpoint on disk."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing
from training.radscore.fold import MODELS, Model

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class EndpointPredictions:
    """Each model's probability of the positive kind, of patients that it was not fitted on."""

    patients: tuple[str, ...]
    fold: Index
    label: Bools
    probability: dict[Model, Floats]

    def of(self, chosen: Index) -> EndpointPredictions:
        """Of some of the patients."""
        return EndpointPredictions(
            tuple(self.patients[i] for i in chosen.tolist()),
            self.fold[chosen],
            self.label[chosen],
            {model: value[chosen] for model, value in self.probability.items()},
        )


def too_few_to_judge(label: Bools) -> str | None:
    """What there is too little of for an AUC and its variance, as "1 is positive"; None if there is enough.

    DeLong's variance needs two patients of each kind.
    """
    for count, kind in ((int(label.sum()), "positive"), (int((~label).sum()), "negative")):
        if count < 2:
            return f"{count or 'none'} {'is' if count == 1 else 'are'} {kind}"
    return None


def write_endpoint_predictions(path: Path, found: EndpointPredictions) -> None:
    """``predictions.csv``: patient_id, fold, label, and ``p_<model>``."""
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", "fold", "label", *(f"p_{model}" for model in MODELS)])
        for i, patient in enumerate(found.patients):
            told = [repr(float(found.probability[model][i])) for model in MODELS]
            writer.writerow([patient, int(found.fold[i]), int(found.label[i]), *told])


def read_endpoint_predictions(path: Path) -> EndpointPredictions:
    """The inverse of `write_endpoint_predictions`.

    Raises
    ------
    InputError
        If the file can't be read or is not one of these.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return EndpointPredictions(
            tuple(row["patient_id"] for row in rows),
            np.array([int(row["fold"]) for row in rows], np.int64),
            np.array([row["label"] == "1" for row in rows]),
            {model: np.array([float(row[f"p_{model}"]) for row in rows]) for model in MODELS},
        )
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    except (KeyError, ValueError) as error:
        raise InputError(f"{path} holds no predictions of an endpoint: {error}") from error


def together(parts: Sequence[EndpointPredictions], patients: Sequence[str]) -> EndpointPredictions:
    """The parts as one, in the order of `patients`; who is in no part is left out."""
    place = {patient: i for i, patient in enumerate(p for part in parts for p in part.patients)}
    order = np.array([place[patient] for patient in patients if patient in place], np.int64)
    return EndpointPredictions(
        tuple(patient for patient in patients if patient in place),
        np.concatenate([part.fold for part in parts])[order],
        np.concatenate([part.label for part in parts])[order],
        {model: np.concatenate([part.probability[model] for part in parts])[order] for model in MODELS},
    )
