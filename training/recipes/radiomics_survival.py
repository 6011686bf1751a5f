"""Survival from radiomics, with or without clinical values: setup, main, fit, validate."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import Cohort, read_cohort
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import write_json
from training.cohorts.clinical import clinical_numbers
from training.cohorts.splits import folds_of
from training.configuration.radscore import RadiomicsSurvivalConfig
from training.evaluation.seeds import seed_folder
from training.evaluation.strata import write_strata
from training.fitting.run_folder import RunFolder, read_predictions, write_predictions
from training.optimisation.stopping import Stop
from training.radscore.features import radiomics_of
from training.radscore.survival import (
    SurvivalData,
    breslow_survival,
    choose_penalties,
    risk_scores,
)

Index = NDArray[np.int64]
Floats = NDArray[np.float64]
_VOLUME = "original_shape_VoxelVolume"


@dataclass(frozen=True, eq=False)
class Setup:
    """Everything that is ready before the first coefficient is fitted."""

    config: RadiomicsSurvivalConfig
    patients: tuple[str, ...]
    folds: Index
    fitted: NDArray[np.bool_]
    data: SurvivalData
    volume: Floats
    sha256: str


def main(
    config: RadiomicsSurvivalConfig,
    cohort_path: Path,
    out: Path,
    *,
    resume: bool = False,
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> None:
    """Cross-validate for each seed of the inner folds; the first seed's run is the folder's own."""
    progress, stop = progress or Progress(), stop or Stop()
    ready = setup(config, cohort_path, progress.part(0.0, 0.5))
    seeds = [*config.seeds[1:], config.seeds[0]]
    # The run's own folder begins first, so that nothing else is taken for one that was begun.
    own = _begun(ready, out, config, resume=resume)
    for number, seed in enumerate(seeds):
        part = progress.part(0.5 + 0.5 * number / len(seeds), 0.5 + 0.5 * (number + 1) / len(seeds))
        if seed == config.seed:
            run = own
        else:
            single = config.model_copy(update={"seeds": (seed,)})
            run = _begun(ready, seed_folder(out, seed), single, resume=resume)
        with closing(run):
            cross_validate(ready, run, seed, stop, part)
    progress.report(1.0, f"The run is in {out}")


def setup(config: RadiomicsSurvivalConfig, cohort_path: Path, progress: Progress) -> Setup:
    """Features and clinical values of the patients that have a ROI with features.

    Raises
    ------
    InputError
        If the cohort can't be fitted, or lacks what the configuration names.
    """
    whole = read_cohort(cohort_path)
    everybody = tuple(row.patient_id for row in whole.rows)
    unknown = sorted(set(config.never_fit) - set(everybody))
    if unknown:
        raise InputError(f"never_fit names {unknown[0]}, who is not in {cohort_path}")
    tables = radiomics_of(config.radiomics, cohort_path, everybody, progress)
    lacking = [region for region in config.regions if region not in tables]
    if lacking:
        raise InputError(f"{config.radiomics.table} holds no features of the {lacking[0]}")
    there = np.flatnonzero(np.isfinite(tables["tumour"].values).any(axis=1))
    cohort = Cohort(whole.path, tuple(whole.rows[i] for i in there))
    if not cohort.rows:
        raise InputError(f"{cohort_path}: no patient has features")
    if _VOLUME not in tables["tumour"].names:
        raise InputError(f"the features lack {_VOLUME}, which the model is held against")
    volume = tables["tumour"].values[there, tables["tumour"].names.index(_VOLUME)]
    blocks = [tables[region].values[there] for region in config.regions]
    if config.clinical:
        blocks.append(clinical_numbers(cohort, config.clinical_inputs).astype(np.float64))
    stratum = [row.other.get(config.stratum, "") if config.stratum else "" for row in cohort.rows]
    if config.stratum and not all(stratum):
        raise InputError(f"{cohort_path}: {config.stratum} is empty for a patient")
    folds = folds_of(cohort, config.folds, config.seed)
    patients = tuple(row.patient_id for row in cohort.rows)
    digest = hashlib.sha256(json.dumps([patients, folds.tolist(), stratum]).encode())
    for block in blocks:
        digest.update(block.tobytes())
    digest.update(cohort.follow_up.time.tobytes() + cohort.follow_up.event.tobytes())
    return Setup(
        config,
        patients,
        folds,
        np.array([patient not in config.never_fit for patient in patients]),
        SurvivalData(cohort.follow_up, np.array(stratum), tuple(blocks)),
        volume,
        digest.hexdigest()[:32],
    )


def cross_validate(ready: Setup, run: RunFolder, seed: int, stop: Stop, progress: Progress) -> None:
    """One seed's run: each fold chosen for, fitted and predicted; ``predictions.csv`` is written last."""
    data, months = ready.data, np.arange(ready.config.bins + 1.0)
    score, survival = np.zeros(len(ready.patients)), np.zeros((len(ready.patients), months.size))
    numbers = sorted(set(ready.folds.tolist()))
    for done, fold in enumerate(numbers):
        stop.check()
        progress.report(done / len(numbers), f"Fitting fold {fold}, seed {seed}")
        test = np.flatnonzero(ready.folds == fold)
        if run.is_fitted(fold):
            _, _, score[test], _, survival[test] = read_predictions(run.fold(fold) / "predictions.csv")
            continue
        score[test], survival[test] = fit_and_predict(ready, run, fold, seed, months)
        write_predictions(
            run.fold(fold) / "predictions.csv",
            [ready.patients[i] for i in test],
            [fold] * len(test),
            score[test],
            data.follow_up.where(test),
            survival[test],
        )
    if ready.config.stratum is not None:
        means = np.concatenate(
            [np.nan_to_num(block) for block in data.blocks[: len(ready.config.regions)]], 1
        )
        write_strata(
            run.path / "strata.csv", ready.patients, data.stratum.tolist(), ready.volume.tolist(), means
        )
    write_predictions(
        run.path / "predictions.csv",
        ready.patients,
        ready.folds.tolist(),
        score,
        data.follow_up,
        survival,
    )


