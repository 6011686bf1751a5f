"""Slice attention within a ROI: encoder and heads of one bundle, and where the score came from."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ctprog_gui.core.inference.slice_attention import CHUNK, HeadsAnswer, survival_of
from ctprog_gui.core.inference.slices_read import SlicesRead
from ctprog_gui.core.networks.norms import settle_norms
from ctprog_gui.core.networks.randomised import randomised
from ctprog_gui.core.networks.roi_attention import RoiAttentionEnsemble, RoiAttentionHead
from ctprog_gui.core.networks.roi_encoder import RoiEncoder
from ctprog_gui.core.shared.progress import Progress


@dataclass(frozen=True, eq=False)
class RoiMeasurements:
    """What the encoder measures of a ROI's slices, all of the cube's, and the ROI's size.

    `features` is (slice, measure), of no meaning where there is no ROI; `log_area` (slice,) the
    log of mm², −inf where there is none; `log_volume` the log of mm³. `clinical` (clinical number,)
    is what is known of the patient besides, NaN where it isn't; empty for heads that take none.
    """

    features: Tensor
    log_area: Tensor
    log_volume: Tensor
    clinical: Tensor = field(default_factory=lambda: torch.zeros(0))

    @property
    def inputs(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """As an ensemble takes them."""
        return self.features, self.log_area, self.log_volume, self.clinical.to(self.features)


class RoiMeasurer:
    """An encoder, ready to measure ROIs: in evaluation, without gradients."""

    def __init__(self, encoder: RoiEncoder, device: torch.device) -> None:
        self.device = device
        self.encoder = encoder.to(device).eval().requires_grad_(False)

    @torch.inference_mode()
    def encode(self, pixels: NDArray[np.float32], progress: Progress | None = None) -> list[Tensor]:
        """Feature maps of slices (slice, channel, row, column), finest first; no ROI is needed."""
        progress = progress or Progress()
        parts: list[list[Tensor]] = []
        for start in range(0, len(pixels), CHUNK):
            progress.report(start / len(pixels), "Looking at the slices")
            chunk = torch.from_numpy(pixels[start : start + CHUNK]).to(self.device)
            parts.append(self.encoder.maps(chunk))
        return [torch.cat(level) for level in zip(*parts, strict=True)]

    @torch.inference_mode()
    def measure(self, maps: list[Tensor], roi: NDArray[np.bool_], spacing_mm: float) -> RoiMeasurements:
        """Read the maps where the ROI (slice, row, column) is; it must not be empty."""
        return self.measure_again(SlicesRead(maps), roi, spacing_mm)

    @torch.inference_mode()
    def measure_again(self, seen: SlicesRead, roi: NDArray[np.bool_], spacing_mm: float) -> RoiMeasurements:
        """As `measure`, to the same bits, but no slice is read twice with the same region in it."""
        there = _slices_with(roi)
        read = self.encoder.measures(seen.averages(self.encoder, roi, there))
        features = torch.zeros(len(roi), read.shape[1], device=self.device)
        features[there] = read
        area = torch.from_numpy(roi.sum(axis=(1, 2)).astype(np.float32)).to(self.device) * spacing_mm**2
        volume = area.double().sum() * spacing_mm
        return RoiMeasurements(features, area.log(), volume.log().float())

    @torch.inference_mode()
    def embedding(self, measured: RoiMeasurements) -> NDArray[np.float64]:
        """(measure + 1,) the measures averaged over the ROI's voxels, and the log of its volume."""
        mean = torch.softmax(measured.log_area.double(), dim=0) @ measured.features.double()
        return np.append(mean.cpu().numpy(), float(measured.log_volume))


