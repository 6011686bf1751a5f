"""The slice-attention experiment: setup, main, fit, validate."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ctprog_gui.core.cohort.sufficiency import require_enough
from ctprog_gui.core.cohort.table import Cohort, read_cohort
from ctprog_gui.core.inference.device import be_deterministic, choose_device
from ctprog_gui.core.inference.slice_attention import months_lost
from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.networks.registry import build_encoder, build_head
from ctprog_gui.core.networks.slice_attention import SliceAttentionHead
from ctprog_gui.core.networks.spec import PUBLISHED
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.places import user_cache
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import write_json
from training.cohorts.splits import folds_of, validation_of
from training.configuration.experiment import SliceAttentionConfig, load_config
from training.evaluation.run_images import CASES, write_cases
from training.exporting.ranges import training_ranges
from training.fitting.attention import SLICE_WEIGHTS, read_slice_weights, write_attention, write_slice_weights
from training.fitting.cross_validation import Engine, FoldTask, cross_validate
from training.fitting.engine import FeatureSet, feature_set, fit_head, predict
from training.fitting.feature_file import FEATURES, FittingData, read_fitting_data, write_fitting_data
from training.fitting.features import cached_features
from training.fitting.frozen_part import FrozenPart
from training.fitting.run_folder import RunFolder, read_predictions, write_predictions
from training.fitting.transfer import require_like, started_head
from training.fitting.tuned_fold import tune_fold
from training.fitting.tuning import begun_vectors
from training.fitting.weights import load_weights
from training.optimisation.checkpoint import read_checkpoint, save_checkpoint
from training.optimisation.loop import EpochReport
from training.optimisation.processes import Processes, joined
from training.optimisation.state import Keeper
from training.optimisation.stopping import Stop
from training.preparation.images import PreparedImage, prepare_cohort
from training.pretraining.encoder import look_at_features, pretrain_encoder
from training.pretraining.watch import Watch

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Setup:
    """Everything that is ready before the first weight is fitted."""

    config: SliceAttentionConfig
    run: RunFolder
    cohort: Cohort
    folds: Index
    images: list[PreparedImage]
    pretraining_images: list[PreparedImage]
    device: torch.device
    processes: Processes
    stop: Stop


def setup(
    config: SliceAttentionConfig,
    cohort_path: Path,
    out: Path,
    device: torch.device,
    processes: Processes,
    *,
    prepared: Path | None,
    resume: bool,
    stop: Stop,
    progress: Progress,
) -> Setup:
    """Read the cohort, deal the folds, prepare all images (cached), begin the run's folder."""
    cohort = read_cohort(cohort_path)
    require_enough(cohort)
    folds = folds_of(cohort, config.folds, config.seed)
    require_enough(cohort, folds)
    recipe = config.preprocessing.recipe
    if not processes.is_first:
        # The first has put all into the cache when it comes here.
        processes.wait()
    images = prepare_cohort(cohort, recipe, prepared, progress.part(0.0, 0.8))
    others = images
    if config.pretraining.cohort is not None and config.pretraining.epochs > 0:
        table = read_cohort(config.pretraining.cohort)
        others = prepare_cohort(table, recipe, prepared, progress.part(0.8, 1.0))
    # Only now, so that an unreadable image leaves no begun run behind.
    run = RunFolder(out, existing=resume or not processes.is_first)
    if processes.is_first:
        facts = {
            "device": device.type,
            "processes": processes.count,
            "threads": torch.get_num_threads(),
            "patients": len(cohort.rows),
            "cohort_sha256": _cohort_sha256(cohort, folds, images),
        }
        run.begin(config.model_dump(mode="json"), facts)
        processes.wait()
    return Setup(config, run, cohort, folds, images, others, device, processes, stop)


