"""Growing from seeds: who gets a voxel, and what is left alone."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import gaussian_filter

from ctprog_gui.core.roi import seeds
from ctprog_gui.core.roi.effect import Part
from ctprog_gui.core.roi.seeds import MM_COSTS_HU, SMOOTHING_VOXELS, GrowFromSeeds
from ctprog_gui.core.shared.errors import InputError

SPACING = (0.8, 1.0, 2.5)
SHAPE = (4, 5, 6)
drawn = arrays(np.bool_, SHAPE, elements=st.integers(0, 9).map(lambda n: n == 0))


def costs(own: np.ndarray, hu: np.ndarray) -> np.ndarray:
    """The cost of the cheapest way from the seeds to each voxel, by Dijkstra's own words."""
    smooth = gaussian_filter(hu.astype(np.float32), SMOOTHING_VOXELS)
    best = np.where(own, 0.0, np.inf)
    queue = [(0.0, tuple(int(i) for i in at)) for at in np.argwhere(own)]
    while queue:
        paid, at = heapq.heappop(queue)
        if paid > best[at]:
            continue
        for axis in range(3):
            for step in (-1, 1):
                to = tuple(p + step * (a == axis) for a, p in enumerate(at))
                if not 0 <= to[axis] < own.shape[axis]:
                    continue
                price = paid + abs(float(smooth[to]) - float(smooth[at])) + MM_COSTS_HU * SPACING[2 - axis]
                if price < best[to] - 1e-9:
                    best[to] = price
                    heapq.heappush(queue, (price, to))
    return best


@settings(deadline=None, max_examples=60)
@given(drawn, drawn, st.integers(0, 10**6), st.floats(1.0, 30.0))
def test_each_voxel_goes_to_the_cheaper_seeds(own, other, seed, reach_mm) -> None:
    hu = np.random.default_rng(seed).integers(-900, 300, SHAPE).astype(np.int16)
    found = GrowFromSeeds("b", reach_mm).apply(Part(own, SPACING, other, hu))
    assert not (own & ~found).any()
    assert not (found & other & ~own).any()
    rest = other & ~own
    if not own.any() or not rest.any():
        assert np.array_equal(found, own)
        return
    mine, theirs = costs(own, hu), costs(rest, hu)
    # Where both cost the same, either may have it.
    sure = np.abs(mine - theirs) > 1e-3
    places = np.argwhere(own) * SPACING[::-1]
    away = np.linalg.norm(np.argwhere(np.ones(SHAPE, bool))[:, None] * SPACING[::-1] - places, axis=-1).min(1)
    expected = own | ((mine < theirs) & ~other & (away.reshape(SHAPE) <= reach_mm))
    assert np.array_equal(found[sure], expected[sure])


def test_a_few_seeds_find_the_border_between_two_tissues() -> None:
    shape = (20, 40, 40)
    z, y, x = np.indices(shape)
    lesion = np.linalg.norm((np.stack([x - 20, y - 20, z - 10], -1)) * (1.0, 1.0, 1.5), axis=-1) < 11
    hu = np.where(lesion, 60, -20) + np.random.default_rng(5).normal(0, 10, shape)
    own, other = np.zeros(shape, bool), np.zeros(shape, bool)
    own[10, 17:24, 19:22] = True
    other[10, 4, 4:36] = other[10, 36, 4:36] = other[2, 20, 15:25] = other[18, 20, 15:25] = True
    found = GrowFromSeeds("b", 14.0).apply(Part(own, (1.0, 1.0, 1.5), other, hu.astype(np.int16)))
    assert 2 * (found & lesion).sum() / (found.sum() + lesion.sum()) > 0.93


def test_it_says_when_it_would_take_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds, "MOST_VOXELS", 10)
    own, other = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    own[0, 0, 0] = other[3, 3, 3] = True
    with pytest.raises(InputError, match="lie around both"):
        GrowFromSeeds("b", 5.0).apply(Part(own, SPACING, other, np.zeros(SHAPE, np.int16)))
    with pytest.raises(ValueError, match="second segment and the image"):
        GrowFromSeeds("b", 5.0).apply(Part(own, SPACING, other))
