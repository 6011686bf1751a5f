"""What DeepHit on a table is worth, beside one network of it alone and beside Cox."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import yaml
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.survival.censoring import fit_censoring, inverse_weights
from ctprog_gui.core.survival.sample import FollowUp
from training.evaluation.measure import Measure
from training.fitting.run_folder import read_predictions
from training.tables.grid import TimeGrid

Index = NDArray[np.int64]
Floats = NDArray[np.float64]
# The files of a fold, and what they are called in a report.
MODELS = {"predictions": "DeepHit", "single": "DeepHit, one network", "cox": "Cox"}
Kind = Literal["antolini", "strict", "harrell"]
CONCORDANCES: dict[Kind, str] = {
    "antolini": "C-td, Antolini",
    "strict": "C-td, eq. 7 (strict pairs)",
    "harrell": "C-index (Harrell) of the months lost",
}
BRIER = "integrated Brier score (lower is better)"
# The score is integrated as long as this share of patients would still be observed: weights stay below 10.
_LEAST_OBSERVED = 0.1
# Deaths that are compared with everybody at once.
_BLOCK = 512


def is_table_run(run: Path) -> bool:
    """Whether a run folder is of DeepHit on a table."""
    try:
        config = yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return False
    return isinstance(config, dict) and config.get("system") == "deephit_table"


@dataclass(frozen=True, eq=False)
class FoldCurves:
    """One model's predictions of one fold's patients: `survival` at whole months, (patient, month)."""

    follow_up: FollowUp
    score: Floats
    survival: Floats

    @classmethod
    def read(cls, path: Path) -> FoldCurves:
        _, _, score, follow_up, survival = read_predictions(path)
        return cls(follow_up, score, survival)

    def concordance(self, weight: Floats, kind: Kind) -> Floats:
        """C of samples of the patients, (sample,); 0.5 where no pair counts.

        ``antolini`` and ``strict`` are `time_dependent_concordance` at the exact times of death, where
        curves are interpolated between months; ``harrell`` is `concordance` of the score. For many
        samples of the same patients it takes one pass over the pairs, some deaths at a time.

        Parameters
        ----------
        weight
            (sample, patient): how often each patient is in it. Two copies of a patient are no pair.
        """
        time, event = self.follow_up.time, self.follow_up.event
        months = TimeGrid(np.arange(self.survival.shape[1], dtype=np.float64))
        right, pairs = np.zeros(len(weight)), np.zeros(len(weight))
        deaths = np.flatnonzero(event)
        for start in range(0, len(deaths), _BLOCK):
            rows = deaths[start : start + _BLOCK]
            comparable = time > time[rows, None]
            if kind != "strict":
                comparable |= (time == time[rows, None]) & ~event
            if kind == "harrell":
                lower = np.where(
                    self.score == self.score[rows, None], 0.5, self.score < self.score[rows, None]
                )
            else:
                survival = months.survival_at(self.survival, time[rows]).T
                lower = survival > survival[np.arange(len(rows)), rows][:, None]
            own = weight[:, rows]
            right += (own * (weight @ (comparable * lower).T.astype(np.float64))).sum(axis=1)
            pairs += (own * (weight @ comparable.T.astype(np.float64))).sum(axis=1)
        return np.where(pairs > 0, right / np.maximum(pairs, 1), 0.5)

    def brier(self, weight: Floats) -> Floats:
        """Integrated Brier score of samples of the patients, (sample,); `weight` as for `concordance`.

        The mean of the Brier score over whole months from 1 on, by trapezoids, to the last at which a
        tenth of the patients would still be observed (`inverse_weights` of this fold's own
        censoring, taken as known). 0.25 is what S = ½ for everybody gets.

        Raises
        ------
        InputError
            If that is less than two months.
        """
        months = np.arange(1, self.survival.shape[1])
        censoring = fit_censoring(self.follow_up)
        months = months[(censoring.at(months) >= _LEAST_OBSERVED) & (months < self.follow_up.time.max())]
        if len(months) < 2:
            raise InputError(
                "follow-up is too short for a Brier score: a tenth must be observed for 2 months"
            )
        known = np.column_stack([inverse_weights(self.follow_up, float(m), censoring) for m in months])
        alive = self.follow_up.time[:, None] > months
        error = known * (alive - self.survival[:, months]) ** 2
        # Trapezoids over months that follow each other.
        mean = (error.sum(axis=1) - (error[:, 0] + error[:, -1]) / 2) / (len(months) - 1)
        found: Floats = weight @ mean / weight.sum(axis=1)
        return found


def table_measures(run: Path, resamples: int, seed: int) -> list[Measure]:
    """Each measure of each model, mean over folds, and how far DeepHit's lies from the others'.

    All are computed within folds, since a fold's patients were predicted by the same networks. An
    interval is of bootstrap samples of the patients within each fold, the same for all models,
    with the predictions held fixed. Writes ``tables/folds.csv``: each fold's values.
    """
    folders = sorted((run / "folds").iterdir(), key=lambda folder: int(folder.name))
    models = {name: [FoldCurves.read(folder / f"{name}.csv") for folder in folders] for name in MODELS}
    rng = np.random.default_rng(seed)
    # The first of them is the fold as it is.
    weights = [_samples(curves.follow_up.n, resamples, rng) for curves in models["predictions"]]
    over = ", mean over folds" if len(folders) > 1 else ""
    found: list[Measure] = []
    columns: dict[str, Floats] = {}
    statistics: dict[str, Callable[..., Floats]] = {
        title: partial(FoldCurves.concordance, kind=kind) for kind, title in CONCORDANCES.items()
    }
    statistics[BRIER] = FoldCurves.brier
    for title, statistic in statistics.items():
        means = {}
        for name, label in MODELS.items():
            by_fold = np.array(
                [
                    statistic(curves, weight=weight)
                    for curves, weight in zip(models[name], weights, strict=True)
                ]
            )
            columns[f"{title}: {label}"] = by_fold[:, 0]
            means[name] = by_fold.mean(axis=0)
            found.append(_measure(f"{title}{over}: {label}", means[name]))
            if len(folders) > 1:
                spread = float(np.std(by_fold[:, 0], ddof=1))
                found.append(Measure(f"{title}, SD over folds: {label}", spread))
        for name in ("single", "cox"):
            better = means["predictions"] - means[name]
            found.append(_measure(f"{title}{over}: DeepHit less {MODELS[name]}", better))
    follow_ups = [curves.follow_up for curves in models["predictions"]]
    _write_folds(run / "tables" / "folds.csv", [folder.name for folder in folders], follow_ups, columns)
    return found


def _samples(n: int, resamples: int, rng: np.random.Generator) -> Floats:
    """(1 + resamples, patient): once each, and then how often each is in a bootstrap sample."""
    drawn = [np.bincount(rng.integers(n, size=n), minlength=n) for _ in range(resamples)]
    return np.array([np.ones(n), *drawn], dtype=np.float64)


def _measure(name: str, values: Floats) -> Measure:
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return Measure(name, float(values[0]), float(low), float(high))


def _write_folds(
    path: Path, names: Sequence[str], follow_ups: Sequence[FollowUp], columns: dict[str, Floats]
) -> None:
    with replacing(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["fold", "patients", "deaths", *columns])
        for i, (name, follow_up) in enumerate(zip(names, follow_ups, strict=True)):
            writer.writerow([name, follow_up.n, follow_up.events, *(float(c[i]) for c in columns.values())])
