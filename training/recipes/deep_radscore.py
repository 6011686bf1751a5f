"""Deep-RadScore for one endpoint: setup, main, fit, validate."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import Cohort, PatientRow, read_cohort
from ctprog_gui.core.inference.device import be_deterministic
from ctprog_gui.core.inference.slice_attention import encode
from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import replacing, write_json
from training.cohorts.splits import dealt
from training.configuration.experiment import load_config
from training.configuration.radscore import ClassifierName, DeepRadscoreConfig
from training.evaluation.seeds import seed_folder
from training.fitting.cross_validation import Engine, FoldTask, cross_validate
from training.fitting.run_folder import RunFolder
from training.fitting.weights import load_weights
from training.optimisation.checkpoint import read_checkpoint, read_tensors, save_checkpoint, write_tensors
from training.optimisation.loop import EpochReport
from training.optimisation.state import Keeper
from training.optimisation.stopping import Stop
from training.pretraining.watch import Watch
from training.provenance import RadiomicsProvenance, told_at
from training.radiomics import RING
from training.radscore.characteristics import KNOWN, write_known
from training.radscore.completeness import complete_features, left_out_remarks
from training.radscore.contributions import fused_contributions, write_columns
from training.radscore.features import as_told, radiomics_of, told_by
from training.radscore.fold import MODELS, EndpointData, FoldModels, Model, fit_fold, input_names
from training.radscore.patch_pretraining import pretrain_patch_encoder, radiomics_targets
from training.radscore.patches import prepare_patches, stacked
from training.radscore.predictions import (
    EndpointPredictions,
    read_endpoint_predictions,
    together,
    too_few_to_judge,
    write_endpoint_predictions,
)
from training.radscore.table import read_radiomics
from training.radscore.traced import keep_patches
from training.radscore.travelling import write_travelling

Index = NDArray[np.int64]
# Of the patients that are fitted to and not predicted, where the table has a split of its own.
_FITTED = -1
_PATIENTS, _RADIOMICS, _FEATURES = "patients.csv", "radiomics.csv", "features.safetensors"


@dataclass(frozen=True, eq=False)
class Setup:
    """A run that is ready to be cross-validated; everything is in its folder."""

    config: DeepRadscoreConfig
    run: RunFolder
    patients: tuple[str, ...]
    folds: Index
    fitted: NDArray[np.bool_]
    data: EndpointData


def main(
    config: DeepRadscoreConfig,
    cohort_path: Path,
    out: Path,
    *,
    threads: int | None = None,
    prepared: Path | None = None,
    resume: bool = False,
    engine: Engine = "local",
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> None:
    """Cut patches, gather radiomics, pretrain the encoder, fit and predict each fold.

    ``RUN/predictions.csv`` holds each patient's prediction by models that never saw the label; it is
    written last. Runs of further seeds, in ``RUN/seeds``, come before it.
    """
    progress, stop = progress or Progress(), stop or Stop()
    config = config.model_copy(update={"radiomics": as_told(config.radiomics)})
    setup(
        config,
        cohort_path,
        out,
        threads=threads,
        prepared=prepared,
        resume=resume,
        stop=stop,
        progress=progress.part(0.0, 0.5),
    )
    seeds = (*config.further_seeds, config.seed)
    for number, seed in enumerate(seeds):
        part = progress.part(0.5 + 0.5 * number / len(seeds), 0.5 + 0.5 * (number + 1) / len(seeds))
        run = out if seed == config.seed else seed_folder(out, seed)
        if run != out:
            _set_up_again(config, out, run, seed)
        _cross_validate(run, threads, engine, stop, part)
    progress.report(1.0, f"The run is in {out}")


def _cross_validate(run: Path, threads: int | None, engine: Engine, stop: Stop, progress: Progress) -> None:
    ready = read_setup(run)
    numbers = sorted(set(ready.folds[ready.folds != _FITTED].tolist()))
    with closing(ready.run):
        cross_validate(
            fit_and_predict,
            ready.run,
            numbers,
            threads=threads,
            engine=engine,
            stop=stop,
            progress=progress,
        )
        parts = [read_endpoint_predictions(ready.run.fold(k) / "predictions.csv") for k in numbers]
        write_endpoint_predictions(run / "predictions.csv", together(parts, ready.patients))


def _set_up_again(config: DeepRadscoreConfig, first: Path, folder: Path, seed: int) -> None:
    """A run of another seed in `folder`, on the folds, radiomics and encoder's features of the first."""
    run = RunFolder(folder, existing=(folder / "config.yaml").is_file())
    own = config.model_copy(update={"seed": seed, "further_seeds": ()})
    known = json.loads((first / "environment.json").read_text(encoding="utf-8"))
    run.begin(
        own.model_dump(mode="json"),
        {name: known[name] for name in ("device", "threads", "patients", "cohort_sha256")},
    )
    run.close()
    for name in (KNOWN, _PATIENTS, _RADIOMICS, told_at(Path(_RADIOMICS)).name, _FEATURES):
        with replacing(folder / name) as partial:
            shutil.copyfile(first / name, partial)


