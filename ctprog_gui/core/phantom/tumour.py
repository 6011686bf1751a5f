"""The tumour: a lobulated ball with a texture, put into the lung."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.phantom.thorax import Thorax


@dataclass(frozen=True)
class TumourShape:
    """A surface r(direction), in multiples of the radius of a ball of equal volume."""

    lobulation: float
    seed: int

    @classmethod
    def draw(cls, rng: np.random.Generator, lobulation: float) -> TumourShape:
        return cls(lobulation, int(rng.integers(2**31)))


def insert_tumour(
    thorax: Thorax,
    shape: TumourShape,
    *,
    centre_mm: tuple[float, float, float],
    volume_mm3: float,
    texture_hu: float,
    edge_mm: float,
) -> NDArray[np.bool_]:
    """Draw the tumour into the thorax; returns the voxels that belong to it."""
    radius = (3 * volume_mm3 / (4 * np.pi)) ** (1 / 3)
    x, y, z = centre_mm
    distance = np.sqrt((thorax.x_mm - x) ** 2 + (thorax.y_mm - y) ** 2 + (thorax.z_mm - z) ** 2)
    roi: NDArray[np.bool_] = (distance < radius) & (thorax.lung > 0.5)
    rng = np.random.default_rng(shape.seed)
    thorax.hu[roi] = 35 + texture_hu * rng.standard_normal(int(roi.sum()), dtype=np.float32)
    return roi
