"""An endpoint's models over the seeds of a run: the mean, its spread, and what it is above the volume's."""

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
from ctprog_gui.core.statistics.roc import auc
from training.evaluation.measure import Estimate, Measure
from training.evaluation.seeds import SEEDS
from training.radscore.baselines import VOLUME, roi_volume, strata_of
from training.radscore.fold import MODELS
from training.radscore.predictions import read_endpoint_predictions

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.int64]
_SEED = 20260


def auc_within(value: Floats, label: Bools, stratum: NDArray[np.str_], chosen: Index) -> float:
    """AUC over the pairs of one stratum, of the patients `chosen`; NaN without such a pair."""
    total, pairs = 0.0, 0
    for one in np.unique(stratum[chosen]):
        own = chosen[stratum[chosen] == one]
        count = int(label[own].sum()) * int((~label[own]).sum())
        if count:
            total += count * auc(value[own], label[own])
            pairs += count
    return total / pairs if pairs else float("nan")


def over_seeds(run: Path, draws: int) -> list[Measure]:
    """Of each model the AUC over pairs of one stratum (of all without strata), mean over the seeds.

    The interval is over samples of the patients, the seeds held fixed; the SD is over the seeds. Empty
    where the run has no further seeds.

    Raises
    ------
    InputError
        If a further seed's run isn't finished or holds other patients.
    """
    folders = sorted((run / SEEDS).glob("*"), key=lambda path: path.name)
    if not folders:
        return []
    first = read_endpoint_predictions(run / "predictions.csv")
    runs = [first]
    for folder in folders:
        if not (folder / "predictions.csv").is_file():
            raise InputError(f"{folder} holds no finished run")
        runs.append(read_endpoint_predictions(folder / "predictions.csv"))
        if runs[-1].patients != first.patients:
            raise InputError(f"{folder} holds other patients than {run}")
    label, stratum = first.label, strata_of(run, first)
    samples = list(resamples(len(label), draws, _SEED))

    def estimate(value: Floats) -> Estimate:
        return Estimate.of(partial(auc_within, value, label, stratum), samples)

    volume = roi_volume(run, first)
    peer = None if volume is None else estimate(volume)
    found = [] if peer is None else [peer.measure(VOLUME)]
    for model in MODELS:
        each = [estimate(one.probability[model]) for one in runs]
        mean = Estimate.mean(each)
        found.append(mean.measure(f"{model}, mean over {len(each)} seeds"))
        found.append(
            Measure(f"{model}, SD over the seeds", float(np.std([one.value for one in each], ddof=1)))
        )
        if peer is not None:
            found.append(mean.less(peer).measure(f"{model}, less the volume's"))
    return found


def write_over_seeds(path: Path, measures: Sequence[Measure]) -> None:
    """A CSV: measure, value and interval."""
    with replacing(path) as partial_, partial_.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["measure", "value", "lower", "upper"])
        writer.writerows([one.name, one.value, one.lower, one.upper] for one in measures)
