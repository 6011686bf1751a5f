"""Where a voxel grid lies in the patient."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.shared.errors import GeometryError

Floats = NDArray[np.float64]
_LETTERS = (("R", "L"), ("A", "P"), ("I", "S"))


@dataclass(frozen=True)
class Geometry:
    """A regular grid in patient space (DICOM PS3.3 C.7.6.2: LPS, mm).

    Parameters
    ----------
    size, spacing_mm, origin_mm
        Along the array's x, y, z axes; the origin is the centre of voxel (0, 0, 0).
    direction
        Nine numbers, row-major: column c of the 3×3 matrix is the unit vector of axis c. This is
        the order ITK uses.

    Raises
    ------
    GeometryError
        If a size or spacing is not positive, a number is not finite, or the axes are not
        perpendicular unit vectors (to 1e-3). Both handednesses are allowed.
    """

    size: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    direction: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", tuple(int(n) for n in self.size))
        for name in ("spacing_mm", "origin_mm", "direction"):
            object.__setattr__(self, name, tuple(float(v) for v in getattr(self, name)))
        if (len(self.size), len(self.spacing_mm), len(self.origin_mm)) != (3, 3, 3):
            raise GeometryError("a grid needs three sizes, three spacings and three origin numbers")
        if len(self.direction) != 9:
            raise GeometryError("a direction matrix has nine numbers")
        if not np.isfinite([*self.spacing_mm, *self.origin_mm, *self.direction]).all():
            raise GeometryError("the grid's geometry holds a number that is not finite")
        if min(self.size) < 1:
            raise GeometryError(f"the grid has no voxels: {self.size}")
        if min(self.spacing_mm) <= 0:
            raise GeometryError(f"the voxel spacing must be positive, not {self.spacing_mm}")
        axes = self.axes
        if not np.allclose(axes.T @ axes, np.eye(3), atol=1e-3):
            raise GeometryError("the grid's axes are not perpendicular unit vectors")

    @cached_property
    def axes(self) -> Floats:
        """3×3: column c is the unit vector of array axis c in LPS."""
        return np.asarray(self.direction, dtype=np.float64).reshape(3, 3)

    @cached_property
    def matrix(self) -> Floats:
        """4×4 from continuous voxel index (x, y, z, 1) to LPS mm."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.axes * np.asarray(self.spacing_mm)
        matrix[:3, 3] = self.origin_mm
        return matrix

    @cached_property
    def inverse_matrix(self) -> Floats:
        """4×4 from LPS mm to continuous voxel index."""
        return np.asarray(np.linalg.inv(self.matrix), dtype=np.float64)

    def index_to_patient(self, index: ArrayLike) -> Floats:
        """Continuous voxel indices (…, 3) as x, y, z to LPS mm."""
        return np.asarray(index, dtype=np.float64) @ self.matrix[:3, :3].T + self.matrix[:3, 3]

    def patient_to_index(self, point_mm: ArrayLike) -> Floats:
        """LPS points (…, 3) in mm to continuous voxel indices x, y, z."""
        inverse = self.inverse_matrix
        return np.asarray(point_mm, dtype=np.float64) @ inverse[:3, :3].T + inverse[:3, 3]

    def contains_index(self, index: ArrayLike) -> bool:
        """Whether a continuous index lies within half a voxel of the grid."""
        point = np.asarray(index, dtype=np.float64)
        return bool(((point >= -0.5) & (point <= np.asarray(self.size) - 0.5)).all())

    @property
    def shape(self) -> tuple[int, int, int]:
        """The array's shape, (z, y, x)."""
        x, y, z = self.size
        return z, y, x

    @property
    def voxel_volume_mm3(self) -> float:
        x, y, z = self.spacing_mm
        return x * y * z

    @property
    def centre_mm(self) -> Floats:
        return self.index_to_patient((np.asarray(self.size) - 1) / 2)

    def axis_along(self, patient_axis: int) -> int:
        """The array axis (0 x, 1 y, 2 z) that stands for a patient axis (0 L, 1 P, 2 S).

        Each patient axis gets a different array axis, by the assignment that follows the patient's
        axes most closely overall, so an oblique grid still has one axial, one coronal and one
        sagittal stack.
        """
        from itertools import permutations

        weights = np.abs(self.axes)
        best = max(permutations(range(3)), key=lambda p: sum(weights[r, p[r]] for r in range(3)))
        return best[patient_axis]

    @property
    def orientation(self) -> str:
        """The plane of the stored slices: axial, coronal or sagittal (of the nearest axis)."""
        return ("sagittal", "coronal", "axial")[int(np.argmax(np.abs(self.axes[:, 2])))]

    @property
    def is_oblique(self) -> bool:
        """Whether any axis is off the patient's axes by more than about 0.6 degrees."""
        return bool((np.abs(self.axes).max(axis=0) < 1 - 5e-5).any())

    def difference_from(self, other: Geometry, tolerance_mm: float = 1e-2) -> str | None:
        """What differs from another grid, in words, or None if corners agree to the tolerance."""
        if self.size != other.size:
            return f"size {self.size} is not {other.size}"
        corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
        index = corners * (np.asarray(self.size) - 1)
        apart = np.linalg.norm(self.index_to_patient(index) - other.index_to_patient(index), axis=1)
        if apart.max() <= tolerance_mm:
            return None
        if not np.allclose(self.spacing_mm, other.spacing_mm, rtol=1e-3):
            return f"spacing {_short(self.spacing_mm)} mm is not {_short(other.spacing_mm)} mm"
        return f"the corners lie up to {apart.max():.2f} mm apart"

    def require_same(self, other: Geometry, what: str = "the image") -> None:
        """Raise `GeometryError` unless both grids are the same; nothing is ever resampled here."""
        difference = self.difference_from(other)
        if difference is not None:
            raise GeometryError(f"{what} lies on another grid: {difference}")

    def with_size(self, size: tuple[int, int, int]) -> Geometry:
        return Geometry(size, self.spacing_mm, self.origin_mm, self.direction)

    def cropped(self, start: tuple[int, int, int], size: tuple[int, int, int]) -> Geometry:
        """The grid of a box that begins at index `start` (x, y, z); it may reach outside."""
        return Geometry(size, self.spacing_mm, tuple(self.index_to_patient(start)), self.direction)

    def to_json(self) -> dict[str, Any]:
        return {
            "size": list(self.size),
            "spacing_mm": list(self.spacing_mm),
            "origin_mm": list(self.origin_mm),
            "direction": list(self.direction),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Geometry:
        return cls(
            tuple(value["size"]),
            tuple(value["spacing_mm"]),
            tuple(value["origin_mm"]),
            tuple(value["direction"]),
        )


def direction_letters(vector_lps: ArrayLike, threshold: float = 0.35) -> str:
    """Anatomical letters of a direction in LPS, the strongest first: "L", "AL", "PSR"…

    A component counts where it is at least `threshold` of the unit vector, so that a plane
    tilted by 20° still carries one letter and one tilted by 30° carries two.
    """
    vector = np.asarray(vector_lps, dtype=np.float64)
    norm = np.linalg.norm(vector)
    if not norm > 0:
        return ""
    vector = vector / norm
    order = np.argsort(-np.abs(vector), kind="stable")
    return "".join(_LETTERS[axis][int(vector[axis] > 0)] for axis in order if abs(vector[axis]) >= threshold)


def _short(numbers: tuple[float, ...]) -> str:
    return "×".join(f"{n:.4g}" for n in numbers)
