"""Slices that stack into one volume: their order, their gaps, their grid.

Only ImagePositionPatient and ImageOrientationPatient place a slice. SliceLocation and
SliceThickness are not looked at, save for the thickness of a single slice, which has no gap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.dicom.header import Header
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.shared.errors import GeometryError, InputError

Floats = NDArray[np.float64]
# Positions are written with two to six decimals; closer than this is the same place.
SAME_PLACE_MM = 0.01
# Orientations are written with as few as four decimals.
SAME_DIRECTION = 0.01


@dataclass(frozen=True, eq=False)
class Stack:
    """Slices of one orientation and matrix, sorted along row × column, lowest first.

    `slices` has one header for each place; `duplicates` those that lie where another one is
    already; `unplaced` those without a position.
    """

    slices: tuple[Header, ...]
    duplicates: tuple[Header, ...] = ()
    unplaced: tuple[Header, ...] = ()

    @property
    def first(self) -> Header:
        return (self.slices or self.unplaced)[0]

    @cached_property
    def normal(self) -> Floats:
        """Unit vector row × column: the direction in which the slice index rises."""
        row, column = _axes(self.first)
        return _unit(np.cross(row, column))

    @cached_property
    def positions(self) -> Floats:
        """(n, 3), LPS mm: the centre of each slice's first pixel."""
        return np.array([header.position for header in self.slices], dtype=np.float64).reshape(-1, 3)

    @cached_property
    def gaps_mm(self) -> Floats:
        """Distances between neighbouring slices along the normal."""
        gaps: Floats = np.diff(self.positions @ self.normal)
        return gaps

    @cached_property
    def lateral_mm(self) -> Floats:
        """How far each step between neighbours leads off the normal, (n - 1, 3)."""
        steps = np.diff(self.positions, axis=0)
        lateral: Floats = steps - np.outer(steps @ self.normal, self.normal)
        return lateral

    @property
    def spacing_along_normal_mm(self) -> float:
        """The mean gap where gaps are equal to 1 %, else their median; for one slice its thickness."""
        if self.gaps_mm.size == 0:
            thickness = self.first.thickness
            return thickness if thickness is not None and thickness > 0 else 1.0
        if is_uniform(self.gaps_mm):
            return float(self.gaps_mm.mean())
        return float(np.median(self.gaps_mm))

    def geometry(self) -> Geometry:
        """The grid that the slices are read into.

        Raises
        ------
        InputError
            If there is no position, orientation or usable pixel spacing.
        """
        header = self.first
        if header.position is None or header.orientation is None:
            raise InputError(f"{header.source.name} does not say where its slice lies in the patient")
        if header.pixel_spacing is None:
            raise InputError(f"{header.source.name} does not tell its pixel spacing")
        row, column = _axes(header)
        between_rows, between_columns = header.pixel_spacing
        try:
            return Geometry(
                (header.columns, header.rows, len(self.slices)),
                (between_columns, between_rows, self.spacing_along_normal_mm),
                (self.positions[0][0], self.positions[0][1], self.positions[0][2]),
                tuple(np.stack([row, column, self.normal], axis=1).ravel()),
            )
        except GeometryError as error:
            raise InputError(f"{header.source.name}: {error}") from error


def is_uniform(gaps_mm: Floats) -> bool:
    """Whether gaps differ by no more than 1 %."""
    return gaps_mm.size == 0 or bool(gaps_mm.max() - gaps_mm.min() <= 0.01 * np.median(gaps_mm))


def stack(headers: Iterable[Header]) -> Stack:
    """Sort slices of one orientation and matrix along their normal.

    Where several lie in one place, the one of the lowest acquisition, instance number and name is
    used, so that a series acquired twice gives one of the two passes throughout.
    """
    every = list(headers)
    placed = [header for header in every if header.position and header.orientation]
    unplaced = tuple(header for header in every if not (header.position and header.orientation))
    if not placed:
        return Stack((), (), unplaced)
    row, column = _axes(placed[0])
    normal = _unit(np.cross(row, column))
    placed.sort(key=_reading_order)
    heights = np.array([header.position for header in placed]) @ normal
    order = np.argsort(heights, kind="stable")
    slices: list[Header] = []
    duplicates: list[Header] = []
    together: list[int] = []
    # Neighbours closer than the tolerance form one place; inside it the reading order decides.
    for index in order:
        if together and heights[index] - heights[together[0]] > SAME_PLACE_MM:
            _settle(together, placed, slices, duplicates)
            together = []
        together.append(int(index))
    _settle(together, placed, slices, duplicates)
    return Stack(tuple(slices), tuple(duplicates), unplaced)


def split(headers: Iterable[Header]) -> list[list[Header]]:
    """Divide a series into parts that can stack: one patient, matrix and orientation each.

    The largest part comes first. Spacing never divides. Slices without a position go with the
    part of their matrix.
    """
    parts: list[list[Header]] = []
    for header in sorted(headers, key=lambda one: one.orientation is None):
        fitting = next((part for part in parts if _fits(header, part[0])), None)
        if fitting is None:
            parts.append([header])
        else:
            fitting.append(header)
    return sorted(parts, key=len, reverse=True)


def same_orientation(one: Header, other: Header) -> bool:
    """Whether two slices are parallel and turned alike; a slice without orientation is like any."""
    if one.orientation is None or other.orientation is None:
        return True
    apart = np.abs(np.subtract(one.orientation, other.orientation))
    return bool(apart.max() <= SAME_DIRECTION)


def same_matrix(one: Header, other: Header) -> bool:
    return (one.rows, one.columns, one.samples) == (other.rows, other.columns, other.samples)


def _fits(one: Header, other: Header) -> bool:
    return (
        one.patient_id == other.patient_id
        and one.modality == other.modality
        and same_matrix(one, other)
        and same_orientation(one, other)
    )


def _settle(together: list[int], placed: list[Header], slices: list[Header], twice: list[Header]) -> None:
    chosen, *others = sorted(together)
    slices.append(placed[chosen])
    twice.extend(placed[index] for index in others)


def _reading_order(header: Header) -> tuple[int, int, str, int]:
    return (header.acquisition or 0, header.instance or 0, str(header.source), header.frame)


def _axes(header: Header) -> tuple[Floats, Floats]:
    """Unit vectors along a row and down a column; made exactly perpendicular within 0.5 degrees.

    Written with few decimals they are a little off; more than that is left for `Geometry` to refuse.
    """
    assert header.orientation is not None
    row = _unit(np.array(header.orientation[:3], dtype=np.float64))
    column = _unit(np.array(header.orientation[3:], dtype=np.float64))
    if abs(row @ column) < 1e-2:
        column = _unit(column - (row @ column) * row)
    return row, column


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector
