"""Voxels on a grid."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.imaging.windows import PRESETS, Window
from ctprog_gui.core.shared.errors import GeometryError

GRID = Geometry((4, 3, 2), (1.0, 2.0, 3.0), (10.0, 20.0, 30.0))


def test_value_at_takes_the_voxel_that_holds_the_point():
    volume = Volume(np.arange(24, dtype=np.int16).reshape(2, 3, 4), GRID)
    assert volume.value_at((10.0, 20.0, 30.0)) == 0
    assert volume.value_at((12.4, 22.9, 31.6)) == volume.voxels[1, 1, 2]
    assert volume.value_at((13.6, 20, 30)) is None


def test_the_shape_must_be_the_grids():
    with pytest.raises(GeometryError, match=r"\(4, 3, 2\)"):
        Volume(np.zeros((4, 3, 2), np.int16), GRID)
    with pytest.raises(GeometryError):
        Mask(np.zeros((4, 3, 2), bool), GRID)


def test_hash_follows_voxels_grid_and_type():
    voxels = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    first = Volume(voxels, GRID).sha256
    assert Volume(voxels.copy(order="F"), GRID).sha256 == first
    assert Volume(voxels + 1, GRID).sha256 != first
    assert Volume(voxels, Geometry(GRID.size, GRID.spacing_mm)).sha256 != first


def test_mask_counts_volume_and_box():
    voxels = np.zeros((2, 3, 4), bool)
    voxels[1, 1:3, 2] = True
    mask = Mask(voxels, GRID)
    assert mask.volume_mm3 == 12.0
    assert mask.bounding_box == (slice(1, 2), slice(1, 3), slice(2, 3))
    empty = Mask(np.zeros((2, 3, 4), bool), GRID)
    assert (empty.bounding_box, empty.volume_mm3, empty.is_empty) == (None, 0.0, True)


def test_mask_hash_leaves_the_name_out():
    voxels = np.zeros((2, 3, 4), bool)
    voxels[0, 0, 0] = True
    assert Mask(voxels, GRID, "a").sha256 == Mask(voxels, GRID, "b").sha256
    assert Mask(voxels, GRID).sha256 != Mask(~voxels, GRID).sha256


def test_a_mask_is_boolean():
    with pytest.raises(TypeError):
        Mask(np.zeros((2, 3, 4), np.uint8), GRID)


def test_windows():
    assert PRESETS["Lung"].range_hu == (-1350, 150)
    assert Window(0, 40).width_hu == 1.0


@pytest.mark.parametrize("shape", [(5, 7, 9), (4, 8, 16), (1, 3, 3), (6, 1, 5)])
def test_a_mask_of_a_part_is_the_whole_mask(shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(sum(shape))
    grid = Geometry(shape[::-1], (1.0, 1.5, 2.0))
    for filled in (0.5, 0.1, 0.0, 1.0):
        low = [int(rng.integers(n)) for n in shape]
        size = [int(rng.integers(1, n - a + 1)) for n, a in zip(shape, low, strict=True)]
        part = rng.random(size) < filled
        voxels = np.zeros(shape, dtype=bool)
        voxels[tuple(slice(a, a + n) for a, n in zip(low, size, strict=True))] = part
        whole, placed = Mask(voxels, grid), Mask.of_part((low[0], low[1], low[2]), part, grid)
        assert (placed.voxels == voxels).all()
        assert placed.count == whole.count == np.count_nonzero(voxels)
        assert placed.bounding_box == whole.bounding_box
        # Of the grid's text and the whole grid's bits, eight voxels a byte.
        digest = hashlib.sha256(repr(grid).encode())
        digest.update(np.packbits(voxels).tobytes())
        assert placed.sha256 == whole.sha256 == digest.hexdigest()
