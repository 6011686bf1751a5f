"""DeepHit on a table of covariates: setup, main, fit, validate."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ctprog_gui.core.cohort.sufficiency import LEAST_EVENTS
from ctprog_gui.core.inference.device import be_deterministic
from ctprog_gui.core.inference.slice_attention import months_lost
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import replacing, write_json
from training.cohorts.splits import dealt
from training.configuration.experiment import TableConfig, load_config
from training.fitting.cross_validation import Engine, FoldTask, cross_validate
from training.fitting.run_folder import RunFolder, read_predictions, write_predictions
from training.optimisation.checkpoint import save_checkpoint
from training.optimisation.loop import EpochReport
from training.optimisation.stopping import Stop
from training.tables.cox import TableCox
from training.tables.fitting import TableModel, fit_table
from training.tables.reading import HDF5, PatientTable, read_table
from training.tables.search import Trial, read_trials, search, trials_as_csv

Index = NDArray[np.int64]
Floats = NDArray[np.float64]
_TABLE = "table"
# Decimals of a probability on disk: what a network in single precision knows of it.
_DECIMALS = 7
# Of the patients that are fitted to and not predicted, where the table has a split of its own.
_FITTED = -1


@dataclass(frozen=True, eq=False)
class Setup:
    """Everything that is ready before the first weight is fitted.

    `folds` is each patient's fold; −1 for who is in no fold and fitted to only.
    """

    config: TableConfig
    run: RunFolder
    table: PatientTable
    folds: Index


def setup(
    config: TableConfig, table_path: Path, out: Path, *, threads: int | None = None, resume: bool = False
) -> Setup:
    """Read the table, deal the folds, see that they can be fitted, begin the run's folder.

    The table is copied into the run as it is, so that whichever process fits a fold finds it there.
    """
    be_deterministic(threads)
    table = read_table(table_path, config.covariates, time_unit=config.time_unit)
    folds = folds_of(table, config)
    for fold in numbers(folds):
        inside, outside = table.follow_up.where(folds == fold), table.follow_up.where(folds != fold)
        if outside.events < LEAST_EVENTS:
            raise InputError(
                f"the table {table.path}: {outside.events} deaths to fit fold {fold} on, "
                f"at least {LEAST_EVENTS} are needed"
            )
        if inside.events == 0:
            raise InputError(f"the table {table.path}: nobody died in fold {fold}")
        # What Cox can't be fitted to is known now rather than behind a search.
        TableCox.of(table, np.flatnonzero(folds != fold))
    run = RunFolder(out, existing=resume)
    content = table_path.read_bytes()
    run.begin(
        config.model_dump(mode="json"),
        {
            "device": "cpu",
            "threads": torch.get_num_threads(),
            "patients": table.n,
            "cohort_sha256": hashlib.sha256(content).hexdigest()[:32],
        },
    )
    with replacing(_copy(out, table_path.suffix.lower())) as partial:
        partial.write_bytes(content)
    return Setup(config, run, table, folds)


def folds_of(table: PatientTable, config: TableConfig) -> Index:
    """Each patient's fold: the table's own, else dealt; by its own split, 0 for who isn't in `train`."""
    if config.protocol == "own_split":
        names = set(table.split or ())
        if "train" not in names or len(names) < 2:
            raise InputError(f"the table {table.path} has no split into train and others")
        return np.where(np.array(table.split) == "train", _FITTED, 0)
    if table.fold is not None:
        if len(set(table.fold.tolist())) < 2:
            raise InputError(f"the table {table.path}: all patients are in fold {table.fold[0]}")
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
    resume: bool = False,
    engine: Engine = "local",
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> None:
    """Fit and predict each fold, then put the predictions of all together.

    ``RUN/predictions.csv`` holds each patient's prediction by networks that never saw it; it is
    written last. Beside each fold's are those of its first network alone (``single.csv``) and of
    Cox (``cox.csv``), with the same columns. With `resume` a fold that is finished is not fitted
    again, and a candidate that was tried not tried again.
    """
    progress = progress or Progress()
    ready = setup(config, table_path, out, threads=threads, resume=resume)
    with closing(ready.run):
        cross_validate(
            fit_fold,
            ready.run,
            numbers(ready.folds),
            threads=threads,
            engine=engine,
            stop=stop,
            progress=progress,
        )
        gather(ready)
    progress.report(1.0, f"The run is in {out}")


