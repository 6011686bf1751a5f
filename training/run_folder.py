"""The folder of one run: what was asked, where it ran, what happened, what came out."""

from __future__ import annotations

import csv
import json
import platform
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from ctprog_gui import __version__
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing, write_json
from ctprog_gui.core.survival.sample import FollowUp

_PACKAGES = ("torch", "monai", "numpy", "scipy", "SimpleITK", "pydicom", "safetensors", "pydantic")


class RunFolder:
    """Writes a run's files; events are appended as they happen, so a viewer can follow them.

    Raises
    ------
    InputError
        If the folder holds another run.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise InputError(f"{path} is not an empty folder: choose another for this run")
        path.mkdir(parents=True, exist_ok=True)
        self._boards: dict[str, Any] = {}

    def begin(self, config: dict[str, Any], facts: dict[str, Any]) -> None:
        """Write ``config.yaml`` (resolved) and ``environment.json``."""
        with replacing(self.path / "config.yaml") as partial:
            partial.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        environment = {
            "software": {"name": "ctprog", "version": __version__},
            "python": platform.python_version(),
            "platform": platform.platform(),
            "packages": {name: version(name) for name in _PACKAGES},
        }
        write_json(self.path / "environment.json", environment | facts)

    def event(
        self,
        stage: str,
        step: int,
        of: int,
        *,
        fold: int | None = None,
        epoch: int | None = None,
        **metrics: float | int | str,
    ) -> None:
        """Append one line to ``events.jsonl``."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "stage": stage,
            "fold": fold,
            "epoch": epoch,
            "step": step,
            "of": of,
            "metrics": metrics,
        }
        with (self.path / "events.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if epoch is not None:
            self._board_epoch(stage, fold, step, epoch, metrics)

    def close(self) -> None:
        """Finish the TensorBoard files."""
        for writer in self._boards.values():
            writer.close()
        self._boards.clear()

    def _board_epoch(
        self, stage: str, fold: int | None, step: int, epoch: int, metrics: dict[str, float | int | str]
    ) -> None:
        """One point a metric in ``tensorboard/``, a line a fit."""
        from torch.utils.tensorboard import SummaryWriter

        name = stage if fold is None else f"{stage}_fold_{fold}_head_{step}"
        if name not in self._boards:
            self._boards[name] = SummaryWriter(str(self.path / "tensorboard" / name))
        for key, value in metrics.items():
            if not isinstance(value, str):
                self._boards[name].add_scalar(f"{stage}/{key}", value, epoch)

    def fold(self, number: int) -> Path:
        return self.path / "folds" / str(number)


def write_predictions(
    path: Path,
    patients: Sequence[str],
    fold: Sequence[int],
    risk_score: NDArray[np.float64],
    follow_up: FollowUp,
    survival: NDArray[np.float64],
) -> None:
    """``predictions.csv``: patient_id, fold, risk_score, time_months, event, s_0 … s_horizon."""
    header = ["patient_id", "fold", "risk_score", "time_months", "event"]
    header += [f"s_{month}" for month in range(survival.shape[1])]
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for i, patient in enumerate(patients):
            # repr of a float reads back as the same float.
            row = [patient, fold[i], repr(float(risk_score[i])), repr(float(follow_up.time[i]))]
            writer.writerow([*row, int(follow_up.event[i]), *(repr(float(s)) for s in survival[i])])


def read_predictions(
    path: Path,
) -> tuple[list[str], NDArray[np.int64], NDArray[np.float64], FollowUp, NDArray[np.float64]]:
    """The inverse of `write_predictions`: patients, fold, risk score, follow-up, survival."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    months = sorted(int(name[2:]) for name in rows[0] if name.startswith("s_"))
    follow_up = FollowUp(
        np.array([float(row["time_months"]) for row in rows]),
        np.array([row["event"] == "1" for row in rows]),
    )
    return (
        [row["patient_id"] for row in rows],
        np.array([int(row["fold"]) for row in rows]),
        np.array([float(row["risk_score"]) for row in rows]),
        follow_up,
        np.array([[float(row[f"s_{m}"]) for m in months] for row in rows]),
    )
