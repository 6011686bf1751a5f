"""Teaching a pyramid to find tumours and to measure them, before any survival is seen.

Two things make fine texture learnable where measuring whole slices did not: each place of a tumour
tells the slice's measures by itself, and most slices are shown as a piece around the tumour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ctprog_gui.core.networks.pyramid import PyramidEncoder
from ctprog_gui.core.preprocessing.recipe import SliceRecipe
from ctprog_gui.core.shared.errors import InputError
from training.configuration.experiment import PretrainingConfig
from training.configuration.parts import FOUND
from training.preparation.images import PreparedImage
from training.pretraining.descent import descend
from training.pretraining.rim import without_rim
from training.pretraining.watch import Watch

Index = NDArray[np.int64]
Pixels = NDArray[np.float32]
Batch = tuple[Index, Pixels, Pixels]

# What a place of the tumour tells by itself; whether there is one is the map's own to say.
_OF_PLACES = tuple(FOUND.index(name) for name in FOUND if name != "tumour_present")
_EXTENT, _PRESENT, _MEAN, _SD = (
    FOUND.index(name) for name in ("tumour_extent", "tumour_present", "tumour_mean", "tumour_sd")
)
# A tumour of less is not one to be told; a spread of fewer pixels says little.
_LEAST_MM2, _LEAST_CORE_PIXELS = 20.0, 8
# The extent is ln(1 + area / this): near 0 without tumour, and less skewed than the area.
_AREA_MM2 = 100.0
# Pixels that are surely tissue and no mixture with the lung beside it.
_TISSUE_HU = -150.0
# Few places are tumour: those that are weigh this much more, and the map's loss this much.
_RARE, _MAP = 19.0, 10.0


@dataclass(frozen=True, eq=False)
class TumourSlices:
    """Slices with what is known of the tumour in each.

    `pixels` and `tumour` (its share of each pixel) are (slice, row, column); `values` are the measures
    `FOUND`, standardised over the slices that `counts` holds true, both (slice, measure).
    """

    pixels: NDArray[np.float16]
    tumour: NDArray[np.float16]
    values: NDArray[np.float32]
    counts: NDArray[np.bool_]

    @property
    def with_tumour(self) -> Index:
        return np.flatnonzero(self.values[:, _PRESENT] > 0)


def tumour_slices(images: Sequence[PreparedImage], recipe: SliceRecipe) -> TumourSlices:
    """All slices of the images that have a ROI.

    Raises
    ------
    InputError
        If none has, or no slice is left without tumour.
    """
    known = [image for image in images if image.tumour is not None]
    if not known:
        raise InputError("finding tumours is learnt from ROIs: no patient of the cohort has one")
    measured = [_measure(image, recipe) for image in known]
    values = np.concatenate([one for one, _ in measured])
    counts = np.concatenate([one for _, one in measured])
    if values[:, _PRESENT].std() == 0:
        raise InputError(
            "finding tumours is learnt from slices with and without: the cohort has only one kind"
        )
    for column in range(values.shape[1]):
        chosen = values[counts[:, column], column]
        if chosen.size:
            values[:, column] = (values[:, column] - chosen.mean()) / (float(chosen.std()) or 1.0)
    return TumourSlices(
        np.concatenate([image.pixels for image in known]),
        np.concatenate([image.tumour for image in known if image.tumour is not None]),
        np.where(counts, values, 0.0).astype(np.float32),
        counts,
    )


def _measure(image: PreparedImage, recipe: SliceRecipe) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    assert image.tumour is not None
    low, high = recipe.hu_window
    hu = low + (high - low) * image.pixels.astype(np.float32)
    share = image.tumour.astype(np.float32)
    area = share.sum(axis=(1, 2)) * image.spacing_mm[0] * image.spacing_mm[1]
    there = area >= _LEAST_MM2
    core = (without_rim(share > 0.95, 1) & (hu > _TISSUE_HU)).astype(np.float32)
    pixels = core.sum(axis=(1, 2))
    safe = np.maximum(pixels, 1.0)
    mean = (core * hu).sum(axis=(1, 2)) / safe
    variance = (core * (hu - mean[:, None, None]) ** 2).sum(axis=(1, 2)) / safe
    values = np.empty((len(share), len(FOUND)))
    values[:, _EXTENT] = np.log1p(area / _AREA_MM2)
    values[:, _PRESENT] = there
    values[:, _MEAN] = mean
    values[:, _SD] = np.sqrt(variance)
    counts = np.ones(values.shape, dtype=np.bool_)
    counts[:, [_MEAN, _SD]] = (there & (pixels >= _LEAST_CORE_PIXELS))[:, None]
    return values, counts


class FindingNetwork(nn.Module):
    """A pyramid, and what each place of its map tells of the tumour that it belongs to."""

    def __init__(self, encoder: PyramidEncoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.places = nn.Conv2d(encoder.spec.pyramid, len(_OF_PLACES), 1)

    def forward(self, slices: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Vectors (n, measure), log odds (n, row, column), and what places tell (n, told, row, column)."""
        vectors, odds, maps = self.encoder.look(slices)
        return vectors, odds.squeeze(1), self.places(maps)