def read_setup(run: Path) -> Setup:
    """A run that was begun, from its folder.

    Raises
    ------
    InputError
        If it isn't one of this recipe.
    """
    config = load_config(run / "config.yaml")
    copies = [path for path in run.glob(f"{_TABLE}.*") if path.suffix in (".csv", *HDF5)]
    if not isinstance(config, TableConfig) or len(copies) != 1:
        raise InputError(f"{run} is no run on a table")
    table = read_table(copies[0], config.covariates, time_unit=config.time_unit)
    return Setup(config, RunFolder(run, existing=True), table, folds_of(table, config))


def fit_fold(task: FoldTask, stop: Stop, progress: Progress) -> None:
    """Search where the configuration asks for it, fit the networks and Cox, predict the fold."""
    be_deterministic(task.threads)
    ready, fold = read_setup(task.run), task.fold
    config, table, run = ready.config, ready.table, ready.run
    train = np.flatnonzero(ready.folds != fold)
    folder, seed = run.fold(fold), config.seed + 1000 * (fold + 1)
    tried = config.search.draws + 1

    def on_trial(trials: list[Trial]) -> None:
        with replacing(folder / "search.csv") as partial:
            partial.write_text(trials_as_csv(trials), encoding="utf-8")
        number = len(trials)
        run.event("search", number, tried, fold=fold, inner_ctd=trials[-1].score)
        progress.report(0.8 * number / tried, f"Fold {fold}, candidate {number} of {tried}")

    def on_epoch(number: int, report: EpochReport) -> None:
        share = (number + (report.epoch + 1) / chosen.fit.epochs) / config.networks_per_fold
        text = f"Fold {fold}, network {number + 1} of {config.networks_per_fold}"
        progress.report(start + (1 - start) * share, text)
        run.event(
            "fit",
            number + 1,
            config.networks_per_fold,
            fold=fold,
            epoch=report.epoch,
            loss=report.loss,
            comparable_pairs=int(report.counts["comparable_pairs"]),
            **report.validation,
        )

    with closing(run):
        chosen, start = config.with_values({}), 0.0
        if config.search.draws:
            known = read_trials(folder / "search.csv", config, seed)
            chosen, _ = search(table, train, config, seed=seed, stop=stop, known=known, on_trial=on_trial)
            start = 0.8
        model = fit_table(
            table, train, chosen, seed=seed, networks=config.networks_per_fold, stop=stop, on_epoch=on_epoch
        )
    write_json(
        folder / "fitted.json",
        {
            **chosen.model_dump(mode="json", include={"network", "fit"}),
            "cuts_months": model.grid.cuts.tolist(),
            "columns": model.encoding.names,
        },
    )
    save_checkpoint(folder / "checkpoint.safetensors", *model.networks)
    validate(ready, fold, model, TableCox.of(table, train))


def validate(ready: Setup, fold: int, model: TableModel, cox: TableCox) -> None:
    """Predict the fold's own patients by Cox, by the first network, and by all: that file is the last."""
    test = np.flatnonzero(ready.folds == fold)
    months = np.arange(np.ceil(ready.table.follow_up.time.max()) + 1)
    single = TableModel(model.encoding, model.grid, model.networks[:1])
    sources: dict[str, TableCox | TableModel] = {"cox": cox, "single": single, "predictions": model}
    for name, source in sources.items():
        survival = np.round(source.survival(ready.table, test, months), _DECIMALS)
        write_predictions(
            ready.run.fold(fold) / f"{name}.csv",
            [ready.table.patient_id[i] for i in test],
            [fold] * len(test),
            months_lost(survival),
            ready.table.follow_up.where(test),
            survival,
        )


def gather(ready: Setup) -> None:
    """``RUN/predictions.csv`` from the predictions of the folds, in the order of the table."""
    test = np.flatnonzero(ready.folds != _FITTED)
    score = np.zeros(ready.table.n)
    survival: Floats | None = None
    for fold in numbers(ready.folds):
        _, _, own, _, curves = read_predictions(ready.run.fold(fold) / "predictions.csv")
        if survival is None:
            survival = np.zeros((ready.table.n, curves.shape[1]))
        score[ready.folds == fold], survival[ready.folds == fold] = own, curves
    assert survival is not None
    write_predictions(
        ready.run.path / "predictions.csv",
        [ready.table.patient_id[i] for i in test],
        ready.folds[test].tolist(),
        score[test],
        ready.table.follow_up.where(test),
        survival[test],
    )


def _copy(run: Path, suffix: str) -> Path:
    return run / f"{_TABLE}{suffix if suffix in HDF5 else '.csv'}"
