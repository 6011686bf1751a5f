"""MedViT-small: convolutions with transformer blocks among them (Manzari et al. 2023).

Built from the description and the published definition of its blocks; the parts have the names of
its published weights. Of these, stochastic depth is left out.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ctprog_gui.core.networks.encoder import Backbone, Step

_HEAD = 32
# Channels of the blocks of each stage; the last of a stage, and in the third each fifth, is a transformer.
_CONVOLUTIONAL, _TRANSFORMER = "convolutional", "transformer"
_STAGES = (
    (1, 8, [(96, _CONVOLUTIONAL)] * 3),
    (2, 4, [(192, _CONVOLUTIONAL)] * 3 + [(256, _TRANSFORMER)]),
    (2, 2, ([(384, _CONVOLUTIONAL)] * 4 + [(512, _TRANSFORMER)]) * 2),
    (2, 1, [(768, _CONVOLUTIONAL)] * 2 + [(1024, _TRANSFORMER)]),
)


class MedViTSmall(Backbone):
    """Slices (n, 3, row, column) to 1024 features."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(_Entry(3, 64, 2), _Entry(64, 32, 1), _Entry(32, 64, 1), _Entry(64, 64, 2))
        blocks: list[nn.Module] = []
        inputs = 64
        for first_stride, shrink, stage in _STAGES:
            for number, (outputs, kind) in enumerate(stage):
                stride = first_stride if number == 0 else 1
                if kind == _TRANSFORMER:
                    blocks.append(_TransformerBlock(inputs, outputs, stride, shrink))
                else:
                    blocks.append(_ConvolutionBlock(inputs, outputs, stride))
                inputs = outputs
        self.features = nn.Sequential(*blocks)
        self.norm = nn.BatchNorm2d(inputs)

    def steps(self) -> list[Step]:
        return [self.stem, *self.features, self.norm, lambda maps: maps.mean(dim=(2, 3))]


class _Entry(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.norm(self.conv(x)))


class _Change(nn.Module):
    """To another number of channels, and to half the size."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.halves = stride == 2
        self.changes = self.halves or inputs != outputs
        if self.changes:
            self.conv = nn.Conv2d(inputs, outputs, 1, bias=False)
            self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        if self.halves:
            x = functional.avg_pool2d(x, 2, 2, ceil_mode=True, count_include_pad=False)
        return self.norm(self.conv(x)) if self.changes else x


class _GroupedConvolution(nn.Module):
    """What the paper calls multi-head convolutional attention: a head is a group of channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        groups = channels // _HEAD
        self.group_conv3x3 = nn.Conv2d(channels, channels, 3, padding=1, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.projection = nn.Conv2d(channels, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.projection(torch.relu(self.norm(self.group_conv3x3(x))))
        return found


class _ChannelWeights(nn.Module):
    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.fc = nn.Sequential(
            nn.Linear(channels, squeezed), nn.ReLU(), nn.Linear(squeezed, channels), nn.Hardsigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        weights: Tensor = self.fc(x.mean(dim=(2, 3)))
        return x * weights[:, :, None, None]


class _FeedForward(nn.Module):
    """Widen, look at the neighbours, weigh the channels, narrow; added to what went in."""

    def __init__(self, channels: int, ratio: int) -> None:
        super().__init__()
        wide = ratio * channels
        self.conv = nn.Sequential(
            nn.Conv2d(channels, wide, 1, bias=False),
            nn.BatchNorm2d(wide),
            nn.Hardswish(),
            nn.Conv2d(wide, wide, 3, padding=1, groups=wide, bias=False),
            nn.BatchNorm2d(wide),
            nn.Hardswish(),
            _ChannelWeights(wide, ratio),
            nn.Conv2d(wide, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.conv(x)
        return x + found


class _ConvolutionBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.patch_embed = _Change(inputs, outputs, stride)
        self.mhca = _GroupedConvolution(outputs)
        self.conv = _FeedForward(outputs, 3)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch_embed(x)
        x = x + self.mhca(x)
        found: Tensor = x + self.conv(self.norm(x))
        return found


class _Attention(nn.Module):
    """Each place asks all; what is asked is thinned out by averaging `shrink`² neighbours in a row."""

    def __init__(self, channels: int, shrink: int) -> None:
        super().__init__()
        self.shrink = shrink
        self.q = nn.Linear(channels, channels)
        self.k = nn.Linear(channels, channels)
        self.v = nn.Linear(channels, channels)
        self.proj = nn.Linear(channels, channels)
        if shrink > 1:
            self.norm = nn.BatchNorm1d(channels)

    def forward(self, tokens: Tensor) -> Tensor:
        asked = tokens
        if self.shrink > 1:
            # A small map has fewer places than that.
            width = min(self.shrink**2, tokens.shape[1])
            asked = self.norm(functional.avg_pool1d(tokens.transpose(1, 2), width, width)).transpose(1, 2)
        query, key, value = (
            layer(of).unflatten(2, (-1, _HEAD)).transpose(1, 2)
            for layer, of in ((self.q, tokens), (self.k, asked), (self.v, asked))
        )
        found = functional.scaled_dot_product_attention(query, key, value)
        projected: Tensor = self.proj(found.transpose(1, 2).flatten(2))
        return projected


class _TransformerBlock(nn.Module):
    """Attention gives three quarters of the channels (in steps of 32), a grouped convolution the rest."""

    def __init__(self, inputs: int, outputs: int, stride: int, shrink: int) -> None:
        super().__init__()
        attending = round(0.75 * outputs / _HEAD) * _HEAD
        self.patch_embed = _Change(inputs, attending, stride)
        self.norm1 = nn.BatchNorm2d(attending)
        self.e_mhsa = _Attention(attending, shrink)
        self.projection = _Change(attending, outputs - attending, 1)
        self.mhca = _GroupedConvolution(outputs - attending)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.conv = _FeedForward(outputs, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch_embed(x)
        tokens = self.e_mhsa(self.norm1(x).flatten(2).transpose(1, 2))
        x = x + tokens.transpose(1, 2).unflatten(2, x.shape[2:])
        beside = self.projection(x)
        x = torch.cat([x, beside + self.mhca(beside)], dim=1)
        found: Tensor = x + self.conv(self.norm2(x))
        return found
