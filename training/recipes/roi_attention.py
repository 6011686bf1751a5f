"""The slice-attention experiment on the cube around the tumour: setup, main, fit, validate."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ctprog_gui.core.cohort.table import Cohort, read_cohort
from ctprog_gui.core.inference.device import be_deterministic
from ctprog_gui.core.inference.roi_attention import RoiAttentionModel, RoiMeasurements, RoiMeasurer
from ctprog_gui.core.inference.slice_attention import months_lost
from ctprog_gui.core.networks.registry import build_roi_encoder, build_roi_head
from ctprog_gui.core.networks.roi_attention import RoiAttentionHead
from ctprog_gui.core.networks.roi_encoder import RoiEncoder
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.places import user_cache
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import write_json
from ctprog_gui.core.survival.targets import monthly_targets
from training.cohorts.clinical import clinical_numbers, counted, number_ranges, write_declaration
from training.cohorts.splits import folds_of
from training.configuration.experiment import RoiAttentionConfig
from training.evaluation.seeds import seed_folder
from training.evaluation.strata import write_strata
from training.exporting.ranges import lowest_and_highest
from training.fitting.roi_engine import RoiFeatures, fit_roi_head, predict_roi, tune
from training.fitting.run_folder import RunFolder, write_predictions
from training.optimisation.checkpoint import read_checkpoint, save_checkpoint
from training.optimisation.loop import EpochReport
from training.optimisation.state import Keeper
from training.optimisation.stopping import Stop
from training.preparation.cubes import PreparedCube, prepare_cubes
from training.preparation.measures import SliceMeasures, measure_cohort, standardised
from training.pretraining.roi import pretrain_roi_encoder
from training.pretraining.watch import Watch

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Setup:
    """Everything that is ready before the first weight is fitted.

    `cohort` holds the patients that have a ROI, and everything else is in its order. `fitted` tells
    whom a weight may ever be fitted to.
    """

    config: RoiAttentionConfig
    run: RunFolder
    cohort: Cohort
    folds: Index
    stratum: list[str]
    cubes: list[PreparedCube]
    fitted: NDArray[np.bool_]
    measures: SliceMeasures
    raw_measures: NDArray[np.float64]
    clinical: NDArray[np.float32]
    facts: dict[str, Any]
    stop: Stop


def setup(
    config: RoiAttentionConfig,
    cohort_path: Path,
    out: Path,
    *,
    threads: int | None,
    prepared: Path | None,
    resume: bool,
    stop: Stop,
    progress: Progress,
) -> Setup:
    """Read the cohort, cut all cubes, measure their slices, begin the run's folder or go on with it."""
    be_deterministic(threads)
    whole = read_cohort(cohort_path)
    # Folds that can't be are told before anything is computed.
    folds_of(whole, config.folds, config.seed)
    cut = prepare_cubes(
        whole,
        config.recipe,
        images_are_cubes=config.preprocessing.images_are_cubes,
        cache=prepared,
        progress=progress.part(0.0, 0.6),
    )
    there = [number for number, cube in enumerate(cut) if cube is not None]
    without = [row.patient_id for row, cube in zip(whole.rows, cut, strict=True) if cube is None]
    cubes = [cube for cube in cut if cube is not None]
    if not cubes:
        raise InputError(f"{cohort_path}: no patient has a ROI")
    cohort = Cohort(whole.path, tuple(whole.rows[number] for number in there))
    patients = [row.patient_id for row in cohort.rows]
    unknown = sorted(set(config.never_fit) - {row.patient_id for row in whole.rows})
    if unknown:
        raise InputError(f"never_fit names {unknown[0]}, who is not in {cohort_path}")
    stratum = _stratum(cohort, config.stratum)
    if config.curve_level is not None and config.curve_level not in stratum:
        raise InputError(f"{cohort_path}: no patient's {config.stratum} is {config.curve_level}")
    clinical = clinical_numbers(cohort, config.clinical_inputs)
    folds = folds_of(cohort, config.folds, config.seed)
    fitted = np.array([patient not in config.never_fit for patient in patients])
    progress.report(0.6, "Measuring slices")
    raw, patient, slices = measure_cohort(
        [(cube.cube.hu, cube.roi) for cube in cubes], config.recipe.spacing_mm
    )
    measures = SliceMeasures(standardised(raw, fitted[patient]), patient, slices)
    # Only now, so that an unreadable image leaves no begun run behind.
    run = RunFolder(out, existing=resume)
    facts: dict[str, Any] = {
        "device": "cpu",
        "threads": torch.get_num_threads(),
        "patients": len(cohort.rows),
        "left_out_without_roi": without,
        "cohort_sha256": _cohort_sha256(cohort, folds, stratum, cubes, clinical),
    }
    run.begin(config.model_dump(mode="json"), facts)
    if config.clinical:
        write_declaration(run.path, counted(config.clinical_inputs, cohort, fitted))
    return Setup(config, run, cohort, folds, stratum, cubes, fitted, measures, raw, clinical, facts, stop)