def main(
    config: SliceAttentionConfig,
    cohort_path: Path,
    out: Path,
    *,
    device: str = "auto",
    threads: int | None = None,
    prepared: Path | None = None,
    resume: bool = False,
    engine: Engine = "local",
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> None:
    """Pretrain the encoder, cache its features, cross-validate the heads, write the run.

    ``RUN/predictions.csv`` holds each patient's out-of-fold prediction; it is written last.
    """
    progress, stop = progress or Progress(), stop or Stop()
    if engine == "ray" and config.network.encoder.trainable != "none":
        raise InputError("folds that fit a part of the encoder hold all images: they take no --engine ray")
    be_deterministic(threads)
    with joined(choose_device(device)) as (processes, here):
        part = progress.part(0.0, 0.3)
        ready = setup(
            config,
            cohort_path,
            out,
            here,
            processes,
            prepared=prepared,
            resume=resume,
            stop=stop,
            progress=part,
        )
        frozen = FrozenPart()
        with closing(ready.run):
            encoder = pretrain(ready, progress.part(0.3, 0.7))
            if processes.is_first:
                write_features(ready, encoder, frozen, progress.part(0.7, 0.8))
            processes.wait()
            cross_validate(
                fit_fold
                if config.network.encoder.trainable == "none"
                else partial(tune_fold, ready.images, frozen),
                ready.run,
                sorted(set(ready.folds.tolist())),
                threads=threads,
                engine=engine,
                stop=stop,
                processes=processes,
                progress=progress.part(0.8, 1.0),
            )
            if processes.is_first:
                gather(ready)
    progress.report(1.0, f"The run is in {out}")


def pretrain(ready: Setup, progress: Progress) -> SliceEncoder:
    """The encoder, fitted to slices without any survival.

    It is kept in the user's cache under everything it depends on, so that runs which differ in the
    head alone share it.
    """
    config, spec = ready.config, ready.config.network.spec.encoder
    if config.start_from is not None or config.network.encoder.weights is not None:
        return _given_encoder(ready)
    key = _encoder_key(ready)
    of_run, kept = ready.run.path / "encoder.safetensors", user_cache() / "encoders" / f"{key}.safetensors"
    for place in (of_run, kept):
        if place.exists():
            encoder = build_encoder(spec)
            encoder.load_state_dict(read_checkpoint(place)[0])
            if place == kept and ready.processes.is_first:
                ready.run.event("pretrain", 1, 1, from_cache=key)
                save_checkpoint(of_run, encoder)
            ready.processes.wait()
            return encoder.to(ready.device).eval().requires_grad_(False)
    last = (0, 0)

    def on_step(epoch: int, step: int, of: int, loss: float) -> None:
        nonlocal last
        last = step, of
        progress.report(
            (epoch + step / of) / config.pretraining.epochs,
            f"Pretraining the encoder, epoch {epoch + 1} of {config.pretraining.epochs}",
        )

    images, recipe = ready.pretraining_images, config.preprocessing.recipe

    def on_epoch(report: EpochReport, encoder: nn.Module) -> None:
        assert isinstance(encoder, SliceEncoder)
        if not ready.processes.is_first:
            return
        every, number = config.pretraining.monitor_every, report.epoch + 1
        seen: dict[str, Any] = {}
        if "images" in report.counts:
            seen["known_again"] = report.counts["known_again"] / report.counts["images"]
        if every and (number % every == 0 or number == config.pretraining.epochs):
            seen |= look_at_features(encoder, images, recipe, ready.device, seed=config.seed)
        ready.run.event("pretrain", *last, epoch=report.epoch, loss=report.loss, **seen)

    keeper = Keeper(ready.run.path / "pretraining.safetensors", key)
    encoder = pretrain_encoder(
        spec,
        images,
        recipe,
        config.pretraining,
        seed=config.seed,
        device=ready.device,
        watch=Watch(keeper, ready.stop, ready.processes, on_step, on_epoch),
    )
    if ready.processes.is_first:
        save_checkpoint(kept, encoder)
        save_checkpoint(of_run, encoder)
        keeper.clear()
    ready.processes.wait()
    return encoder


def _given_encoder(ready: Setup) -> SliceEncoder:
    """The encoder of another run, or with weights from a file: rounded as `pretrain_encoder` does."""
    config = ready.config
    encoder = build_encoder(config.network.spec.encoder)
    if config.start_from is not None:
        require_like(config)
        encoder.load_state_dict(read_checkpoint(config.start_from / "encoder.safetensors")[0])
    elif config.network.encoder.weights is not None:
        load_weights(encoder, config.network.encoder.weights)
        for parameter in encoder.parameters():
            parameter.data.copy_(parameter.data.half().float())
    if ready.processes.is_first:
        save_checkpoint(ready.run.path / "encoder.safetensors", encoder)
    ready.processes.wait()
    return encoder.to(ready.device).eval().requires_grad_(False)


def write_features(ready: Setup, encoder: SliceEncoder, frozen: FrozenPart, progress: Progress) -> None:
    """``RUN/features.safetensors``: all that the folds are fitted to, for whichever process fits them.

    Where a part of the encoder is fitted, a head begins with the moments of these vectors, and what
    the encoder's frozen part made on the way stays in `frozen`.
    """
    part = ready.config.network.encoder.trainable
    if part == "none":
        vectors = cached_features(encoder, ready.images, user_cache() / "features", ready.device, progress)
    else:
        vectors = begun_vectors(encoder, ready.images, part, ready.device, frozen, progress)
    patients = [row.patient_id for row in ready.cohort.rows]
    data = FittingData(patients, ready.folds, ready.cohort.follow_up, vectors)
    write_fitting_data(ready.run.path / FEATURES, data)


def fit_fold(task: FoldTask, stop: Stop, progress: Progress) -> None:
    """Fit the heads of one fold, which differ in their seed and in who chose the epoch; predict the fold.

    All comes from the run's folder, and all goes to ``folds/K``. See `fit_head` for why on the CPU.
    """
    be_deterministic(task.threads)
    config = load_config(task.run / "config.yaml")
    assert isinstance(config, SliceAttentionConfig)
    data = read_fitting_data(task.run / FEATURES)
    features = feature_set(data, config.network.bins)
    outside = np.flatnonzero(data.folds != task.fold)
    folder = RunFolder(task.run, existing=True).fold(task.fold)
    with closing(RunFolder(task.run, existing=True)) as run:
        heads = []
        for number in range(config.heads_per_fold):
            seed = config.seed + 1000 * (task.fold + 1) + number
            train, validation = validation_of(
                outside, features.targets.observed, config.fit.validation_share, seed
            )
            finished = folder / "unfinished" / f"head_{number}.safetensors"

            def on_epoch(report: EpochReport, number: int = number) -> None:
                share = (number + (report.epoch + 1) / config.fit.epochs) / config.heads_per_fold
                progress.report(
                    share, f"Fitting fold {task.fold}, head {number + 1} of {config.heads_per_fold}"
                )
                run.event(
                    "fit",
                    number + 1,
                    config.heads_per_fold,
                    fold=task.fold,
                    epoch=report.epoch,
                    loss=report.loss,
                    comparable_pairs=int(report.counts["comparable_pairs"]),
                    **report.validation,
                )

            if finished.exists():
                heads.append(build_head(config.network.spec))
                heads[-1].load_state_dict(read_checkpoint(finished)[0])
                continue
            keeper = Keeper(finished.with_name(f"state_{number}.safetensors"), _head_key(config, data, seed))
            heads.append(
                fit_head(
                    config.network.spec,
                    features,
                    train,
                    validation,
                    config.fit,
                    seed=seed,
                    start=started_head(config, task.fold),
                    keeper=keeper,
                    stop=stop,
                    on_epoch=on_epoch,
                )
            )
            save_checkpoint(finished, heads[-1])
            keeper.clear()
    save_checkpoint(folder / "checkpoint.safetensors", *heads)
    shutil.rmtree(folder / "unfinished")
    validate(features, data, heads, task.fold, folder)


def validate(
    features: FeatureSet, data: FittingData, heads: list[SliceAttentionHead], fold: int, folder: Path
) -> None:
    """Predict the fold's own patients with the mean of its heads; the file marks the fold as finished."""
    test = np.flatnonzero(data.folds == fold)
    answers = [predict(head, features, test) for head in heads]
    survival: NDArray[np.float64] = np.mean([one[0] for one in answers], axis=0)
    attention: NDArray[np.float64] = np.mean([one[1] for one in answers], axis=0)
    counts = features.valid[test].sum(dim=1).tolist()
    write_slice_weights(
        folder / SLICE_WEIGHTS,
        [data.patients[i] for i in test],
        [row[:count] for row, count in zip(attention, counts, strict=True)],
    )
    write_predictions(
        folder / "predictions.csv",
        [data.patients[i] for i in test],
        [fold] * len(test),
        months_lost(survival),
        data.follow_up.where(test),
        survival,
    )


def gather(ready: Setup) -> None:
    """The files of the whole run from those of its folds."""
    out, config = ready.run.path, ready.config
    data = read_fitting_data(out / FEATURES)
    survival = np.zeros((len(data.patients), config.network.bins + 1))
    weights: dict[str, NDArray[np.float64]] = {}
    for number, fold in enumerate(sorted(set(data.folds.tolist()))):
        folder = ready.run.fold(fold)
        survival[data.folds == fold] = read_predictions(folder / "predictions.csv")[-1]
        weights |= read_slice_weights(folder / SLICE_WEIGHTS)
        if number == 0:
            head = build_head(config.network.spec)
            head.load_state_dict(read_checkpoint(folder / "checkpoint.safetensors")[0])
            ranges = training_ranges(ready.images, feature_set(data, config.network.bins), head)
            write_json(out / "training_ranges.json", ranges)
    if not config.network.spec.encoder.takes_volume:
        attention = [weights[patient] for patient in data.patients]
        write_slice_weights(out / SLICE_WEIGHTS, data.patients, attention)
        write_attention(out / "attention.csv", data.patients, ready.images, attention)
    write_cases(out / CASES, data.patients, ready.images)
    write_predictions(
        out / "predictions.csv",
        data.patients,
        data.folds.tolist(),
        months_lost(survival),
        data.follow_up,
        survival,
    )


def _encoder_key(ready: Setup) -> str:
    config = ready.config
    return _sha256(
        config.network.spec.to_json()["encoder"],
        config.preprocessing.recipe.sha256,
        config.pretraining.model_dump(exclude={"cohort", "monitor_every"}),
        config.seed,
        [image.key for image in ready.pretraining_images],
        [ready.device.type, ready.processes.count, torch.get_num_threads(), torch.__version__],
        *(["settled"] if config.network.encoder.name in PUBLISHED else []),
    )


def _head_key(config: SliceAttentionConfig, data: FittingData, seed: int) -> str:
    parts = [config.network.spec.to_json(), config.fit.model_dump(), data.sha256, seed]
    return _sha256(*parts, *([str(config.start_from)] if config.start_from else []))


def _cohort_sha256(cohort: Cohort, folds: Index, images: list[PreparedImage]) -> str:
    """Names what of a cohort a fit depends on."""
    rows = [
        [row.patient_id, row.time_months, row.event, fold, image.key]
        for row, fold, image in zip(cohort.rows, folds.tolist(), images, strict=True)
    ]
    return _sha256(rows)


def _sha256(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]
