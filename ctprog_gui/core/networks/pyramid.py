"""A slice encoder that looks for tumour first, and measures what it finds."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ctprog_gui.core.networks.encoder import ResidualBlock, SliceEncoder, Step
from ctprog_gui.core.networks.spec import EncoderSpec

_HIDDEN = 32
# Below this a variance is rounding: the root's slope would burst.
_LEAST_VARIANCE = 1e-4


class PyramidMaps(nn.Module):
    """Residual stages whose maps are added up from the coarsest to the finest (Lin et al. 2017).

    One map (n, `spec.pyramid`, row, column) at half the slice's resolution: fine enough for the grain
    inside a tumour, and with a view of what lies around it. Besides the whole window of HU the
    network sees a part of it stretched (`EncoderSpec.stretched`), as a radiologist changes the
    window: a spread of 20 HU inside a tumour is a hundredth of the whole.
    """

    def __init__(self, spec: EncoderSpec) -> None:
        super().__init__()
        widths = spec.widths
        self.stretched = spec.stretched
        inputs = 1 if spec.stretched is None else 2
        self.stem = nn.Sequential(
            nn.Conv2d(inputs, widths[0], 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        stages, inputs = [], widths[0]
        for number, (width, blocks) in enumerate(zip(widths, spec.layers, strict=True)):
            stage = []
            for block in range(blocks):
                stage.append(ResidualBlock(inputs, width, stride=2 if number > 0 and block == 0 else 1))
                inputs = width
            stages.append(nn.Sequential(*stage))
        self.stages = nn.ModuleList(stages)
        self.lateral = nn.ModuleList(nn.Conv2d(width, spec.pyramid, 1) for width in widths)
        self.smooth = nn.Sequential(
            nn.Conv2d(spec.pyramid, spec.pyramid, 3, padding=1, bias=False),
            nn.BatchNorm2d(spec.pyramid),
            nn.ReLU(),
        )

    def forward(self, slices: Tensor) -> Tensor:
        found = slices
        if self.stretched is not None:
            low, high = self.stretched
            found = torch.cat([slices, ((slices - low) / (high - low)).clamp(0, 1)], dim=1)
        # As convolutions of few channels like them best on a CPU.
        found = self.stem(found.contiguous(memory_format=torch.channels_last))
        maps = []
        for stage in self.stages:
            found = stage(found)
            maps.append(found)
        levels = [lateral(one) for lateral, one in zip(self.lateral, maps, strict=True)]
        summed = levels[-1]
        for level in levels[-2::-1]:
            summed = level + functional.interpolate(summed, size=level.shape[2:], mode="nearest")
        smooth: Tensor = self.smooth(summed)
        return smooth


class PyramidEncoder(SliceEncoder):
    """Finds the tumour in a slice, and pools over where it lies.

    `focus` tells the log odds that a place is tumour. The map's mean and standard deviation under the
    softmax of these odds (attentive statistics, Okabe et al. 2018), the tumour's extent and the
    surest place's odds are what a small network tells `EncoderSpec.measures` from: they are the
    slice's vector. With no tumour in the slice the softmax lies on what is most like one.
    """

    def __init__(self, spec: EncoderSpec) -> None:
        maps = PyramidMaps(spec)
        # The whole of it is one step, so its map is kept for saliency and nothing is computed again.
        super().__init__(maps, maps, spec)
        width = spec.pyramid
        self.focus = nn.Conv2d(width, 1, 1)
        pooled = 2 * width + 2
        self.measures = nn.Sequential(
            nn.BatchNorm1d(pooled),
            nn.Linear(pooled, _HIDDEN),
            nn.ReLU(),
            nn.Linear(_HIDDEN, spec.feature_size),
        )

    def steps(self) -> list[Step]:
        # The backbone's parts feed each other: they are one step.
        return [self._to_channels, self.backbone, self.pool]

    def look(self, slices: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Vectors (n, measure), log odds of tumour (n, 1, row, column) and the map they come from."""
        maps = self.maps(slices)
        odds: Tensor = self.focus(maps)
        return self._pooled(maps, odds), odds, maps

    def pool(self, maps: Tensor) -> Tensor:
        return self._pooled(maps, self.focus(maps))

    def _pooled(self, maps: Tensor, odds: Tensor) -> Tensor:
        flat, places = maps.flatten(2), odds.flatten(1)
        weights = torch.softmax(places, dim=1).unsqueeze(1)
        mean = (flat * weights).sum(dim=2)
        variance = (flat.square() * weights).sum(dim=2) - mean.square()
        extent = torch.log1p(torch.sigmoid(places).sum(dim=1, keepdim=True))
        surest = places.amax(dim=1, keepdim=True)
        pooled = torch.cat([mean, variance.clamp(min=_LEAST_VARIANCE).sqrt(), extent, surest], dim=1)
        told: Tensor = self.measures(pooled)
        return told


def pyramid2d(spec: EncoderSpec) -> SliceEncoder:
    """See `PyramidEncoder`."""
    return PyramidEncoder(spec)
