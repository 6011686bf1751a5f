"""How the vectors of a volume's slices become one vector, and how much each slice weighs in it.

Each takes standardised vectors (patient, slice, feature) and, where volumes were padded, which
slices count (patient, slice); each gives (patient, feature) and weights (patient, slice) that sum to 1.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def weighted(vectors: Tensor, scores: Tensor, valid: Tensor | None) -> tuple[Tensor, Tensor]:
    """Soft attention: the softmax of one score a slice weighs the vectors (eq. 1)."""
    if valid is not None:
        scores = scores.masked_fill(~valid, float("-inf"))
    weights = torch.softmax(scores, dim=1)
    return (weights.unsqueeze(2) * vectors).sum(dim=1), weights


def average(vectors: Tensor, valid: Tensor | None) -> tuple[Tensor, Tensor]:
    """All slices weigh the same."""
    return weighted(vectors, vectors.new_zeros(vectors.shape[:2]), valid)


class ClassToken(nn.Module):
    """Self-attention over the slices and a learnt class token, whose output is the volume's vector.

    The paper tells no more of its "self attention + CTk": here it is one layer of multi-head
    attention, normalised before and added to what went in. As a slice transformer (`transformer`)
    slices know their places and a layer of two linear maps follows, as in the Medical Slice
    Transformer (Müller-Franzes et al. 2025). The slices' weights are the class token's attention
    to them, averaged over the heads; what it pays to itself is left out.
    """

    def __init__(self, size: int, *, transformer: bool) -> None:
        super().__init__()
        heads = next(count for count in (8, 6, 4, 2, 1) if size % count == 0)
        self.token = nn.Parameter(torch.randn(1, 1, size) * 0.02)
        self.norm = nn.LayerNorm(size)
        self.attention = nn.MultiheadAttention(size, heads, batch_first=True)
        self.mixing: nn.Module | None = None
        self.last: nn.Module = nn.Identity()
        if transformer:
            self.mixing = nn.Sequential(
                nn.LayerNorm(size), nn.Linear(size, 4 * size), nn.GELU(), nn.Linear(4 * size, size)
            )
            self.last = nn.LayerNorm(size)

    def forward(self, vectors: Tensor, valid: Tensor | None = None) -> tuple[Tensor, Tensor]:
        if self.mixing is not None:
            vectors = vectors + places(vectors.shape[1], vectors.shape[2]).to(vectors)
        tokens = torch.cat([self.token.expand(len(vectors), -1, -1), vectors], dim=1)
        padded = None if valid is None else torch.nn.functional.pad(~valid, (1, 0), value=False)
        normal = self.norm(tokens)
        # The class token alone asks: what the slices would hear is used by nobody.
        found, paid = self.attention(normal[:, :1], normal, normal, key_padding_mask=padded)
        volume = (tokens[:, :1] + found)[:, 0]
        if self.mixing is not None:
            volume = volume + self.mixing(volume)
        weights = paid[:, 0, 1:]
        summed: Tensor = self.last(volume)
        return summed, weights / weights.sum(dim=1, keepdim=True).clamp(min=1e-12)


def places(count: int, size: int) -> Tensor:
    """Sines and cosines of the slice's number, (slice, feature) (Vaswani et al. 2017)."""
    number = torch.arange(count, dtype=torch.float32).unsqueeze(1)
    rate = torch.exp(torch.arange(0, size, 2, dtype=torch.float32) * (-math.log(10000.0) / size))
    found = torch.zeros(count, size)
    found[:, 0::2] = torch.sin(number * rate)
    found[:, 1::2] = torch.cos(number * rate)[:, : size // 2]
    return found
