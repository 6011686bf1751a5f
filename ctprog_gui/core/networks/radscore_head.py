"""Deep-RadScore's last layers: an encoder's vector narrowed to ten features, beside them the RadScores."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class RadscoreHead(nn.Module):
    """[features → deep] beside the RadScores → two kinds.

    Parameters
    ----------
    features, deep, scores
        Lengths of the encoder's vector, of what it is narrowed to, and number of RadScores; without
        any the head is that of the network alone.

    Source: Zhang et al. 2024, figure 1: the layer of 1000 becomes two with Xavier's weights, and the
    RadScores enter at the last but one. The hyperbolic tangent of the narrowed features is ours: a
    rectified one can be the same for everybody.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, features: int, deep: int = 10, scores: int = 0) -> None:
        super().__init__()
        self.narrow = nn.Linear(features, deep)
        self.decide = nn.Linear(deep + scores, 2)
        for layer in (self.narrow, self.decide):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
        # The encoder's features are standardised by the patients that were fitted to.
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))

    def deep_features(self, features: Tensor) -> Tensor:
        """(patient, encoder's feature) to (patient, deep feature)."""
        return torch.tanh(self.narrow((features - self.mean) / self.scale))

    def inputs(self, features: Tensor, scores: Tensor) -> Tensor:
        """What the last layer decides by: (patient, deep feature + RadScore)."""
        return torch.cat([self.deep_features(features), scores], dim=1)

    def forward(self, features: Tensor, scores: Tensor) -> Tensor:
        """Logits (patient, 2) of the negative and the positive kind."""
        logits: Tensor = self.decide(self.inputs(features, scores))
        return logits
