"""Figures of agreement against cases that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.agreement import agreement
from ctprog_gui.core.shared.errors import GeometryError


def box(x, y, z, spacing=(1.0, 1.0, 1.0)):
    grid = Geometry((12, 12, 12), spacing)
    voxels = np.zeros(grid.shape, bool)
    voxels[slice(*z), slice(*y), slice(*x)] = True
    return Mask(voxels, grid)


def test_the_same_region_agrees_wholly():
    one = box((2, 6), (3, 8), (1, 5), (0.7, 0.9, 3.0))
    found = agreement(one, one)
    assert (found.dice, found.hd95_mm, found.surface_dice_1mm) == (1, 0, 1)
    assert found.volume_a_mm3 == found.volume_b_mm3 == pytest.approx(4 * 5 * 4 * 0.7 * 0.9 * 3)


def test_two_cubes_shifted_by_one_voxel():
    """4 × 4 × 4 voxels of 2 mm: of A's 96 faces, B has 3 columns of 16 too. The ends and the ring that
    B has left behind are 2 mm away, or √2 mm at the corners: beyond 1 mm."""
    a, b = box((2, 6), (3, 7), (3, 7), (2.0,) * 3), box((3, 7), (3, 7), (3, 7), (2.0,) * 3)
    found = agreement(a, b)
    assert found.dice == pytest.approx(2 * 48 / 128)
    assert found.hd95_mm == pytest.approx(2)
    assert found.surface_dice_1mm == pytest.approx(48 / 96)


@pytest.mark.parametrize(("axis", "step"), [(0, 0.5), (1, 1.0), (2, 3.0)])
def test_distances_are_in_mm_along_each_axis(axis, step):
    """One voxel more at one end: only that end is off, by that axis' spacing."""
    spacing = (0.5, 1.0, 3.0)
    sides = [(2, 10)] * 3
    longer = list(sides)
    sides[axis], longer[axis] = (2, 6), (2, 7)
    a, b = box(*sides, spacing), box(*longer, spacing)
    found = agreement(a, b)
    assert found.dice == pytest.approx(2 * 256 / (256 + 320))
    end = 64.0 * np.prod(spacing) / spacing[axis]
    lengths = np.array(spacing) * 8
    lengths[axis] /= 2
    area = 2 * sum(np.prod(lengths) / length for length in lengths)
    assert found.hd95_mm == pytest.approx(step)
    if step <= 1:
        assert found.surface_dice_1mm == 1
    else:
        lengths[axis] += step
        other = 2 * sum(np.prod(lengths) / length for length in lengths)
        # The end of either, and the ring of the longer one's sides beyond the shorter one's end.
        ring = 2 * 8 * (spacing[0] + spacing[1]) * step
        assert found.surface_dice_1mm == pytest.approx(1 - (2 * end + ring) / (area + other))


def test_small_in_large():
    """A cube 2 voxels inside another: each face's middle is 2 mm away."""
    found = agreement(box((2, 10), (2, 10), (2, 10)), box((4, 8), (4, 8), (4, 8)))
    assert found.dice == pytest.approx(2 * 64 / (512 + 64))
    assert 2 <= found.hd95_mm <= np.sqrt(3) * 2 + 1
    assert found.surface_dice_1mm == 0


def test_empty_regions():
    empty, one = box((0, 0), (0, 0), (0, 0)), box((2, 4), (2, 4), (2, 4))
    both = agreement(empty, empty)
    assert (both.dice, both.hd95_mm, both.surface_dice_1mm, both.volume_a_mm3) == (1, 0, 1, 0)
    for pair in ((empty, one), (one, empty)):
        found = agreement(*pair)
        assert (found.dice, found.hd95_mm, found.surface_dice_1mm) == (0, None, 0)


def test_it_does_not_matter_which_comes_first():
    rng = np.random.default_rng(0)
    grid = Geometry((9, 8, 7), (0.6, 0.8, 2.5))
    a, b = (Mask(rng.random(grid.shape) > 0.6, grid) for _ in range(2))
    one, other = agreement(a, b), agreement(b, a)
    assert (one.dice, one.hd95_mm) == (other.dice, other.hd95_mm)
    assert one.surface_dice_1mm == pytest.approx(other.surface_dice_1mm)


def test_another_grid_is_refused():
    with pytest.raises(GeometryError, match="another grid"):
        agreement(box((1, 2), (1, 2), (1, 2)), box((1, 2), (1, 2), (1, 2), (1.0, 1.0, 2.0)))
