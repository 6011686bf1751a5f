"""Teaching the encoder of ROIs to measure slices before any survival is seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ctprog_gui.core.networks.registry import build_roi_encoder
from ctprog_gui.core.networks.roi_encoder import RoiEncoder, RoiWeights
from ctprog_gui.core.networks.spec import RoiEncoderSpec
from ctprog_gui.core.preprocessing.recipe import CubeRecipe
from training.configuration.experiment import MeasuringConfig
from training.fitting.augmentation import as_another_scanner
from training.optimisation.loop import LoopOptions
from training.preparation.cubes import PreparedCube
from training.preparation.measures import SliceMeasures
from training.pretraining.descent import descend
from training.pretraining.watch import Watch

Batch = tuple[Tensor, Tensor, RoiWeights]

_CHUNK = 256


def pretrain_roi_encoder(
    spec: RoiEncoderSpec,
    cubes: Sequence[PreparedCube],
    measures: SliceMeasures,
    recipe: CubeRecipe,
    config: MeasuringConfig,
    *,
    seed: int,
    watch: Watch | None = None,
) -> RoiEncoder:
    """An encoder fitted to the measures of slices by Huber's loss, its weights rounded to half precision.

    Each epoch shows a share of the slices, mirrored at random and as other scanners might have made
    them; the targets stay those of the image as it is. Rounding here, before features are computed,
    makes the run's features those of the exported bundle.
    """
    torch.manual_seed(seed)
    encoder = build_roi_encoder(spec)
    if config.epochs > 0:
        _fit(encoder, cubes, measures, recipe, config, seed, watch or Watch())
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.copy_(parameter.half().float())
    return encoder.eval().requires_grad_(False)


def _fit(
    encoder: RoiEncoder,
    cubes: Sequence[PreparedCube],
    measures: SliceMeasures,
    recipe: CubeRecipe,
    config: MeasuringConfig,
    seed: int,
    watch: Watch,
) -> None:
    where = list(zip(measures.patient.tolist(), measures.slice.tolist(), strict=True))
    hu = np.stack([cubes[patient].cube.hu[k] for patient, k in where])
    weights = _weights(encoder, np.stack([cubes[patient].roi[k] for patient, k in where]))
    targets = torch.from_numpy(measures.values)
    encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch lists no such overload
    steps = max(1, round(len(hu) * config.share / config.batch_size))
    generator = torch.Generator().manual_seed(seed)

    def batches(epoch: int, rng: np.random.Generator) -> Iterator[Batch]:
        order = rng.permutation(len(hu))
        for step in range(steps):
            batch = torch.from_numpy(
                np.sort(order[step * config.batch_size : (step + 1) * config.batch_size])
            )
            raw = torch.from_numpy(hu[batch.numpy()].astype(np.float32)).unsqueeze(1)
            shown = as_another_scanner(raw, rng, generator, noise_hu=config.noise_hu, blur=config.blur)
            read = weights.of(batch)
            for dim in (2, 3):
                if rng.random() < 0.5:
                    shown, read = shown.flip(dim), read.flipped(dim)
            yield batch, shown, read

    def loss(network: nn.Module, chosen: Batch) -> tuple[Tensor, dict[str, float]]:
        batch, shown, read = chosen
        told = encoder.read(encoder.maps(_windowed(shown, recipe)), read)
        return functional.smooth_l1_loss(told, targets[batch]), {}

    descend(
        encoder,
        batches,
        loss,
        steps=steps,
        learning_rate=config.learning_rate,
        weight_decay=config.weight_decay,
        options=LoopOptions(config.epochs),
        seed=seed,
        watch=watch,
        generator=generator,
    )
    encoder.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]  # torch lists no such overload


def _weights(encoder: RoiEncoder, roi: NDArray[np.bool_]) -> RoiWeights:
    """The ROIs on the maps' grids; they never change, so they are made once."""
    with torch.no_grad():
        parts = [
            encoder.weights(torch.from_numpy(roi[start : start + _CHUNK]))
            for start in range(0, len(roi), _CHUNK)
        ]
    return RoiWeights(
        tuple(torch.cat(level) for level in zip(*(part.roi for part in parts), strict=True)),
        tuple(torch.cat(level) for level in zip(*(part.ring for part in parts), strict=True)),
    )


def _windowed(hu: Tensor, recipe: CubeRecipe) -> Tensor:
    """As `TumourCube.pixels`, for slices that were altered."""
    channels = [((hu - low) / (high - low)).clamp(0, 1) for low, high in recipe.hu_windows]
    return torch.cat(channels, dim=1).contiguous(memory_format=torch.channels_last)
