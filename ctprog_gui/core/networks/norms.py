"""Batch-norm statistics of a network that was not trained on these images."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def settle_norms(network: nn.Module, images: Tensor, see: Callable[[Tensor], object] | None = None) -> None:
    """Take each batch norm's mean and variance from `images`, a batch as `network` takes it.

    `see` stands for a call of `network`, where a part of it is enough.

    With the statistics that a network is born with, 0 and 1, the signal of a deep one dies out or
    bursts, and all slices get nearly the same vector. No label is seen.
    """
    norms = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    if not norms:
        return
    momenta, training = [norm.momentum for norm in norms], network.training
    network.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over batches, of which there is one
        norm.train()
    with torch.no_grad():
        (see or network)(images)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    network.train(training)
