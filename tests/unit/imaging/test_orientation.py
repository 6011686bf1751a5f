"""Turning and flipping a slice: the eight positions of a square sheet."""

from __future__ import annotations

import numpy as np
import pytest
from grids import grids, make_grid
from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.orientation import STANDARD, Orientation
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume

TURNS = {
    "right": lambda o: o.turned(),
    "left": lambda o: o.turned(clockwise=False),
    "across": lambda o: o.flipped_across(),
    "along": lambda o: o.flipped_along(),
}
moves = st.lists(st.sampled_from(sorted(TURNS)), max_size=6)


def after(names: list[str]) -> Orientation:
    orientation = STANDARD
    for name in names:
        orientation = TURNS[name](orientation)
    return orientation


@given(moves)
def test_four_quarters_or_two_flips_bring_it_back(names: list[str]) -> None:
    one = after(names)
    assert after([*names, *["right"] * 4]) == one
    assert after([*names, "right", "left"]) == one
    assert after([*names, "across", "across"]) == after([*names, "along", "along"]) == one
    # Both flips are half a turn.
    assert after([*names, "across", "along"]) == after([*names, "right", "right"])
    assert one.mirrored == (sum(name in ("across", "along") for name in names) % 2 == 1)


def test_a_turned_axial_slice_has_its_top_on_the_right() -> None:
    stack = PlaneOfVolume(make_grid(np.eye(3), (5, 6, 7)), Plane.AXIAL)
    assert STANDARD.letters(stack) == stack.letters
    assert STANDARD.turned().letters(stack) == {"left": "P", "right": "A", "top": "R", "bottom": "L"}
    assert STANDARD.flipped_across().letters(stack)["left"] == "L"
    assert STANDARD.flipped_along().letters(stack)["top"] == "P"


@given(grids(), st.sampled_from(list(Plane)), moves)
def test_screen_axes_are_unit_vectors_in_the_slice(grid: Geometry, plane: Plane, names: list[str]) -> None:
    stack = PlaneOfVolume(grid, plane)
    right, up = after(names).axes(stack)
    assert np.linalg.norm(right) == pytest.approx(1, abs=1e-3)
    assert right @ up == pytest.approx(0, abs=1e-3)
    side = np.cross(right, up) @ stack.towards_viewer_lps
    assert side == pytest.approx(-1 if after(names).mirrored else 1, abs=2e-3)
    extent = after(names).extent_mm(stack)
    assert extent == (stack.extent_mm[::-1] if after(names).on_its_side else stack.extent_mm)


@given(moves, moves, st.tuples(st.floats(-500, 500), st.floats(-500, 500)))
def test_what_is_in_the_middle_stays_there(one: list[str], two: list[str], pan: tuple[float, float]) -> None:
    stack = PlaneOfVolume(make_grid(np.eye(3), (5, 6, 7)), Plane.CORONAL)
    moved = after(one).moved_pan(pan, after(two))
    places = [
        p[0] * right + p[1] * up
        for p, (right, up) in ((pan, after(one).axes(stack)), (moved, after(two).axes(stack)))
    ]
    assert places[0] == pytest.approx(places[1])
