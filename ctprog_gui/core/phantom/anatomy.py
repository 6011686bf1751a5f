"""The proportions of one patient, and the large surfaces as functions of place.

Coordinates are LPS in mm around mid-thorax: x to the patient's left, y to the back, z to the head;
the carina lies near z = 42, the right dome of the diaphragm near z = −50.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.phantom.canvas import Bend, Floats, Point

Side = Literal["left", "right"]

# Level, half width and half depth (mm) of the skin and of the rib cage's outer face.
_SKIN = np.array(
    [[-200, 150, 104], [-145, 156, 108], [-60, 159, 112], [0, 162, 114], [60, 168, 111], [100, 172, 100],
     [125, 164, 90], [150, 140, 82], [200, 120, 78]], dtype=np.float32,
)  # fmt: skip
_CAGE = np.array(
    [[-200, 132, 88], [-145, 136, 92], [-60, 139, 96], [0, 134, 96], [40, 122, 89], [70, 106, 78],
     [95, 84, 64], [112, 64, 50], [125, 44, 38], [140, 20, 24], [200, 8, 10]], dtype=np.float32,
)  # fmt: skip
CHEST_WALL_MM = 9.0
_SQUARE = np.float32(1.25)


@dataclass(frozen=True, eq=False)
class Anatomy:
    """What differs from patient to patient apart from the tumour.

    Parameters
    ----------
    width, depth
        Scale of the trunk in x and y.
    fat_mm
        Thickness of the fat under the skin.
    dome_mm
        Rise of the diaphragm above its usual place (breathing).
    heart
        Scale of the heart.
    lung_hu
        Mean HU of lung tissue between the vessels.
    contrast_hu
        HU of blood: 45 without contrast medium, more with.
    noise_hu
        Standard deviation of the noise in a voxel of 1.5 × 1.5 × 3 mm.
    bend
        The shape of space.
    vessel_ends, vessel_seed
        How many ends each tree of lung vessels has, and its random stream.
    """

    width: float = 1.0
    depth: float = 1.0
    fat_mm: float = 14.0
    dome_mm: float = 0.0
    heart: float = 1.0
    lung_hu: float = -860.0
    contrast_hu: float = 165.0
    noise_hu: float = 13.0
    bend: Bend = field(default_factory=Bend)
    vessel_ends: int = 300
    vessel_seed: int = 0

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Anatomy:
        """A patient at random; all within what the phantom's field of view holds."""
        return cls(
            width=float(rng.uniform(0.92, 1.06)),
            depth=float(rng.uniform(0.92, 1.08)),
            fat_mm=float(rng.uniform(8, 20)),
            dome_mm=float(rng.uniform(-12, 12)),
            heart=float(rng.uniform(0.9, 1.1)),
            lung_hu=float(rng.uniform(-885, -830)),
            contrast_hu=float(rng.choice([45.0, float(rng.uniform(120, 190))], p=[0.3, 0.7])),
            noise_hu=float(rng.uniform(9, 18)),
            bend=Bend.draw(rng),
            # Fewer than a person would miss on a screen: a cohort is drawn for networks.
            vessel_ends=110,
            vessel_seed=int(rng.integers(2**31)),
        )

    def skin_depth(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Depth under the skin."""
        wide, deep = self._half_axes(_SKIN, z)
        # The furrow over the spinous processes.
        furrow = np.float32(7) * np.exp(-((x / np.float32(16)) ** 2)) * (y > 0)
        return _rounded(x, y + furrow, wide, deep)

    def cage_depth(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Depth under the outer face of the ribs; the pleura lies `CHEST_WALL_MM` deeper."""
        wide, deep = self._half_axes(_CAGE, z)
        return _rounded(x, y - self.cage_centre(z), wide, deep)

    def cage_centre(self, z: Floats) -> Floats:
        """y of the rib cage's middle: it leans back towards the apex."""
        middle: Floats = np.interp(z, [-200, 0, 60, 140], [0, 0, 4, 16]).astype(np.float32)
        return middle

    def cage_half_axes(self, z: Floats) -> tuple[Floats, Floats]:
        return self._half_axes(_CAGE, z)

    def diaphragm(self, x: Floats, y: Floats) -> Floats:
        """z of the diaphragm's upper face: two domes, the right one higher, and the tendon between."""
        w, d = np.float32(self.width), np.float32(self.depth)
        right = -50 - 50 * ((x / w + 70) / 74) ** 2 - 52 * ((y / d + 14) / 92) ** 2
        left = -63 - 48 * ((x / w - 68) / 72) ** 2 - 52 * ((y / d + 10) / 92) ** 2
        tendon = -74 - 26 * ((x / w - 10) / 60) ** 2 - 60 * ((y / d + 25) / 70) ** 2
        top: Floats = np.maximum(np.maximum(right, left), tendon) + np.float32(self.dome_mm)
        return top.astype(np.float32)

    def heart_centre(self) -> Point:
        return 20.0 * self.width, -24.0 * self.depth, -32.0 + 0.7 * self.dome_mm

    def mediastinum_depth(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Depth inside what lies between the lungs: spine, heart, great vessels and their fat."""
        w, d = np.float32(self.width), np.float32(self.depth)
        u, v = x / w, y / d
        upper = np.interp(z, [-150, -40, 0, 40, 75, 110, 150], [20, 20, 22, 26, 26, 27, 28]).astype(
            np.float32
        )
        column = _ellipse(u + 1, v - 6, upper, np.float32(43))
        caval = _ellipse(u + 27, v + 16, np.float32(15), np.float32(19)) - 2 * np.maximum(-14 - z, 0)
        arch = _ellipse(u - 3, v - 4, np.float32(31), np.float32(40)) - 2 * np.maximum(np.abs(z - 56) - 16, 0)
        spine = _ellipse(u, v - self.spine_y(z), np.float32(25), np.float32(26))
        front = np.minimum(
            np.interp(z, [-150, -30, 20, 60, 90], [24, 13, 3.5, 5, 18]).astype(np.float32) - np.abs(u - 2),
            -20 - v,
        )
        aorta = _ellipse(u - 24, v - 40, np.float32(17), np.float32(17)) - np.maximum(z - 66, 0)
        cx, cy, cz = self.heart_centre()
        s = np.float32(self.heart)
        dx, dy, dz = x - np.float32(cx + 6), y - np.float32(cy - 2), z - np.float32(cz - 4)
        # The long axis points to the left, the front and down.
        along = dx * np.float32(0.78) + dy * np.float32(-0.42) + dz * np.float32(-0.46)
        square = dx * dx + dy * dy + dz * dz - along * along
        rho = np.sqrt((along / (68 * s)) ** 2 + square / (50 * s) ** 2)
        heart = (1 - rho) * (50 * s)
        hilum = np.maximum(
            17 - np.sqrt((u - 36) ** 2 + (v - 8) ** 2 + ((z - 16) / np.float32(1.5)) ** 2),
            17 - np.sqrt((u + 36) ** 2 + (v - 8) ** 2 + ((z - 12) / np.float32(1.5)) ** 2),
        )
        depth = np.maximum(np.maximum(column, spine), np.maximum(front, aorta))
        depth = np.maximum(depth, np.maximum(caval, arch))
        found: Floats = np.maximum(np.maximum(depth, heart), hilum).astype(np.float32)
        return found

    def mediastinum_reach(self) -> tuple[float, float]:
        """x beyond which `mediastinum_depth` is less than −8: of the right hilum, and of the heart."""
        return -64.0 * self.width, 26.0 * self.width + 80.0 * self.heart

    def lung_depth(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Depth under the pleura, of either lung."""
        cavity = self.cage_depth(x, y, z) - np.float32(CHEST_WALL_MM)
        above = (z - self.diaphragm(x, y)) * np.float32(0.8)
        found: Floats = np.minimum(np.minimum(cavity, -self.mediastinum_depth(x, y, z)), above)
        return found

    def spine_y(self, z: ArrayLike) -> Floats:
        """y of the vertebral bodies' middle: the thoracic kyphosis."""
        back = np.interp(np.asarray(z), [-150, -80, 0, 70, 150], [46, 53, 57, 52, 38])
        return np.asarray(back, dtype=np.float32)

    def hilum(self, side: Side) -> Point:
        sign = 1.0 if side == "left" else -1.0
        return sign * 40.0 * self.width, 8.0, 16.0 if side == "left" else 12.0

    def lung_point(self, side: Side, height: float, depth: float, azimuth_deg: float = 0.0) -> Point:
        """A point in a lung.

        Parameters
        ----------
        height
            0 low, 1 high: levels at which every patient has lung.
        depth
            0 at the mediastinum, 1 at the chest wall, along the ray described next.
        azimuth_deg
            Direction of the ray in the axial plane: 0 to the side, positive towards the back.
        """
        z = -38.0 + 132.0 * height + self.dome_mm * (1 - height)
        angle = np.deg2rad(azimuth_deg)
        sign = 1.0 if side == "left" else -1.0
        ray = np.arange(0, 160, 1.0, dtype=np.float32)
        x = np.float32(sign) * (np.float32(20 * self.width) + ray * np.float32(np.cos(angle)))
        y = np.float32(8.0) + ray * np.float32(np.sin(angle))
        inside = self.lung_depth(x, y, np.full_like(x, z)) > 2
        steps = np.flatnonzero(inside)
        at = float(ray[steps[0]] + depth * (ray[steps[-1]] - ray[steps[0]])) if steps.size else 60.0
        return sign * (20 * self.width + at * float(np.cos(angle))), 8.0 + at * float(np.sin(angle)), z

    def _half_axes(self, table: Floats, z: Floats) -> tuple[Floats, Floats]:
        wide = np.interp(z, table[:, 0], table[:, 1]).astype(np.float32) * np.float32(self.width)
        deep = np.interp(z, table[:, 0], table[:, 2]).astype(np.float32) * np.float32(self.depth)
        return wide, deep


def _rounded(x: Floats, y: Floats, wide: Floats, deep: Floats) -> Floats:
    """Depth along the ray to the middle, inside a curve between an ellipse and a rectangle."""
    u, v = (x / wide) ** 2, (y / deep) ** 2
    # The small numbers keep the middle, where both factors vanish, at about the half width.
    rho = np.sqrt(np.sqrt(u * u + v * v + _SQUARE * u * v + np.float32(1e-8)))
    depth: Floats = np.sqrt(x * x + y * y + 1) * (1 / rho - 1)
    return depth


def _ellipse(x: Floats, y: Floats, wide: Floats | np.float32, deep: Floats | np.float32) -> Floats:
    """Depth inside an upright elliptic column, roughly in mm."""
    depth: Floats = (1 - np.sqrt((x / wide) ** 2 + (y / deep) ** 2)) * np.minimum(wide, deep)
    return depth
