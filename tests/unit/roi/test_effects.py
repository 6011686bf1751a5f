"""Effects on a whole segment: what they may change and what they must not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.roi.effect import Part, room_for
from ctprog_gui.core.roi.holes import FillHoles
from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.core.roi.islands import KeepLargest, RemoveSmall, pieces
from ctprog_gui.core.roi.logic import Combine, Operation
from ctprog_gui.core.roi.margin import Hollow, Margin, grown, shrunk
from ctprog_gui.core.roi.margin import margins as several
from ctprog_gui.core.roi.smoothing import Closing, Median, Opening

SPACING = (0.8, 1.1, 2.5)
shapes = arrays(np.bool_, (6, 7, 8))
margins = st.floats(0.1, 6.0)
axes = st.sampled_from([None, 0, 1, 2])


def part(voxels: np.ndarray, other: np.ndarray | None = None) -> Part:
    return Part(voxels, SPACING, other)


def centres(voxels: np.ndarray) -> np.ndarray:
    return np.argwhere(voxels) * SPACING[::-1]


@settings(deadline=None)
@given(shapes, margins)
def test_a_margin_takes_exactly_the_voxels_within_its_distance(voxels: np.ndarray, mm: float) -> None:
    everywhere = np.stack(np.indices(voxels.shape), -1).reshape(-1, 3) * SPACING[::-1]
    inside = centres(voxels)
    apart = np.full(len(everywhere), np.inf)
    if len(inside):
        apart = np.linalg.norm(everywhere[:, None] - inside, axis=-1).min(axis=1)
    # A distance equal to the margin but for the last digit may fall either way.
    sure = np.abs(apart - mm) > 1e-5
    assert np.array_equal(grown(part(voxels), mm).ravel()[sure], (apart <= mm)[sure])


@settings(deadline=None)
@given(shapes, st.lists(st.floats(-6.0, 6.0), max_size=5))
def test_several_margins_are_each_as_it_is_alone(voxels: np.ndarray, sizes: list[float]) -> None:
    found = list(several(part(voxels), sizes))
    assert len(found) == len(sizes)
    for mm, shape in zip(sizes, found, strict=True):
        assert np.array_equal(shape, Margin(mm).apply(part(voxels)))


def test_several_margins_stop_between_two() -> None:
    voxels = np.zeros((6, 7, 8), dtype=bool)
    voxels[3, 3, 3] = True
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        if len(asked) == 3:
            raise InterruptedError

    made = several(part(voxels), (1.0, 2.0, 3.0), check)
    assert next(made).sum() < next(made).sum()
    with pytest.raises(InterruptedError):
        next(made)


@settings(deadline=None)
@given(shapes, margins, axes)
def test_shrinking_is_growing_of_the_background(voxels: np.ndarray, mm: float, axis: int | None) -> None:
    assert np.array_equal(shrunk(part(voxels), mm, axis), ~grown(part(~voxels), mm, axis))


@settings(deadline=None)
@given(shapes, margins, axes)
def test_growing_adds_and_shrinking_takes_away(voxels: np.ndarray, mm: float, axis: int | None) -> None:
    larger, smaller = Margin(mm, axis).apply(part(voxels)), Margin(-mm, axis).apply(part(voxels))
    assert not (voxels & ~larger).any()
    assert not (smaller & ~voxels).any()


@settings(deadline=None)
@given(shapes, margins, st.sampled_from([0, 1, 2]))
def test_a_margin_in_slices_leaves_empty_slices_empty(voxels: np.ndarray, mm: float, axis: int) -> None:
    others = tuple(a for a in range(3) if a != 2 - axis)
    larger = grown(part(voxels), mm, axis)
    assert np.array_equal(larger.any(axis=others), voxels.any(axis=others))


@settings(deadline=None)
@given(shapes, margins)
def test_opening_takes_away_closing_adds_and_both_do_it_once(voxels: np.ndarray, mm: float) -> None:
    # With room around, as the effects are given it.
    roomy = np.pad(voxels, 8)
    opened = Opening(mm).apply(part(roomy))
    closed = Closing(mm).apply(part(roomy))
    assert not (opened & ~roomy).any()
    assert not (roomy & ~closed).any()
    assert np.array_equal(Opening(mm).apply(part(opened)), opened)
    assert np.array_equal(Closing(mm).apply(part(closed)), closed)


def test_opening_takes_a_spur_and_leaves_the_ball() -> None:
    z, y, x = np.indices((25, 25, 25)) - 12
    ball = z**2 + y**2 + x**2 <= 64
    spur = (np.abs(z) <= 0) & (np.abs(y) <= 0) & (x > 0)
    opened = Opening(2.0).apply(Part(ball | spur, (1.0, 1.0, 1.0)))
    assert not opened[12, 12, 22]
    assert np.count_nonzero(opened & ball) > 0.95 * np.count_nonzero(ball)


@settings(max_examples=25, deadline=None)
@given(shapes, st.floats(0.9, 4.0))
def test_the_median_is_the_majority(voxels: np.ndarray, mm: float) -> None:
    found = Median(mm).apply(part(voxels))
    places = np.stack(np.indices(voxels.shape), -1).reshape(-1, 3)
    apart = np.linalg.norm((places[:, None] - places) * SPACING[::-1], axis=-1)
    # The reach that counts is whole voxels along the axes, so a rounded distance decides nothing.
    near = apart <= mm * (1 + 1e-7)
    votes, voters = (near & voxels.ravel()).sum(axis=1), near.sum(axis=1)
    expected = np.where(2 * votes == voters, voxels.ravel(), 2 * votes > voters)
    assert np.array_equal(found.ravel(), expected)


@settings(deadline=None)
@given(shapes)
def test_islands_are_parts_of_the_region(voxels: np.ndarray) -> None:
    numbers, sizes = pieces(voxels)
    assert np.array_equal(numbers > 0, voxels)
    assert list(sizes) == sorted(sizes, reverse=True)
    assert [np.count_nonzero(numbers == n + 1) for n in range(len(sizes))] == list(sizes)
    largest = KeepLargest().apply(part(voxels))
    assert np.count_nonzero(largest) == (sizes[0] if len(sizes) else 0)


@settings(deadline=None)
@given(shapes, st.floats(0.5, 60.0))
def test_small_islands_go_and_only_they(voxels: np.ndarray, least_mm3: float) -> None:
    kept = RemoveSmall(least_mm3).apply(part(voxels))
    numbers, sizes = pieces(voxels)
    for number, size in enumerate(sizes, start=1):
        stays = size * np.prod(SPACING) >= least_mm3 * (1 - 1e-9)
        assert kept[numbers == number].all() == stays
        assert kept[numbers == number].any() == stays


@settings(deadline=None)
@given(shapes, axes)
def test_filling_holes_adds_only_what_is_shut_in(voxels: np.ndarray, axis: int | None) -> None:
    filled = FillHoles(axis).apply(part(voxels))
    assert not (voxels & ~filled).any()
    assert np.array_equal(FillHoles(axis).apply(part(filled)), filled)
    if axis is None:
        for face in range(3):
            for end in (0, -1):
                assert np.array_equal(np.moveaxis(filled, face, 0)[end], np.moveaxis(voxels, face, 0)[end])


def test_a_tunnel_is_a_hole_in_its_slices_only() -> None:
    tube = np.zeros((5, 7, 7), bool)
    tube[:, 2:5, 2:5] = True
    tube[:, 3, 3] = False
    assert not FillHoles().apply(part(tube))[:, 3, 3].any()
    assert FillHoles(2).apply(part(tube))[:, 3, 3].all()


@settings(deadline=None)
@given(shapes, shapes, st.floats(0.0, 3.0))
def test_logical_operations(voxels: np.ndarray, other: np.ndarray, mm: float) -> None:
    both = part(voxels, other)
    wide = grown(part(other), mm)
    assert np.array_equal(Combine(Operation.ADD, "b", mm).apply(both), voxels | wide)
    assert np.array_equal(Combine(Operation.SUBTRACT, "b", mm).apply(both), voxels & ~wide)
    assert np.array_equal(Combine(Operation.INTERSECT, "b", mm).apply(both), voxels & wide)


def test_a_second_segment_is_wanted() -> None:
    with pytest.raises(ValueError, match="second segment"):
        Combine(Operation.ADD, "b").apply(part(np.zeros((2, 2, 2), bool)))


def test_hollow_leaves_a_shell() -> None:
    cube = np.zeros((11, 11, 11), bool)
    cube[1:10, 1:10, 1:10] = True
    shell = Hollow(2.0).apply(Part(cube, (1.0, 1.0, 1.0)))
    assert np.array_equal(shell, cube & ~np.pad(np.ones((5, 5, 5), bool), 3))


EFFECTS = (
    Margin(3.0),
    Margin(-2.0),
    Margin(2.0, 2),
    Median(2.0),
    Opening(1.5),
    Closing(2.5),
    FillHoles(),
    KeepLargest(),
    RemoveSmall(10.0),
    Hollow(1.5),
)


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda e: e.name)
def test_working_in_the_box_is_working_in_the_whole_grid(effect) -> None:
    grid = Geometry((30, 28, 18), SPACING)
    rng = np.random.default_rng(3)
    voxels = np.zeros(grid.shape, bool)
    # Up to an edge of the image on one side, free on the others.
    voxels[0:7, 8:17, 9:20] = rng.random((7, 9, 11)) < 0.7
    whole = effect.apply(Part(voxels, SPACING))
    box = room_for(effect, (slice(0, 7), slice(8, 17), slice(9, 20)), grid)
    within = np.zeros(grid.shape, bool)
    within[box] = effect.apply(Part(voxels[box], SPACING))
    assert np.array_equal(within, whole)


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda e: e.name)
def test_an_effect_leaves_what_it_is_given_and_stands_an_empty_region(effect) -> None:
    voxels = np.random.default_rng(1).random((6, 7, 8)) < 0.5
    kept = voxels.copy()
    effect.apply(part(voxels))
    assert np.array_equal(voxels, kept)
    assert not effect.apply(part(np.zeros((4, 5, 6), bool))).any()


@settings(deadline=None)
@given(shapes, shapes, st.integers(-50, 50), st.integers(-50, 50))
def test_outside_the_range_of_hu_nothing_changes(before, after, low, high) -> None:
    hu = np.random.default_rng(0).integers(-60, 60, before.shape).astype(np.int16)
    limit = HuRange(low, high)
    limited = limit.limit(before, after, hu)
    inside = (hu >= min(low, high)) & (hu <= max(low, high))
    assert np.array_equal(limited[~inside], before[~inside])
    assert np.array_equal(limited[inside], after[inside])
