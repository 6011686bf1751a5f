"""Hyperparameters by random search in a cross-validation inside a training part."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.config import TableConfig
from training.splits import dealt
from training.stopping import Stop
from training.tables.fitting import ctd_at_deaths, fit_table
from training.tables.reading import PatientTable

Index = NDArray[np.int64]


@dataclass(frozen=True)
class Trial:
    """One candidate: its values by key, and its C-td (Antolini, exact times) in each inner fold."""

    values: dict[str, Any]
    scores: tuple[float, ...]

    @property
    def score(self) -> float:
        return float(np.mean(self.scores))


def search(
    table: PatientTable,
    train: Index,
    config: TableConfig,
    *,
    seed: int,
    stop: Stop | None = None,
    on_trial: Callable[[int, Trial], None] | None = None,
) -> tuple[TableConfig, list[Trial]]:
    """The candidate with the best mean over the inner folds, and all that were tried.

    The first candidate is the configuration as it stands; the others are drawn from
    `config.search.space`, each key by itself. Every candidate is fitted once on every inner fold,
    on the same folds. Of two equal ones the earlier is taken.
    """
    inner = dealt(table.follow_up.event[train], config.search.inner_folds, np.random.default_rng([seed, 2]))
    trials = []
    for number, values in enumerate(candidates(config, seed)):
        scores = []
        for fold in range(config.search.inner_folds):
            inside, outside = train[inner != fold], train[inner == fold]
            model = fit_table(
                table, inside, config.with_values(values), seed=seed + 100 * fold, networks=1, stop=stop
            )
            survival = model.survival(table, outside, model.grid.cuts)
            scores.append(ctd_at_deaths(table.follow_up.where(outside), survival, model.grid))
        trials.append(Trial(values, tuple(scores)))
        if on_trial is not None:
            on_trial(number, trials[-1])
    best = max(trials, key=lambda trial: trial.score)
    return config.with_values(best.values), trials


def candidates(config: TableConfig, seed: int) -> list[dict[str, Any]]:
    """The values of each candidate, drawn without repeating one."""
    space = config.search.space
    own = {key: getattr(getattr(config, key.partition(".")[0]), key.partition(".")[2]) for key in space}
    rng = np.random.default_rng([seed, 3])
    found = [own]
    most = min(config.search.draws, int(np.prod([len(options) for options in space.values()])) - 1)
    while len(found) <= most:
        drawn = {key: options[rng.integers(len(options))] for key, options in space.items()}
        if drawn not in found:
            found.append(drawn)
    return found


def trials_as_csv(trials: list[Trial]) -> str:
    """A row a candidate, in the order of trying: its values, each inner fold's C-td, their mean."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    keys, folds = list(trials[0].values), range(len(trials[0].scores))
    writer.writerow([*keys, *(f"ctd_{fold}" for fold in folds), "ctd_mean"])
    for trial in trials:
        writer.writerow([*trial.values.values(), *map(repr, trial.scores), repr(trial.score)])
    return text.getvalue()
