"""What the encoder learns before any survival is seen: to measure slices, or to know them again.

The targets of measuring are what can be read off the slice and its ROI: tumour area, and its mean
and spread of HU; lung, soft tissue and the slice's own statistics. Distilling such measurements
gave better frozen features than contrastive learning in first trials on small cohorts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ctprog_gui.core.inference.slice_attention import encode
from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.networks.norms import settle_norms
from ctprog_gui.core.networks.pyramid import PyramidEncoder
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.networks.spec import PUBLISHED, EncoderSpec
from ctprog_gui.core.preprocessing.recipe import SliceRecipe
from training.configuration.experiment import PretrainingConfig
from training.preparation.images import PreparedImage
from training.pretraining.contrastive import ContrastiveOptions, fit_contrastive
from training.pretraining.descent import descend
from training.pretraining.monitors import probe
from training.pretraining.pyramid import fit_finding
from training.pretraining.rim import without_rim
from training.pretraining.views import SliceViews, ViewOptions
from training.pretraining.watch import Watch

Batch = tuple[NDArray[np.int64], list[tuple[int, int, int, int]]]

TARGETS = ("tumour_mm", "tumour_present", "tumour_mean", "tumour_sd", "air", "soft_tissue", "mean", "sd")
_OF_TUMOUR = ("tumour_mean", "tumour_sd")
# A spread of fewer pixels says little.
_LEAST_CORE_PIXELS = 6
# Pixels from a tumour's edge that are half lung.
_RIM = 2
# Pixels by which a slice is moved at most; what leaves on one side enters on the other.
_SHIFT = 8
_LOOKED_AT = 1000
_SETTLED_ON = 64


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
        core = without_rim(share > 0.5, _RIM).astype(np.float32)
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


def _turns(count: int, rng: np.random.Generator) -> list[tuple[int, int, int, int]]:
    """For each slice whether it is mirrored in either direction, and by how much it is moved."""
    turns = []
    for _ in range(count):
        mirror = [1 if rng.random() < 0.5 else -1 for _ in range(2)]
        rows, columns = rng.integers(-_SHIFT, _SHIFT + 1, 2)
        turns.append((mirror[0], mirror[1], int(rows), int(columns)))
    return turns


def _turned(slices: NDArray[np.float32], turns: Sequence[tuple[int, int, int, int]]) -> NDArray[np.float32]:
    """Slices mirrored and moved a little: none of their measures changes."""
    varied = np.empty_like(slices)
    for i, (one, (down, across, rows, columns)) in enumerate(zip(slices, turns, strict=True)):
        varied[i] = np.roll(one[::down, ::across], (rows, columns), axis=(0, 1))
    return varied


class MeasuringNetwork(nn.Module):
    """An encoder, and a linear layer that tells the measures from its vectors."""

    def __init__(self, encoder: SliceEncoder, measures: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.out = nn.Linear(encoder.spec.feature_size, measures)

    def forward(self, slices: Tensor) -> Tensor:
        told: Tensor = self.out(self.encoder(slices))
        return told


def pretrain_encoder(
    spec: EncoderSpec,
    images: Sequence[PreparedImage],
    recipe: SliceRecipe,
    config: PretrainingConfig,
    *,
    seed: int,
    device: torch.device,
    watch: Watch | None = None,
) -> SliceEncoder:
    """An encoder fitted by the configured method, its weights rounded to half precision.

    ``measures``: to `slice_targets` by mean squared error. ``finding``: by `fit_finding`.
    ``simclr``: by `fit_contrastive`.
    Rounding here, before features are computed, makes the run's features those of the exported
    bundle.
    """
    torch.manual_seed(seed)
    encoder = build_encoder(spec).to(device)
    watch = watch or Watch()
    if config.epochs > 0 and config.method == "simclr":
        _fit_contrastive(encoder, images, recipe, config, seed, device, watch)
    elif config.epochs > 0 and isinstance(encoder, PyramidEncoder):
        fit_finding(encoder, images, recipe, config, seed=seed, device=device, watch=watch)
    elif config.epochs > 0:
        _fit_measures(encoder, images, slice_targets(images, recipe), config, seed, device, watch)
    if spec.name in PUBLISHED:
        # Behind a short fit too: running means lag by a little in each of some fifty layers, which
        # together leave nothing of the signal.
        settle_norms(encoder, _some_slices(images, spec, seed).to(device))
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.copy_(parameter.half().float())
    return encoder.eval().requires_grad_(False)


def _some_slices(images: Sequence[PreparedImage], spec: EncoderSpec, seed: int) -> Tensor:
    """Slices (n, 1, row, column) of many patients; of a network of volumes, one patient's."""
    if spec.takes_volume:
        return torch.from_numpy(images[0].pixels.astype(np.float32)).unsqueeze(1)
    pixels = np.concatenate([image.pixels for image in images])
    chosen = np.sort(np.random.default_rng([seed, 4]).permutation(len(pixels))[:_SETTLED_ON])
    return torch.from_numpy(pixels[chosen].astype(np.float32)).unsqueeze(1)


