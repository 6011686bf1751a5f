"""The chest around the tumour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Anatomy:
    """The proportions of one patient."""

    scale: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Anatomy:
        return cls(scale=float(rng.uniform(0.92, 1.08)))

    def lung_point(self, side: str, height: float, depth: float) -> tuple[float, float, float]:
        """An LPS point in a lung (mm)."""
        sign = 1.0 if side == "left" else -1.0
        return (sign * (60 + 40 * depth) * self.scale, 0.0, -80 + 170 * height)


@dataclass
class Thorax:
    """HU under construction, the lung's share of each voxel, and where each voxel lies (mm)."""

    hu: Floats
    lung: Floats
    x_mm: Floats
    y_mm: Floats
    z_mm: Floats

    def scan(self, rng: np.random.Generator) -> NDArray[np.int16]:
        """The image as a scanner gives it: with noise, as int16."""
        noise = rng.standard_normal(self.hu.shape, dtype=np.float32) * np.float32(12)
        voxels: NDArray[np.int16] = np.rint(np.clip(self.hu + noise, -1024, 3071)).astype(np.int16)
        return voxels


def render_thorax(anatomy: Anatomy, geometry: Geometry) -> Thorax:
    """Draw the chest on a grid whose axes are L, P, S."""
    sx, sy, sz = geometry.size
    x = (geometry.origin_mm[0] + geometry.spacing_mm[0] * np.arange(sx, dtype=np.float32))[None, None, :]
    y = (geometry.origin_mm[1] + geometry.spacing_mm[1] * np.arange(sy, dtype=np.float32))[None, :, None]
    z = (geometry.origin_mm[2] + geometry.spacing_mm[2] * np.arange(sz, dtype=np.float32))[:, None, None]
    hu = np.full(geometry.shape, -1000, dtype=np.float32)
    body = (x / (165 * anatomy.scale)) ** 2 + (y / (110 * anatomy.scale)) ** 2 < 1
    hu[np.broadcast_to(body, hu.shape)] = 40
    lung = np.zeros(geometry.shape, dtype=np.float32)
    for sign in (-1.0, 1.0):
        inside = ((x - sign * 75) / (58 * anatomy.scale)) ** 2 + (y / (80 * anatomy.scale)) ** 2 + (
            z / 125
        ) ** 2 < 1
        lung[inside] = 1
    hu[lung > 0.5] = -850
    return Thorax(hu, lung, x, y, z)
