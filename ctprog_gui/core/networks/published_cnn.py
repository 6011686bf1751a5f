"""Published 2D convolutional networks without their classifiers.

Written with the names that torchvision gives their parts, so that weights a person has from there
can be loaded as they are; MONAI's EfficientNet pads as TensorFlow does and would give other vectors.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ctprog_gui.core.networks.encoder import Backbone, Step

# EfficientNet-B0 (Tan and Le 2019, table 1): expansion, kernel, stride, channels, blocks.
_STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
# VGG-16 and VGG-19 (Simonyan and Zisserman 2014, columns D and E); 0 halves the size.
VGG_16 = (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0)
VGG_19 = (64, 64, 0, 128, 128, 0, *(256,) * 4, 0, *(512,) * 4, 0, *(512,) * 4, 0)
# Blocks of each stage of ResNet-50 and ResNet-101 (He et al. 2016, table 1).
RESNET_50, RESNET_101 = (3, 4, 6, 3), (3, 4, 23, 3)


class EfficientNetB0(Backbone):
    """Slices (n, 3, row, column) to 1280 features."""

    def __init__(self) -> None:
        super().__init__()
        stages: list[nn.Module] = [_convolution(3, 32, 3, 2)]
        inputs = 32
        for expansion, kernel, stride, outputs, count in _STAGES:
            blocks = []
            for number in range(count):
                blocks.append(
                    _InvertedBlock(inputs, outputs, expansion, kernel, stride if number == 0 else 1)
                )
                inputs = outputs
            stages.append(nn.Sequential(*blocks))
        self.features = nn.Sequential(*stages, _convolution(inputs, 1280, 1, 1))

    def steps(self) -> list[Step]:
        return [*self.features, _mean]


class _InvertedBlock(nn.Module):
    """Widen, convolve each channel, weigh the channels, narrow; beside it the input where it fits."""

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        wide = inputs * expansion
        parts: list[nn.Module] = [] if expansion == 1 else [_convolution(inputs, wide, 1, 1)]
        parts += [
            _convolution(wide, wide, kernel, stride, groups=wide),
            _ChannelWeights(wide, max(1, inputs // 4)),
            _convolution(wide, outputs, 1, 1, active=False),
        ]
        self.block = nn.Sequential(*parts)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.block(x)
        return x + found if self.adds else found


class _ChannelWeights(nn.Module):
    """Squeeze and excitation (Hu et al. 2018)."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean(dim=(2, 3), keepdim=True)
        return x * torch.sigmoid(self.fc2(nn.functional.silu(self.fc1(mean))))


def _convolution(
    inputs: int, outputs: int, kernel: int, stride: int, groups: int = 1, active: bool = True
) -> nn.Sequential:
    parts: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*parts, nn.SiLU()) if active else nn.Sequential(*parts)


class ResNet(Backbone):
    """Slices (n, 3, row, column) to 2048 features (He et al. 2016; the stride in the 3×3 convolution)."""

    def __init__(self, blocks: tuple[int, int, int, int] = RESNET_50) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.shrink = nn.MaxPool2d(3, 2, 1)
        self.layer1 = _bottlenecks(64, 64, blocks[0], 1)
        self.layer2 = _bottlenecks(256, 128, blocks[1], 2)
        self.layer3 = _bottlenecks(512, 256, blocks[2], 2)
        self.layer4 = _bottlenecks(1024, 512, blocks[3], 2)

    def steps(self) -> list[Step]:
        stem: list[Step] = [self.conv1, self.bn1, torch.relu, self.shrink]
        return [*stem, self.layer1, self.layer2, self.layer3, *self.layer4, _mean]


def _bottlenecks(inputs: int, width: int, count: int, stride: int) -> nn.Sequential:
    first = _Bottleneck(inputs, width, stride)
    return nn.Sequential(first, *(_Bottleneck(4 * width, width, 1) for _ in range(count - 1)))


class _Bottleneck(nn.Module):
    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or inputs != 4 * width:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width)
            )

    def forward(self, x: Tensor) -> Tensor:
        found = torch.relu(self.bn1(self.conv1(x)))
        found = torch.relu(self.bn2(self.conv2(found)))
        return torch.relu(self.bn3(self.conv3(found)) + self.downsample(x))


class Vgg(Backbone):
    """Slices (n, 3, row, column) to the 4096 features before the last layer."""

    def __init__(self, widths: tuple[int, ...] = VGG_16) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 3
        for width in widths:
            if width == 0:
                layers.append(nn.MaxPool2d(2, 2))
            else:
                layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
                inputs = width
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Linear(512 * 49, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 4096), nn.ReLU()
        )
        for layer in (*self.features, *self.classifier):
            # Without norms the signal must keep its size from the start (He et al. 2015).
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                assert layer.bias is not None
                nn.init.zeros_(layer.bias)

    def steps(self) -> list[Step]:
        return [*self.features, lambda maps: _to_size(maps, 7).flatten(1), *self.classifier]


class AlexNet(Backbone):
    """Slices (n, 3, row, column) to the 4096 features before the last layer (Krizhevsky 2014)."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, 4, 2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
        )
        self.classifier = nn.Sequential(
            nn.Dropout(0.5),
            nn.Linear(256 * 36, 4096),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(),
        )

    def steps(self) -> list[Step]:
        return [*self.features, lambda maps: _to_size(maps, 6).flatten(1), *self.classifier]


def _mean(maps: Tensor) -> Tensor:
    return maps.mean(dim=(2, 3))


def _to_size(maps: Tensor, size: int) -> Tensor:
    """Pooled to a square of that size, which slices of 224×224 have already."""
    if maps.shape[2:] == (size, size):
        # The gradient of adaptive pooling is not deterministic on a GPU.
        return maps
    return nn.functional.adaptive_avg_pool2d(maps, size)