def setup(
    config: DeepRadscoreConfig,
    cohort_path: Path,
    out: Path,
    *,
    threads: int | None,
    prepared: Path | None,
    resume: bool,
    stop: Stop,
    progress: Progress,
) -> None:
    """Everything that sees no label, and the folds, into the run's folder."""
    be_deterministic(threads)
    whole = read_cohort(cohort_path, outcome=False)
    label = endpoint_labels(whole, config.endpoint)
    stratum = _strata(whole, config)
    progress.report(0.0, "Cutting patches")
    patches = prepare_patches(whole, config.recipe, cache=prepared, progress=progress.part(0.0, 0.1))
    there = [i for i, patch in enumerate(patches) if patch is not None and label[i] is not None]
    # Before features are extracted, which takes longest, and again without who turns out to have none.
    _dealt(whole, there, label, config)
    asked = tuple(whole.rows[i].patient_id for i in there)
    features = complete_features(radiomics_of(config.radiomics, cohort_path, asked, progress.part(0.1, 0.3)))
    tables = features.tables
    without = {region: [asked[i] for i in places] for region, places in features.left_out.items()}
    for remark in left_out_remarks(without, features.blank):
        progress.report(0.3, remark)
    there = [there[i] for i in features.there]
    rows, known, folds, fitted = _dealt(whole, there, label, config)
    patients = tuple(row.patient_id for row in rows)
    hu = stacked([patch for i in there if (patch := patches[i]) is not None])
    digest = hashlib.sha256(hu.tobytes())
    for table in tables.values():
        digest.update(table.values.tobytes())
    own = [stratum[i] for i in there]
    digest.update(json.dumps([patients, folds.tolist(), known.tolist(), fitted.tolist(), own]).encode())
    run = RunFolder(out, existing=resume)
    run.begin(
        config.model_dump(mode="json"),
        {
            "device": "cpu",
            "threads": torch.get_num_threads(),
            "patients": len(patients),
            "left_out_without_roi": [
                r.patient_id for r, p in zip(whole.rows, patches, strict=True) if p is None
            ],
            "left_out_without_label": [
                r.patient_id for r, known in zip(whole.rows, label, strict=True) if known is None
            ],
            "left_out_without_features": without,
            "features_left_out": {region: list(names) for region, names in features.blank.items()},
            "radiomics_told_by": told_by(config.radiomics),
            "cohort_sha256": digest.hexdigest()[:32],
        },
    )
    write_known(out / KNOWN, rows, known, by_split=config.protocol == "own_split")
    with closing(run), replacing(out / _PATIENTS) as partial, partial.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", "fold", "label", "fitted", "stratum"])
        columns = folds.tolist(), known.astype(int).tolist(), fitted.astype(int).tolist(), own
        writer.writerows(zip(patients, *columns, strict=True))
    with replacing(out / _RADIOMICS) as partial, partial.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        prefix = {"tumour": "", "ring": RING}
        names = [prefix[region] + name for region, table in tables.items() for name in table.names]
        writer.writerow(["patient_id", *names])
        values = np.concatenate([table.values for table in tables.values()], axis=1)
        for patient, row in zip(patients, values, strict=True):
            writer.writerow([patient, *("" if np.isnan(v) else repr(float(v)) for v in row)])
    method = config.radiomics.method
    if "ring" not in tables:
        method = RadiomicsProvenance(method.settings)
    method.tell_of(out / _RADIOMICS)
    keep_patches(out, patients, hu)
    if not (out / _FEATURES).is_file():
        targets = radiomics_targets(tables, config.pretraining.components)
        encoder = _encoder(config, run, hu, targets, stop, progress.part(0.3, 0.9))
        scaled = np.clip((hu - config.recipe.hu_window[0]) / np.ptp(config.recipe.hu_window), 0, 1)
        with torch.inference_mode():
            found = encode(encoder, scaled.astype(np.float32), torch.device("cpu"), progress.part(0.9, 1.0))
        write_tensors(out / _FEATURES, {"features": found})


