"""The loss of contrastive learning."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def ntxent_loss(first: Tensor, second: Tensor, temperature: float = 0.1) -> Tensor:
    """NT-Xent: each view should be nearer to the other view of its image than to all other views.

    Chen et al., SimCLR (2020), eq. 1: the mean over the 2n views of
    −log(exp(s_ij / T) / ∑_{k ≠ i} exp(s_ik / T)), where s is the cosine and j the other view of i.

    Computed in float32 whatever comes in, autocast or not, and through log-sum-exp: at T = 0.1 the
    terms reach e¹⁰, at T = 0.005 they would overflow.

    Parameters
    ----------
    first, second
        (image, feature): two views of the same images, in the same order. In several processes the
        views of all of them (`Processes.gather`), since every other view is a negative.

    Raises
    ------
    ValueError
        If the views don't match, there is but one image, or the temperature isn't positive.
    """
    if first.shape != second.shape or first.dim() != 2:
        raise ValueError(f"two views have the same shape, not {tuple(first.shape)}, {tuple(second.shape)}")
    if len(first) < 2:
        raise ValueError("a contrast needs two images at least")
    if not temperature > 0:
        raise ValueError(f"the temperature must be positive, not {temperature}")
    with torch.autocast(first.device.type, enabled=False):
        views = functional.normalize(torch.cat([first, second]).float(), dim=1)
        similar = views @ views.T / temperature
        similar.fill_diagonal_(float("-inf"))
        partner = torch.arange(len(views), device=views.device).roll(len(first))
        return functional.cross_entropy(similar, partner)
