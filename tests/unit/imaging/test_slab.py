"""Slabs: which slices they hold and what they show."""

from __future__ import annotations

import numpy as np
import pytest

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.core.imaging.slab import Projection, Slab

GRID = Geometry((6, 5, 9), (1.0, 2.0, 2.5))
VOXELS = np.random.default_rng(2).integers(-1000, 1000, GRID.shape).astype(np.int16)


def stack(plane: Plane) -> PlaneOfVolume:
    return PlaneOfVolume(GRID, plane)


@pytest.mark.parametrize(
    ("thickness", "expected"), [(1.0, (4, 5)), (4.9, (4, 5)), (5.0, (3, 6)), (10.0, (2, 7)), (900.0, (0, 9))]
)
def test_a_slab_holds_the_slices_within_its_thickness(thickness: float, expected: tuple[int, int]) -> None:
    found = Slab(Projection.MEAN, thickness).slices(stack(Plane.AXIAL), 4)
    assert (found.start, found.stop) == expected


def test_at_the_ends_it_is_cut() -> None:
    found = Slab(Projection.MAXIMUM, 10.0).slices(stack(Plane.AXIAL), 0)
    assert (found.start, found.stop) == (0, 3)


def test_a_single_slice_is_the_slice_whatever_the_thickness() -> None:
    section = Slab(Projection.SLICE, 100.0).section(VOXELS, stack(Plane.CORONAL), 2)
    assert np.shares_memory(section, VOXELS)
    assert np.array_equal(section, VOXELS[:, 2])


@pytest.mark.parametrize(
    ("projection", "reduce"),
    [
        (Projection.MAXIMUM, lambda block, axis: block.max(axis)),
        (Projection.MINIMUM, lambda block, axis: block.min(axis)),
        (Projection.MEAN, lambda block, axis: np.rint(block.mean(axis))),
    ],
)
@pytest.mark.parametrize(("plane", "axis", "per_slice"), [(Plane.AXIAL, 0, 2.5), (Plane.SAGITTAL, 2, 1.0)])
def test_what_is_seen(projection: Projection, reduce, plane: Plane, axis: int, per_slice: float) -> None:
    section = Slab(projection, 2 * per_slice).section(VOXELS, stack(plane), 3)
    block = VOXELS.take([2, 3, 4], axis=axis).astype(np.float64)
    assert section.dtype == np.int16
    # A mean of exactly half may round either way in single precision.
    assert np.abs(section - reduce(block, axis)).max() <= (1 if projection is Projection.MEAN else 0)