def read_setup(out: Path) -> Setup:
    """A run that was set up, from its folder; any process can go on with it.

    Raises
    ------
    InputError
        If it isn't one of this recipe.
    """
    config = load_config(out / "config.yaml")
    if not isinstance(config, DeepRadscoreConfig):
        raise InputError(f"{out} is no run of deep_radscore")
    with (out / _PATIENTS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    patients = tuple(row["patient_id"] for row in rows)
    label = np.array([row["label"] == "1" for row in rows])
    features = read_tensors(out / _FEATURES)["features"]
    data = EndpointData(label, read_radiomics(out / _RADIOMICS, patients), features)
    folds = np.array([int(row["fold"]) for row in rows], np.int64)
    fitted = np.array([row["fitted"] == "1" for row in rows])
    return Setup(config, RunFolder(out, existing=True), patients, folds, fitted, data)


def fit_and_predict(task: FoldTask, stop: Stop, progress: Progress) -> None:
    """Fit the models of a fold, predict its own patients, write what was chosen."""
    be_deterministic(task.threads)
    ready, fold = read_setup(task.run), task.fold
    progress.report(0.0, f"Fitting fold {fold}")
    stop.check()
    test = np.flatnonzero(ready.folds == fold)
    with closing(ready.run):
        models = fold_models(ready, fold)
        chosen: dict[str, Any] = {
            f"auc_{model}": models.choices[model].auc[models.choices[model].name] for model in MODELS
        }
        ready.run.event("fit", 1, 1, fold=fold, **chosen)
    folder = ready.run.fold(fold)
    save_checkpoint(folder / "checkpoint.safetensors", *models.heads.values())
    write_json(folder / "fitted.json", _fitted(models))
    write_inputs(folder, ready, models, test)
    if models.travelling is not None:
        fused = models.inputs(ready.data, test)["deep_radscore"]
        write_travelling(folder, models, tuple(ready.patients[i] for i in test), fused)
    write_endpoint_predictions(
        folder / "predictions.csv",
        EndpointPredictions(
            tuple(ready.patients[i] for i in test),
            ready.folds[test],
            ready.data.label[test],
            models.predict(ready.data, test),
        ),
    )


def fold_models(ready: Setup, fold: int, chosen: Mapping[Model, ClassifierName] | None = None) -> FoldModels:
    """The models of everybody who is fitted to outside a fold; see `fit_fold`."""
    train = np.flatnonzero(ready.fitted & (ready.folds != fold))
    return fit_fold(
        ready.data, train, ready.config, seed=ready.config.seed + 1000 * (fold + 1), chosen=chosen
    )


def write_inputs(folder: Path, ready: Setup, models: FoldModels, chosen: Index) -> None:
    """What the fused model's classifier decides by, and how much each input moved it.

    ``inputs.csv`` and ``contributions.csv``: patient_id and a column an input.
    """
    names = input_names(tuple(ready.data.radiomics), ready.config.head.deep)["deep_radscore"]
    values = models.inputs(ready.data, chosen)["deep_radscore"]
    patients = [ready.patients[i] for i in chosen.tolist()]
    moved = fused_contributions(models.classifiers["deep_radscore"], values)
    write_columns(folder / "inputs.csv", patients, names, values)
    if moved is not None:
        write_columns(folder / "contributions.csv", patients, names, moved)


def _fitted(models: FoldModels) -> dict[str, Any]:
    return {
        "rad_scores": {region: score.to_json() for region, score in models.rad_scores.items()},
        "classifiers": {
            model: {"chosen": choice.name, "auc": choice.auc, "values": choice.values}
            for model, choice in models.choices.items()
        },
    }


def _encoder(
    config: DeepRadscoreConfig,
    run: RunFolder,
    hu: NDArray[np.int16],
    targets: NDArray[np.float32],
    stop: Stop,
    progress: Progress,
) -> SliceEncoder:
    """The run's encoder: the one it has, one filled from a file, or one pretrained now."""
    kept = run.path / "encoder.safetensors"
    encoder = build_encoder(config.encoder.spec)
    if kept.is_file():
        encoder.load_state_dict(read_checkpoint(kept)[0])
        return encoder.eval().requires_grad_(False)
    if config.encoder.weights is not None:
        load_weights(encoder, config.encoder.weights)
        encoder = encoder.eval().requires_grad_(False)
    else:
        key = hashlib.sha256(hu.tobytes() + targets.tobytes()).hexdigest()[:32]
        keeper = Keeper(run.path / "pretraining.safetensors", key)
        epochs = max(config.pretraining.epochs, 1)

        def on_step(epoch: int, step: int, of: int, loss: float) -> None:
            text = f"Pretraining the encoder, epoch {epoch + 1} of {epochs}"
            progress.report((epoch + step / of) / epochs, text)

        def on_epoch(report: EpochReport, _: Any) -> None:
            run.event("pretrain", report.epoch + 1, epochs, epoch=report.epoch, loss=report.loss)

        encoder = pretrain_patch_encoder(
            config.encoder.spec,
            hu,
            targets,
            config.recipe,
            config.pretraining,
            seed=config.seed,
            watch=Watch(keeper, stop, on_step=on_step, on_epoch=on_epoch),
        )
        save_checkpoint(kept, encoder)
        keeper.clear()
        return encoder
    save_checkpoint(kept, encoder)
    return encoder


def endpoint_labels(cohort: Cohort, endpoint: str) -> list[bool | None]:
    """The endpoint's column: 0, 1 or blank."""
    found: list[bool | None] = []
    for row in cohort.rows:
        if endpoint not in row.other:
            raise InputError(f"{cohort.path} has no column {endpoint}")
        text = row.other[endpoint]
        if text not in ("", "0", "1"):
            raise InputError(f"{cohort.path}: line {row.line}, {endpoint}: {text!r} is not 0, 1 or blank")
        found.append({"0": False, "1": True}.get(text))
    return found


def _strata(cohort: Cohort, config: DeepRadscoreConfig) -> list[str]:
    """The stratum of each patient, blank where none is named."""
    unknown = sorted(set(config.never_fit) - {row.patient_id for row in cohort.rows})
    if unknown:
        raise InputError(f"never_fit names {unknown[0]}, who is not in {cohort.path}")
    if config.stratum is None:
        return [""] * len(cohort.rows)
    found = [row.other.get(config.stratum, "") for row in cohort.rows]
    if not all(found):
        raise InputError(f"{cohort.path}: {config.stratum} is empty for a patient")
    return found


def _dealt(
    whole: Cohort, there: list[int], label: list[bool | None], config: DeepRadscoreConfig
) -> tuple[tuple[PatientRow, ...], NDArray[np.bool_], Index, NDArray[np.bool_]]:
    """Rows, labels, folds and who is fitted to, of the patients `there`.

    Raises
    ------
    InputError
        If a fold can't be fitted with those.
    """
    rows = tuple(whole.rows[i] for i in there)
    known = np.array([bool(label[i]) for i in there])
    folds = _folds(Cohort(whole.path, rows), known, config)
    fitted = np.array([row.patient_id not in config.never_fit for row in rows])
    for fold in sorted(set(folds[folds != _FITTED].tolist())):
        _require_both(known[fitted & (folds != fold)], config, f"{whole.path}: outside fold {fold}")
    judged = known[folds != _FITTED]
    if fewest := too_few_to_judge(judged):
        raise InputError(
            f"{whole.path}: of the {len(judged)} patients that would be predicted {fewest} of "
            f"{config.endpoint}, too few to judge the models by"
        )
    return rows, known, folds, fitted


def _folds(cohort: Cohort, label: NDArray[np.bool_], config: DeepRadscoreConfig) -> Index:
    """The table's own, or dealt so that folds share the positives evenly; −1 for who is only fitted to."""
    if config.protocol == "own_split":
        splits = [row.split for row in cohort.rows]
        if "train" not in splits or set(splits) == {"train"}:
            raise InputError(f"{cohort.path} has no split into train and others")
        return np.where(np.array(splits) == "train", _FITTED, 0).astype(np.int64)
    given = [row.fold for row in cohort.rows]
    if all(fold is not None for fold in given) and len(set(given)) > 1:
        return np.array(given, np.int64)
    if len(label) < 2 * config.folds:
        raise InputError(f"{cohort.path} has {len(label)} usable patients, too few for {config.folds} folds")
    return dealt(label, config.folds, np.random.default_rng([config.seed, 0]))


def _require_both(label: NDArray[np.bool_], config: DeepRadscoreConfig, where: str) -> None:
    fewest = int(min(label.sum(), (~label).sum()))
    # The inner folds leave a share of the patients out, and select on folds of the rest.
    least = 2 * max(config.radiomics.inner_folds, config.choice.folds)
    if fewest < least:
        told = f"{fewest} patients of one kind of {config.endpoint}; at least {least} are needed"
        raise InputError(f"{where} there are {told}")
