"""Zones that are followed while voxels come and go, against zones that are found anew."""

from __future__ import annotations

import numpy as np
import pytest

from ctprog_gui.core.radiomics.neighbours import steps
from ctprog_gui.core.radiomics.region import Region
from ctprog_gui.core.radiomics.zones import Zones

SHAPE = (7, 9, 11)


def numbered(ranks: np.ndarray) -> tuple[Region, np.ndarray]:
    """A region and its grid of an image of ranks plus 1, 0 outside."""
    region = Region(tuple(size + 2 for size in SHAPE), np.flatnonzero(np.pad(ranks, 1)))
    return region, np.pad(ranks, 1).ravel().astype(np.int32)


def rows_of(zones: np.ndarray) -> list[list[int]]:
    return sorted(zones.tolist())


@pytest.mark.parametrize("levels", [1, 2, 4])
@pytest.mark.parametrize("share", [0.15, 0.4, 0.8])
def test_what_is_followed_is_what_is_found_anew(levels: int, share: float) -> None:
    rng = np.random.default_rng(levels)
    level = rng.integers(1, levels + 1, SHAPE)
    inside = rng.random(SHAPE) < share
    region, grid = numbered(np.where(inside, level, 0))
    offsets = region.offsets(steps())
    seen = np.zeros(grid.size + 1, np.int32)
    zones, apart = Zones(grid, region.voxels, offsets), 0
    for number in range(60):
        # One voxel, a cloud of them, or a whole plane, which cuts what is connected in two.
        there = rng.random(SHAPE) < (0.003, 0.05, 0.0)[number % 3]
        if number % 3 == 2:
            there[:, :, rng.integers(SHAPE[2])] = True
        wanted = inside ^ there if number % 2 else inside & ~there
        before = rows_of(zones.rows())
        region, expected = numbered(np.where(wanted, level, 0))
        gone, fresh = (np.flatnonzero(np.pad(one, 1)) for one in (inside & ~wanted, wanted & ~inside))
        old, new = zones.change(grid, gone, fresh, expected[fresh], seen)
        found = rows_of(Zones(expected, region.voxels, offsets).rows())
        np.testing.assert_array_equal(grid, expected)
        assert rows_of(zones.rows()) == found
        left = list(before)
        for row in old.tolist():
            left.remove(row)
        assert sorted(left + new.tolist()) == found
        apart += len(found) > len(before) and not fresh.size
        inside = wanted
    assert apart


def test_of_two_halves_each_is_found_where_the_bridge_between_them_goes() -> None:
    level = np.ones(SHAPE, int)
    level[:, :, 5] = 0
    level[3, 4, 5] = 1
    region, grid = numbered(level)
    zones = Zones(grid, region.voxels, region.offsets(steps()))
    seen = np.zeros(grid.size + 1, np.int32)
    bridge = np.flatnonzero(np.pad(level * 0 + (np.indices(SHAPE)[2] == 5) * level, 1))
    nothing = np.zeros(0, np.int64)
    old, new = zones.change(grid, bridge, nothing, nothing.astype(np.int32), seen)
    assert rows_of(old) == [[0, 7 * 9 * 10 + 1, 1]]
    assert rows_of(new) == [[0, 315, 1], [0, 315, 1]]
