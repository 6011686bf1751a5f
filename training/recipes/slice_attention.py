"""The slice-attention experiment: setup, main, fit, validate."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctprog_gui.core.cohort.table import Cohort, read_cohort
from ctprog_gui.core.inference.device import be_deterministic, choose_device
from ctprog_gui.core.inference.slice_attention import encode, months_lost
from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.networks.slice_attention import SliceAttentionHead
from ctprog_gui.core.shared.places import user_cache
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import write_json
from ctprog_gui.core.survival.targets import monthly_targets
from training.attention import write_attention
from training.checkpoint import read_checkpoint, save_checkpoint
from training.config import SliceAttentionConfig
from training.engine import EpochReport, FeatureSet, fit_head, predict
from training.images import PreparedImage, prepare_cohort
from training.pretraining import pretrain_encoder
from training.ranges import training_ranges
from training.run_folder import RunFolder, write_predictions
from training.splits import folds_of, validation_of

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


def setup(
    config: SliceAttentionConfig,
    cohort_path: Path,
    out: Path,
    *,
    device: str,
    threads: int | None,
    progress: Progress,
) -> Setup:
    """Read the cohort, deal the folds, prepare all images (cached), begin the run's folder."""
    be_deterministic(threads)
    cohort = read_cohort(cohort_path)
    folds = folds_of(cohort, config.folds, config.seed)
    chosen = choose_device(device)
    recipe = config.preprocessing.recipe
    cache = user_cache() / "slices"
    images = prepare_cohort(cohort, recipe, cache, progress.part(0.0, 0.8))
    others = images
    if config.pretraining.cohort is not None and config.pretraining.epochs > 0:
        table = read_cohort(config.pretraining.cohort)
        others = prepare_cohort(table, recipe, cache, progress.part(0.8, 1.0))
    # Only now, so that an unreadable image leaves no begun run behind.
    run = RunFolder(out)
    run.begin(
        config.model_dump(mode="json"),
        {"device": str(chosen), "threads": torch.get_num_threads(), "patients": len(cohort.rows)},
    )
    return Setup(config, run, cohort, folds, images, others, chosen)


