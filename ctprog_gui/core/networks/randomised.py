"""A network that learnt nothing, of the same make: for the randomisation test of saliency maps."""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import Tensor, nn

Net = TypeVar("Net", bound=nn.Module)


def randomised(network: Net, seed: int) -> Net:
    """A copy with the values of each weight tensor dealt out anew.

    They keep their distribution, and nothing of what they meant. Batch norms are left with statistics
    of another network: see `settle_norms`.
    """
    generator = torch.Generator().manual_seed(seed)
    other = copy.deepcopy(network)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.copy_(dealt(parameter, generator))
    return other


def dealt(values: Tensor, generator: torch.Generator) -> Tensor:
    """The same values in another order."""
    order = torch.randperm(values.numel(), generator=generator).to(values.device)
    return values.flatten()[order].view_as(values)
