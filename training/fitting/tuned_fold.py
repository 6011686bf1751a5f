"""One fold of a fit that changes the encoder's end."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import closing

import numpy as np

from ctprog_gui.core.inference.device import be_deterministic, choose_device
from ctprog_gui.core.inference.slice_attention import months_lost
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.shared.progress import Progress
from training.cohorts.splits import validation_of
from training.configuration.experiment import SliceAttentionConfig, load_config
from training.fitting.attention import SLICE_WEIGHTS, write_slice_weights
from training.fitting.cross_validation import FoldTask
from training.fitting.engine import begin_head, feature_set
from training.fitting.feature_file import FEATURES, read_fitting_data
from training.fitting.features import encoder_sha256
from training.fitting.frozen_part import FrozenPart
from training.fitting.run_folder import RunFolder, write_predictions
from training.fitting.transfer import TUNED, started_encoder, started_head
from training.fitting.tuning import TunedNetwork, fit_tuned, predict_tuned
from training.optimisation.checkpoint import read_checkpoint, save_checkpoint, write_tensors
from training.optimisation.loop import EpochReport
from training.optimisation.state import Keeper
from training.optimisation.stopping import Stop
from training.preparation.images import PreparedImage


def tune_fold(
    images: Sequence[PreparedImage], frozen: FrozenPart, task: FoldTask, stop: Stop, progress: Progress
) -> None:
    """Fit the networks of one fold, which differ in their seed; predict the fold with their mean.

    All but the images comes from the run's folder, and all goes to ``folds/K``: the heads as
    elsewhere, and in ``tuned.safetensors`` what changed in the encoder of each. What the encoder's
    frozen part makes of the images is kept in `frozen` for the folds that follow.
    """
    be_deterministic(task.threads)
    config = load_config(task.run / "config.yaml")
    assert isinstance(config, SliceAttentionConfig)
    data = read_fitting_data(task.run / FEATURES)
    features = feature_set(data, config.network.bins)
    test, outside = np.flatnonzero(data.folds == task.fold), np.flatnonzero(data.folds != task.fold)
    device = choose_device(task.device)
    folder = RunFolder(task.run, existing=True).fold(task.fold)
    (begun,) = read_checkpoint(task.run / "encoder.safetensors")
    networks, survivals, attentions = [], [], []
    with closing(RunFolder(task.run, existing=True)) as run:
        for number in range(config.heads_per_fold):
            seed = config.seed + 1000 * (task.fold + 1) + number
            observed = features.targets.observed
            train, validation = validation_of(outside, observed, config.fit.validation_share, seed)
            encoder = build_encoder(config.network.spec.encoder)
            encoder.load_state_dict(begun | started_encoder(config, task.fold))
            frozen.of_network(encoder_sha256(encoder, device))
            head = begin_head(
                config.network.spec,
                features,
                train,
                seed,
                started_head(config, task.fold),
                config.fit.initial,
            )
            network = TunedNetwork(encoder, head, config.network.encoder.trainable)

            def on_epoch(report: EpochReport, number: int = number) -> None:
                count, epochs = config.heads_per_fold, config.fit.epochs
                done = (number + (report.epoch + 1) / epochs) / count
                progress.report(done, f"Fitting fold {task.fold}, network {number + 1} of {count}")
                run.event(
                    "fit",
                    number + 1,
                    count,
                    fold=task.fold,
                    epoch=report.epoch,
                    loss=report.loss,
                    comparable_pairs=int(report.counts["comparable_pairs"]),
                    **report.validation,
                )

            told = f"{config.model_dump_json()}/{data.sha256}/{seed}"
            key = hashlib.sha256(told.encode()).hexdigest()[:32]
            keeper = Keeper(folder / "unfinished" / f"state_{number}.safetensors", key)
            fit_tuned(
                network,
                images,
                features.targets,
                train,
                validation,
                config.fit,
                seed=seed,
                device=device,
                frozen=frozen,
                keeper=keeper,
                stop=stop,
                on_epoch=on_epoch,
            )
            keeper.clear()
            # As the bundle will hold it, so that what is predicted here is what is predicted there.
            network.round_to_half()
            survival, attention = predict_tuned(network, [images[i] for i in test.tolist()], device, frozen)
            networks.append(network.cpu())
            survivals.append(survival)
            attentions.append(attention)
    save_checkpoint(folder / "checkpoint.safetensors", *(network.head for network in networks))
    tuned = {f"{n}.{k}": v for n, network in enumerate(networks) for k, v in network.tuned_state().items()}
    write_tensors(folder / TUNED, tuned)
    patients = [data.patients[i] for i in test]
    weights = [np.mean(of_one, axis=0) for of_one in zip(*attentions, strict=True)]
    write_slice_weights(folder / SLICE_WEIGHTS, patients, weights)
    mean = np.mean(survivals, axis=0)
    follow_up = data.follow_up.where(test)
    # The last file: it marks the fold as finished.
    write_predictions(
        folder / "predictions.csv", patients, [task.fold] * len(test), months_lost(mean), follow_up, mean
    )
