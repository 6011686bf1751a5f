"""The three standard planes of a grid: which way is up, and which slice holds a point.

A plane follows the volume's own axes (the array axis nearest the patient's), so an oblique
acquisition is shown as acquired and the letters on its edges say how it lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.imaging.geometry import Floats, Geometry, direction_letters

# The cosine of 0.25°: normals nearer to each other are of one plane.
FACING = 0.99999


class Plane(Enum):
    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"


# Letters of the negative and the positive end of a plane's normal.
_SIDES = {Plane.AXIAL: ("I", "S"), Plane.CORONAL: ("A", "P"), Plane.SAGITTAL: ("R", "L")}

# Radiological convention. Per plane: patient axis (0 L, 1 P, 2 S) of the normal, then patient axis
# and sign of screen right and screen up. Axial is seen from the feet, coronal from the front,
# sagittal from the patient's left.
_CONVENTION = {
    Plane.AXIAL: (2, (0, 1.0), (1, -1.0)),
    Plane.CORONAL: (1, (0, 1.0), (2, 1.0)),
    Plane.SAGITTAL: (0, (1, 1.0), (2, 1.0)),
}


@dataclass(frozen=True)
class PlaneOfVolume:
    """One plane's stack of slices through a grid.

    `axis` is the array axis (0 x, 1 y, 2 z) along which slices are counted; `horizontal` and
    `vertical` are the array axes that lie along the screen's edges.
    """

    geometry: Geometry
    plane: Plane

    @cached_property
    def axis(self) -> int:
        return self.geometry.axis_along(_CONVENTION[self.plane][0])

    @cached_property
    def horizontal(self) -> int:
        return self.geometry.axis_along(_CONVENTION[self.plane][1][0])

    @cached_property
    def vertical(self) -> int:
        return self.geometry.axis_along(_CONVENTION[self.plane][2][0])

    @cached_property
    def right_lps(self) -> Floats:
        """Unit vector of screen right in the patient."""
        return self._pointing(self.horizontal, *_CONVENTION[self.plane][1])

    @cached_property
    def up_lps(self) -> Floats:
        """Unit vector of screen up in the patient."""
        return self._pointing(self.vertical, *_CONVENTION[self.plane][2])

    @cached_property
    def towards_viewer_lps(self) -> Floats:
        return np.cross(self.right_lps, self.up_lps)

    @property
    def count(self) -> int:
        return self.geometry.size[self.axis]

    @cached_property
    def letters(self) -> dict[str, str]:
        """Letters for the edges left, right, top and bottom."""
        return {
            "left": direction_letters(-self.right_lps),
            "right": direction_letters(self.right_lps),
            "top": direction_letters(self.up_lps),
            "bottom": direction_letters(-self.up_lps),
        }

    @cached_property
    def towards_positive(self) -> int:
        """+1 if slice numbers rise to the patient's head (axial), back (coronal) or left (sagittal)."""
        return 1 if self.geometry.axes[_CONVENTION[self.plane][0], self.axis] >= 0 else -1

    def slice_at(self, point_mm: ArrayLike) -> int:
        """Number of the slice nearest to an LPS point, kept inside the stack."""
        return self.slice_of_index(self.geometry.patient_to_index(point_mm))

    def slice_of_index(self, index: Floats) -> int:
        """Number of the slice nearest to a continuous voxel index x, y, z, kept inside the stack."""
        return min(max(round(float(index[self.axis])), 0), self.count - 1)

    def point_on(self, number: int, point_mm: ArrayLike) -> Floats:
        """The point moved along the slice normal onto slice `number` (kept inside the stack)."""
        index = self.geometry.patient_to_index(point_mm)
        index[self.axis] = np.clip(number, 0, self.count - 1)
        return self.geometry.index_to_patient(index)

    def faces(self, normal: ArrayLike) -> bool:
        """Whether its slices are perpendicular to a unit vector, to a quarter of a degree."""
        return bool(abs(self.towards_viewer_lps @ np.asarray(normal)) > FACING)

    def position_mm(self, number: int) -> float:
        """Signed position of a slice's centre along its patient axis: L, P or S in mm."""
        index = (np.asarray(self.geometry.size) - 1) / 2
        index[self.axis] = number
        return float(self.geometry.index_to_patient(index)[_CONVENTION[self.plane][0]])

    def position_words(self, number: int) -> str:
        """Where a slice's centre lies, for a person: "S 45.0 mm"."""
        position = self.position_mm(number)
        letter = _SIDES[self.plane][position >= 0]
        return f"{letter} {abs(position):.1f} mm"

    @property
    def extent_mm(self) -> tuple[float, float]:
        """Width and height of a slice on the screen."""
        size, spacing = self.geometry.size, self.geometry.spacing_mm
        return (
            size[self.horizontal] * spacing[self.horizontal],
            size[self.vertical] * spacing[self.vertical],
        )

    def _pointing(self, array_axis: int, patient_axis: int, sign: float) -> Floats:
        vector: Floats = self.geometry.axes[:, array_axis]
        return vector if vector[patient_axis] * sign >= 0 else -vector
