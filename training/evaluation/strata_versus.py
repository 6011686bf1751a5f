"""Runs on a cohort of several collections held against each other, over the seeds they share."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.statistics.resampling import resamples
from training.configuration.experiment import RoiAttentionConfig, load_config
from training.configuration.radscore import RadiomicsSurvivalConfig
from training.evaluation.measure import Estimate, Measure
from training.evaluation.seeds import further_scores
from training.evaluation.strata import PairsWithin, read_strata
from training.fitting.run_folder import read_predictions

Floats = NDArray[np.float64]
_TABLE = "tables/same_source.csv"
_SEED = 20260


def strata_differences(run: Path, others: Sequence[Path], draws: int) -> list[Measure]:
    """What `run` is worth above each other run, mean over the seeds that both have.

    Concordance over pairs of one collection, over folds and all together, and over all pairs; the
    interval is over `draws` bootstrap samples of the patients, the same for both runs. Empty for a
    run without strata.

    Raises
    ------
    InputError
        If a run isn't finished, has other patients, or shares no seed with `run`.
    """
    if not (run / "strata.csv").is_file():
        return []
    patients, own = _scores(run)
    _, fold, _, follow_up, _ = read_predictions(run / "predictions.csv")
    stratum, *_ = read_strata(run / "strata.csv", patients)
    pairs = PairsWithin(follow_up, stratum, fold)
    samples = list(resamples(follow_up.n, draws, _SEED))
    worth = (
        ("C-index, same source, mean over folds", partial(pairs.over_folds, within=True)),
        ("C-index, same source, all folds together", pairs.same),
        ("C-index, all pairs, mean over folds", partial(pairs.over_folds, within=False)),
    )
    found = []
    for other in others:
        its_patients, its = _scores(other)
        shared = sorted(set(own) & set(its))
        if its_patients != patients:
            raise InputError(f"{other} has other patients than {run}: they can't be compared")
        if not shared:
            raise InputError(f"{other} shares no seed with {run}: they can't be compared")
        name = load_config(other / "config.yaml").name
        for what, of in worth:
            both = [
                Estimate.mean([Estimate.of(partial(of, scores[seed]), samples) for seed in shared])
                for scores in (own, its)
            ]
            told = f"{what}, mean over {len(shared)} seeds" if len(shared) > 1 else what
            found.append(both[0].measure(told))
            found.append(both[1].measure(f"the same of {name}"))
            found.append(both[0].less(both[1]).measure(f"less that of {name}"))
    return found


def write_differences(run: Path, measures: Sequence[Measure]) -> None:
    """``tables/same_source.csv``."""
    with replacing(run / _TABLE) as partial_, partial_.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["measure", "value", "lower", "upper"])
        writer.writerows([one.name, one.value, one.lower, one.upper] for one in measures)


def read_differences(run: Path) -> list[Measure]:
    """The inverse of `write_differences`; empty where the run was held against no other."""
    if not (run / _TABLE).is_file():
        return []
    with (run / _TABLE).open(encoding="utf-8", newline="") as file:
        return [
            Measure(row["measure"], float(row["value"]), float(row["lower"]), float(row["upper"]))
            for row in csv.DictReader(file)
        ]


def _scores(run: Path) -> tuple[list[str], dict[int, Floats]]:
    """Patients, and each seed's risk scores of them."""
    if not (run / "predictions.csv").is_file():
        raise InputError(f"{run} holds no finished run")
    config = load_config(run / "config.yaml")
    if not isinstance(config, RoiAttentionConfig | RadiomicsSurvivalConfig):
        raise InputError(
            f"{run} is no run whose survival is told within collections: it can't be compared so"
        )
    patients, _, score, *_ = read_predictions(run / "predictions.csv")
    return patients, {config.seed: score, **further_scores(run, patients)}
