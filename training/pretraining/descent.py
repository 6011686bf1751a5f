"""The descent that all pretraining takes: AdamW along one cycle of the learning rate, under a watch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.optimisation.loop import Fit, LoopOptions, run_loop
from training.pretraining.watch import Watch

Batches = Callable[[int, np.random.Generator], Iterator[Any]]
Loss = Callable[[nn.Module, Any], tuple[Tensor, dict[str, float]]]


def descend(
    network: nn.Module,
    batches: Batches,
    loss: Loss,
    *,
    steps: int,
    learning_rate: float,
    weight_decay: float,
    options: LoopOptions,
    seed: int,
    watch: Watch,
    encoder: nn.Module | None = None,
    generator: torch.Generator | None = None,
) -> None:
    """Fit in place by `run_loop`; see there and `Fit`.

    Parameters
    ----------
    steps
        Batches of an epoch.
    learning_rate
        At the height of the cycle (Smith, Super-convergence, 2018), which ends with the last step.
    encoder
        What the watch is shown behind each epoch; the network itself if none is named.
    """
    optimizer = torch.optim.AdamW(network.parameters(), lr=learning_rate, weight_decay=weight_decay)
    taken = -(-steps // options.accumulate) * options.epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=learning_rate, total_steps=taken)
    run_loop(
        Fit(network, optimizer, batches, loss, schedule, generator=generator),
        options,
        seed=seed,
        keeper=watch.keeper,
        stop=watch.stop,
        processes=watch.processes,
        on_epoch=watch.of_epochs(network if encoder is None else encoder),
        on_step=watch.of_steps(steps),
    )