def fit_and_predict(
    ready: Setup, run: RunFolder, fold: int, seed: int, months: Floats
) -> tuple[Floats, Floats]:
    """Log relative hazard and curve of the fold's own patients."""
    config, data = ready.config, ready.data
    train = np.flatnonzero((ready.folds != fold) & ready.fitted)
    regions = (1.0,) * len(config.regions)
    shares = [(*regions, w) for w in config.clinical_penalties] if config.clinical else [regions]
    chosen = choose_penalties(
        data,
        train,
        config.penalties,
        shares,
        folds=config.inner_folds,
        repeats=config.inner_repeats,
        seed=seed + 1000 * (fold + 1),
    )
    best = chosen.penalties
    _, score = next(risk_scores(data, train, best.weights, [best.penalty]))
    write_json(
        run.fold(fold) / "fitted.json",
        {
            "penalty": best.penalty,
            "weights": list(best.weights),
            "inner_c": [
                {"penalty": one.penalty, "weights": list(one.weights), "c": value}
                for one, value in chosen.scores.items()
            ],
        },
    )
    run.event("fit", 1, 1, fold=fold, penalty=best.penalty, inner_c=chosen.scores[best])
    test = ready.folds == fold
    return score[test], breslow_survival(data.follow_up, train, score, months)[test]


def _begun(ready: Setup, path: Path, config: RadiomicsSurvivalConfig, *, resume: bool) -> RunFolder:
    run = RunFolder(path, existing=resume)
    facts = {"device": "cpu", "patients": len(ready.patients), "cohort_sha256": ready.sha256}
    run.begin(config.model_dump(mode="json"), facts)
    return run
