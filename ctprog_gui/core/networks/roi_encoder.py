"""An encoder whose image part never sees the ROI: the ROI says where its feature maps are read.

So the maps of a volume are computed once, and after a stroke only the reading is done again.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from ctprog_gui.core.networks.encoder import ResidualBlock
from ctprog_gui.core.networks.spec import RoiEncoderSpec


@dataclass(frozen=True, eq=False)
class RoiWeights:
    """A ROI on the grids of the feature maps.

    For each level that is read within the ROI, how much of a cell is ROI and how much is ring:
    (slice, 1, row, column).
    """

    roi: tuple[Tensor, ...]
    ring: tuple[Tensor, ...]

    def of(self, index: Tensor) -> RoiWeights:
        """The weights of some of the slices."""
        return RoiWeights(tuple(one[index] for one in self.roi), tuple(one[index] for one in self.ring))

    def flipped(self, dim: int) -> RoiWeights:
        """The weights of the mirrored slices; `dim` is 2 for rows, 3 for columns."""
        return RoiWeights(tuple(one.flip(dim) for one in self.roi), tuple(one.flip(dim) for one in self.ring))


class RoiEncoder(nn.Module):
    """Residual network of a stem and four stages, read inside the ROI, around it and as a whole.

    The first four maps (2, 4, 8 and 16 pixels a cell) are averaged over the ROI and over the ring
    around it, the last (32 pixels a cell) over the slice; a linear layer turns the averages into
    the measures that `RoiEncoderSpec` names.
    """

    def __init__(self, spec: RoiEncoderSpec) -> None:
        super().__init__()
        self.spec = spec
        widths = spec.widths
        self.stem = nn.Sequential(
            nn.Conv2d(spec.channels, widths[0], 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.shrink = nn.MaxPool2d(3, stride=2, padding=1)
        strides = (1, 2, 2, 2)
        inputs = (widths[0], *widths[:3])
        self.stages = nn.ModuleList(
            ResidualBlock(given, width, stride)
            for given, width, stride in zip(inputs, widths, strides, strict=True)
        )
        read = 2 * (widths[0] + sum(widths[:3])) + widths[3]
        self.measures = nn.Linear(read, spec.feature_size)

    def maps(self, slices: Tensor) -> list[Tensor]:
        """Feature maps of slices (n, channel, row, column) in 0…1, the finest first."""
        found: Tensor = self.stem(slices)
        maps = [found]
        found = self.shrink(found)
        for stage in self.stages:
            found = stage(found)
            maps.append(found)
        return maps

    def weights(self, roi: Tensor) -> RoiWeights:
        """A ROI (n, row, column) of 0 and 1 as weights of the maps' cells."""
        there = roi.unsqueeze(1) > 0
        # A square's dilation, one direction after the other.
        wide = _widened(_widened(there, self.spec.ring, 3), self.spec.ring, 2).float()
        mask = there.float()
        size = (mask.shape[2], mask.shape[3])
        inside, around = [], []
        for _ in range(4):
            # As strided convolutions with padding halve an odd length: upwards.
            size = ((size[0] + 1) // 2, (size[1] + 1) // 2)
            inside.append(functional.adaptive_avg_pool2d(mask, size))
            around.append(functional.adaptive_avg_pool2d(wide - mask, size))
        return RoiWeights(tuple(inside), tuple(around))

    def read(self, maps: list[Tensor], weights: RoiWeights) -> Tensor:
        """Measures (n, measure), standardised as the targets of the pretraining were."""
        measured: Tensor = self.measures(self.averages(maps, weights))
        return measured

    def averages(self, maps: list[Tensor], weights: RoiWeights) -> Tensor:
        """The maps' means (n, channel …) over ROI and ring, level by level, and over the whole slice."""
        parts = []
        for level, inside, around in zip(maps[:4], weights.roi, weights.ring, strict=True):
            parts += [_mean_over(level, inside), _mean_over(level, around)]
        parts.append(maps[4].mean(dim=(2, 3)))
        return torch.cat(parts, dim=1)

    def forward(self, slices: Tensor, roi: Tensor) -> Tensor:
        return self.read(self.maps(slices), self.weights(roi))


def _mean_over(level: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean of each channel; near 0 where there is no weight.

    A product of matrices would be quicker, but its last bits hang on where in memory they lie.
    """
    return (level * weight).sum(dim=(2, 3)) / (weight.sum(dim=(2, 3)) + 1e-4)


def _widened(there: Tensor, by: int, dim: int) -> Tensor:
    """What lies at most `by` cells from what is there, along one dimension."""
    reach, length = 0, there.shape[dim]
    while reach < by:
        # Moved by more it would leave a gap beside the slice's edge, where it was cut off.
        step = min(reach + 1, by - reach, length)
        wide = there.clone()
        wide.narrow(dim, step, length - step).logical_or_(there.narrow(dim, 0, length - step))
        wide.narrow(dim, 0, length - step).logical_or_(there.narrow(dim, step, length - step))
        there, reach = wide, reach + step
    return there
