"""Encoders of single slices."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from ctprog_gui.core.networks.spec import EncoderSpec

# A module, or a function without weights.
Step = Callable[[Tensor], Tensor]


def follow(steps: Iterable[Step], x: Tensor) -> Tensor:
    """The steps of a network, one after the other."""
    for step in steps:
        x = step(x)
    return x


class Backbone(nn.Module):
    """A network without its classifier, as steps that lead from images to vectors."""

    def steps(self) -> list[Step]:
        """What `forward` does, in order."""
        raise NotImplementedError

    def forward(self, images: Tensor) -> Tensor:
        return follow(self.steps(), images)


class SliceEncoder(nn.Module):
    """A backbone without its classifier: slices (n, 1, row, column) to vectors (n, feature).

    `maps` gives the last feature map (n, channel, row, column); `forward` is
    ``pool(maps(slices))``, and `steps` the same cut into pieces, so that what the first of them
    make of a slice can be kept where they are frozen.
    """

    # Whether the slices of a call are one volume and become one vector.
    takes_volume = False

    def __init__(self, backbone: nn.Module, saliency_layer: nn.Module, spec: EncoderSpec) -> None:
        super().__init__()
        self.backbone = backbone
        self.spec = spec
        # A list, so that the layer is not registered a second time and its weights have one name.
        self._saliency_layer = [saliency_layer]

    @property
    def saliency_layer(self) -> nn.Module:
        """The layer on whose output saliency is computed: fine enough to point, late enough to mean."""
        return self._saliency_layer[0]

    def maps(self, slices: Tensor) -> Tensor:
        features: Tensor = self.backbone(self._to_channels(slices))
        return features

    def pool(self, maps: Tensor) -> Tensor:
        average = maps.mean(dim=(2, 3))
        if self.spec.pooling == "average":
            return average
        return torch.cat([average, maps.amax(dim=(2, 3))], dim=1)

    def _to_channels(self, slices: Tensor) -> Tensor:
        return slices.expand(-1, self.spec.channels, -1, -1)

    def steps(self) -> list[Step]:
        """What `forward` does, in order."""
        return [self._to_channels, *self.backbone.children(), self.pool]

    def forward(self, slices: Tensor) -> Tensor:
        return follow(self.steps(), slices)

    def with_maps(self, slices: Tensor) -> tuple[Tensor, Tensor | None]:
        """The vectors, and the output of the saliency layer on the way to them.

        The maps are None where that layer is no step of its own.
        """
        steps, place = self.steps(), self._saliency_step
        if place is None:
            return follow(steps, slices), None
        maps = follow(steps[: place + 1], slices)
        return follow(steps[place + 1 :], maps), maps

    def after_maps(self, maps: Tensor) -> Tensor:
        """The vectors from the maps of `with_maps`."""
        place = self._saliency_step
        assert place is not None, "there were maps, so there is a step"
        return follow(self.steps()[place + 1 :], maps)

    @property
    def _saliency_step(self) -> int | None:
        if self.takes_volume:
            return None
        for place, step in enumerate(self.steps()):
            if step is self.saliency_layer:
                return place
        return None


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions beside a shortcut (He et al. 2016, the basic block)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.convolutions(x) + self.shortcut(x))


def resnet2d(spec: EncoderSpec) -> SliceEncoder:
    """A 2D residual network of basic blocks; ``layers = (1, 1, 1, 1)`` is a ResNet-10.

    Written out here because it is all that inference needs of a network library: importing MONAI
    for it takes about twice as long as importing PyTorch, each time the inference process starts.
    """
    widths = spec.widths
    stem = nn.Sequential(
        nn.Conv2d(spec.channels, widths[0], 7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(widths[0]),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
    )
    stages = []
    inputs = widths[0]
    for number, (width, blocks) in enumerate(zip(widths, spec.layers, strict=True)):
        stage = []
        for block in range(blocks):
            stage.append(ResidualBlock(inputs, width, stride=2 if number > 0 and block == 0 else 1))
            inputs = width
        stages.append(nn.Sequential(*stage))
    # Behind the second stage a cell is 8 pixels wide, behind the last 32: as wide as a lobe. On
    # phantoms the peak lay on the tumour in 43 % of cases from here, in 18 % from the third stage and
    # in 2 % from the last.
    return SliceEncoder(nn.Sequential(stem, *stages), stages[1], spec)
