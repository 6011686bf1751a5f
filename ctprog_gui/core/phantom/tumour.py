"""The tumour: a lobulated body with a texture of its own, grown into the lung."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.phantom.canvas import Floats, Point
from ctprog_gui.core.phantom.thorax import Thorax

_MEAN_HU = 42.0
_LOBULES = 14
# The texture's grain in radii of the tumour: patches of necrosis grow with it.
_GRAIN_RADII = 0.42
_FINEST_GRAIN_MM = 4.0
_SPICULES = 12


@dataclass(frozen=True, eq=False)
class TumourShape:
    """A surface r(direction): bumps around unit vectors `towards` (n, 3) of given `height`.

    `texture_seed` starts the stream of the texture and the spicules.
    """

    towards: NDArray[np.float32]
    height: NDArray[np.float32]
    lobulation: float
    texture_seed: int

    @classmethod
    def draw(cls, rng: np.random.Generator, lobulation: float) -> TumourShape:
        towards = rng.standard_normal((_LOBULES, 3))
        towards /= np.linalg.norm(towards, axis=1, keepdims=True)
        height = rng.uniform(-1, 1, _LOBULES)
        return cls(
            towards.astype(np.float32), height.astype(np.float32), lobulation, int(rng.integers(2**31))
        )

    def radius(self, directions: NDArray[np.float32]) -> NDArray[np.float32]:
        """r in units of the radius of the ball of equal volume, for unit vectors (…, 3)."""
        found: NDArray[np.float32] = self._raw(directions) / np.float32(self._norm)
        return found

    @cached_property
    def widest(self) -> float:
        """No less than the largest r: that of the spiral, whose directions miss a bump's top by little."""
        return 1.03 * float(self._raw(_spiral()).max()) / self._norm

    def _raw(self, directions: NDArray[np.float32]) -> NDArray[np.float32]:
        bumps = np.exp(np.float32(6) * (directions @ self.towards.T - 1)) @ self.height
        raw: NDArray[np.float32] = np.maximum(1 + np.float32(self.lobulation) * bumps, np.float32(0.35))
        return raw

    @cached_property
    def _norm(self) -> float:
        """Cube root of the mean r³ over the sphere."""
        return float(np.mean(self._raw(_spiral()).astype(np.float64) ** 3) ** (1 / 3))


@cache
def _spiral() -> NDArray[np.float32]:
    """A thousand directions spread evenly over the sphere, on a spiral."""
    i = np.arange(1000) + 0.5
    polar, turn = np.arccos(1 - i / 500), np.pi * (1 + 5**0.5) * i
    around = np.stack([np.cos(turn) * np.sin(polar), np.sin(turn) * np.sin(polar), np.cos(polar)], 1)
    return around.astype(np.float32)


def insert_tumour(
    thorax: Thorax,
    shape: TumourShape,
    *,
    centre_mm: Point,
    volume_mm3: float,
    texture_hu: float,
    edge_mm: float,
) -> Floats:
    """Draw the tumour into lung tissue; wall, mediastinum and diaphragm stop it.

    Returns
    -------
    share
        The tumour's share of each voxel, whole grid; soft over `edge_mm`.
    """
    canvas = thorax.canvas
    size = (3 * volume_mm3 / (4 * np.pi)) ** (1 / 3)
    reach = 2.2 * size + edge_mm
    box = canvas.box([c - reach for c in centre_mm], [c + reach for c in centre_mm])
    dx, dy, dz = (
        a[box] - np.float32(c) for a, c in zip((canvas.x, canvas.y, canvas.z), centre_mm, strict=True)
    )
    distance = np.sqrt(dx * dx + dy * dy + dz * dz) + np.float32(1e-3)
    near = distance < np.float32(size * shape.widest + edge_mm + 2 * float(canvas.edge_mm))
    directions = np.stack([d[near] / distance[near] for d in (dx, dy, dz)], axis=-1)
    depth = np.full(distance.shape, -np.inf, dtype=np.float32)
    depth[near] = np.float32(size) * shape.radius(directions) - distance[near]
    share = canvas.cover(depth, max(edge_mm, float(canvas.edge_mm))) * thorax.lung[box]
    rng = np.random.default_rng(shape.texture_seed)
    _draw_spicules(thorax, shape, centre_mm, size, rng)
    texture = np.zeros_like(distance)
    texture[near] = _texture(dx[near], dy[near], dz[near], max(_GRAIN_RADII * size, _FINEST_GRAIN_MM), rng)
    core = share > 0.5
    if core.any():
        # Exactly the spread asked for, whatever the grid keeps of the grain.
        texture = (texture - texture[core].mean()) / max(float(texture[core].std()), 1e-3)
    canvas.blend(box, share, np.float32(_MEAN_HU) + np.float32(texture_hu) * texture)
    whole = np.zeros(canvas.geometry.shape, dtype=np.float32)
    whole[box] = share
    return whole


def _texture(dx: Floats, dy: Floats, dz: Floats, grain_mm: float, rng: np.random.Generator) -> Floats:
    """A smooth random field of unit spread, fixed to the patient and not to the voxels."""
    from scipy.ndimage import map_coordinates

    # The same lattice for every size: it reaches 2.2 radii to each side, and repeats beyond.
    count = 12
    lattice = rng.standard_normal((count, count, count), dtype=np.float32)
    where = [c / np.float32(grain_mm) + np.float32(count / 2) for c in (dz, dy, dx)]
    field: Floats = map_coordinates(lattice, where, order=1, mode="wrap", prefilter=False)
    return field


def _draw_spicules(
    thorax: Thorax, shape: TumourShape, centre: Point, size: float, rng: np.random.Generator
) -> None:
    """Thin strands from the surface into the lung; they belong to the margin, not to the ROI."""
    towards = rng.standard_normal((_SPICULES, 3))
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    lengths = rng.uniform(0.25, 0.7, _SPICULES) * size * min(1.0, 4 * shape.lobulation)
    radius = shape.radius(towards.astype(np.float32)) * size
    for direction, r, length in zip(towards, radius, lengths, strict=True):
        a, b = (
            tuple(float(c + d * out) for c, d in zip(centre, direction, strict=True))
            for out in (0.8 * r, r + length)
        )
        thorax.canvas.tube([a, b], [1.3, 0.4], -120.0, within=thorax.lung)  # type: ignore[list-item]
