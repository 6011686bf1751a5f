"""Soft attention over slices, then DeepHit.

Paolo et al., Predicting lung cancer survival with attention-based CT slices combination (2026).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ctprog_gui.core.networks.aggregation import ClassToken, average, weighted
from ctprog_gui.core.networks.deephit import DeepHit
from ctprog_gui.core.networks.spec import SliceAttentionSpec


class SliceAttentionHead(nn.Module):
    """From the vectors of a volume's slices to a distribution of the month of death.

    The weight of slice j is the softmax over the slices of ``W s_j + b``, and the volume's vector
    is the weighted sum of the slices' (eq. 1). b moves no weight, and is kept as the paper has it.
    The vectors are standardised first with the training set's mean and standard deviation
    (`feature_mean`, `feature_sd`), which travel with the weights. `SliceAttentionSpec.aggregation`
    names what stands in the attention's place: see `aggregation`.
    """

    feature_mean: Tensor
    feature_sd: Tensor

    def __init__(self, spec: SliceAttentionSpec) -> None:
        super().__init__()
        size = spec.encoder.feature_size
        self.register_buffer("feature_mean", torch.zeros(size))
        self.register_buffer("feature_sd", torch.ones(size))
        self.attention: nn.Module | None = None
        if spec.aggregation == "soft_attention":
            self.attention = nn.Linear(size, 1)
        elif spec.aggregation != "average":
            self.attention = ClassToken(size, transformer=spec.aggregation == "slice_transformer")
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
        if self.attention is None:
            volume, weights = average(standard, valid)
        elif isinstance(self.attention, ClassToken):
            volume, weights = self.attention(standard, valid)
        else:
            volume, weights = weighted(standard, self.attention(standard).squeeze(2), valid)
        return self.risk(volume), weights
