"""Teaching the encoder of patches to tell radiomics before any label is seen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.networks.spec import EncoderSpec
from ctprog_gui.core.preprocessing.recipe import PatchRecipe
from training.configuration.radscore import PatchPretrainingConfig
from training.fitting.augmentation import as_another_scanner
from training.pretraining.descent import descend
from training.pretraining.watch import Watch
from training.radscore.table import RegionFeatures

Floats = NDArray[np.float64]
Batch = tuple[Tensor, Tensor]


def radiomics_targets(tables: dict[str, RegionFeatures], components: int) -> NDArray[np.float32]:
    """Principal components of all regions' features, each of unit variance: (patient, component).

    Features that are not a number for somebody, or the same for all, are left out; values beyond 5
    standard deviations count as 5. No label is used.

    Raises
    ------
    ValueError
        If no feature is left.
    """
    values = np.concatenate([table.values for table in tables.values()], axis=1)
    values = values[:, np.isfinite(values).all(axis=0)]
    values = values[:, values.std(axis=0) > 1e-9 * np.maximum(1.0, np.abs(values).max(axis=0))]
    if not values.shape[1]:
        raise ValueError("no feature is a number for every patient and differs between patients")
    z = np.clip((values - values.mean(axis=0)) / values.std(axis=0), -5, 5)
    z -= z.mean(axis=0)
    left, size, _ = np.linalg.svd(z, full_matrices=False)
    there = min(components, int(np.count_nonzero(size > 1e-9 * size[0])))
    found: NDArray[np.float32] = (left[:, :there] * np.sqrt(len(z))).astype(np.float32)
    return found


def pretrain_patch_encoder(
    spec: EncoderSpec,
    hu: NDArray[np.int16],
    targets: NDArray[np.float32],
    recipe: PatchRecipe,
    config: PatchPretrainingConfig,
    *,
    seed: int,
    watch: Watch | None = None,
) -> SliceEncoder:
    """An encoder fitted to the targets by Huber's loss, its weights rounded to half precision.

    Parameters
    ----------
    hu
        (patient, row, column)
    targets
        (patient, target)

    Each epoch shows every patch, mirrored at random and as other scanners might have made it. With no
    epochs the weights stay random, and batch norm takes its statistics from the patches.
    """
    torch.manual_seed(seed)
    encoder = build_encoder(spec)
    answer = nn.Linear(spec.feature_size, targets.shape[1])
    network = nn.ModuleDict({"encoder": encoder, "answer": answer})
    if config.epochs > 0:
        _fit(network, hu, torch.from_numpy(targets), recipe, config, seed, watch or Watch())
    else:
        _see(encoder, hu, recipe)
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.copy_(parameter.half().float())
    return encoder.eval().requires_grad_(False)


def _fit(
    network: nn.ModuleDict,
    hu: NDArray[np.int16],
    targets: Tensor,
    recipe: PatchRecipe,
    config: PatchPretrainingConfig,
    seed: int,
    watch: Watch,
) -> None:
    steps = max(1, len(hu) // config.batch_size)
    generator = torch.Generator().manual_seed(seed)

    def batches(epoch: int, rng: np.random.Generator) -> Iterator[Batch]:
        order = rng.permutation(len(hu))
        for step in range(steps):
            chosen = order[step * config.batch_size : (step + 1) * config.batch_size]
            raw = torch.from_numpy(hu[chosen].astype(np.float32)).unsqueeze(1)
            shown = as_another_scanner(raw, rng, generator, noise_hu=config.noise_hu, blur=config.blur)
            for dim in (2, 3):
                if rng.random() < 0.5:
                    shown = shown.flip(dim)
            yield _windowed(shown, recipe), targets[torch.from_numpy(chosen)]

    def loss(whole: nn.Module, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        pixels, wanted = batch
        return functional.smooth_l1_loss(network["answer"](network["encoder"](pixels)), wanted), {}

    descend(
        network,
        batches,
        loss,
        steps=steps,
        learning_rate=config.learning_rate,
        weight_decay=config.weight_decay,
        options=config.loop(),
        seed=seed,
        watch=watch,
        generator=generator,
    )


def _see(encoder: SliceEncoder, hu: NDArray[np.int16], recipe: PatchRecipe) -> None:
    """Batch norm's statistics of these patches: with those it begins with, random features are all alike."""
    norms = [part for part in encoder.modules() if isinstance(part, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    encoder.train()
    with torch.no_grad():
        for start in range(0, len(hu), 32):
            encoder(
                _windowed(torch.from_numpy(hu[start : start + 32].astype(np.float32)).unsqueeze(1), recipe)
            )
    for norm in norms:
        norm.momentum = 0.1
    encoder.eval()


def _windowed(hu: Tensor, recipe: PatchRecipe) -> Tensor:
    """As `TumourPatch.pixels`, for patches that were altered."""
    low, high = recipe.hu_window
    return ((hu - low) / (high - low)).clamp(0, 1)