class RoiAttentionModel(RoiMeasurer):
    """An encoder and the heads of an ensemble, ready to answer."""

    def __init__(self, encoder: RoiEncoder, heads: Sequence[RoiAttentionHead], device: torch.device) -> None:
        super().__init__(encoder, device)
        self._heads = RoiAttentionEnsemble(heads).to(device).eval()
        self._looked: tuple[RoiMeasurements, tuple[Tensor, Tensor]] | None = None

    def _look(self, measured: RoiMeasurements) -> tuple[Tensor, Tensor]:
        """As the ensemble looks: its inputs and weights, once for all that is asked of one region."""
        if self._looked is None or self._looked[0] is not measured:
            self._looked = measured, self._heads.look(*measured.inputs)
        return self._looked[1]

    @torch.inference_mode()
    def answer(self, measured: RoiMeasurements) -> HeadsAnswer:
        """Each head's survival curve and attention."""
        inputs, weights = self._look(measured)
        log_pmf = self._heads.log_pmf(inputs)
        return HeadsAnswer(survival_of(log_pmf), weights.double().cpu().numpy())

    @torch.inference_mode()
    def contributions(self, measured: RoiMeasurements) -> list[tuple[str, float]]:
        """What each measure, the volume and each clinical number adds to the log hazard: mean over the heads.

        The hazard is the cumulative one to the horizon, −log S, against a patient with the training
        set's mean of everything. Its logarithm is not linear in a head's risk: this is its slope at
        that patient. In the order of the heads' inputs: the measures, ``log_volume``, the clinical
        numbers without names of their own.
        """
        heads = self._heads
        inputs, _ = self._look(measured)
        log_pmf = torch.log_softmax(heads.baseline.double(), dim=1)
        odds = (heads.ramp + heads.shape).double()
        slope = (odds[:, -1] - (log_pmf.exp() * odds).sum(dim=1)) / log_pmf[:, -1]
        mean = ((inputs * heads.risk).double() * slope.unsqueeze(1)).mean(dim=0).cpu().tolist()
        names = [*self.encoder.spec.measures, "log_volume", *[""] * len(mean)]
        return list(zip(names, mean, strict=False))

    @torch.no_grad()
    def randomised(
        self, pixels: NDArray[np.float32], roi: NDArray[np.bool_], spacing_mm: float, seed: int
    ) -> RoiAttentionModel:
        """One that learnt nothing, with the statistics of these slices and of what it sees in the ROI."""
        encoder = randomised(self.encoder, seed)
        settle_norms(encoder, torch.from_numpy(pixels).to(self.device), encoder.maps)
        other = copy.copy(self)
        other.encoder = encoder.eval()
        other._heads, other._looked = copy.deepcopy(self._heads), None
        generator = torch.Generator().manual_seed(seed)
        for weights in (other._heads.attention, other._heads.risk):
            # One order for all heads: dealt out each for itself, their mean would be nothing.
            weights.copy_(weights[:, torch.randperm(weights.shape[1], generator=generator)])
        features = other.measure(other.encode(pixels), roi, spacing_mm).features[_slices_with(roi)]
        other._heads.feature_mean.copy_(features.mean(dim=0).expand_as(other._heads.feature_mean))
        spread = features.std(dim=0) if len(features) > 1 else torch.ones_like(features[0])
        other._heads.feature_sd.copy_(spread.clamp(min=1e-6).expand_as(other._heads.feature_sd))
        return other

    @torch.inference_mode()
    def distance(self, measured: RoiMeasurements) -> float:
        """Root mean square of what was seen in the training set's standard deviations (first head)."""
        # Without the clinical numbers, which a fit has in its cohort and not beside what it measured.
        seen, _ = self._heads.look(measured.features, measured.log_area, measured.log_volume)
        return float(seen[0].double().square().mean().sqrt())

    def saliency(self, maps: list[Tensor], roi: NDArray[np.bool_], measured: RoiMeasurements) -> Tensor:
        """Where the maps raise the ensemble's risk score: (slice, row, column) of the cube, ≥ 0.

        The gradient of the score runs back through heads, attention and reading to all maps A that
        are read, and at each place ``Σ_c relu(g_c) · A_c`` is its part (LayerCAM, Jiang et al.
        2021). Reading is linear in the maps, so without the relu these parts would add up to the
        score's linear response. A cell's part is spread over the pixels it stands for, and the
        levels are added.
        """
        there = _slices_with(roi)
        weights = self.encoder.weights(torch.from_numpy(roi[there]).to(self.device))
        rows, columns = roi.shape[1:]
        with torch.enable_grad():
            levels = [level[there].clone().requires_grad_(True) for level in maps]
            features = measured.features.clone()
            features[there] = self.encoder.read(levels, weights)
            log_pmf, _ = self._heads(features, *(part.clone() for part in measured.inputs[1:]))
            scores = log_pmf.exp()[:, :-1].cumsum(dim=1).sum(dim=1)
            gradients = torch.autograd.grad(scores.mean(), levels)
        total = torch.zeros(len(levels[0]), rows, columns, device=self.device)
        for level, gradient in zip(levels, gradients, strict=True):
            part = (gradient.relu() * level.detach()).sum(dim=1, keepdim=True)
            pixels = rows * columns / (part.shape[2] * part.shape[3])
            total += functional.interpolate(part / pixels, (rows, columns), mode="bilinear").squeeze(1)
        found = torch.zeros(len(roi), rows, columns, device=self.device)
        found[there] = total
        return found


def _slices_with(roi: NDArray[np.bool_]) -> slice:
    """From the first to the last slice with ROI: a run, so that the maps need no copy."""
    there = np.flatnonzero(roi.any(axis=(1, 2)))
    return slice(int(there[0]), int(there[-1]) + 1)
