"""The ring: exact millimetres, outside only, clipped where asked."""

from __future__ import annotations

import numpy as np
import pytest
from grids import grids
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.radiomics.ring import peritumoural_ring
from ctprog_gui.core.shared.errors import GeometryError


@settings(max_examples=40, deadline=None)
@given(grid=grids(), width=st.floats(0.3, 9), seed=st.integers(0, 99))
def test_it_is_what_every_distance_says(grid: Geometry, width: float, seed: int) -> None:
    mask = Mask(np.random.default_rng(seed).random(grid.shape) < 0.1, grid)
    ring = peritumoural_ring(mask, width)
    points = grid.index_to_patient(np.argwhere(np.ones(grid.shape))[:, ::-1])
    away = np.full(len(points), np.inf)
    if not mask.is_empty:
        away = np.linalg.norm(points[:, np.newaxis] - mask.centres_mm(), axis=2).min(axis=1)
    expected = ((away > 1e-9) & (away <= width)).reshape(grid.shape)
    doubtful = np.abs(away - width).reshape(grid.shape) < 1e-5
    assert ((ring.voxels == expected) | doubtful).all()
    assert not (ring.voxels & mask.voxels).any()


def test_three_millimetres_are_three_on_thick_slices() -> None:
    grid = Geometry((21, 21, 9), (1.0, 1.0, 3.0))
    voxels = np.zeros(grid.shape, bool)
    voxels[4, 10, 10] = True
    ring = peritumoural_ring(Mask(voxels, grid), 3.0)
    z, _, x = np.argwhere(ring.voxels).T
    assert (z.min(), z.max(), x.min(), x.max()) == (3, 5, 7, 13)
    assert ring.voxels[3].sum() == ring.voxels[5].sum() == 1


def test_it_is_clipped_to_a_region_of_its_own_grid() -> None:
    grid = Geometry((12, 12, 12), (1.0, 1.0, 1.0))
    inside, left = np.zeros(grid.shape, bool), np.zeros(grid.shape, bool)
    inside[5:7, 5:7, 5:7] = True
    left[:, :, :6] = True
    mask = Mask(inside, grid)
    whole, clipped = peritumoural_ring(mask), peritumoural_ring(mask, within=Mask(left, grid))
    np.testing.assert_array_equal(clipped.voxels, whole.voxels & left)
    with pytest.raises(GeometryError, match="clipped"):
        peritumoural_ring(mask, within=Mask(left, Geometry((12, 12, 12), (1.0, 1.0, 2.0))))


@pytest.mark.parametrize("width", [0.0, -1.0, float("nan"), float("inf")])
def test_a_width_that_makes_no_sense_is_refused(width: float) -> None:
    with pytest.raises(ValueError, match="width"):
        peritumoural_ring(Mask(np.ones((1, 1, 1), bool), Geometry((1, 1, 1), (1, 1, 1))), width)
