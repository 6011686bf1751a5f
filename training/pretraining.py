"""Teaching the encoder to measure slices before any survival is seen.

The targets are what can be read off the slice and its ROI: tumour area, and its mean and spread of
HU; lung, soft tissue and the slice's own statistics. Distilling such measurements gave better
frozen features than contrastive learning in first trials on small cohorts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.networks.spec import EncoderSpec
from ctprog_gui.core.preprocessing.recipe import SliceRecipe
from training.config import PretrainingConfig
from training.images import PreparedImage

TARGETS = ("tumour_mm", "tumour_present", "tumour_mean", "tumour_sd", "air", "soft_tissue", "mean", "sd")
_OF_TUMOUR = ("tumour_mean", "tumour_sd")
# A spread of fewer pixels says little.
_LEAST_CORE_PIXELS = 6
# Pixels by which a slice is moved at most; what leaves on one side enters on the other.
_SHIFT = 8


@dataclass(frozen=True, eq=False)
class SliceTargets:
    """`values` (slice, target) standardised over the cohort, and which of them count (same shape)."""

    values: NDArray[np.float32]
    counts: NDArray[np.bool_]


def slice_targets(images: Sequence[PreparedImage], recipe: SliceRecipe) -> SliceTargets:
    """What each slice of each image measures; the tumour's HU count only where there is tumour."""
    rows, known = [], []
    for image in images:
        values, counts = _measure(image, recipe)
        rows.append(values)
        known.append(counts)
    table, counts = np.concatenate(rows), np.concatenate(known)
    for column in range(table.shape[1]):
        chosen = table[counts[:, column], column]
        if chosen.size:
            spread = float(chosen.std()) or 1.0
            table[:, column] = (table[:, column] - chosen.mean()) / spread
    return SliceTargets(np.where(counts, table, 0.0).astype(np.float32), counts)


def _measure(image: PreparedImage, recipe: SliceRecipe) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    low, high = recipe.hu_window
    pixels = image.pixels.astype(np.float32)
    hu = low + (high - low) * pixels
    count = len(pixels)
    columns: dict[str, NDArray[np.floating]] = {
        "air": (hu < -500).mean(axis=(1, 2)),
        "soft_tissue": (hu > -100).mean(axis=(1, 2)),
        "mean": pixels.mean(axis=(1, 2)),
        "sd": pixels.std(axis=(1, 2)),
    }
    counts = np.ones((count, len(TARGETS)), dtype=np.bool_)
    if image.tumour is None:
        counts[:, [i for i, name in enumerate(TARGETS) if name.startswith("tumour")]] = False
    else:
        share = image.tumour.astype(np.float32)
        weight = share.sum(axis=(1, 2))
        pixel_mm2 = image.spacing_mm[0] * image.spacing_mm[1]
        there = weight * pixel_mm2 >= 20.0
        core = _inside(share > 0.5).astype(np.float32)
        pixels_in = core.sum(axis=(1, 2))
        safe = np.maximum(pixels_in, 1.0)
        mean = (core * hu).sum(axis=(1, 2)) / safe
        variance = (core * (hu - mean[:, None, None]) ** 2).sum(axis=(1, 2)) / safe
        columns |= {
            # The diameter of a disc of the tumour's area: less skewed than the area.
            "tumour_mm": 2 * np.sqrt(weight * pixel_mm2 / np.pi),
            "tumour_present": there.astype(np.float64),
            "tumour_mean": mean,
            "tumour_sd": np.sqrt(variance),
        }
        for name in _OF_TUMOUR:
            counts[:, TARGETS.index(name)] = there & (pixels_in >= _LEAST_CORE_PIXELS)
    table = np.stack([columns.get(name, np.zeros(count)) for name in TARGETS], axis=1)
    return table.astype(np.float64), counts


def _inside(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The region without its two outermost pixels in the plane: its edge is half lung."""
    inner = region
    for _ in range(2):
        padded = np.pad(inner, ((0, 0), (1, 1), (1, 1)))
        inner = (
            inner & padded[:, 2:, 1:-1] & padded[:, :-2, 1:-1] & padded[:, 1:-1, 2:] & padded[:, 1:-1, :-2]
        )
    return inner


def _varied(slices: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Each slice mirrored or not in both directions and moved a little: none of its measures changes."""
    varied = np.empty_like(slices)
    for i, one in enumerate(slices):
        turned = one[:: 1 if rng.random() < 0.5 else -1, :: 1 if rng.random() < 0.5 else -1]
        rows, columns = rng.integers(-_SHIFT, _SHIFT + 1, 2)
        varied[i] = np.roll(turned, (int(rows), int(columns)), axis=(0, 1))
    return varied


def pretrain_encoder(
    spec: EncoderSpec,
    images: Sequence[PreparedImage],
    recipe: SliceRecipe,
    config: PretrainingConfig,
    *,
    seed: int,
    device: torch.device,
    on_step: Callable[[int, int, int, float], None] | None = None,
) -> SliceEncoder:
    """An encoder fitted to `slice_targets` by mean squared error, its weights rounded to half precision.

    Rounding here, before features are computed, makes the run's features those of the exported
    bundle. `on_step` is called with epoch, step, number of steps and the epoch's running loss.
    """
    torch.manual_seed(seed)
    encoder = build_encoder(spec).to(device)
    if config.epochs > 0:
        _fit(encoder, spec, images, slice_targets(images, recipe), config, seed, device, on_step)
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.copy_(parameter.half().float())
    return encoder.eval().requires_grad_(False)


def _fit(
    encoder: SliceEncoder,
    spec: EncoderSpec,
    images: Sequence[PreparedImage],
    targets: SliceTargets,
    config: PretrainingConfig,
    seed: int,
    device: torch.device,
    on_step: Callable[[int, int, int, float], None] | None,
) -> None:
    pixels = np.concatenate([image.pixels for image in images])
    values = torch.from_numpy(targets.values).to(device)
    counts = torch.from_numpy(targets.counts).to(device)
    out = nn.Linear(spec.feature_size, len(TARGETS)).to(device)
    parameters = [*encoder.parameters(), *out.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=config.learning_rate, weight_decay=config.weight_decay)
    tumour = np.flatnonzero(targets.counts[:, TARGETS.index("tumour_mean")])
    others = np.setdiff1d(np.arange(len(pixels)), tumour)
    if not tumour.size:
        tumour, others = others, tumour
    # Each epoch sees every slice with tumour, and as many of the others.
    size = tumour.size + min(tumour.size, others.size)
    steps = max(1, size // config.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=config.learning_rate, total_steps=steps * config.epochs
    )
    rng = np.random.default_rng(seed)
    encoder.train()
    for epoch in range(config.epochs):
        order = rng.permutation(np.concatenate([tumour, rng.permutation(others)[: tumour.size]]))
        total = 0.0
        for step in range(steps):
            batch = np.sort(order[step * config.batch_size : (step + 1) * config.batch_size])
            chosen = pixels[batch].astype(np.float32)
            chosen = _varied(chosen, rng)
            features = encoder(torch.from_numpy(chosen).unsqueeze(1).to(device))
            index = torch.from_numpy(batch).to(device)
            error = (out(features) - values[index]).square() * counts[index]
            # A mean a target, so that one that few slices have weighs as much as the others.
            loss = (error.sum(dim=0) / counts[index].sum(dim=0).clamp(min=1)).mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
            if on_step is not None:
                on_step(epoch, step + 1, steps, total / (step + 1))
