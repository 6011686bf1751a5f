"""The tumour: a lobulated body with a texture of its own, grown into the lung."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.phantom.canvas import Floats, Point
from ctprog_gui.core.phantom.thorax import Thorax

# Dead tissue takes up no contrast medium.
_DEAD_HU = 5.0
# The border of the dead part, in radii.
_DEAD_BORDER = 0.08
_LOBULES = 14
# The texture's grain in radii of the tumour: patches of necrosis grow with it.
_GRAIN_RADII = 0.42
_FINEST_GRAIN_MM = 4.0
# Strands of a tumour whose margin is not asked for, and of one whose is.
_SPICULES, _MANY_SPICULES = 12, 120
FloatArray = NDArray[np.float64]


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
        return 1.03 * float(self._raw(spiral()).max()) / self._norm

    def _raw(self, directions: NDArray[np.float32]) -> NDArray[np.float32]:
        bumps = np.exp(np.float32(6) * (directions @ self.towards.T - 1)) @ self.height
        raw: NDArray[np.float32] = np.maximum(1 + np.float32(self.lobulation) * bumps, np.float32(0.35))
        return raw

    @cached_property
    def _norm(self) -> float:
        """Cube root of the mean r³ over the sphere."""
        return float(np.mean(self._raw(spiral()).astype(np.float64) ** 3) ** (1 / 3))


@cache
def spiral() -> NDArray[np.float32]:
    """A thousand directions spread evenly over the sphere, on a spiral."""
    i = np.arange(1000) + 0.5
    polar, turn = np.arccos(1 - i / 500), np.pi * (1 + 5**0.5) * i
    around = np.stack([np.cos(turn) * np.sin(polar), np.sin(turn) * np.sin(polar), np.cos(polar)], 1)
    return around.astype(np.float32)


@dataclass(frozen=True)
class TumourTissue:
    """What the tumour is made of and what it does to the lung at its margin.

    Parameters
    ----------
    texture_hu
        Standard deviation of the HU inside.
    edge_mm
        Width over which tumour gives way to lung.
    mean_hu
        Mean HU of the living part.
    spiculation
        Length of the strands at its margin, 0 for none to 1; None lets it follow the lobulation.
    necrosis
        Share of the volume that is dead, in its depth.
    ring_hu, ring_mm
        HU added to the lung that lies within `ring_mm` of the surface.
    """

    texture_hu: float
    edge_mm: float
    mean_hu: float = 42.0
    spiculation: float | None = None
    necrosis: float = 0.0
    ring_hu: float = 0.0
    ring_mm: float = 6.0


def insert_tumour(
    thorax: Thorax, shape: TumourShape, tissue: TumourTissue, *, centre_mm: Point, volume_mm3: float
) -> Floats:
    """Draw the tumour into lung tissue; wall, mediastinum and diaphragm stop it.

    Returns
    -------
    share
        The tumour's share of each voxel, whole grid; soft over the width of its edge.
    """
    canvas = thorax.canvas
    size = ball_radius(volume_mm3)
    margin = max(tissue.edge_mm, tissue.ring_mm if tissue.ring_hu else 0.0)
    reach = 2.2 * size + margin
    box = canvas.box([c - reach for c in centre_mm], [c + reach for c in centre_mm])
    dx, dy, dz = (
        a[box] - np.float32(c) for a, c in zip((canvas.x, canvas.y, canvas.z), centre_mm, strict=True)
    )
    distance = np.sqrt(dx * dx + dy * dy + dz * dz) + np.float32(1e-3)
    near = distance < np.float32(size * shape.widest + margin + 2 * float(canvas.edge_mm))
    directions = np.stack([d[near] / distance[near] for d in (dx, dy, dz)], axis=-1)
    depth = np.full(distance.shape, -np.inf, dtype=np.float32)
    depth[near] = np.float32(size) * shape.radius(directions) - distance[near]
    lung = thorax.lung[box]
    share = canvas.cover(depth, max(tissue.edge_mm, float(canvas.edge_mm))) * lung
    rng = np.random.default_rng(shape.texture_seed)
    if tissue.ring_hu:
        # None of it where the tumour has half of a voxel or more: the region itself stays as it is.
        ring = canvas.cover(depth + np.float32(tissue.ring_mm)) * lung * np.maximum(0, 1 - 2 * share)
        canvas.hu[box] += np.float32(tissue.ring_hu) * ring
    _draw_spicules(thorax, shape, tissue, centre_mm, size, rng)
    texture = np.zeros_like(distance)
    texture[near] = _texture(dx[near], dy[near], dz[near], max(_GRAIN_RADII * size, _FINEST_GRAIN_MM), rng)
    core = share > 0.5
    if core.any():
        # Exactly the spread asked for, whatever the grid keeps of the grain.
        texture = (texture - texture[core].mean()) / max(float(texture[core].std()), 1e-3)
    hu = np.float32(tissue.mean_hu) + np.float32(tissue.texture_hu) * texture
    if tissue.necrosis > 0 and core.any():
        dead = _dead(shape, size, (dx, dy, dz), depth, near, core, tissue.necrosis)
        hu += dead * (np.float32(_DEAD_HU) - hu)
    canvas.blend(box, share, hu)
    whole = np.zeros(canvas.geometry.shape, dtype=np.float32)
    whole[box] = share
    return whole


def ball_radius(volume_mm3: float) -> float:
    """Radius in mm of the ball of a volume."""
    return float((3 * volume_mm3 / (4 * np.pi)) ** (1 / 3))


def _dead(
    shape: TumourShape,
    size: float,
    place: tuple[Floats, Floats, Floats],
    depth: Floats,
    near: NDArray[np.bool_],
    core: NDArray[np.bool_],
    wanted: float,
) -> Floats:
    """Share of each voxel that is dead: the deepest part, with a border that wanders.

    The border is put where it cuts off the share asked for of the voxels in `core`.
    """
    rng = np.random.default_rng([shape.texture_seed, 1])
    dx, dy, dz = (d[near] for d in place)
    # In units of the radius, so that it has the same form at every size.
    score = np.full(core.shape, -np.inf, dtype=np.float32)
    score[near] = depth[near] / np.float32(size) + np.float32(0.16) * _texture(dx, dy, dz, 0.5 * size, rng)
    limit = np.quantile(score[core], 1 - min(wanted, 1.0))
    dead: Floats = np.clip((score - np.float32(limit)) / np.float32(_DEAD_BORDER) + np.float32(0.5), 0, 1)
    return dead


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
    thorax: Thorax,
    shape: TumourShape,
    tissue: TumourTissue,
    centre: Point,
    size: float,
    rng: np.random.Generator,
) -> None:
    """Thin strands from the surface into the lung; they belong to the margin, not to the ROI."""
    few = _strands(_SPICULES, rng)
    if tissue.spiculation is None:
        reaching = min(1.0, 4 * shape.lobulation)
        _draw_strands(thorax, shape, centre, size, few, reaching, (1.3, 0.4), -120.0)
    elif tissue.spiculation > 0:
        many = _strands(_MANY_SPICULES, np.random.default_rng([shape.texture_seed, 2]))
        _draw_strands(thorax, shape, centre, size, many, 1.3 * tissue.spiculation, (2.0, 0.5), -20.0)


def _strands(count: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Directions, and lengths in radii of the tumour."""
    towards = rng.standard_normal((count, 3))
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    return towards, rng.uniform(0.25, 0.7, count)


def _draw_strands(
    thorax: Thorax,
    shape: TumourShape,
    centre: Point,
    size: float,
    strands: tuple[FloatArray, FloatArray],
    reaching: float,
    thickness_mm: tuple[float, float],
    hu: float,
) -> None:
    towards, lengths = strands
    radius = shape.radius(towards.astype(np.float32)) * size
    for direction, r, length in zip(towards, radius, lengths * size * reaching, strict=True):
        ends: list[Point] = []
        for out in (0.8 * r, r + length):
            x, y, z = (float(c + d * out) for c, d in zip(centre, direction, strict=True))
            ends.append((x, y, z))
        thorax.canvas.tube(ends, thickness_mm, hu, within=thorax.lung)
