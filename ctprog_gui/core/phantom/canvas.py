"""Drawing soft-edged bodies into a volume of HU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry

Floats = NDArray[np.float32]
Point = tuple[float, float, float]
# Depth under a body's surface in mm, positive inside, from coordinates x, y, z in mm.
Depth = Callable[[Floats, Floats, Floats], Floats]
Box = tuple[slice, slice, slice]
# Large surfaces are computed some slices at a time: what lies between two steps then stays in the
# processor's cache.
_SLAB_VOXELS = 250_000


def slabs(geometry: Geometry) -> list[slice]:
    """The slices of a grid, a few at a time."""
    x, y, z = geometry.size
    step = max(1, _SLAB_VOXELS // (x * y))
    return [slice(start, min(start + step, z)) for start in range(0, z, step)]


@dataclass(frozen=True, eq=False)
class Bend:
    """A gentle, smooth displacement of space, so that no organ is a perfect ellipsoid.

    A sum of a few plane-separable waves an axis; `waves` is (axis moved, amplitude mm, three
    wavelengths mm, three phases).
    """

    waves: tuple[tuple[int, float, Point, Point], ...] = ()

    @classmethod
    def draw(cls, rng: np.random.Generator, amplitude_mm: float = 2.2) -> Bend:
        waves = []
        for axis in range(3):
            for _ in range(2):
                lengths = rng.uniform(110, 240, 3)
                phases = rng.uniform(0, 2 * np.pi, 3)
                waves.append((axis, amplitude_mm, _point(lengths), _point(phases)))
        return cls(tuple(waves))

    def __call__(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
        """Where the material at these points was before the bend; shapes broadcast."""
        shape = np.broadcast_shapes(x.shape, y.shape, z.shape)
        moved = [np.broadcast_to(c, shape).astype(np.float32) for c in (x, y, z)]
        for axis, amplitude, lengths, phases in self.waves:
            parts = [
                np.sin(c * np.float32(2 * np.pi / length) + np.float32(phase))
                for c, length, phase in zip((x, y, z), lengths, phases, strict=True)
            ]
            moved[axis] += (np.float32(amplitude) * parts[2]) * parts[1] * parts[0]
        return moved[0], moved[1], moved[2]


class Canvas:
    """HU on a grid with axes L, P, S, and where each voxel lies in the unbent patient (mm).

    Edges are as soft as a voxel is wide in the plane, which stands for partial volume.
    """

    def __init__(self, geometry: Geometry, bend: Bend, air_hu: float = -1000.0) -> None:
        self.geometry = geometry
        axes = [
            (origin + step * np.arange(n)).astype(np.float32)
            for origin, step, n in zip(geometry.origin_mm, geometry.spacing_mm, geometry.size, strict=True)
        ]
        self.true_x, self.true_y = axes[0][None, None, :], axes[1][None, :, None]
        self.true_z = axes[2][:, None, None]
        self.x, self.y, self.z = (np.empty(geometry.shape, dtype=np.float32) for _ in range(3))
        for level in slabs(geometry):
            bent = bend(self.true_x, self.true_y, self.true_z[level])
            self.x[level], self.y[level], self.z[level] = bent
        self.hu: Floats = np.full(geometry.shape, air_hu, dtype=np.float32)
        self.edge_mm = np.float32(max(1.0, 0.9 * geometry.spacing_mm[0]))
        # The bend moves a body by at most this much.
        self._reach = 2.0 + sum(abs(wave[1]) for wave in bend.waves if wave[0] == 0)

    def part(self, level: slice) -> Canvas:
        """Some of the slices, as a canvas whose arrays are views of this one's."""
        part = copy(self)
        start, stop, _ = level.indices(self.geometry.size[2])
        x, y, z = self.geometry.origin_mm
        part.geometry = Geometry(
            (*self.geometry.size[:2], stop - start),
            self.geometry.spacing_mm,
            (x, y, z + start * self.geometry.spacing_mm[2]),
        )
        part.true_z, part.hu = self.true_z[level], self.hu[level]
        part.x, part.y, part.z = self.x[level], self.y[level], self.z[level]
        return part

    def box(self, low: Sequence[float], high: Sequence[float]) -> Box:
        """The voxels that may hold a body whose corners are these (x, y, z in mm)."""
        parts = []
        for axis in (2, 1, 0):
            origin, step = self.geometry.origin_mm[axis], self.geometry.spacing_mm[axis]
            start = floor((low[axis] - self._reach - origin) / step)
            stop = ceil((high[axis] + self._reach - origin) / step) + 1
            count = self.geometry.size[axis]
            parts.append(slice(min(max(start, 0), count), min(max(stop, 0), count)))
        return parts[0], parts[1], parts[2]

    def reaches(self, low: NDArray[np.floating], high: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which of many bodies, whose corners (n, 3) are x, y, z in mm, may touch a voxel."""
        origin, step = np.asarray(self.geometry.origin_mm), np.asarray(self.geometry.spacing_mm)
        start = np.floor((low - self._reach - origin) / step)
        stop = np.ceil((high + self._reach - origin) / step) + 1
        found: NDArray[np.bool_] = ((start < self.geometry.size) & (stop > 0)).all(axis=1)
        return found

    def field_mm(self, margin_mm: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Two corners of a box outside of which no body of this thickness touches a voxel."""
        origin, step = np.asarray(self.geometry.origin_mm), np.asarray(self.geometry.spacing_mm)
        margin = self._reach + margin_mm + step
        return origin - margin, origin + step * np.asarray(self.geometry.size) + margin

    def cover(self, depth: Floats, edge_mm: float | None = None) -> Floats:
        """Share of each voxel inside a body, from the depth under its surface."""
        edge = self.edge_mm if edge_mm is None else np.float32(edge_mm)
        share: Floats = depth / edge
        share += np.float32(0.5)
        return np.clip(share, 0, 1, out=share)

    def blend(self, box: Box, share: Floats, hu: float | Floats) -> None:
        """Replace a share of each voxel by a material."""
        part = self.hu[box]
        part += share * (np.float32(hu) - part if isinstance(hu, float) else hu - part)

    def paint(
        self,
        low: Sequence[float],
        high: Sequence[float],
        depth: Depth,
        hu: float,
        *,
        within: Floats | None = None,
    ) -> None:
        """Draw one body; `within` (a share a voxel, whole grid) keeps it inside another."""
        box = self.box(low, high)
        if all(part.stop > part.start for part in box):
            self._paint(box, depth, hu, within)

    def _paint(self, box: Box, depth: Depth, hu: float, within: Floats | None) -> None:
        share = self.cover(depth(self.x[box], self.y[box], self.z[box]))
        if within is not None:
            share *= within[box]
        self.blend(box, share, float(hu))

    def ellipsoid(
        self,
        centre: Point,
        radii: Point,
        hu: float,
        *,
        turn: NDArray[np.floating] | None = None,
        within: Floats | None = None,
    ) -> None:
        """Draw an ellipsoid; `turn` (3×3) has its axes as rows."""
        reach = max(radii) if turn is not None else None
        half = (reach, reach, reach) if reach is not None else radii
        low = [c - h for c, h in zip(centre, half, strict=True)]
        high = [c + h for c, h in zip(centre, half, strict=True)]
        self.paint(low, high, ellipsoid(centre, radii, turn), hu, within=within)

    def tube(
        self,
        points: Sequence[Point],
        radii: Sequence[float] | float,
        hu: float,
        *,
        within: Floats | None = None,
    ) -> None:
        """Draw a tube along a polyline; its radius goes evenly from point to point."""
        many = [float(radii)] * len(points) if isinstance(radii, (int, float)) else list(radii)
        for a, b, ra, rb in zip(points[:-1], points[1:], many[:-1], many[1:], strict=True):
            thick = max(ra, rb)
            low = [min(p, q) - thick for p, q in zip(a, b, strict=True)]
            high = [max(p, q) + thick for p, q in zip(a, b, strict=True)]
            box = self.box(low, high)
            if all(part.stop > part.start for part in box):
                self._paint(box, capsule(a, b, ra, rb), hu, within)


def ellipsoid(centre: Point, radii: Point, turn: NDArray[np.floating] | None = None) -> Depth:
    """Depth under an ellipsoid's surface, to first order there."""
    rows = np.eye(3) if turn is None else np.asarray(turn, dtype=np.float64)
    scaled = (rows / np.asarray(radii)[:, None]).astype(np.float32)

    def depth(x: Floats, y: Floats, z: Floats) -> Floats:
        dx, dy, dz = x - np.float32(centre[0]), y - np.float32(centre[1]), z - np.float32(centre[2])
        square = gradient = np.float32(0)
        for row, radius in zip(scaled, radii, strict=True):
            along = row[0] * dx + row[1] * dy + row[2] * dz
            along *= along
            square = square + along
            gradient = gradient + along * np.float32(1 / radius**2)
        rho = np.sqrt(square)
        found: Floats = rho * (1 - rho) / np.sqrt(gradient + np.float32(1e-8))
        # At the very centre the formula is 0/0.
        return np.where(rho < 0.05, np.float32(min(radii)), found)

    return depth


def capsule(a: Point, b: Point, radius_a: float, radius_b: float) -> Depth:
    """Depth inside a tube with round ends whose radius goes from one to the other."""
    start = np.asarray(a, dtype=np.float64)
    along = np.asarray(b, dtype=np.float64) - start
    length = max(float(along @ along), 1e-6)
    unit = (along / length).astype(np.float32)
    step = along.astype(np.float32)

    def depth(x: Floats, y: Floats, z: Floats) -> Floats:
        dx, dy, dz = x - np.float32(a[0]), y - np.float32(a[1]), z - np.float32(a[2])
        t = dx * unit[0] + dy * unit[1] + dz * unit[2]
        np.clip(t, 0, 1, out=t)
        dx -= t * step[0]
        dy -= t * step[1]
        dz -= t * step[2]
        distance = np.sqrt(dx * dx + dy * dy + dz * dz)
        found: Floats = np.float32(radius_a) + t * np.float32(radius_b - radius_a) - distance
        return found

    return depth


def _point(values: NDArray[np.floating]) -> Point:
    x, y, z = (float(v) for v in values)
    return x, y, z
