"""3D networks that turn a whole volume into one vector: what slice attention is compared with."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ctprog_gui.core.networks.encoder import Backbone, SliceEncoder, Step

# DenseNet halves a volume five times.
_LEAST_SLICES = 32


class VolumeEncoder(SliceEncoder):
    """Slices (n, 1, row, column) of one volume to its vector (1, feature).

    It takes the place of a slice encoder: to all behind it the volume has one "slice". A volume of
    fewer than 32 slices is filled up with air.
    """

    takes_volume = True

    def steps(self) -> list[Step]:
        assert isinstance(self.backbone, Backbone)
        return [self._volume, *self.backbone.steps()]

    def _volume(self, slices: Tensor) -> Tensor:
        volume = slices.transpose(0, 1).unsqueeze(0).expand(-1, self.spec.channels, -1, -1, -1)
        missing = _LEAST_SLICES - volume.shape[2]
        if missing > 0:
            volume = nn.functional.pad(volume, (0, 0, 0, 0, 0, missing))
        return volume

    def to_slices(self, maps: Tensor, count: int) -> Tensor:
        """Maps of a layer (1, channel, plane, row, column) as maps of slices (count, channel, …)."""
        n, channels, _, rows, columns = maps.shape
        size = (max(count, _LEAST_SLICES), rows, columns)
        wide = nn.functional.interpolate(maps, size, mode="trilinear", align_corners=False)
        return wide.view(n * channels, *size)[:, :count].transpose(0, 1)


class ResNet3d18(Backbone):
    """Volumes (n, 3, slice, row, column) to 512 features (Tran et al. 2018, R3D-18).

    The parts have torchvision's names, for weights from Kinetics.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv3d(3, 64, (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False), nn.BatchNorm3d(64), nn.ReLU()
        )
        self.layer1 = nn.Sequential(_Block(64, 64, 1), _Block(64, 64, 1))
        self.layer2 = nn.Sequential(_Block(64, 128, 2), _Block(128, 128, 1))
        self.layer3 = nn.Sequential(_Block(128, 256, 2), _Block(256, 256, 1))
        self.layer4 = nn.Sequential(_Block(256, 512, 2), _Block(512, 512, 1))

    def steps(self) -> list[Step]:
        stem: list[Step] = [self.stem, self.layer1, self.layer2, self.layer3]
        return [*stem, *self.layer4, lambda maps: maps.mean(dim=(2, 3, 4))]


class _Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.Conv3d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm3d(outputs), nn.ReLU()
        )
        self.conv2 = nn.Sequential(nn.Conv3d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm3d(outputs))
        self.downsample: nn.Module = nn.Identity()
        if stride != 1:
            self.downsample = nn.Sequential(
                nn.Conv3d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm3d(outputs)
            )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.conv2(self.conv1(x)) + self.downsample(x))
