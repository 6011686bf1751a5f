"""What a measure says: millimetres, degrees, areas and HU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.annotations.annotation import Annotation, Kind
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.sampling import linear_at
from ctprog_gui.core.imaging.volume import Volume


@dataclass(frozen=True)
class Measured:
    """The numbers of one measure; what does not apply to its kind is None.

    `length_mm` is the long axis of a bidirectional measure and the way along a polyline. HU are those
    of the voxels of the slice whose centres lie inside; `sd_hu` is their population standard
    deviation. On an oblique plane, which holds no voxels' centres, they are those of a lattice of the
    volume's finest spacing, interpolated, and `voxels` counts its points. `area_mm2` is the shape's
    own, not a count of voxels.
    """

    length_mm: float | None = None
    perpendicular_mm: float | None = None
    angle_degrees: float | None = None
    area_mm2: float | None = None
    mean_hu: float | None = None
    sd_hu: float | None = None
    min_hu: float | None = None
    max_hu: float | None = None
    voxels: int | None = None

    def words(self) -> list[str]:
        """A line each, as they stand beside the measure."""
        lines = []
        if self.perpendicular_mm is not None and self.length_mm is not None:
            lines.append(f"{self.length_mm:.1f} × {self.perpendicular_mm:.1f} mm")
        elif self.length_mm is not None:
            lines.append(f"{self.length_mm:.1f} mm")
        if self.angle_degrees is not None:
            lines.append(f"{self.angle_degrees:.1f}°")
        if self.sd_hu is not None and self.min_hu is not None and self.max_hu is not None:
            lines.append(f"{self.mean_hu:.0f} ± {self.sd_hu:.0f} HU")
            lines.append(f"{self.min_hu:.0f} to {self.max_hu:.0f} HU")
        elif self.mean_hu is not None:
            lines.append(f"{self.mean_hu:.0f} HU")
        elif self.area_mm2 is not None:
            lines.append("no voxel inside")
        if self.area_mm2 is not None:
            big = self.area_mm2 >= 100
            lines.append(f"{self.area_mm2 / 100:.2f} cm²" if big else f"{self.area_mm2:.1f} mm²")
        return lines


def measure(annotation: Annotation, volume: Volume) -> Measured:
    """The numbers of a finished measure on a volume. Lengths follow from the points alone."""
    points = np.array(annotation.points_mm)
    match annotation.kind:
        case Kind.LENGTH | Kind.POLYLINE:
            return Measured(length_mm=float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum()))
        case Kind.BIDIRECTIONAL:
            long, short = (float(np.linalg.norm(points[i + 1] - points[i])) for i in (0, 2))
            return Measured(length_mm=max(long, short), perpendicular_mm=min(long, short))
        case Kind.ANGLE:
            return Measured(angle_degrees=_angle(points))
        case Kind.PROBE:
            return Measured(mean_hu=_at(annotation, volume))
    return _inside(annotation, volume)


def _at(annotation: Annotation, volume: Volume) -> float | None:
    """HU under a probe: of the voxel that holds it, or interpolated on an oblique plane."""
    if not annotation.oblique_in(volume.geometry):
        return volume.value_at(annotation.points_mm[0])
    value = float(linear_at(volume, annotation.points_mm[0]))
    return None if np.isnan(value) else value


def _angle(points: NDArray[np.float64]) -> float:
    one, two = points[0] - points[1], points[2] - points[1]
    # The arctangent keeps its digits near 0° and 180°, where the arccosine loses them.
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(one, two)), one @ two)))


def _inside(annotation: Annotation, volume: Volume) -> Measured:
    values = values_inside(annotation, volume)
    start, stop = (np.asarray(point) for point in annotation.points_mm)
    width, height = (abs(float((stop - start) @ edge)) for edge in (annotation.across, annotation.along))
    area = width * height * (np.pi / 4 if annotation.kind is Kind.ELLIPSE else 1.0)
    if values.size == 0:
        return Measured(area_mm2=area, voxels=0)
    exact = values.astype(np.float64)
    return Measured(
        area_mm2=area,
        mean_hu=float(exact.mean()),
        sd_hu=float(exact.std()),
        min_hu=float(exact.min()),
        max_hu=float(exact.max()),
        voxels=int(values.size),
    )


def values_inside(annotation: Annotation, volume: Volume) -> NDArray[Any]:
    """HU of the slice's voxels whose centres lie in an ellipse or rectangle, borders included.

    On an oblique plane: interpolated HU on a lattice from the middle of the shape, of the volume's
    finest spacing.
    """
    grid = volume.geometry
    if annotation.oblique_in(grid):
        return _interpolated_inside(annotation, volume)
    stack = PlaneOfVolume(grid, annotation.plane)
    corners = np.array([grid.patient_to_index(handle) for handle in annotation.handles()])
    last = np.asarray(grid.size) - 1
    low = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, last)
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, last)
    low[stack.axis] = high[stack.axis] = stack.slice_at(annotation.points_mm[0])
    (x0, y0, z0), (x1, y1, z1) = low, high + 1
    index = np.stack(
        np.meshgrid(*(np.arange(a, b) for a, b in zip(low, high + 1, strict=True)), indexing="ij")
    )
    # Grid axes first (x, y, z), then the array's own order.
    apart = grid.index_to_patient(np.moveaxis(index, 0, -1)).transpose(2, 1, 0, 3)
    start, stop = (np.asarray(point) for point in annotation.points_mm)
    apart = apart - (start + stop) / 2
    half = [abs(float((stop - start) @ edge)) / 2 for edge in (annotation.across, annotation.along)]
    if min(half) <= 0:
        return volume.voxels[:0].ravel()
    across, along = apart @ annotation.across / half[0], apart @ annotation.along / half[1]
    # A little more than 1: a border that runs through a voxel's centre counts whatever the rounding.
    if annotation.kind is Kind.ELLIPSE:
        inside = across**2 + along**2 <= 1 + 1e-9
    else:
        inside = (np.abs(across) <= 1 + 1e-9) & (np.abs(along) <= 1 + 1e-9)
    return np.asarray(volume.voxels[z0:z1, y0:y1, x0:x1][inside])


def _interpolated_inside(annotation: Annotation, volume: Volume) -> NDArray[Any]:
    start, stop = (np.asarray(point) for point in annotation.points_mm)
    half = [abs(float((stop - start) @ edge)) / 2 for edge in (annotation.across, annotation.along)]
    if min(half) <= 0:
        return np.zeros(0)
    pitch = min(volume.geometry.spacing_mm)
    reach = [int(np.floor(side / pitch + 1e-6)) for side in half]
    across, along = np.meshgrid(*(pitch * np.arange(-n, n + 1) for n in reach), indexing="ij")
    if annotation.kind is Kind.ELLIPSE:
        inside = (across / half[0]) ** 2 + (along / half[1]) ** 2 <= 1 + 1e-9
        across, along = across[inside], along[inside]
    edges = np.array([annotation.across, annotation.along])
    points = (start + stop) / 2 + np.column_stack([across.ravel(), along.ravel()]) @ edges
    values = linear_at(volume, points)
    return np.asarray(values[~np.isnan(values)])
