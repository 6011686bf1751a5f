"""What of a fold's fused model goes into a bundle, kept beside the fold's predictions."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing, write_json
from training.optimisation.checkpoint import read_checkpoint
from training.radscore.fold import FoldModels
from training.radscore.portable import to_onnx
from training.radscore.selection import RadScore

Floats = NDArray[np.float64]
_CLASSIFIER, _BESIDE, _PREDICTIONS = "classifier.onnx", "travelling.json", "travelling.csv"


@dataclass(frozen=True, eq=False)
class Travelling:
    """A fold's fused model without its patients.

    Parameters
    ----------
    rad_scores, level, spread
        Of each region, in one order; see `FoldModels`.
    background
        (input,) mean of the classifier's inputs over the patients that it was fitted to.
    head
        Tensors of the fused `RadscoreHead`.
    classifier, classifier_name
        As `to_onnx` writes it, and which of the seven it is.
    predicted
        Its probability for each of the fold's own patients, whom it never saw.
    """

    rad_scores: dict[str, RadScore]
    level: Floats
    spread: Floats
    background: Floats
    head: dict[str, Any]
    classifier: bytes
    classifier_name: str
    predicted: dict[str, float]


def write_travelling(folder: Path, models: FoldModels, patients: Sequence[str], inputs: Floats) -> None:
    """Keep the part of a fold's models that a bundle is made of.

    Parameters
    ----------
    patients, inputs
        The fold's own, whom nothing was fitted to, and the fused model's inputs (patient, input).
    """
    assert models.travelling is not None
    name, classifier = models.travelling
    with replacing(folder / _CLASSIFIER) as partial:
        partial.write_bytes(to_onnx(classifier, name))
    with replacing(folder / _PREDICTIONS) as partial, partial.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", "probability"])
        told = classifier.predict_proba(inputs)[:, 1]
        writer.writerows([patient, repr(float(one))] for patient, one in zip(patients, told, strict=True))
    beside = {
        "classifier": name,
        "level": models.level.tolist(),
        "spread": models.spread.tolist(),
        "background": classifier[0].mean_.tolist(),
    }
    write_json(folder / _BESIDE, beside)


def read_travelling(folder: Path) -> Travelling:
    """What `write_travelling` kept in a fold's folder, with the fold's RadScores and head.

    Raises
    ------
    InputError
        If nothing was kept: the fold is of an older version, or each classifier that was tried holds
        its patients' features.
    """
    if not (folder / _BESIDE).is_file():
        raise InputError(
            f"{folder} holds no classifier that may leave: fit anew, with one of rf, nb, lr, mlp and lda "
            "in choice.among"
        )
    beside = json.loads((folder / _BESIDE).read_text(encoding="utf-8"))
    fitted = json.loads((folder / "fitted.json").read_text(encoding="utf-8"))
    with (folder / _PREDICTIONS).open(encoding="utf-8", newline="") as file:
        predicted = {row["patient_id"]: float(row["probability"]) for row in csv.DictReader(file)}
    # The heads in the order of `FoldModels.heads`: of the network alone, and fused.
    _, head = read_checkpoint(folder / "checkpoint.safetensors")
    return Travelling(
        {region: RadScore.from_json(one) for region, one in fitted["rad_scores"].items()},
        np.array(beside["level"], np.float64),
        np.array(beside["spread"], np.float64),
        np.array(beside["background"], np.float64),
        head,
        (folder / _CLASSIFIER).read_bytes(),
        beside["classifier"],
        predicted,
    )
