"""What DeepHit on a table is worth, beside one network of it alone and beside Cox."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.survival.concordance import concordance, time_dependent_concordance
from ctprog_gui.core.survival.sample import FollowUp
from training.measure import Measure
from training.run_folder import read_predictions
from training.tables.grid import TimeGrid

Index = NDArray[np.int64]
Floats = NDArray[np.float64]
# The files of a fold, and what they are called in a report.
MODELS = {"predictions": "DeepHit", "single": "DeepHit, one network", "cox": "Cox"}


def is_table_run(run: Path) -> bool:
    """Whether a run folder is of DeepHit on a table."""
    try:
        config = yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return False
    return isinstance(config, dict) and config.get("system") == "deephit_table"


@dataclass(frozen=True, eq=False)
class FoldCurves:
    """One model's predictions of one fold's patients.

    `incidence` is F of each patient at each patient's own time, (patient, time), by linear
    interpolation between months.
    """

    follow_up: FollowUp
    score: Floats
    survival: Floats
    incidence: Floats

    @classmethod
    def read(cls, path: Path) -> FoldCurves:
        _, _, score, follow_up, survival = read_predictions(path)
        months = TimeGrid(np.arange(survival.shape[1], dtype=np.float64))
        return cls(follow_up, score, survival, 1.0 - months.survival_at(survival, follow_up.time))

    def ctd(self, index: Index, *, censored_ties: bool = True) -> float:
        """C-td of some patients, at the exact times of death."""
        return time_dependent_concordance(
            self.follow_up.where(index),
            self.incidence[np.ix_(index, index)],
            np.arange(index.size),
            censored_ties=censored_ties,
        )

    def harrell(self, index: Index) -> float:
        return concordance(self.follow_up.where(index), self.score[index])


Statistic = Callable[[FoldCurves, Index], float]
STATISTICS: dict[str, Statistic] = {
    "C-td, Antolini": lambda curves, i: curves.ctd(i),
    "C-td, eq. 7 (strict pairs)": lambda curves, i: curves.ctd(i, censored_ties=False),
    "C-index (Harrell) of the months lost": lambda curves, i: curves.harrell(i),
}


def table_measures(run: Path, resamples: int, seed: int) -> list[Measure]:
    """Each statistic of each model, mean over folds, and by how much DeepHit is better.

    All are computed within folds, since a fold's patients were predicted by the same networks. An
    interval is of bootstrap samples of the patients within each fold, the same for all models,
    with the predictions held fixed. Writes ``tables/folds.csv``: each fold's values.
    """
    folders = sorted((run / "folds").iterdir(), key=lambda folder: int(folder.name))
    models = {name: [FoldCurves.read(folder / f"{name}.csv") for folder in folders] for name in MODELS}
    rng = np.random.default_rng(seed)
    sizes = [curves.follow_up.n for curves in models["predictions"]]
    samples = [[rng.integers(n, size=n) for n in sizes] for _ in range(resamples)]
    everyone = [np.arange(n) for n in sizes]

    found: list[Measure] = []
    rows: dict[str, list[float]] = {}
    for title, statistic in STATISTICS.items():
        whole = {name: _by_fold(statistic, folds, everyone) for name, folds in models.items()}
        drawn = {
            name: np.array([np.mean(_by_fold(statistic, folds, sample)) for sample in samples])
            for name, folds in models.items()
        }
        over = ", mean over folds" if len(folders) > 1 else ""
        for name, label in MODELS.items():
            rows[f"{title}: {label}"] = whole[name]
            found.append(_measure(f"{title}{over}: {label}", float(np.mean(whole[name])), drawn[name]))
            if len(folders) > 1:
                spread = float(np.std(whole[name], ddof=1))
                found.append(Measure(f"{title}, SD over folds: {label}", spread))
        for name in ("single", "cox"):
            gain = float(np.mean(whole["predictions"])) - float(np.mean(whole[name]))
            better = drawn["predictions"] - drawn[name]
            found.append(_measure(f"{title}{over}: DeepHit less {MODELS[name]}", gain, better))
    events = [curves.follow_up.events for curves in models["predictions"]]
    _write_folds(run / "tables" / "folds.csv", [folder.name for folder in folders], sizes, events, rows)
    return found


def _by_fold(statistic: Statistic, folds: Sequence[FoldCurves], index: Sequence[Index]) -> list[float]:
    return [statistic(curves, part) for curves, part in zip(folds, index, strict=True)]


def _measure(name: str, value: float, drawn: Floats) -> Measure:
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Measure(name, value, float(low), float(high))


def _write_folds(
    path: Path, names: list[str], sizes: list[int], events: list[int], rows: dict[str, list[float]]
) -> None:
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["fold", "patients", "deaths", *rows])
        for i, name in enumerate(names):
            writer.writerow([name, sizes[i], events[i], *(values[i] for values in rows.values())])
