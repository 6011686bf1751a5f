"""Planes turned out of the standard ones: how the three lie, and the slices of a turned one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.imaging.geometry import Floats, Geometry
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume

# A finer lattice than this shows nothing more on any screen.
MOST_PIXELS = 1024
# Planes nearer to the standard ones than this are the standard ones: nobody turns by less on purpose,
# and a plane that follows the voxels is drawn without interpolation.
STRAIGHT_DEGREES = 0.75
# Direction cosines in files are rounded; planes that agree to this are the same.
_SAME_DEGREES = 0.01
_TURNS = 60


@dataclass(frozen=True, eq=False)
class Triad:
    """How the three planes lie: for each the unit vectors (LPS) of screen right and screen up.

    The planes are perpendicular to each other, however they are turned.
    """

    axes: Mapping[Plane, tuple[Floats, Floats]]

    @classmethod
    def of(cls, planes: Mapping[Plane, PlaneOfVolume]) -> Triad:
        """The triad of standard planes."""
        return cls({plane: (stack.right_lps, stack.up_lps) for plane, stack in planes.items()})

    def normal(self, plane: Plane) -> Floats:
        """Unit vector out of a plane, towards the viewer."""
        return np.cross(*self.axes[plane])

    def turned(self, about: Plane, radians: float) -> Triad:
        """The other two planes turned about the normal of one, which stays as it is.

        Seen by the viewer of that plane, a positive angle turns anticlockwise.
        """
        turn = rotation(self.normal(about), radians)
        return Triad(
            {
                plane: axes if plane is about else (turn @ axes[0], turn @ axes[1])
                for plane, axes in self.axes.items()
            }
        )

    def tilted_to(self, plane: Plane, normal: ArrayLike) -> Triad:
        """All turned together, by the least angle, so that a plane's normal lies along `normal`.

        A plane whose own normal they are turned about stays as it is: it shows the same slices.
        """
        wanted = np.asarray(normal, dtype=np.float64)
        wanted = wanted / np.linalg.norm(wanted)
        old = self.normal(plane)
        about = np.cross(old, wanted)
        angle = float(np.arctan2(np.linalg.norm(about), old @ wanted))
        if np.linalg.norm(about) < 1e-12:
            # Opposite ways: any axis in the plane will do.
            about = self.axes[plane][0]
        for which in self.axes:
            along = float(self.normal(which) @ about) / float(np.linalg.norm(about))
            if abs(along) > np.cos(np.radians(_SAME_DEGREES)):
                return self.turned(which, angle * np.sign(along))
        turn = rotation(about, angle)
        return Triad({which: (turn @ right, turn @ up) for which, (right, up) in self.axes.items()})

    def degrees_from(self, other: Triad) -> float:
        """The largest angle between any axis of this one and the same of another."""
        pairs = zip(
            (axis for axes in self.axes.values() for axis in axes),
            (axis for plane in self.axes for axis in other.axes[plane]),
            strict=True,
        )
        return max(degrees_between(one, two) for one, two in pairs)


@dataclass(frozen=True)
class ObliquePlane(PlaneOfVolume):
    """The slices of a plane that follows no axis of the volume.

    `geometry` is the lattice that they are sampled on: its x runs along screen right, its y along
    screen up, its z along the normal, to the head, the back or the left as far as the plane does.
    `volume_grid` is the grid of the voxels. Slices lie `geometry.spacing_mm[2]` apart.
    """

    volume_grid: Geometry
    tilt_degrees: float
    # Width and height that fit a view: those of the standard plane, so that turning doesn't zoom.
    fit_mm: tuple[float, float]

    @cached_property
    def axis(self) -> int:
        return 2

    @cached_property
    def horizontal(self) -> int:
        return 0

    @cached_property
    def vertical(self) -> int:
        return 1

    @cached_property
    def right_lps(self) -> Floats:
        return self.geometry.axes[:, 0]

    @cached_property
    def up_lps(self) -> Floats:
        return self.geometry.axes[:, 1]

    @cached_property
    def towards_positive(self) -> int:
        return 1

    @property
    def extent_mm(self) -> tuple[float, float]:
        return self.fit_mm

    def position_words(self, number: int) -> str:
        """What stands in place of a position, which a plane between the axes has not: its angle."""
        return f"oblique {self.tilt_degrees:.0f}°"

    def nearest_inside(self, point_mm: ArrayLike) -> Floats:
        """The point of the same slice nearest to an LPS point that lies inside the volume, or nearly so.

        Found by going to the volume and to the slice in turn, which ends where they meet.
        """
        point = np.asarray(point_mm, dtype=np.float64)
        normal, start = self.geometry.axes[:, 2], point
        last = np.asarray(self.volume_grid.size) - 1
        for _ in range(_TURNS):
            index = self.volume_grid.patient_to_index(point)
            held = self.volume_grid.index_to_patient(np.clip(index, 0, last))
            if np.abs(held - point).max() < 1e-6:
                break
            point = held + ((start - held) @ normal) * normal
        return point

    @cached_property
    def to_volume(self) -> Floats:
        """4×4 from the lattice's index (x, y, z, 1) to the continuous voxel index of the volume."""
        return np.asarray(self.volume_grid.inverse_matrix @ self.geometry.matrix)


def oblique_plane(
    straight: PlaneOfVolume, axes: tuple[Floats, Floats], anchor_mm: ArrayLike
) -> PlaneOfVolume:
    """The stack of a turned plane through a volume; the standard one where it is turned by nothing.

    Parameters
    ----------
    straight
        The standard plane that was turned.
    axes
        Unit vectors (LPS) of screen right and up.
    anchor_mm
        A point (LPS) that one of the slices goes through exactly. Pixels are squares of the volume's
        finest spacing; slices lie as far apart as the voxels do along the normal.
    """
    right, up = axes
    turned_by = max(degrees_between(right, straight.right_lps), degrees_between(up, straight.up_lps))
    if turned_by < _SAME_DEGREES:
        return straight
    grid = straight.geometry
    towards_viewer = np.cross(right, up)
    numbered = grid.axes[:, straight.axis] * straight.towards_positive
    normal = towards_viewer * np.sign(straight.towards_viewer_lps @ numbered)
    directions = np.column_stack([right, up, normal])
    anchor = np.asarray(anchor_mm, dtype=np.float64)
    ends = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    size = np.asarray(grid.size)
    faces = (grid.index_to_patient(ends * size - 0.5) - anchor) @ directions
    centres = (grid.index_to_patient(ends * (size - 1)) - anchor) @ directions
    width, height = (faces.max(axis=0) - faces.min(axis=0))[:2]
    pixel = max(min(grid.spacing_mm), width / MOST_PIXELS, height / MOST_PIXELS)
    # Along a grid's axis this is the axis's own spacing.
    step = float((grid.axes.T @ normal) ** 2 @ np.asarray(grid.spacing_mm))
    columns, rows = (max(int(np.ceil(side / pixel - 1e-6)), 1) for side in (width, height))
    before, after = (
        int(np.floor(reach / step + 1e-6)) for reach in (-centres[:, 2].min(), centres[:, 2].max())
    )
    middle = (faces.max(axis=0) + faces.min(axis=0)) / 2
    first = np.array(
        [middle[0] - (columns - 1) / 2 * pixel, middle[1] - (rows - 1) / 2 * pixel, -before * step]
    )
    origin = anchor + directions @ first
    lattice = Geometry(
        (columns, rows, before + after + 1),
        (pixel, pixel, step),
        (origin[0], origin[1], origin[2]),
        tuple(directions.ravel()),
    )
    tilt = degrees_between(towards_viewer, straight.towards_viewer_lps)
    return ObliquePlane(lattice, straight.plane, grid, tilt, straight.extent_mm)


def rotation(about: ArrayLike, radians: float) -> Floats:
    """3×3 matrix that turns by an angle about an axis, anticlockwise seen from the axis's tip (Rodrigues)."""
    x, y, z = np.asarray(about, dtype=np.float64) / np.linalg.norm(about)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turn: Floats = np.eye(3) + np.sin(radians) * cross + (1 - np.cos(radians)) * cross @ cross
    return turn


def degrees_between(one: Floats, two: Floats) -> float:
    # The arctangent keeps its digits near 0°, where the arccosine loses them.
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(one, two)), one @ two)))
