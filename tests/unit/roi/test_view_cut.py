"""Cutting through the depth of a view: every voxel is where its centre is seen."""

from __future__ import annotations

import numpy as np
from grids import make_grid, orientations
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.roi.view_cut import CELLS, ViewCut

SIZE = (9, 8, 7)


def camera(eye: np.ndarray, at: np.ndarray, pixels_a_radian: float = 400.0) -> np.ndarray:
    """A pinhole camera's projection onto a view whose middle is (100, 80)."""
    forward = (at - eye) / np.linalg.norm(at - eye)
    right = np.cross(forward, [0.1, 0.3, 1.0])
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(right, forward), forward])
    onto = np.array([[pixels_a_radian, 0, 100.0], [0, pixels_a_radian, 80.0], [0, 0, 1.0]])
    return onto @ np.hstack([axes, -(axes @ eye)[:, None]])


@settings(deadline=None, max_examples=80)
@given(orientations(), st.integers(0, 10**6))
def test_a_voxel_is_cut_where_its_centre_is_seen_in_the_line(axes, seed) -> None:
    rng = np.random.default_rng(seed)
    grid = make_grid(axes, SIZE)
    eye = grid.centre_mm + rng.normal(size=3) * 60 + 40
    onto = camera(eye, grid.centre_mm)
    middle, reach = rng.uniform([70, 50], [130, 110]), rng.uniform(20, 60, 2)
    corners = middle + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * reach
    box = (slice(1, 7), slice(0, 6), slice(2, 9))
    inside = ViewCut(onto, corners).inside(grid, box)
    for (z, y, x), found in np.ndenumerate(inside):
        point = grid.index_to_patient((x + 2, y, z + 1))
        u, v, w = onto @ [*point, 1.0]
        off = np.abs(np.array([u, v]) / w - middle) - reach
        # Nearer to the line than a cell of the raster it may be either.
        if np.abs(off).min() > 1 / CELLS:
            assert found == (w > 0 and bool((off < 0).all()))


def test_nothing_is_behind_the_camera_nor_in_a_line_without_area() -> None:
    grid = Geometry((6, 6, 6), (1.0, 1.0, 1.0))
    box = (slice(0, 6), slice(0, 6), slice(0, 6))
    wide = np.array([[-2e3, -2e3], [2e3, -2e3], [2e3, 2e3], [-2e3, 2e3]])
    away = camera(np.array([0.0, 0.0, 30.0]), np.array([0.0, 0.0, 60.0]))
    assert not ViewCut(away, wide).inside(grid, box).any()
    onto = camera(np.array([0.0, 0.0, 30.0]), np.array([2.5, 2.5, 2.5]))
    assert ViewCut(onto, wide).inside(grid, box).all()
    assert not ViewCut(onto, wide[:2]).inside(grid, box).any()
    assert not ViewCut(onto, np.array([[5.0, 5.0]] * 4)).inside(grid, box).any()
