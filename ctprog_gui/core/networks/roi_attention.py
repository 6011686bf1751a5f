"""Attention over the slices of a ROI, then DeepHit with few parameters."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ctprog_gui.core.networks.spec import RoiAttentionSpec


class RoiAttentionHead(nn.Module):
    """From the measures of a ROI's slices to a distribution of the month of death.

    The weight of slice j is the softmax of ``log area_j + w · s_j``: without w each voxel of the
    ROI counts the same, and a slice without ROI counts nothing. The weighted mean of the slices'
    measures and the logarithm of the ROI's volume, all standardised (`feature_mean` …, which
    travel with the weights), give one risk r, together with the clinical numbers where the spec
    names some. One that is not known counts as the training set's mean, which adds nothing; one
    whose `clinical_scale` is 0 never adds anything. The log odds of the months are
    ``baseline_t + r · (ramp_t + shape_t)``, where the ramp falls from 1 in the first month to −1
    beyond the last: a DeepHit output (softmax over months and beyond) that some hundred patients
    can bear, with as many parameters as a Cox model and two numbers a month.
    """

    feature_mean: Tensor
    feature_sd: Tensor
    volume_mean: Tensor
    volume_sd: Tensor
    clinical_mean: Tensor
    clinical_scale: Tensor
    ramp: Tensor

    def __init__(self, spec: RoiAttentionSpec) -> None:
        super().__init__()
        size, besides = spec.encoder.feature_size, len(spec.clinical)
        self.register_buffer("feature_mean", torch.zeros(size))
        self.register_buffer("feature_sd", torch.ones(size))
        self.register_buffer("volume_mean", torch.zeros(()))
        self.register_buffer("volume_sd", torch.ones(()))
        # Not among the weights where there are none: they are those of earlier versions then.
        self.register_buffer("clinical_mean", torch.zeros(besides), persistent=besides > 0)
        self.register_buffer("clinical_scale", torch.ones(besides), persistent=besides > 0)
        self.register_buffer("ramp", torch.linspace(1.0, -1.0, spec.bins + 1), persistent=False)
        self.attention = nn.Parameter(torch.zeros(size))
        self.risk = nn.Parameter(torch.zeros(size + 1 + besides))
        self.baseline = nn.Parameter(torch.zeros(spec.bins + 1))
        self.shape = nn.Parameter(torch.zeros(spec.bins + 1))

    def look(
        self, features: Tensor, log_area: Tensor, log_volume: Tensor, clinical: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """What the risk is made of.

        Parameters
        ----------
        features
            (patient, slice, measure).
        log_area
            (patient, slice): log of the ROI's area in mm², −inf where there is none.
        log_volume
            (patient,): log of its volume in mm³.
        clinical
            (patient, clinical number), NaN where it is not known; for a spec that names some.

        Returns
        -------
        inputs, weights
            (patient, measure + 1 + clinical number) standardised, the volume after the measures;
            (patient, slice) summing to 1.
        """
        standard = (features - self.feature_mean) / self.feature_sd
        weights = torch.softmax(log_area + standard @ self.attention, dim=1)
        measured = torch.bmm(weights.unsqueeze(1), standard).squeeze(1)
        volume = (log_volume - self.volume_mean) / self.volume_sd
        parts = [measured, volume.unsqueeze(1)]
        if clinical is not None:
            parts.append(torch.nan_to_num((clinical - self.clinical_mean) * self.clinical_scale))
        return torch.cat(parts, dim=1), weights

    def log_pmf(self, risk: Tensor, baseline: Tensor | None = None) -> Tensor:
        """(patient,) to (patient, bins + 1) log probabilities; `baseline` stands in for the head's own."""
        own = self.baseline if baseline is None else baseline
        return torch.log_softmax(own + risk.unsqueeze(1) * (self.ramp + self.shape), dim=1)

    def forward(
        self, features: Tensor, log_area: Tensor, log_volume: Tensor, clinical: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """(patient, bins + 1) log probabilities and (patient, slice) weights."""
        inputs, weights = self.look(features, log_area, log_volume, clinical)
        return self.log_pmf(inputs @ self.risk), weights


class RoiAttentionEnsemble(nn.Module):
    """Several heads that look at one patient together: what each of them would say, in one step."""

    feature_mean: Tensor
    feature_sd: Tensor
    volume_mean: Tensor
    volume_sd: Tensor
    clinical_mean: Tensor
    clinical_scale: Tensor
    attention: Tensor
    risk: Tensor
    baseline: Tensor
    shape: Tensor
    ramp: Tensor

    def __init__(self, heads: Sequence[RoiAttentionHead]) -> None:
        super().__init__()
        for name in ("attention", "risk", "baseline", "shape", *dict(heads[0].named_buffers())):
            self.register_buffer(name, torch.stack([getattr(head, name).detach() for head in heads]))

    def look(
        self, features: Tensor, log_area: Tensor, log_volume: Tensor, clinical: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """As `RoiAttentionHead.look`, of one patient.

        Parameters
        ----------
        features, log_area, log_volume, clinical
            (slice, measure), (slice,), a single number and (clinical number,).

        Returns
        -------
        inputs, weights
            (head, measure + 1 + clinical number) and (head, slice).
        """
        standard = (features - self.feature_mean.unsqueeze(1)) / self.feature_sd.unsqueeze(1)
        score = (standard * self.attention.unsqueeze(1)).sum(dim=2)
        weights = torch.softmax(log_area + score, dim=1)
        measured = (weights.unsqueeze(2) * standard).sum(dim=1)
        volume = (log_volume - self.volume_mean) / self.volume_sd
        parts = [measured, volume.unsqueeze(1)]
        if clinical is not None:
            parts.append(torch.nan_to_num((clinical - self.clinical_mean) * self.clinical_scale))
        return torch.cat(parts, dim=1), weights

    def forward(
        self, features: Tensor, log_area: Tensor, log_volume: Tensor, clinical: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """(head, bins + 1) log probabilities and (head, slice) weights."""
        inputs, weights = self.look(features, log_area, log_volume, clinical)
        return self.log_pmf(inputs), weights

    def log_pmf(self, inputs: Tensor) -> Tensor:
        """(head, bins + 1) log probabilities from what `look` gave."""
        risk = (inputs * self.risk).sum(dim=1, keepdim=True)
        return torch.log_softmax(self.baseline + risk * (self.ramp + self.shape), dim=1)
