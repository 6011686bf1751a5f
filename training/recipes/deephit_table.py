"""DeepHit on a table of covariates: setup, main, fit, validate."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ctprog_gui.core.inference.device import be_deterministic
from ctprog_gui.core.inference.slice_attention import months_lost
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import replacing, write_json
from training.checkpoint import save_checkpoint
from training.config import TableConfig
from training.loop import EpochReport
from training.run_folder import RunFolder, read_predictions, write_predictions
from training.splits import dealt
from training.stopping import Stop
from training.tables.cox import TableCox
from training.tables.fitting import TableModel, fit_table
from training.tables.reading import PatientTable, read_table
from training.tables.search import Trial, search, trials_as_csv

Index = NDArray[np.int64]
Floats = NDArray[np.float64]
_LEAST_DEATHS = 10
# Decimals of a probability on disk: what a network in single precision knows of it.
_DECIMALS = 7
# Of the patients that are fitted to and not predicted, where the table has a split of its own.
_FITTED = -1


@dataclass(frozen=True, eq=False)
class Setup:
    """Everything that is ready before the first weight is fitted.

    `folds` is each patient's fold; −1 for who is in no fold and fitted to only. `months` are the
    whole months of the longest follow-up.
    """

    config: TableConfig
    run: RunFolder
    table: PatientTable
    folds: Index
    months: Floats


def setup(config: TableConfig, table_path: Path, out: Path, *, threads: int | None) -> Setup:
    """Read the table, deal the folds, see that they can be fitted, begin the run's folder."""
    be_deterministic(threads)
    table = read_table(table_path, config.covariates, time_unit=config.time_unit)
    folds = folds_of(table, config)
    for fold in numbers(folds):
        inside, outside = table.follow_up.where(folds == fold), table.follow_up.where(folds != fold)
        if outside.events < _LEAST_DEATHS:
            raise InputError(
                f"the table {table.path}: {outside.events} deaths to fit fold {fold} on, "
                f"at least {_LEAST_DEATHS} are needed"
            )
        if inside.events == 0:
            raise InputError(f"the table {table.path}: nobody died in fold {fold}")
    run = RunFolder(out)
    run.begin(
        config.model_dump(mode="json"),
        {
            "device": "cpu",
            "threads": torch.get_num_threads(),
            "patients": table.n,
            "cohort": str(table_path.resolve()),
            "cohort_sha256": hashlib.sha256(table_path.read_bytes()).hexdigest(),
        },
    )
    return Setup(config, run, table, folds, np.arange(np.ceil(table.follow_up.time.max()) + 1))


def folds_of(table: PatientTable, config: TableConfig) -> Index:
    """Each patient's fold: the table's own, else dealt; by its own split, 0 for who isn't in `train`."""
    if config.protocol == "own_split":
        if table.split is None or set(table.split) in ({"train"}, set(table.split) - {"train"}):
            raise InputError(f"the table {table.path} has no split into train and others")
        return np.where(np.array(table.split) == "train", _FITTED, 0)
    if table.fold is not None:
        return table.fold
    if table.n < 2 * config.folds:
        raise InputError(f"{table.path} has {table.n} patients, too few for {config.folds} folds")
    return dealt(table.follow_up.event, config.folds, np.random.default_rng([config.seed, 0]))


def numbers(folds: Index) -> list[int]:
    """The folds that are predicted."""
    return sorted(set(folds[folds != _FITTED].tolist()))


def main(
    config: TableConfig,
    table_path: Path,
    out: Path,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Fit and predict each fold, then put the predictions of all together.

    ``RUN/predictions.csv`` holds each patient's prediction by networks that never saw it; it is
    written last. Beside each fold's are those of its first network alone (``single.csv``) and of
    Cox (``cox.csv``), with the same columns.
    """
    progress = progress or Progress()
    ready = setup(config, table_path, out, threads=threads)
    known = numbers(ready.folds)
    for done, fold in enumerate(known):
        fit(ready, fold, Stop(), progress.part(done / len(known), (done + 1) / len(known)))
    ready.run.close()
    gather(ready, known)
    progress.report(1.0, f"The run is in {out}")


def fit(ready: Setup, fold: int, stop: Stop, progress: Progress) -> None:
    """Search where the configuration asks for it, fit the networks and Cox, write the fold's folder."""
    config, table = ready.config, ready.table
    train, test = np.flatnonzero(ready.folds != fold), np.flatnonzero(ready.folds == fold)
    folder, seed = ready.run.fold(fold), config.seed + 1000 * (fold + 1)
    tried = config.search.draws + 1

    def on_trial(number: int, trial: Trial) -> None:
        progress.report(0.8 * (number + 1) / tried, f"Fold {fold}, candidate {number + 1} of {tried}")
        ready.run.event("search", number + 1, tried, fold=fold, inner_ctd=trial.score)

    chosen = config
    if config.search.draws:
        chosen, trials = search(table, train, config, seed=seed, stop=stop, on_trial=on_trial)
        with replacing(folder / "search.csv") as partial:
            partial.write_text(trials_as_csv(trials), encoding="utf-8")
    start = 0.8 if config.search.draws else 0.0

    def on_epoch(number: int, report: EpochReport) -> None:
        share = (number + (report.epoch + 1) / chosen.fit.epochs) / config.networks_per_fold
        text = f"Fold {fold}, network {number + 1} of {config.networks_per_fold}"
        progress.report(start + (1 - start) * share, text)
        ready.run.event(
            "fit",
            number + 1,
            config.networks_per_fold,
            fold=fold,
            epoch=report.epoch,
            loss=report.loss,
            comparable_pairs=int(report.counts["comparable_pairs"]),
            **report.validation,
        )

    model = fit_table(
        table, train, chosen, seed=seed, networks=config.networks_per_fold, stop=stop, on_epoch=on_epoch
    )
    write_json(folder / "chosen.json", chosen.model_dump(mode="json", include={"network", "fit"}))
    write_json(
        folder / "grid.json", {"cuts_months": model.grid.cuts.tolist(), "columns": model.encoding.names}
    )
    save_checkpoint(folder / "checkpoint.safetensors", *model.networks)
    validate(ready, fold, test, model, TableCox.of(table, train))


def validate(ready: Setup, fold: int, test: Index, model: TableModel, cox: TableCox) -> None:
    """Predict the fold's own patients: by Cox, by the first network, and last by all networks."""
    single = TableModel(model.encoding, model.grid, model.networks[:1])
    for name, source in (("cox", cox), ("single", single), ("predictions", model)):
        survival = np.round(source.survival(ready.table, test, ready.months), _DECIMALS)
        write_predictions(
            ready.run.fold(fold) / f"{name}.csv",
            [ready.table.patient_id[i] for i in test],
            [fold] * len(test),
            months_lost(survival),
            ready.table.follow_up.where(test),
            survival,
        )


def gather(ready: Setup, folds: Sequence[int]) -> None:
    """``RUN/predictions.csv`` from the predictions of the folds, in the order of the table."""
    parts = [read_predictions(ready.run.fold(fold) / "predictions.csv") for fold in folds]
    found = {patient: i for i, patient in enumerate(patient for part in parts for patient in part[0])}
    chosen = [i for i, patient in enumerate(ready.table.patient_id) if patient in found]
    order = [found[ready.table.patient_id[i]] for i in chosen]
    write_predictions(
        ready.run.path / "predictions.csv",
        [ready.table.patient_id[i] for i in chosen],
        ready.folds[chosen].tolist(),
        np.concatenate([part[2] for part in parts])[order],
        ready.table.follow_up.where(chosen),
        np.concatenate([part[4] for part in parts])[order],
    )
