"""Grids that lie in the patient in every way a file may store them."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import strategies as st

from ctprog_gui.core.dicom.series import Patient, SeriesInfo
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.state.study import Study

# Columns are the array's x, y, z axes in LPS: every permutation and flip, 24 right- and 24 left-handed.
SIGNED_PERMUTATIONS = tuple(
    np.eye(3)[:, list(order)] * signs
    for order in itertools.permutations(range(3))
    for signs in itertools.product((1.0, -1.0), repeat=3)
)


def axes_name(axes: np.ndarray) -> str:
    """Where the array's x, y, z axes point, as letters: "LPS" is the usual supine axial CT."""
    letters = (("R", "L"), ("A", "P"), ("I", "S"))
    along = np.abs(axes).argmax(axis=0)
    return "".join(letters[row][int(axes[row, column] > 0)] for column, row in enumerate(along))


def rotation(axis: tuple[float, float, float], degrees: float) -> np.ndarray:
    """Rotation matrix about an axis (Rodrigues)."""
    unit = np.asarray(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -unit[2], unit[1]], [unit[2], 0, -unit[0]], [-unit[1], unit[0], 0]])
    angle = np.radians(degrees)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def make_grid(
    axes: np.ndarray,
    size: tuple[int, int, int] = (5, 6, 7),
    spacing_mm: tuple[float, float, float] = (1.0, 1.5, 2.5),
    origin_mm: tuple[float, float, float] = (-30.0, 20.0, 110.0),
) -> Geometry:
    return Geometry(size, spacing_mm, origin_mm, tuple(axes.ravel()))


@st.composite
def orientations(draw: st.DrawFn) -> np.ndarray:
    """Any direction matrix: a permutation and flips, then a turn about any axis by up to 180°."""
    axes = draw(st.sampled_from(SIGNED_PERMUTATIONS))
    about = draw(st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1))
    return rotation(about, draw(st.floats(0, 180))) @ axes


@st.composite
def grids(draw: st.DrawFn, largest: int = 9) -> Geometry:
    size = draw(st.tuples(*[st.integers(1, largest)] * 3))
    spacing = draw(st.tuples(*[st.floats(0.2, 6.0)] * 3))
    origin = draw(st.tuples(*[st.floats(-2000, 2000)] * 3))
    return make_grid(draw(orientations()), size, spacing, origin)


def points(reach_mm: float = 3000.0) -> st.SearchStrategy[np.ndarray]:
    """LPS points, most of them far outside any volume."""
    return st.tuples(*[st.floats(-reach_mm, reach_mm)] * 3).map(np.array)


def study_on(grid: Geometry, voxels: np.ndarray | None = None, *, name: str = "series") -> Study:
    """A study on a grid; zeros where no voxels are given."""
    voxels = np.zeros(grid.shape, np.int16) if voxels is None else voxels
    z, y, x = grid.shape
    patient = Patient(name="TEST^PATIENT", patient_id="P1")
    info = SeriesInfo(name, name, patient, "", "CT", z, z, y, x, grid, None, "")
    return Study(info, Volume(voxels, grid))
