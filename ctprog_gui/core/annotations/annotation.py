"""A measure on a slice, as points in the patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.imaging.geometry import Floats, Geometry
from ctprog_gui.core.imaging.planes import FACING, Plane, PlaneOfVolume
from ctprog_gui.core.shared.errors import InputError

Point = tuple[float, float, float]
# A perpendicular is begun with this share of the long axis, and then pulled to where it belongs.
_FIRST_SHARE = 0.5


class Kind(Enum):
    """What is measured. Points: see `Annotation`."""

    LENGTH = "length"
    ANGLE = "angle"
    BIDIRECTIONAL = "bidirectional"
    ELLIPSE = "ellipse"
    RECTANGLE = "rectangle"
    POLYLINE = "polyline"
    PROBE = "probe"

    @property
    def is_box(self) -> bool:
        return self in (Kind.ELLIPSE, Kind.RECTANGLE)


# How many points a finished measure of a kind has; a polyline has two or more.
COUNTS = {
    Kind.LENGTH: 2,
    Kind.ANGLE: 3,
    Kind.BIDIRECTIONAL: 4,
    Kind.ELLIPSE: 2,
    Kind.RECTANGLE: 2,
    Kind.PROBE: 1,
}


@dataclass(frozen=True)
class Annotation:
    """One measure; it lies in the slice of `plane` that holds its first point.

    Points are LPS in mm. Length: its ends. Angle: an end, the vertex, the other end. Bidirectional
    (RECIST 1.1): the ends of the long axis, then those of the perpendicular. Ellipse and rectangle: two
    opposite corners of the box, whose edges run along `axis` and along `normal` × `axis`. Polyline:
    two or more. Probe: one.

    Parameters
    ----------
    normal
        Unit vector out of the slice, towards the viewer.
    axis
        Unit vector in the slice, along a box's edge.
    """

    kind: Kind
    plane: Plane
    points_mm: tuple[Point, ...]
    normal: Point
    axis: Point
    name: str = ""
    uid: str = ""

    def __post_init__(self) -> None:
        if not self.uid:
            object.__setattr__(self, "uid", uuid4().hex)

    @property
    def complete(self) -> bool:
        return len(self.points_mm) >= COUNTS.get(self.kind, 2)

    @property
    def across(self) -> Floats:
        return np.asarray(self.axis)

    @property
    def along(self) -> Floats:
        """The other edge of a box."""
        return np.cross(self.normal, self.axis)

    def handles(self) -> list[Floats]:
        """Points (LPS) that can be taken and moved: all points, or the four corners of a box."""
        points = [np.asarray(point) for point in self.points_mm]
        if not self.kind.is_box or len(points) < 2:
            return points
        start, stop = points
        width = (stop - start) @ self.across * self.across
        return [start, start + width, stop, stop - width]

    def with_handle(self, number: int, point_mm: ArrayLike) -> Annotation:
        """A handle moved to an LPS point; what hangs together moves along.

        A perpendicular stays perpendicular to the long axis and stays on it; a box stays a box.
        """
        point = np.asarray(point_mm, dtype=float)
        if self.kind.is_box and len(self.points_mm) == 2:
            return self._with_corner(number, point)
        if self.kind is Kind.BIDIRECTIONAL and len(self.points_mm) == 4:
            return self._with_axis_end(number, point)
        points = list(self.points_mm)
        points[number] = triple(point)
        return replace(self, points_mm=tuple(points))

    def moved(self, by_mm: ArrayLike) -> Annotation:
        """All of it moved by a vector."""
        step = np.asarray(by_mm, dtype=float)
        return replace(self, points_mm=tuple(triple(np.asarray(p) + step) for p in self.points_mm))

    def with_points(self, points_mm: Sequence[ArrayLike]) -> Annotation:
        return replace(self, points_mm=tuple(triple(np.asarray(point)) for point in points_mm))

    def with_perpendicular(self) -> Annotation:
        """A long axis with a perpendicular through its middle, to be pulled to where it belongs."""
        start, stop = (np.asarray(point) for point in self.points_mm[:2])
        half = _FIRST_SHARE / 2 * np.linalg.norm(stop - start) * self._beside(start, stop)
        middle = (start + stop) / 2
        return self.with_points([start, stop, middle - half, middle + half])

    def outline(self) -> Floats:
        """Points (n, 3) along which it is drawn; a break is a row of NaN."""
        points = np.array(self.handles())
        if self.kind is Kind.RECTANGLE and len(points) == 4:
            return points[[0, 1, 2, 3, 0]]
        if self.kind is Kind.ELLIPSE and len(points) == 4:
            centre = (points[0] + points[2]) / 2
            angles = np.linspace(0, 2 * np.pi, 73)[:, np.newaxis]
            across, along = (points[1] - points[0]) / 2, (points[3] - points[0]) / 2
            return np.asarray(centre + np.cos(angles) * across + np.sin(angles) * along)
        if self.kind is Kind.BIDIRECTIONAL and len(points) == 4:
            return np.array([points[0], points[1], np.full(3, np.nan), points[2], points[3]])
        return points

    def lies_on(self, stack: PlaneOfVolume, number: int) -> bool:
        """Whether it is seen on slice `number` of a stack."""
        if stack.plane is not self.plane or not stack.faces(self.normal):
            return False
        index = stack.geometry.patient_to_index(self.points_mm[0])
        # On an oblique stack other slices than those it was drawn on may run beside it.
        return stack.slice_of_index(index) == number and abs(index[stack.axis] - number) <= 0.5 + 1e-6

    def oblique_in(self, grid: Geometry) -> bool:
        """Whether it lies in a plane that follows none of a grid's axes."""
        return float(np.abs(np.asarray(self.normal) @ grid.axes).max()) < FACING

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "plane": self.plane.value,
            "points_mm": [list(point) for point in self.points_mm],
            "normal": list(self.normal),
            "axis": list(self.axis),
            "name": self.name,
            "uid": self.uid,
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Annotation:
        """The inverse of `to_json`.

        Raises
        ------
        InputError
            If something is missing or no number.
        """
        try:
            made = cls(
                Kind(told["kind"]),
                Plane(told["plane"]),
                tuple(triple(np.array(point, dtype=float)) for point in told["points_mm"]),
                triple(np.array(told["normal"], dtype=float)),
                triple(np.array(told["axis"], dtype=float)),
                str(told["name"]),
                str(told["uid"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"a measure can't be read: {error}") from error
        if not made.complete or not np.isfinite(made.points_mm).all():
            raise InputError(f"a measure of kind {made.kind.value} lacks points")
        return made

    def _with_corner(self, number: int, point: Floats) -> Annotation:
        start, stop = (np.asarray(p) for p in self.points_mm)
        # Corners run round from the start: 0 start, 1 along the axis from it, 2 stop, 3.
        if number == 0:
            return self.with_points([point, stop])
        if number == 2:
            return self.with_points([start, point])
        mine, other = (stop, start) if number == 1 else (start, stop)
        # This corner shares its place along the axis with `mine` and its place beside it with `other`.
        mine = mine + (point - mine) @ self.across * self.across
        other = other + (point - other) @ self.along * self.along
        return self.with_points([other, mine] if number == 1 else [mine, other])

    def _with_axis_end(self, number: int, point: Floats) -> Annotation:
        start, stop, near, far = (np.asarray(p) for p in self.points_mm)
        beside = self._beside(start, stop)
        length = float(np.linalg.norm(stop - start))
        share = float((near - start) @ (stop - start)) / max(length, 1e-9) ** 2
        reach = [float((end - start) @ beside) for end in (near, far)]
        if number < 2:
            start, stop = (point, stop) if number == 0 else (start, point)
            beside = self._beside(start, stop)
        else:
            share = float(np.clip((point - start) @ (stop - start) / max(length, 1e-9) ** 2, 0, 1))
            reach[number - 2] = float((point - start) @ beside)
        crossing = start + share * (stop - start)
        return self.with_points([start, stop, *(crossing + r * beside for r in reach)])

    def _beside(self, start: Floats, stop: Floats) -> Floats:
        """Unit vector in the slice, perpendicular to the line."""
        beside = np.cross(self.normal, stop - start)
        length = np.linalg.norm(beside)
        return np.asarray(beside / length if length > 1e-9 else self.along)


def triple(point: ArrayLike) -> Point:
    """Three numbers in any sequence as a point."""
    x, y, z = (float(v) for v in np.asarray(point))
    return x, y, z