def main(
    config: RoiAttentionConfig,
    cohort_path: Path,
    out: Path,
    *,
    threads: int | None = None,
    prepared: Path | None = None,
    resume: bool = False,
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> None:
    """Pretrain the encoder, measure with it, cross-validate the heads, write the run; for each seed.

    The first seed's run is the folder's own, and its predictions are written last; each further
    seed's is a run in ``RUN/seeds``.
    """
    progress = progress or Progress()
    ready = setup(
        config,
        cohort_path,
        out,
        threads=threads,
        prepared=prepared,
        resume=resume,
        stop=stop or Stop(),
        progress=progress.part(0.0, 0.2),
    )
    of = len(config.seeds)
    for number, seed in enumerate(config.seeds[1:]):
        part = progress.part(0.2 + 0.8 * number / of, 0.2 + 0.8 * (number + 1) / of)
        own = config.model_copy(update={"seeds": (seed,)})
        again = replace(ready, config=own, run=RunFolder(seed_folder(out, seed), existing=resume))
        again.run.begin(own.model_dump(mode="json"), ready.facts)
        if not (again.run.path / "predictions.csv").is_file():
            with closing(again.run):
                cross_validate(again, part)
        ready.run.event("seed", number + 1, of, seed=seed)
    with closing(ready.run):
        cross_validate(ready, progress.part(1.0 - 0.8 / of, 1.0))
    progress.report(1.0, f"The run is in {out}")


def cross_validate(ready: Setup, progress: Progress) -> None:
    """One seed's run: an encoder, heads by fold, predictions; ``predictions.csv`` is written last."""
    config, out = ready.config, ready.run.path
    targets = monthly_targets(ready.cohort.follow_up, config.network.bins)
    _, labels = np.unique(np.array(ready.stratum), return_inverse=True)
    strata = labels.astype(np.int64)
    numbers = sorted(set(ready.folds.tolist()))
    survival = np.zeros((len(ready.cubes), config.network.bins + 1))
    data: RoiFeatures | None = None
    for done, fold in enumerate(numbers):
        part = progress.part(done / len(numbers), (done + 1) / len(numbers))
        if data is None or config.pretraining.images == "training_folds":
            own = None if config.pretraining.images == "cohort" else fold
            encoder = pretrain(ready, own, part.part(0.0, 0.6))
            measured = features(ready, encoder, own, part.part(0.6, 0.7))
            data = RoiFeatures.of(measured, targets, strata, ready.clinical)
        ready.stop.check()
        if ready.run.is_fitted(fold):
            heads = fitted_heads(ready, fold)
        else:
            heads = fit(ready, data, fold, part.part(0.7, 1.0))
        if done == 0 and config.pretraining.images == "cohort":
            write_json(out / "training_ranges.json", _ranges(ready, encoder, heads[0], measured))
        survival[ready.folds == fold] = validate(ready, data, heads, fold)
    patients = [row.patient_id for row in ready.cohort.rows]
    if config.stratum is not None:
        write_strata(out / "strata.csv", patients, ready.stratum, _volumes(ready), _means(measured))
    write_predictions(
        out / "predictions.csv",
        patients,
        ready.folds.tolist(),
        months_lost(survival),
        ready.cohort.follow_up,
        survival,
    )


def pretrain(ready: Setup, fold: int | None, progress: Progress) -> RoiEncoder:
    """The encoder, taught to measure the slices of all patients that may be fitted, or of a fold's own.

    It is kept in the user's cache under everything it depends on.
    """
    config = ready.config
    chosen = ready.fitted if fold is None else ready.fitted & (ready.folds != fold)
    shown = chosen[ready.measures.patient]
    values = standardised(ready.raw_measures, shown)
    measures = SliceMeasures(values[shown], ready.measures.patient[shown], ready.measures.slice[shown])
    key = _encoder_key(ready, chosen)
    kept = user_cache() / "encoders" / f"{key}.safetensors"
    folder = ready.run.path if fold is None else ready.run.fold(fold)
    stage, last = "pretrain", (0, 0)
    of_run = folder / "encoder.safetensors"
    place = of_run if of_run.exists() else kept
    if place.exists():
        encoder = build_roi_encoder(config.spec.encoder)
        encoder.load_state_dict(read_checkpoint(place)[0])
        if place == kept:
            ready.run.event(stage, 1, 1, fold=fold, from_cache=key)
        encoder = encoder.eval().requires_grad_(False)
    else:
        keeper = Keeper(folder / "pretraining.safetensors", key)

        def on_step(epoch: int, step: int, of: int, loss: float) -> None:
            nonlocal last
            last = step, of
            progress.report(
                (epoch + step / of) / config.pretraining.epochs,
                f"Pretraining the encoder, epoch {epoch + 1} of {config.pretraining.epochs}",
            )

        def on_epoch(report: EpochReport, encoder: nn.Module) -> None:
            ready.run.event(stage, *last, fold=fold, epoch=report.epoch, loss=report.loss)

        encoder = pretrain_roi_encoder(
            config.spec.encoder,
            ready.cubes,
            measures,
            config.recipe,
            config.pretraining,
            seed=config.seed,
            watch=Watch(keeper, ready.stop, on_step=on_step, on_epoch=on_epoch),
        )
        save_checkpoint(kept, encoder)
        keeper.clear()
    if place == kept:
        save_checkpoint(of_run, encoder)
    return encoder


def _encoder_key(ready: Setup, chosen: NDArray[np.bool_]) -> str:
    config = ready.config
    parts = [
        config.spec.to_json()["encoder"],
        config.recipe.sha256,
        config.pretraining.model_dump(exclude={"images"}),
        config.seed,
        [cube.key for cube, there in zip(ready.cubes, chosen, strict=True) if there],
        [torch.get_num_threads(), torch.__version__],
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def _cohort_sha256(
    cohort: Cohort,
    folds: Index,
    stratum: list[str],
    cubes: list[PreparedCube],
    clinical: NDArray[np.float32],
) -> str:
    """Names what of a cohort a fit depends on."""
    rows: list[list[Any]] = [
        [row.patient_id, row.time_months, row.event, fold, label, cube.key]
        for row, fold, label, cube in zip(cohort.rows, folds.tolist(), stratum, cubes, strict=True)
    ]
    if clinical.shape[1]:
        rows += clinical.tolist()
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:32]


def features(
    ready: Setup, encoder: RoiEncoder, fold: int | None, progress: Progress
) -> list[RoiMeasurements]:
    """Each patient's measures by the frozen encoder, computed once, and how exact they are."""
    model = RoiMeasurer(encoder, torch.device("cpu"))
    recipe = ready.config.recipe
    measured = []
    for number, cube in enumerate(ready.cubes):
        progress.report(number / len(ready.cubes), "Computing features")
        # Only slices with ROI are read, so only they are looked at.
        there = np.flatnonzero(cube.roi.any(axis=(1, 2)))
        maps = model.encode(cube.cube.pixels(recipe)[there])
        found = model.measure(maps, cube.roi[there], recipe.spacing_mm)
        # Tensors of inference mode can't take part in training.
        measured.append(
            RoiMeasurements(found.features.clone(), found.log_area.clone(), found.log_volume.clone())
        )
    _tell_exactness(ready, measured, fold)
    return measured


def _tell_exactness(ready: Setup, measured: list[RoiMeasurements], fold: int | None) -> None:
    """Share of each measure's variance that the encoder tells (R²), as an event."""
    known = ready.measures
    told = np.zeros_like(known.values)
    for number, cube in enumerate(ready.cubes):
        rows = known.patient == number
        there = np.flatnonzero(cube.roi.any(axis=(1, 2)))
        told[rows] = measured[number].features.numpy()[np.searchsorted(there, known.slice[rows])]
    error = np.square(told - known.values).mean(axis=0)
    r2 = (1 - error / known.values.var(axis=0)).tolist()
    names = ready.config.spec.encoder.measures
    # Under names of their own, so that none is taken for a step or an epoch.
    told_share: dict[str, Any] = {
        f"r2_{name}": round(value, 4) for name, value in zip(names, r2, strict=True)
    }
    ready.run.event("measured", 1, 1, fold=fold, **told_share)


def fit(ready: Setup, data: RoiFeatures, fold: int, progress: Progress) -> list[RoiAttentionHead]:
    """The heads of one fold: one ridge, chosen inside its training patients; a bootstrap sample each."""
    config = ready.config
    train = np.flatnonzero((ready.folds != fold) & ready.fitted)
    seed = config.seed + 1000 * (fold + 1)
    progress.report(0.0, f"Choosing the ridge of fold {fold}")
    tuned = tune(config.spec, data, train, config.fit, seed=seed)
    tried: dict[str, Any] = {f"inner_c_{r:g}": score for r, score in tuned.scores.items()}
    ready.run.event("choose", 1, 1, fold=fold, ridge=tuned.ridge, scale=tuned.scale, **tried)
    names = sorted(set(ready.stratum))  # as `RoiFeatures.stratum` numbers them
    level = None if config.curve_level is None else names.index(config.curve_level)
    if level is not None and not (data.stratum[torch.from_numpy(train)] == level).any():
        raise InputError(f"fold {fold} leaves no patient of {config.curve_level} to fit the curve's level to")
    heads = []
    for number in range(config.heads_per_fold):
        progress.report((1 + number) / (1 + config.heads_per_fold), f"Fitting fold {fold}")
        head = fit_roi_head(
            config.spec,
            data,
            train,
            config.fit,
            tuned.ridge,
            seed=seed + number,
            scale=tuned.scale,
            level=level,
        )
        heads.append(head)
        ready.run.event("fit", number + 1, config.heads_per_fold, fold=fold)
    return heads


def fitted_heads(ready: Setup, fold: int) -> list[RoiAttentionHead]:
    """The heads of a fold that was finished before."""
    heads = []
    for state in read_checkpoint(ready.run.fold(fold) / "checkpoint.safetensors"):
        heads.append(build_roi_head(ready.config.spec))
        heads[-1].load_state_dict(state)
    return [head.eval().requires_grad_(False) for head in heads]


def validate(
    ready: Setup, data: RoiFeatures, heads: list[RoiAttentionHead], fold: int
) -> NDArray[np.float64]:
    """Predict the fold's own patients with the mean of its heads; write checkpoint and predictions."""
    test = np.flatnonzero(ready.folds == fold)
    survival: NDArray[np.float64] = np.mean([predict_roi(head, data, test)[0] for head in heads], axis=0)
    folder = ready.run.fold(fold)
    if ready.run.is_fitted(fold):
        return survival
    save_checkpoint(folder / "checkpoint.safetensors", *heads)
    write_predictions(
        folder / "predictions.csv",
        [ready.cohort.rows[i].patient_id for i in test],
        [fold] * len(test),
        months_lost(survival),
        ready.cohort.follow_up.where(test),
        survival,
    )
    return survival


def _ranges(
    ready: Setup, encoder: RoiEncoder, head: RoiAttentionHead, measured: list[RoiMeasurements]
) -> dict[str, dict[str, float]]:
    """Lowest and highest of what inference holds against the cohort; see `TumourReader`."""
    model = RoiAttentionModel(encoder, [head], torch.device("cpu"))
    rows = [
        cube.cube.summary | {"roi_volume_mm3": volume, "feature_distance": model.distance(one)}
        for cube, volume, one in zip(ready.cubes, _volumes(ready), measured, strict=True)
    ]
    found = lowest_and_highest([row for row, there in zip(rows, ready.fitted, strict=True) if there])
    return found | number_ranges(ready.config.clinical_inputs, ready.cohort, ready.fitted)


def _means(measured: list[RoiMeasurements]) -> NDArray[np.float64]:
    """Each patient's measures, averaged over the ROI: (patient, measure)."""
    rows = [torch.softmax(one.log_area, dim=0) @ one.features for one in measured]
    means: NDArray[np.float64] = torch.stack(rows).double().numpy()
    return means


def _volumes(ready: Setup) -> list[float]:
    voxel = ready.config.recipe.spacing_mm**3
    return [float(np.count_nonzero(cube.roi)) * voxel for cube in ready.cubes]


def _stratum(cohort: Cohort, column: str | None) -> list[str]:
    if column is None:
        return [""] * len(cohort.rows)
    missing = [row.patient_id for row in cohort.rows if not row.other.get(column)]
    if missing:
        raise InputError(f"{cohort.path}: {column} is empty for patient {missing[0]}")
    return [row.other[column] for row in cohort.rows]
