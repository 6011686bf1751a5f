"""Inception V3 (Szegedy et al. 2016) without its classifier and the one beside it.

Parts have the names that torchvision gives them, so that weights a person has from there can be loaded
as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ctprog_gui.core.networks.encoder import Backbone, Step

# The unpadded convolutions leave nothing of a smaller slice.
LEAST_SIDE = 75
Kernel = int | tuple[int, int]
# Name, channels, kernel, stride, padding.
Convolution = tuple[str, int, Kernel, int, Kernel]
# Parts one behind the other; the convolutions of a part are done beside each other.
Chain = Sequence[tuple[Convolution, ...]]


class InceptionV3(Backbone):
    """Slices (n, 3, row, column) to 2048 features; slices below 75 pixels are enlarged to that."""

    def __init__(self) -> None:
        super().__init__()
        a, b = "Conv2d_2b_3x3", "Conv2d_4a_3x3"
        stem = (
            *((3, "Conv2d_1a_3x3", 32, 3, 2, 0), (32, "Conv2d_2a_3x3", 32, 3, 1, 0), (32, a, 64, 3, 1, 1)),
            *((64, "Conv2d_3b_1x1", 80, 1, 1, 0), (80, b, 192, 3, 1, 0)),
        )
        self._order: list[nn.Module] = []
        for inputs, name, outputs, kernel, stride, padding in stem:
            self._add(name, _Convolution(inputs, outputs, kernel, stride, padding))
            if name in (a, b):
                self._order.append(nn.MaxPool2d(3, 2))
        inputs = 192
        for name, pooled in (("Mixed_5b", 32), ("Mixed_5c", 64), ("Mixed_5d", 64)):
            inputs = self._mix(name, inputs, _wide_and_narrow(), pooled)
        inputs = self._mix("Mixed_6a", inputs, _halved_at_35())
        for name, width in (("Mixed_6b", 128), ("Mixed_6c", 160), ("Mixed_6d", 160), ("Mixed_6e", 192)):
            inputs = self._mix(name, inputs, _long(width), 192)
        inputs = self._mix("Mixed_7a", inputs, _halved_at_17())
        for name in ("Mixed_7b", "Mixed_7c"):
            inputs = self._mix(name, inputs, _forked(), 192)

    def steps(self) -> list[Step]:
        return [_large_enough, *self._order, lambda maps: maps.mean(dim=(2, 3))]

    def _mix(self, name: str, inputs: int, branches: Sequence[Chain], pooled: int | None = None) -> int:
        block = _Mixed(inputs, branches, pooled)
        self._add(name, block)
        return block.outputs

    def _add(self, name: str, module: nn.Module) -> None:
        self.add_module(name, module)
        self._order.append(module)


class _Convolution(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: Kernel, stride: int, padding: Kernel) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.bn(self.conv(x)))


class _Mixed(nn.Module):
    """Branches beside each other, and the pooled input: narrowed to `pooled` channels, or halved in size."""

    def __init__(self, inputs: int, branches: Sequence[Chain], pooled: int | None) -> None:
        super().__init__()
        self.branches: list[list[tuple[str, ...]]] = []
        self.outputs = 0
        for branch in branches:
            width = inputs
            for part in branch:
                for name, outputs, kernel, stride, padding in part:
                    self.add_module(name, _Convolution(width, outputs, kernel, stride, padding))
                width = sum(one[1] for one in part)
            self.branches.append([tuple(one[0] for one in part) for part in branch])
            self.outputs += width
        self.branch_pool: nn.Module | None = None
        if pooled is not None:
            self.branch_pool = _Convolution(inputs, pooled, 1, 1, 0)
        self.outputs += inputs if pooled is None else pooled

    def forward(self, x: Tensor) -> Tensor:
        found = []
        for branch in self.branches:
            maps = x
            for names in branch:
                maps = torch.cat([self.get_submodule(name)(maps) for name in names], dim=1)
            found.append(maps)
        if self.branch_pool is None:
            found.append(nn.functional.max_pool2d(x, 3, 2))
        else:
            found.append(self.branch_pool(nn.functional.avg_pool2d(x, 3, 1, 1)))
        return torch.cat(found, dim=1)


def _chain(*parts: Convolution) -> Chain:
    return [(part,) for part in parts]


def _wide_and_narrow() -> list[Chain]:
    """Figure 5 of the paper: 5×5 beside two 3×3."""
    return [
        _chain(("branch1x1", 64, 1, 1, 0)),
        _chain(("branch5x5_1", 48, 1, 1, 0), ("branch5x5_2", 64, 5, 1, 2)),
        _chain(
            ("branch3x3dbl_1", 64, 1, 1, 0), ("branch3x3dbl_2", 96, 3, 1, 1), ("branch3x3dbl_3", 96, 3, 1, 1)
        ),
    ]


def _halved_at_35() -> list[Chain]:
    return [
        _chain(("branch3x3", 384, 3, 2, 0)),
        _chain(
            ("branch3x3dbl_1", 64, 1, 1, 0), ("branch3x3dbl_2", 96, 3, 1, 1), ("branch3x3dbl_3", 96, 3, 2, 0)
        ),
    ]


def _long(width: int) -> list[Chain]:
    """Figure 6: 7×7 as 1×7 and 7×1."""
    row: tuple[Kernel, int, Kernel] = ((1, 7), 1, (0, 3))
    column: tuple[Kernel, int, Kernel] = ((7, 1), 1, (3, 0))
    return [
        _chain(("branch1x1", 192, 1, 1, 0)),
        _chain(("branch7x7_1", width, 1, 1, 0), ("branch7x7_2", width, *row), ("branch7x7_3", 192, *column)),
        _chain(
            ("branch7x7dbl_1", width, 1, 1, 0),
            ("branch7x7dbl_2", width, *column),
            ("branch7x7dbl_3", width, *row),
            ("branch7x7dbl_4", width, *column),
            ("branch7x7dbl_5", 192, *row),
        ),
    ]


def _halved_at_17() -> list[Chain]:
    return [
        _chain(("branch3x3_1", 192, 1, 1, 0), ("branch3x3_2", 320, 3, 2, 0)),
        _chain(
            ("branch7x7x3_1", 192, 1, 1, 0),
            ("branch7x7x3_2", 192, (1, 7), 1, (0, 3)),
            ("branch7x7x3_3", 192, (7, 1), 1, (3, 0)),
            ("branch7x7x3_4", 192, 3, 2, 0),
        ),
    ]


def _forked() -> list[Chain]:
    """Figure 7: 1×3 beside 3×1."""

    def fork(name: str) -> tuple[Convolution, ...]:
        return (f"{name}a", 384, (1, 3), 1, (0, 1)), (f"{name}b", 384, (3, 1), 1, (1, 0))

    return [
        _chain(("branch1x1", 320, 1, 1, 0)),
        [*_chain(("branch3x3_1", 384, 1, 1, 0)), fork("branch3x3_2")],
        [
            *_chain(("branch3x3dbl_1", 448, 1, 1, 0), ("branch3x3dbl_2", 384, 3, 1, 1)),
            fork("branch3x3dbl_3"),
        ],
    ]


def _large_enough(slices: Tensor) -> Tensor:
    rows, columns = slices.shape[2:]
    if min(rows, columns) >= LEAST_SIDE:
        return slices
    size = (max(rows, LEAST_SIDE), max(columns, LEAST_SIDE))
    return nn.functional.interpolate(slices, size, mode="bilinear", align_corners=False)
