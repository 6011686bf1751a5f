"""A volume mirrored and turned in the plane: one transform for all of its slices."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

_TURN_DEGREES = 20.0
_CHANCE = 0.2


@dataclass(frozen=True)
class Turn:
    """Left and right changed, then a rotation in the plane."""

    mirrored: bool = False
    degrees: float = 0.0


STRAIGHT = Turn()


def draw_turn(rng: np.random.Generator) -> Turn:
    """Mirrored with probability 0.2, turned by up to 20° with probability 0.2."""
    mirrored = bool(rng.random() < _CHANCE)
    return Turn(mirrored, rng.uniform(-_TURN_DEGREES, _TURN_DEGREES) if rng.random() < _CHANCE else 0.0)


def turned(volume: Tensor, turn: Turn) -> Tensor:
    """A volume (slice, 1, row, column) under `turn`; what comes from outside is 0."""
    if turn.mirrored:
        volume = volume.flip(3)
    if turn.degrees != 0.0:
        angle = math.radians(turn.degrees)
        ratio = volume.shape[2] / volume.shape[3]
        cos, sin = math.cos(angle), math.sin(angle)
        # The grid reaches from −1 to 1 along both sides, whatever their lengths.
        matrix = torch.tensor([[cos, -sin * ratio, 0.0], [sin / ratio, cos, 0.0]])
        grid = functional.affine_grid(
            matrix.expand(len(volume), 2, 3), list(volume.shape), align_corners=False
        )
        volume = functional.grid_sample(volume, grid, padding_mode="zeros", align_corners=False)
    return volume
