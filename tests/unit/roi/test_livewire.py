"""The livewire: on edges, on the slice, and never dearer than any other way."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from grids import make_grid, orientations, study_on
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.livewire import LiveWire, edge_cost
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Tool

GRID = make_grid(np.eye(3), (64, 60, 5), (0.8, 0.8, 3.0))


def disc(noise_hu: float = 40.0, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """A round lesion of 30 HU and 15 mm radius in lung, with noise, on every slice; and where it is."""
    _, y, x = np.indices(GRID.shape)
    inside = np.hypot((x - 31.3) * 0.8, (y - 29.6) * 0.8) < 15
    hu = np.where(inside, 30.0, -850.0) + np.random.default_rng(seed).normal(0, noise_hu, GRID.shape)
    return hu.astype(np.int16), inside


def on_circle(degrees: float, radius_mm: float = 15.0, number: int = 2) -> np.ndarray:
    angle = np.radians(degrees)
    index = (31.3 + radius_mm * np.cos(angle) / 0.8, 29.6 + radius_mm * np.sin(angle) / 0.8, number)
    return GRID.index_to_patient(index)


def test_four_clicks_around_a_lesion_draw_it() -> None:
    hu, inside = disc()
    drawn = {}
    for tool in (Tool.LIVEWIRE, Tool.POLYGON):
        session = Session()
        session.show(study_on(GRID, hu))
        session.tools.tool = tool
        session.sketch.begin(Plane.AXIAL, 2, erase=False)
        # Clicks as a hand makes them, up to 1.5 mm off the edge.
        for degrees, radius in ((10, 15.8), (100, 14.2), (190, 16.0), (280, 13.9)):
            session.sketch.add(on_circle(degrees, radius))
        assert session.sketch.close()
        assert session.roi.history.undo_name == tool.value.capitalize()
        found = session.roi.mask_of(1).voxels
        assert not found[[0, 1, 3, 4]].any()
        drawn[tool] = 2 * (found[2] & inside[2]).sum() / (found[2].sum() + inside[2].sum())
    assert drawn[Tool.LIVEWIRE] > 0.97
    assert drawn[Tool.POLYGON] < 0.85


def brute_force(cost: np.ndarray, pixel_mm: np.ndarray, start: tuple[int, int]) -> np.ndarray:
    """The price of the cheapest way to each corner, by Dijkstra's own words."""
    best = np.full(cost.shape, np.inf)
    best[start] = 0
    queue = [(0.0, start)]
    while queue:
        price, at = heapq.heappop(queue)
        if price > best[at]:
            continue
        for down in (-1, 0, 1):
            for across in (-1, 0, 1):
                to = at[0] + down, at[1] + across
                if to == at or not (0 <= to[0] < cost.shape[0] and 0 <= to[1] < cost.shape[1]):
                    continue
                length = np.hypot(down * pixel_mm[0], across * pixel_mm[1])
                dearer = price + length * (cost[at] + cost[to]) / 2
                if dearer < best[to]:
                    best[to] = dearer
                    heapq.heappush(queue, (dearer, to))
    return best


@settings(deadline=None, max_examples=25)
@given(orientations(), st.sampled_from(list(Plane)), st.integers(0, 10**6))
def test_the_way_is_the_cheapest_on_any_grid_and_plane(axes, plane, seed) -> None:
    rng = np.random.default_rng(seed)
    grid = make_grid(axes, (9, 11, 8), (0.7, 1.1, 2.5))
    study = study_on(grid, rng.integers(-1000, 400, grid.shape).astype(np.int16))
    stack = study.planes[plane]
    number = int(rng.integers(stack.count))
    ends = rng.uniform(-0.5, np.array(grid.size) - 0.5, (2, 3))
    ends[:, stack.axis] = number
    start, stop = grid.index_to_patient(ends)
    wire = LiveWire(study.volume, stack, number, start)
    way = grid.patient_to_index(wire.to(stop))
    assert way[:, stack.axis] == pytest.approx(number)
    corners = way[:, [stack.vertical, stack.horizontal]] + 0.5
    nodes = np.rint(corners).astype(int)
    assert corners == pytest.approx(nodes, abs=1e-6)
    # From the one end to the other, each step to a neighbour.
    wanted = ends[:, [stack.vertical, stack.horizontal]] + 0.5
    assert np.abs(nodes[[0, -1]] - wanted).max() <= 0.5 + 1e-6
    steps = np.abs(np.diff(nodes, axis=0))
    assert len(nodes) == 1 or (steps.max(axis=1) == 1).all()
    part = [slice(None)] * 3
    part[2 - stack.axis] = number
    picture = study.volume.voxels[tuple(part)]
    picture = picture.T if stack.horizontal > stack.vertical else picture
    pixel_mm = np.array([grid.spacing_mm[stack.vertical], grid.spacing_mm[stack.horizontal]])
    cost = edge_cost(picture, pixel_mm)
    prices = [cost[tuple(node)] for node in nodes]
    lengths = np.hypot(*(np.diff(nodes, axis=0) * pixel_mm).T)
    paid = float((lengths * (np.array(prices[1:]) + prices[:-1]) / 2).sum())
    assert paid == pytest.approx(brute_force(cost, pixel_mm, tuple(nodes[0]))[tuple(nodes[-1])], rel=1e-9)


def test_where_there_is_no_edge_a_mm_costs_one_and_the_way_is_straight() -> None:
    assert (edge_cost(np.full((5, 6), 40), (1.0, 2.0)) == 1).all()
    study = study_on(GRID, np.zeros(GRID.shape, np.int16))
    ends = GRID.index_to_patient([(4.5, 20.5, 1), (50.5, 20.5, 1)])
    way = LiveWire(study.volume, study.planes[Plane.AXIAL], 1, ends[0]).to(ends[1])
    assert way[:, 1] == pytest.approx(ends[0][1])
    # Beyond its reach it runs straight to the pointer.
    short = LiveWire(study.volume, study.planes[Plane.AXIAL], 1, ends[0], reach_mm=10.0).to(ends[1])
    assert short[-1] == pytest.approx(ends[1])


def test_clicks_are_taken_back_one_by_one() -> None:
    session = Session()
    session.show(study_on(GRID, disc()[0]))
    session.roi.add(Mask(np.zeros(GRID.shape, bool), GRID, "ROI"))
    session.tools.tool = Tool.LIVEWIRE
    session.sketch.begin(Plane.AXIAL, 2, erase=False)
    after = []
    for degrees in (0, 70, 140):
        session.sketch.add(on_circle(degrees))
        after.append(session.sketch.points_mm)
    assert len(session.sketch.anchors_mm) == 3
    assert session.sketch.anchors_mm[2] == pytest.approx(after[2][-1])
    for points in after[1::-1]:
        session.sketch.take_back()
        assert np.array_equal(session.sketch.points_mm, points)
    # The wire is held at the first click again.
    assert session.sketch.way_to(on_circle(70))[0] == pytest.approx(after[0][-1])
    session.sketch.take_back()
    assert session.sketch.plane is None