def finding_loss(
    told: tuple[Tensor, Tensor, Tensor], share: Tensor, values: Tensor, counts: Tensor
) -> Tensor:
    """Cross-entropy of the map, and squared errors of the slice's measures and of the places'.

    Parameters
    ----------
    told
        What `FindingNetwork` gives.
    share
        (n, row, column) tumour's share of each place, on the map's grid.
    values, counts
        (n, measure), as `TumourSlices` has them.
    """
    vectors, odds, places = told
    entropy = functional.binary_cross_entropy_with_logits(odds, share, weight=1 + _RARE * share)
    error = (vectors - values).square() * counts
    # A mean a measure, so that one that few slices have weighs as much as the others.
    of_slices = (error.sum(dim=0) / counts.sum(dim=0).clamp(min=1)).mean()
    wanted, known = values[:, _OF_PLACES], counts[:, _OF_PLACES]
    weight = share.unsqueeze(1) * known[:, :, None, None]
    weight = weight / (weight.sum(dim=(2, 3), keepdim=True) + 1e-3)
    missed = ((places - wanted[:, :, None, None]).square() * weight).sum(dim=(0, 2, 3))
    slices = (known & (share.amax(dim=(1, 2)) > 0).unsqueeze(1)).sum(dim=0).clamp(min=1)
    return _MAP * entropy + of_slices + (missed / slices).mean()


def fit_finding(
    encoder: PyramidEncoder,
    images: Sequence[PreparedImage],
    recipe: SliceRecipe,
    config: PretrainingConfig,
    *,
    seed: int,
    device: torch.device,
    watch: Watch,
) -> None:
    """Fit in place. Each epoch shows every slice with tumour and some of the others.

    The last epochs (`FindingConfig.whole_epochs`) show whole slices, as inference does: the batch
    norms' statistics are then theirs.
    """
    own = config.finding
    slices = tumour_slices(images, recipe)
    side = own.piece
    rows, columns = slices.pixels.shape[1:]
    if side % 2 or rows % 2 or columns % 2 or side > min(rows, columns):
        raise InputError(
            f"finding takes even sizes, and pieces no larger than a slice: {side}, {rows}×{columns}"
        )
    values = torch.from_numpy(slices.values).to(device)
    counts = torch.from_numpy(slices.counts).to(device)
    network = FindingNetwork(encoder).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch lists no such overload
    tumour = slices.with_tumour
    others = np.setdiff1d(np.arange(len(slices.pixels)), tumour)
    beside = min(others.size, round(own.others * tumour.size))
    steps = max(1, (tumour.size + beside) // config.batch_size)

    def batches(epoch: int, rng: np.random.Generator) -> Iterator[Batch]:
        order = rng.permutation(np.concatenate([tumour, rng.permutation(others)[:beside]]))
        in_pieces = epoch < config.epochs - own.whole_epochs
        for step in range(steps):
            chosen = np.sort(order[step * config.batch_size : (step + 1) * config.batch_size])
            shown = [_shown(slices, int(k), side if in_pieces else None, rng) for k in chosen]
            yield chosen, np.stack([one for one, _ in shown]), np.stack([one for _, one in shown])

    def loss(network: nn.Module, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        chosen, pixels, share = batch
        part = watch.processes.own(len(chosen))
        vectors, odds, places = network(torch.from_numpy(pixels[part]).unsqueeze(1).to(device))
        told = tuple(watch.processes.gather(one.float()) for one in (vectors, odds, places))
        index = torch.from_numpy(chosen).to(device)
        cells = functional.avg_pool2d(torch.from_numpy(share).unsqueeze(1), 2).squeeze(1).to(device)
        return finding_loss((told[0], told[1], told[2]), cells, values[index], counts[index]), {}

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
    encoder.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]  # torch lists no such overload


def _shown(
    slices: TumourSlices, number: int, side: int | None, rng: np.random.Generator
) -> tuple[Pixels, Pixels]:
    """Pixels and tumour of a slice or of a square piece of it, mirrored at random: no measure changes.

    A piece holds the tumour's middle where there is tumour, and lies anywhere where there is none.
    """
    pixels, tumour = slices.pixels[number], slices.tumour[number]
    if side is not None:
        corner = []
        middle = np.argwhere(tumour >= min(0.3, float(tumour.max()))).mean(axis=0)
        for length, at in zip(pixels.shape, middle, strict=True):
            start = int(rng.integers(0, length - side + 1))
            if slices.values[number, _PRESENT] > 0:
                start = round(float(at)) - side // 2 + int(rng.integers(-(side // 3), side // 3 + 1))
            corner.append(min(max(start, 0), length - side))
        cut = tuple(slice(start, start + side) for start in corner)
        pixels, tumour = pixels[cut], tumour[cut]
    for axis in (0, 1):
        if rng.random() < 0.5:
            pixels, tumour = np.flip(pixels, axis), np.flip(tumour, axis)
    return pixels.astype(np.float32), tumour.astype(np.float32)
