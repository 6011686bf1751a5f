"""Soft attention over slices, then DeepHit.

Paolo et al., Predicting lung cancer survival with attention-based CT slices combination (2026).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ctprog_gui.core.networks.deephit import DeepHit
from ctprog_gui.core.networks.spec import SliceAttentionSpec


class SliceAttentionHead(nn.Module):
    """From the vectors of a volume's slices to a distribution of the month of death.

    The weight of slice j is the softmax over the slices of ``W s_j + b``, and the volume's vector
    is the weighted sum of the slices' (eq. 1). b moves no weight, and is kept as the paper has it.
    The vectors are standardised first with the training set's mean and standard deviation
    (`feature_mean`, `feature_sd`), which travel with the weights.
    """

    feature_mean: Tensor
    feature_sd: Tensor

    def __init__(self, spec: SliceAttentionSpec) -> None:
        super().__init__()
        size = spec.encoder.feature_size
        self.register_buffer("feature_mean", torch.zeros(size))
        self.register_buffer("feature_sd", torch.ones(size))
        self.attention = nn.Linear(size, 1)
        self.risk = DeepHit(
            size,
            hidden=spec.hidden,
            shared_layers=spec.shared_layers,
            cause_layers=spec.cause_layers,
            dropout=spec.dropout,
            bins=spec.bins,
        )

    def forward(self, features: Tensor, valid: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Attend and predict.

        Parameters
        ----------
        features
            (patient, slice, feature).
        valid
            (patient, slice) bool: False where a shorter volume was padded.

        Returns
        -------
        log_pmf, weights
            (patient, bins + 1) and (patient, slice); the weights of a patient sum to 1.
        """
        standard = (features - self.feature_mean) / self.feature_sd
        scores = self.attention(standard).squeeze(2)
        if valid is not None:
            scores = scores.masked_fill(~valid, float("-inf"))
        weights = torch.softmax(scores, dim=1)
        volume = (weights.unsqueeze(2) * standard).sum(dim=1)
        return self.risk(volume), weights
