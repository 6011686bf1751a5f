"""Contrastive pretraining: the encoder learns to know an image again in another view of it.

Chen et al., SimCLR (2020). Nothing here asks how many dimensions an image has: slices with a 2D
encoder are SimCLR, volumes with a 3D encoder are CTCLR. Which views there are, and what makes
vectors of them, is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.losses.ntxent import ntxent_loss
from training.optimisation.loop import LoopOptions
from training.pretraining.descent import descend
from training.pretraining.watch import Watch

Index = NDArray[np.int64]
Seeds = NDArray[np.int64]
# One view of each of some images, as the encoder takes them. All chance comes from the seeds, one
# an image, so that a view is the same in whichever process it is made.
Views = Callable[[Index, Seeds], Tensor]


@dataclass(frozen=True)
class ContrastiveOptions:
    """See `PretrainingConfig` and `ContrastiveConfig`."""

    loop: LoopOptions
    batch_size: int
    learning_rate: float
    weight_decay: float
    temperature: float
    hidden: int
    projection: int


class ContrastiveNetwork(nn.Module):
    """An encoder and the projection that the loss sees; the projection is thrown away afterwards."""

    def __init__(self, encoder: nn.Module, features: int, hidden: int, projection: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.projection = nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, projection))

    def forward(self, views: Tensor) -> Tensor:
        """Views (n, …) to (n, projection)."""
        projected: Tensor = self.projection(self.encoder(views))
        return projected


def fit_contrastive(
    encoder: nn.Module,
    features: int,
    views: Views,
    group: Index,
    options: ContrastiveOptions,
    *,
    seed: int,
    device: torch.device,
    watch: Watch | None = None,
) -> None:
    """Fit the encoder in place; torch's generator, which draws the projection, is seeded by the caller.

    Parameters
    ----------
    encoder, features
        From a view to a vector, and the length of the vector.
    group
        (image,): images of one patient, say. Neighbouring slices are almost the same image, so a
        batch takes its images from as many groups as it can, and few negatives are false ones.
    """
    watch = watch or Watch()
    processes = watch.processes
    network = ContrastiveNetwork(encoder, features, options.hidden, options.projection).to(device)
    size = min(options.batch_size, len(group))
    # A last batch that is smaller would have other negatives than the others: it is left out.
    steps = len(group) // size

    def batches(epoch: int, rng: np.random.Generator) -> Iterator[tuple[Index, Seeds]]:
        order = spread_out(group, rng)
        for step in range(steps):
            chosen = order[step * size : (step + 1) * size]
            yield chosen, rng.integers(2**62, size=(2, len(chosen)))

    def loss(network: nn.Module, batch: tuple[Index, Seeds]) -> tuple[Tensor, dict[str, float]]:
        chosen, seeds = batch
        own = processes.own(len(chosen))
        pair = torch.cat([views(chosen[own], seeds[n, own]) for n in range(2)])
        # Both views in one pass, so that they share their batch statistics.
        first, second = network(pair.to(device)).chunk(2)
        first, second = processes.gather(first), processes.gather(second)
        with torch.no_grad():
            apart = functional.normalize(first.float(), dim=1) @ functional.normalize(second.float(), dim=1).T
            known = int((apart.argmax(dim=1) == torch.arange(len(apart), device=apart.device)).sum())
        return ntxent_loss(first, second, options.temperature), {"known_again": known, "images": len(chosen)}

    descend(
        network,
        batches,
        loss,
        steps=steps,
        learning_rate=options.learning_rate,
        weight_decay=options.weight_decay,
        options=options.loop,
        seed=seed,
        watch=watch,
        encoder=encoder,
    )


def spread_out(group: Index, rng: np.random.Generator) -> Index:
    """All images in an order at random in which those of one group lie far apart."""
    shuffled = rng.permutation(len(group))
    order = shuffled[np.argsort(group[shuffled], kind="stable")]
    _, start, count = np.unique(group[order], return_index=True, return_counts=True)
    # The n-th of a group comes in the n-th round; the groups of a round in an order of their own.
    turn = np.arange(len(group)) - np.repeat(start, count)
    spread: Index = order[np.lexsort((rng.random(len(group)), turn))]
    return spread
