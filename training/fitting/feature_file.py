"""What the heads of a run are fitted to, in one file: features, follow-up, folds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.survival.sample import FollowUp
from training.optimisation.checkpoint import write_tensors

# Its name in a run's folder.
FEATURES = "features.safetensors"


@dataclass(frozen=True, eq=False)
class FittingData:
    """Patients in the cohort's order, each with the vectors (slice, feature) of their slices.

    `sha256` names the content.
    """

    patients: list[str]
    folds: NDArray[np.int64]
    follow_up: FollowUp
    features: list[Tensor]
    sha256: str = ""


def write_fitting_data(path: Path, data: FittingData) -> None:
    """One safetensors file; patients' names stand in its header."""
    tensors = {
        "features": torch.cat(data.features),
        "slices": torch.tensor([len(one) for one in data.features]),
        "fold": torch.from_numpy(data.folds),
        "time_months": torch.from_numpy(data.follow_up.time),
        "event": torch.from_numpy(data.follow_up.event),
    }
    write_tensors(path, tensors, {"patients": json.dumps(data.patients)})


def read_fitting_data(path: Path) -> FittingData:
    """The inverse of `write_fitting_data`.

    Raises
    ------
    InputError
        If the file isn't there or is another.
    """
    from safetensors import SafetensorError, safe_open
    from safetensors.torch import load

    try:
        content = path.read_bytes()
        tensors = load(content)
        with safe_open(str(path), framework="pt") as file:
            patients = json.loads((file.metadata() or {})["patients"])
        return FittingData(
            patients,
            tensors["fold"].numpy(),
            FollowUp(tensors["time_months"].numpy(), tensors["event"].numpy()),
            list(tensors["features"].split(tensors["slices"].tolist())),
            hashlib.sha256(content).hexdigest(),
        )
    except (OSError, SafetensorError, KeyError, json.JSONDecodeError) as error:
        raise InputError(f"cannot read the features of the run, {path}: {error}") from error