def _fit_measures(
    encoder: SliceEncoder,
    images: Sequence[PreparedImage],
    targets: SliceTargets,
    config: PretrainingConfig,
    seed: int,
    device: torch.device,
    watch: Watch,
) -> None:
    pixels = np.concatenate([image.pixels for image in images])
    values = torch.from_numpy(targets.values).to(device)
    counts = torch.from_numpy(targets.counts).to(device)
    network = MeasuringNetwork(encoder, len(TARGETS)).to(device)
    tumour = np.flatnonzero(targets.counts[:, TARGETS.index("tumour_mean")])
    others = np.setdiff1d(np.arange(len(pixels)), tumour)
    if not tumour.size:
        tumour, others = others, tumour
    # Each epoch sees every slice with tumour, and as many of the others.
    size = tumour.size + min(tumour.size, others.size)
    steps = max(1, size // config.batch_size)

    def batches(epoch: int, rng: np.random.Generator) -> Iterator[Batch]:
        order = rng.permutation(np.concatenate([tumour, rng.permutation(others)[: tumour.size]]))
        for step in range(steps):
            chosen = np.sort(order[step * config.batch_size : (step + 1) * config.batch_size])
            yield chosen, _turns(len(chosen), rng)

    def loss(network: nn.Module, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        chosen, turns = batch
        own = watch.processes.own(len(chosen))
        shown = _turned(pixels[chosen[own]].astype(np.float32), turns[own])
        told = watch.processes.gather(network(torch.from_numpy(shown).unsqueeze(1).to(device)).float())
        index = torch.from_numpy(chosen).to(device)
        error = (told - values[index]).square() * counts[index]
        # A mean a target, so that one that few slices have weighs as much as the others.
        return (error.sum(dim=0) / counts[index].sum(dim=0).clamp(min=1)).mean(), {}

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
        encoder=encoder,
    )


def _fit_contrastive(
    encoder: SliceEncoder,
    images: Sequence[PreparedImage],
    recipe: SliceRecipe,
    config: PretrainingConfig,
    seed: int,
    device: torch.device,
    watch: Watch,
) -> None:
    own, pixels = config.contrastive, np.concatenate([image.pixels for image in images])
    views = SliceViews(pixels, recipe.hu_window, ViewOptions(**own.views.model_dump()))
    options = ContrastiveOptions(
        config.loop(),
        config.batch_size,
        config.learning_rate,
        config.weight_decay,
        own.temperature,
        own.hidden,
        own.projection,
    )
    size = encoder.spec.feature_size
    fit_contrastive(encoder, size, views, patient_of(images), options, seed=seed, device=device, watch=watch)


def patient_of(images: Sequence[PreparedImage]) -> NDArray[np.int64]:
    """The number of the patient of each slice."""
    return np.repeat(np.arange(len(images)), [len(image.pixels) for image in images])


def look_at_features(
    encoder: SliceEncoder,
    images: Sequence[PreparedImage],
    recipe: SliceRecipe,
    device: torch.device,
    *,
    seed: int,
) -> dict[str, float]:
    """What the encoder's vectors are worth by `monitors.probe`, against `slice_targets`.

    Of at most 1 000 slices, drawn over all patients.
    """
    targets, patient = slice_targets(images, recipe), patient_of(images)
    chosen = np.sort(np.random.default_rng([seed, 3]).permutation(len(patient))[:_LOOKED_AT])
    pixels = np.concatenate([image.pixels for image in images])[chosen].astype(np.float32)
    with torch.inference_mode():
        features = encode(encoder, pixels, device).float().cpu().numpy()
    return probe(features, targets.values[chosen], targets.counts[chosen], patient[chosen], seed=seed)