def main(
    config: SliceAttentionConfig,
    cohort_path: Path,
    out: Path,
    *,
    device: str = "auto",
    threads: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Pretrain the encoder, cache its features, cross-validate the heads, write the run.

    ``RUN/predictions.csv`` holds each patient's out-of-fold prediction; it is written last.
    """
    progress = progress or Progress()
    ready = setup(config, cohort_path, out, device=device, threads=threads, progress=progress.part(0.0, 0.3))
    encoder = pretrain(ready, progress.part(0.3, 0.7))
    data = FeatureSet(
        features(ready, encoder, progress.part(0.7, 0.8)),
        monthly_targets(ready.cohort.follow_up, config.network.bins),
    )
    save_checkpoint(ready.run.path / "encoder.safetensors", encoder)
    survival = np.zeros((len(ready.images), config.network.bins + 1))
    attention = np.zeros((len(ready.images), data.features.shape[1]))
    numbers = sorted(set(ready.folds.tolist()))
    first: SliceAttentionHead | None = None
    for done, fold in enumerate(numbers):
        test = np.flatnonzero(ready.folds == fold)
        part = progress.part(0.8 + 0.2 * done / len(numbers), 0.8 + 0.2 * (done + 1) / len(numbers))
        heads = fit(ready, data, fold, part)
        first = first or heads[0]
        survival[test], attention[test] = validate(ready, data, heads, fold, test)
    assert first is not None
    write_json(out / "training_ranges.json", training_ranges(ready.images, data, first))
    ready.run.close()
    patients = [row.patient_id for row in ready.cohort.rows]
    write_attention(out / "attention.csv", patients, ready.images, attention)
    write_predictions(
        ready.run.path / "predictions.csv",
        patients,
        ready.folds.tolist(),
        months_lost(survival),
        ready.cohort.follow_up,
        survival,
    )
    progress.report(1.0, f"The run is in {out}")


def pretrain(ready: Setup, progress: Progress) -> SliceEncoder:
    """The encoder, fitted to measurements of slices; no survival is seen.

    It is kept in the user's cache under everything it depends on, so that runs which differ in the
    head alone share it.
    """
    config = ready.config
    kept = user_cache() / "encoders" / f"{_encoder_key(ready)}.safetensors"
    if kept.exists():
        encoder = build_encoder(config.network.spec.encoder)
        encoder.load_state_dict(read_checkpoint(kept)[0])
        ready.run.event("pretrain", 1, 1, from_cache=kept.stem)
        return encoder.to(ready.device).eval().requires_grad_(False)

    def on_step(epoch: int, step: int, of: int, loss: float) -> None:
        progress.report(
            (epoch + step / of) / config.pretraining.epochs,
            f"Pretraining the encoder, epoch {epoch + 1} of {config.pretraining.epochs}",
        )
        if step == of:
            ready.run.event("pretrain", step, of, epoch=epoch, loss=loss)

    encoder = pretrain_encoder(
        config.network.spec.encoder,
        ready.pretraining_images,
        config.preprocessing.recipe,
        config.pretraining,
        seed=config.seed,
        device=ready.device,
        on_step=on_step,
    )
    save_checkpoint(kept, encoder)
    return encoder


def _encoder_key(ready: Setup) -> str:
    config = ready.config
    parts = [
        config.network.spec.to_json()["encoder"],
        config.preprocessing.recipe.sha256,
        config.pretraining.model_dump(exclude={"cohort"}),
        config.seed,
        [image.key for image in ready.pretraining_images],
        [str(ready.device), torch.get_num_threads(), torch.__version__],
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def features(ready: Setup, encoder: SliceEncoder, progress: Progress) -> list[Tensor]:
    """Each patient's slice vectors from the frozen encoder, computed once."""
    vectors = []
    with torch.inference_mode():
        for number, image in enumerate(ready.images):
            progress.report(number / len(ready.images), "Computing features")
            vectors.append(encode(encoder, image.pixels.astype(np.float32), ready.device).cpu())
    # Tensors of inference mode can't take part in training.
    return [vector.clone() for vector in vectors]


def fit(ready: Setup, data: FeatureSet, fold: int, progress: Progress) -> list[SliceAttentionHead]:
    """The heads of one fold, which differ in their seed and in who chose the epoch."""
    config = ready.config
    outside = np.flatnonzero(ready.folds != fold)
    heads = []
    for number in range(config.heads_per_fold):
        seed = config.seed + 1000 * (fold + 1) + number
        train, validation = validation_of(outside, data.targets.observed, config.fit.validation_share, seed)

        def on_epoch(report: EpochReport, number: int = number) -> None:
            share = (number + (report.epoch + 1) / config.fit.epochs) / config.heads_per_fold
            progress.report(share, f"Fitting fold {fold}, head {number + 1} of {config.heads_per_fold}")
            ready.run.event(
                "fit",
                number + 1,
                config.heads_per_fold,
                fold=fold,
                epoch=report.epoch,
                loss=report.loss,
                comparable_pairs=report.pairs,
                validation_ctd=report.validation_ctd,
            )

        heads.append(
            fit_head(config.network.spec, data, train, validation, config.fit, seed=seed, on_epoch=on_epoch)
        )
    return heads


def validate(
    ready: Setup, data: FeatureSet, heads: list[SliceAttentionHead], fold: int, test: Index
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Predict the fold's own patients with the mean of its heads; write checkpoint and predictions."""
    answers = [predict(head, data, test) for head in heads]
    survival = np.mean([answer[0] for answer in answers], axis=0)
    attention = np.mean([answer[1] for answer in answers], axis=0)
    folder = ready.run.fold(fold)
    save_checkpoint(folder / "checkpoint.safetensors", *heads)
    write_predictions(
        folder / "predictions.csv",
        [ready.cohort.rows[i].patient_id for i in test],
        [fold] * len(test),
        months_lost(survival),
        ready.cohort.follow_up.where(test),
        survival,
    )
    return survival, attention
