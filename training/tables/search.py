"""Hyperparameters by random search in a cross-validation inside a training part."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from training.cohorts.splits import dealt
from training.configuration.experiment import TableConfig
from training.optimisation.stopping import Stop
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
    known: Sequence[Trial] = (),
    on_trial: Callable[[list[Trial]], None] | None = None,
) -> tuple[TableConfig, list[Trial]]:
    """The candidate with the best mean over the inner folds, and all that were tried.

    The first candidate is the configuration as it stands; the others are drawn from
    `config.search.space`, each key by itself. Every candidate is fitted once on every inner fold,
    on the same folds. Of two equal ones the earlier is taken.

    Parameters
    ----------
    known
        The first trials of the same search, as `read_trials` gives them: they aren't made again.
    on_trial
        Called with all trials so far after each that was made.
    """
    inner = dealt(table.follow_up.event[train], config.search.inner_folds, np.random.default_rng([seed, 2]))
    trials = list(known)
    for values in candidates(config, seed)[len(known) :]:
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
            on_trial(trials)
    best = max(trials, key=lambda trial: trial.score)
    return config.with_values(best.values), trials


def candidates(config: TableConfig, seed: int) -> list[dict[str, Any]]:
    """The values of each candidate, drawn without repeating one."""
    space = {key: list(dict.fromkeys(options)) for key, options in config.search.space.items()}
    own = {key: getattr(getattr(config, key.partition(".")[0]), key.partition(".")[2]) for key in space}
    rng = np.random.default_rng([seed, 3])
    found = [own]
    there_are = math.prod(len(options) for options in space.values())
    others = there_are - all(own[key] in options for key, options in space.items())
    while len(found) <= min(config.search.draws, others):
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


def read_trials(path: Path, config: TableConfig, seed: int) -> list[Trial]:
    """What `trials_as_csv` wrote of the search with this configuration and seed; none without a file.

    Raises
    ------
    InputError
        If the file tells of another search.
    """
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = []
    for row, values in zip(rows, candidates(config, seed), strict=False):
        if any(row.get(key) != str(value) for key, value in values.items()):
            raise InputError(f"{path} is of another search: take it away, or begin another run")
        scores = tuple(float(row[f"ctd_{fold}"]) for fold in range(config.search.inner_folds))
        known.append(Trial(values, scores))
    return known
