"""A thumbnail lies as the slice lies on the screen, however it is stored."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.core.imaging.thumbnail import thumbnail
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.imaging.windows import Window

# Where a mark at the patient's left, front and top lies: (right half?, upper half?).
SIDES = {Plane.AXIAL: (True, True), Plane.CORONAL: (True, True), Plane.SAGITTAL: (False, True)}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
@pytest.mark.parametrize("signs", list(itertools.product((1, -1), repeat=3)), ids=str)
def test_left_is_left_and_pixels_are_square(order, signs):
    axes = np.zeros((3, 3))
    for array_axis, patient_axis in enumerate(order):
        axes[patient_axis, array_axis] = signs[array_axis]
    grid = Geometry((20, 20, 20), (1.0, 2.0, 3.0), (0, 0, 0), tuple(axes.ravel()))
    index = np.stack(np.indices(grid.shape)[::-1], -1)
    apart = grid.index_to_patient(index) - grid.centre_mm
    reach = np.abs(apart).max(axis=(0, 1, 2))
    marked = (apart[..., 0] > 0.5 * reach[0]) & (apart[..., 1] < -0.5 * reach[1])
    marked &= apart[..., 2] > 0.5 * reach[2]
    volume = Volume(np.where(marked, 100, -100).astype(np.int16), grid)
    for plane, (right, top) in SIDES.items():
        stack = PlaneOfVolume(grid, plane)
        z, y, x = (int(v.mean()) for v in marked.nonzero())
        picture = thumbnail(volume, stack, (x, y, z)[stack.axis], Window(200, 0), height=60)
        rows, columns = (picture > 200).nonzero()
        assert rows.size
        assert bool(columns.mean() > picture.shape[1] / 2) is right
        assert bool(rows.mean() < picture.shape[0] / 2) is top
        across, along = stack.extent_mm
        assert picture.shape == (60, round(60 * across / along))
