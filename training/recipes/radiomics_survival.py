"""Survival from radiomics, with or without clinical values: setup, main, fit, validate."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import Cohort, read_cohort
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import write_json
from ctprog_gui.core.survival.sample import FollowUp
from training.cohorts.clinical import clinical_numbers
from training.cohorts.splits import folds_of
from training.configuration.experiment import RoiAttentionConfig, load_config
from training.configuration.radscore import Block, RadiomicsSurvivalConfig
from training.evaluation.seeds import seed_folder
from training.evaluation.strata import read_strata, write_strata
from training.fitting.run_folder import RunFolder, read_predictions, write_predictions
from training.optimisation.stopping import Stop
from training.radiomics import RING
from training.radscore.features import as_told, radiomics_of, told_by
from training.radscore.stability import stable_features
from training.radscore.survival import (
    Chosen,
    Criterion,
    Family,
    SurvivalData,
    averaged_scores,
    breslow_survival,
    choose_penalties,
    hazard_scale,
    risk_scores,
)
from training.radscore.table import RegionFeatures

Index = NDArray[np.int64]
Floats = NDArray[np.float64]
_VOLUME = "original_shape_VoxelVolume"
_INNER: dict[Criterion, str] = {"concordance": "inner_c", "partial_likelihood": "inner_log_likelihood"}


@dataclass(frozen=True, eq=False)
class Setup:
    """Everything that is ready before the first coefficient is fitted.

    `measures` is the block of that name by seed; all other blocks are the same for all seeds.
    """

    config: RadiomicsSurvivalConfig
    patients: tuple[str, ...]
    folds: Index
    fitted: NDArray[np.bool_]
    follow_up: FollowUp
    stratum: NDArray[np.str_]
    blocks: dict[Block, Floats]
    measures: dict[int, Floats]
    volume: Floats
    sha256: str

    def families(self, seed: int) -> list[Family]:
        """What is fitted, and the penalties to choose among."""
        config, found = self.config, []
        blocks = self.blocks | ({"measures": self.measures[seed]} if self.measures else {})
        for names in config.fitted_together:
            shares = config.clinical_penalties if "clinical" in names else (1.0,)
            weights = tuple(tuple(w if name == "clinical" else 1.0 for name in names) for w in shares)
            data = SurvivalData(
                self.follow_up, self.stratum, tuple(blocks[name] for name in names), config.within_stratum
            )
            found.append(Family(data, config.penalties, weights))
        return found


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
    config = config.model_copy(update={"radiomics": as_told(config.radiomics)})
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
    if (config.least_icc is None) != (config.stability is None):
        raise InputError("stability (a table of training.radscore.stability) and least_icc go together")
    if config.measures is None and any("measures" in family for family in config.families):
        raise InputError("families name measures: say of which run of slice attention (measures=RUN)")
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
    steady = None
    if config.stability is not None and config.least_icc is not None:
        steady = stable_features(config.stability, config.least_icc)
    blocks: dict[Block, Floats] = {
        region: _kept(tables[region], RING if region == "ring" else "", steady)[there]
        for region in config.regions
    }
    if config.clinical:
        blocks["clinical"] = clinical_numbers(cohort, config.clinical_inputs).astype(np.float64)
    if any("volume" in family for family in config.families):
        blocks["volume"] = np.log(volume)[:, None]
    stratum = [row.other.get(config.stratum, "") if config.stratum else "" for row in cohort.rows]
    if config.stratum and not all(stratum):
        raise InputError(f"{cohort_path}: {config.stratum} is empty for a patient")
    folds = folds_of(cohort, config.folds, config.seed)
    patients = tuple(row.patient_id for row in cohort.rows)
    measures = _measures(config, patients)
    digest = hashlib.sha256(json.dumps([patients, folds.tolist(), stratum]).encode())
    for block in (*blocks.values(), *measures.values()):
        digest.update(block.tobytes())
    digest.update(cohort.follow_up.time.tobytes() + cohort.follow_up.event.tobytes())
    return Setup(
        config,
        patients,
        folds,
        np.array([patient not in config.never_fit for patient in patients]),
        cohort.follow_up,
        np.array(stratum),
        blocks,
        measures,
        volume,
        digest.hexdigest()[:32],
    )


def _kept(table: RegionFeatures, prefix: str, steady: frozenset[str] | None) -> Floats:
    """The columns of a region that are steady; all where nothing is known of that."""
    if steady is None:
        return table.values
    columns = [i for i, name in enumerate(table.names) if prefix + name in steady]
    if not columns:
        raise InputError(f"no feature of the {'ring' if prefix else 'tumour'} is stable enough")
    return table.values[:, columns]


def _measures(config: RadiomicsSurvivalConfig, patients: tuple[str, ...]) -> dict[int, Floats]:
    """What each seed's encoder of a slice-attention run measures, averaged over the ROI's slices."""
    run, found = config.measures, {}
    if run is None:
        return {}
    asked = load_config(run / "config.yaml")
    if not isinstance(asked, RoiAttentionConfig):
        raise InputError(f"{run} is no run of slice attention on cubes")
    if set(config.never_fit) - set(asked.never_fit):
        raise InputError(f"{run} was fitted to patients that never_fit names here")
    for seed in config.seeds:
        path = (run if seed == asked.seed else seed_folder(run, seed)) / "strata.csv"
        try:
            found[seed] = read_strata(path, patients)[2]
        except (OSError, KeyError) as error:
            raise InputError(f"{path} holds no measures of these patients: {error}") from error
    return found


def cross_validate(ready: Setup, run: RunFolder, seed: int, stop: Stop, progress: Progress) -> None:
    """One seed's run: each fold chosen for, fitted and predicted; ``predictions.csv`` is written last."""
    months = np.arange(ready.config.bins + 1.0)
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
            ready.follow_up.where(test),
            survival[test],
        )
    if ready.config.stratum is not None:
        used = {name for family in ready.config.fitted_together for name in family}
        told = [block for name, block in ready.blocks.items() if name in used and name != "clinical"]
        if "measures" in used:
            told.append(ready.measures[seed])
        told = told or [np.log(ready.volume)[:, None]]
        means = np.concatenate([np.nan_to_num(block) for block in told], 1)
        write_strata(
            run.path / "strata.csv", ready.patients, ready.stratum.tolist(), ready.volume.tolist(), means
        )
    write_predictions(
        run.path / "predictions.csv",
        ready.patients,
        ready.folds.tolist(),
        score,
        ready.follow_up,
        survival,
    )


def fit_and_predict(
    ready: Setup, run: RunFolder, fold: int, seed: int, months: Floats
) -> tuple[Floats, Floats]:
    """Log relative hazard and curve of the fold's own patients."""
    config, families = ready.config, ready.families(seed)
    train = np.flatnonzero((ready.folds != fold) & ready.fitted)
    inner = seed + 1000 * (fold + 1)
    if config.taken == "all":
        taken = [family.candidates for family in families]
        told: list[dict[str, Any]] = [
            {"averaged": [{"penalty": one.penalty, "weights": list(one.weights)} for one in own]}
            for own in taken
        ]
        for number, own in enumerate(taken, 1):
            run.event("fit", number, len(taken), fold=fold, averaged=len(own))
    else:
        chosen = [
            choose_penalties(
                family.data,
                train,
                family.penalties,
                family.weights,
                folds=config.inner_folds,
                repeats=config.inner_repeats,
                seed=inner,
                criterion=config.taken,
            )
            for family in families
        ]
        taken = [(one.penalties,) for one in chosen]
        told = [_choice_told(one, config.taken) for one in chosen]
        for number, one in enumerate(chosen, 1):
            best = one.penalties
            run.event(
                "fit", number, len(chosen), fold=fold, penalty=best.penalty, inner_score=one.scores[best]
            )
    if len(families) == 1 and len(taken[0]) == 1:
        only = taken[0][0]
        _, score = next(risk_scores(families[0].data, train, only.weights, [only.penalty]))
        write_json(run.fold(fold) / "fitted.json", told[0])
    else:
        scale = hazard_scale(families, train, taken, folds=config.inner_folds, seed=inner)
        score = averaged_scores(families, train, taken) * scale
        write_json(run.fold(fold) / "fitted.json", {"families": told, "scale": scale})
    test = ready.folds == fold
    return score[test], breslow_survival(ready.follow_up, train, score, months)[test]


def _choice_told(choice: Chosen, criterion: Criterion) -> dict[str, Any]:
    key = _INNER[criterion]
    return {
        "penalty": choice.penalties.penalty,
        "weights": list(choice.penalties.weights),
        key: [
            {"penalty": one.penalty, "weights": list(one.weights), key.removeprefix("inner_"): value}
            for one, value in choice.scores.items()
        ],
    }


def _begun(ready: Setup, path: Path, config: RadiomicsSurvivalConfig, *, resume: bool) -> RunFolder:
    run = RunFolder(path, existing=resume)
    facts = {
        "device": "cpu",
        "patients": len(ready.patients),
        "radiomics_told_by": told_by(config.radiomics),
        "cohort_sha256": ready.sha256,
    }
    run.begin(config.model_dump(mode="json"), facts)
    return run
