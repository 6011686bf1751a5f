"""The folder of one run: what was asked, where it ran, what happened, what came out."""

from __future__ import annotations

import csv
import json
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from ctprog_gui import __version__
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.run_events import append_event, mend
from ctprog_gui.core.shared.writing import replacing, write_json
from ctprog_gui.core.survival.sample import FollowUp

_CONFIG, _ENVIRONMENT, _EVENTS = "config.yaml", "environment.json", "events.jsonl"
_PACKAGES = ("torch", "monai", "numpy", "scipy", "SimpleITK", "pydicom", "safetensors", "pydantic")


class RunFolder:
    """Writes a run's files; events are appended as they happen, so a viewer can follow them.

    Parameters
    ----------
    existing
        The folder may hold a run already: to be gone on with, or to be written to by another
        process.

    Raises
    ------
    InputError
        If the folder holds another run, or something that is none.
    """

    def __init__(self, path: Path, *, existing: bool = False) -> None:
        self.path = path
        filled = path.exists() and (not path.is_dir() or any(_counts(one) for one in path.iterdir()))
        if filled and not existing:
            raise InputError(f"{path} is not an empty folder: choose another for this run, or --resume")
        if filled and not (path / _CONFIG).is_file():
            raise InputError(f"{path} holds something that is no run")
        path.mkdir(parents=True, exist_ok=True)
        self._boards: dict[str, Any] = {}

    def begin(self, config: dict[str, Any], facts: dict[str, Any]) -> None:
        """Write ``config.yaml`` (resolved) and ``environment.json``; or see that they tell the same.

        Raises
        ------
        InputError
            If the run in the folder was begun with another configuration or on another cohort
            (``facts["cohort_sha256"]``).
        """
        text = yaml.safe_dump(config, sort_keys=False)
        if (self.path / _CONFIG).is_file():
            self._require_same(yaml.safe_load(text), facts)
            mend(self.path / _EVENTS)
            self.event("resume", 1, 1)
            return
        environment = {
            "software": {"name": "ctprog", "version": __version__},
            "python": platform.python_version(),
            "platform": platform.platform(),
            "packages": {name: version(name) for name in _PACKAGES},
        }
        write_json(self.path / _ENVIRONMENT, environment | facts)
        # The last: a folder with a configuration is a run that was begun.
        with replacing(self.path / _CONFIG) as partial:
            partial.write_text(text, encoding="utf-8")

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
        """Append one line to ``events.jsonl``, and with an epoch a point a metric to ``tensorboard/``."""
        append_event(self.path / _EVENTS, stage, step, of, fold=fold, epoch=epoch, metrics=metrics)
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
            # A fit that goes on from a checkpoint draws its line anew from there.
            self._boards[name] = SummaryWriter(
                str(self.path / "tensorboard" / name), purge_step=epoch if epoch > 0 else None
            )
        for key, value in metrics.items():
            if not isinstance(value, str):
                self._boards[name].add_scalar(f"{stage}/{key}", value, epoch)

    def fold(self, number: int) -> Path:
        return self.path / "folds" / str(number)

    def is_fitted(self, fold: int) -> bool:
        """Whether a fold is finished: its predictions are written last."""
        return (self.fold(fold) / "predictions.csv").is_file()

    def _require_same(self, config: dict[str, Any], facts: dict[str, Any]) -> None:
        try:
            begun = yaml.safe_load((self.path / _CONFIG).read_text(encoding="utf-8"))
            environment = json.loads((self.path / _ENVIRONMENT).read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise InputError(f"{self.path} holds no run that can be gone on with: {error}") from error
        for key, there, here in _differences(begun, config):
            raise InputError(
                f"{self.path} was begun with another configuration: {key} is {there!r} there, {here!r} here"
            )
        if environment.get("cohort_sha256") != facts.get("cohort_sha256"):
            raise InputError(f"{self.path} was begun on another cohort")


def _counts(path: Path) -> bool:
    """Whether a file makes a folder a filled one: not what a run leaves that was killed as it began."""
    return path.name != _ENVIRONMENT and not path.name.startswith(".partial-")


def _differences(begun: Any, now: Any, key: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Keys whose values differ, with both."""
    if isinstance(begun, dict) and isinstance(now, dict):
        for name in [*begun, *(name for name in now if name not in begun)]:
            yield from _differences(begun.get(name), now.get(name), f"{key}.{name}" if key else str(name))
    elif begun != now:
        yield key or "it", begun, now


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
