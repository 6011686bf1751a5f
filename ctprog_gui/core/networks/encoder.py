"""Encoders of single slices."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ctprog_gui.core.networks.spec import EncoderSpec


class SliceEncoder(nn.Module):
    """A backbone without its classifier: slices (n, 1, row, column) to vectors (n, feature).

    `maps` gives the last feature map (n, channel, row, column), from which saliency is taken;
    `forward` is ``pool(maps(slices))``.
    """

    def __init__(self, backbone: nn.Module, spec: EncoderSpec) -> None:
        super().__init__()
        self.backbone = backbone
        self.spec = spec

    def maps(self, slices: Tensor) -> Tensor:
        features: Tensor = self.backbone(slices.expand(-1, self.spec.channels, -1, -1))
        return features

    def pool(self, maps: Tensor) -> Tensor:
        average = maps.mean(dim=(2, 3))
        if self.spec.pooling == "average":
            return average
        return torch.cat([average, maps.amax(dim=(2, 3))], dim=1)

    def forward(self, slices: Tensor) -> Tensor:
        return self.pool(self.maps(slices))


class _ResNetMaps(nn.Module):
    """MONAI's ResNet as far as its last feature map."""

    def __init__(self, spec: EncoderSpec) -> None:
        super().__init__()
        # MONAI imports much that inference does not need, so it is imported where it is used.
        from monai.networks.nets.resnet import ResNet, ResNetBlock

        net = ResNet(
            ResNetBlock,
            list(spec.layers),
            list(spec.widths),
            spatial_dims=2,
            n_input_channels=spec.channels,
            conv1_t_size=7,
            conv1_t_stride=2,
            feed_forward=False,
        )
        self.stem = nn.Sequential(net.conv1, net.bn1, net.act, net.maxpool)
        self.stages = nn.Sequential(net.layer1, net.layer2, net.layer3, net.layer4)

    def forward(self, images: Tensor) -> Tensor:
        maps: Tensor = self.stages(self.stem(images))
        return maps


def resnet2d(spec: EncoderSpec) -> SliceEncoder:
    """A 2D residual network of basic blocks; ``layers = (1, 1, 1, 1)`` is a ResNet-10."""
    return SliceEncoder(_ResNetMaps(spec), spec)
