"""Contours become the voxels whose centres they enclose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from ctprog_gui.core.imaging.contours import fill_even_odd, rasterise
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.shared.errors import GeometryError

GRID = Geometry((20, 16, 6), (0.5, 0.8, 3.0), (-30.0, 12.0, 100.0))


def square(left, top, right, bottom, z, grid=GRID):
    """A rectangle given in voxel indices, in patient space."""
    corners = [(left, top, z), (right, top, z), (right, bottom, z), (left, bottom, z)]
    return grid.index_to_patient(corners)


def inside(point, polygon):
    """The even–odd rule, one pixel at a time: how many edges lie at the left of the point."""
    x, y = point
    count = 0
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if min(y0, y1) <= y < max(y0, y1):
            count += x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x
    return count % 2 == 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(-40, 160), st.integers(-40, 140)).map(lambda p: (p[0] / 8, p[1] / 8)),
            min_size=3,
            max_size=12,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_any_polygons_agree_with_the_rule_taken_literally(polygons):
    """Self-crossing, nested, partly outside, with vertices on pixel centres: eighths are exact."""
    arrays = [np.array(polygon) for polygon in polygons]
    mask = np.zeros((12, 15), bool)
    fill_even_odd(arrays, mask)
    for row, column in np.ndindex(mask.shape):
        expected = sum(inside((column, row), polygon) for polygon in arrays) % 2 == 1
        assert mask[row, column] == expected, (row, column)


@given(st.integers(1, 10), st.integers(1, 10), st.integers(1, 18))
def test_two_regions_that_share_an_edge_share_no_pixel(left, top, middle):
    """Vertices on pixel centres: each centre on the common edge belongs to one side."""
    one, other = np.zeros((16, 20), bool), np.zeros((16, 20), bool)
    whole = np.zeros((16, 20), bool)
    box = [(-1, top), (middle, top), (middle, 15), (-1, 15)]
    rest = [(middle, top), (25, top), (25, 15), (middle, 15)]
    fill_even_odd([np.array(box, float)], one)
    fill_even_odd([np.array(rest, float)], other)
    fill_even_odd([np.array([(-1, top), (25, top), (25, 15), (-1, 15)], float)], whole)
    assert not (one & other).any()
    np.testing.assert_array_equal(one | other, whole)


def test_a_rectangle_between_pixel_centres():
    mask = rasterise([square(2.5, 3.5, 7.5, 6.5, 4)], GRID)
    expected = np.zeros(GRID.shape, bool)
    expected[4, 4:7, 3:8] = True
    np.testing.assert_array_equal(mask, expected)


def test_direction_and_start_of_a_contour_do_not_matter():
    points = square(2.5, 3.5, 7.5, 6.5, 4)
    first = rasterise([points], GRID)
    np.testing.assert_array_equal(rasterise([points[::-1]], GRID), first)
    np.testing.assert_array_equal(rasterise([np.roll(points, 2, axis=0)], GRID), first)
    closed = np.concatenate([points, points[:1]])
    np.testing.assert_array_equal(rasterise([closed], GRID), first)


def test_a_contour_within_another_cuts_a_hole():
    mask = rasterise([square(1.5, 1.5, 11.5, 11.5, 2), square(4.5, 4.5, 8.5, 8.5, 2)], GRID)
    assert mask[2, 2:12, 2:12].sum() == 100 - 16
    assert not mask[2, 6, 6]


def test_a_keyhole_contour_cuts_a_hole_too():
    outer = [(1.5, 1.5), (11.5, 1.5), (11.5, 11.5), (1.5, 11.5), (1.5, 6.25)]
    inner = [(4.5, 6.25), (4.5, 8.5), (8.5, 8.5), (8.5, 4.5), (4.5, 4.5), (4.5, 6.25), (1.5, 6.25)]
    points = GRID.index_to_patient([(x, y, 2) for x, y in outer + inner])
    assert rasterise([points], GRID)[2].sum() == 100 - 16


def test_a_plane_belongs_to_the_nearest_slice():
    mask = rasterise([square(2.5, 3.5, 7.5, 6.5, 3.4)], GRID)
    assert list(np.flatnonzero(mask.any(axis=(1, 2)))) == [3]


@pytest.mark.parametrize("z", [-0.6, 5.6, 20])
def test_a_plane_outside_the_image_is_refused(z):
    with pytest.raises(GeometryError, match="GTV: 1 of 2 contour planes lie outside the image"):
        rasterise([square(2, 3, 7, 6, 2), square(2, 3, 7, 6, z)], GRID, name="GTV")


def test_what_lies_outside_in_the_plane_is_cut_off():
    mask = rasterise([square(-50, 3.5, 4.5, 50, 1)], GRID)
    assert mask[1, 4:, :5].all()
    assert mask.sum() == 12 * 5


def test_a_contour_across_the_slices_is_refused():
    points = GRID.index_to_patient([(1, 1, 0), (5, 1, 2), (5, 5, 4)])
    with pytest.raises(GeometryError, match="not parallel"):
        rasterise([points], GRID)


def test_contours_of_a_finer_series_are_refused_or_taken_by_the_nearest_plane():
    fine = [square(2.5, 3.5, 7.5, 6.5 + k % 2, 1 + k / 2) for k in range(5)]
    with pytest.raises(GeometryError, match=r"3 mm apart: it has contour planes 1\.5 mm apart"):
        rasterise(fine, GRID)
    mask = rasterise(fine, GRID, nearest_plane=True)
    assert list(mask.sum(axis=(1, 2))) == [0, 15, 15, 15, 0, 0]


def test_contours_of_a_coarser_series_are_refused_or_taken_by_the_nearest_plane():
    coarse = [square(2.5, 3.5, 7.5, 6.5, k) for k in (0, 2, 4)]
    with pytest.raises(GeometryError, match="slices between them would be empty"):
        rasterise(coarse, GRID)
    mask = rasterise(coarse, GRID, nearest_plane=True)
    assert list(mask.sum(axis=(1, 2))) == [15] * 6


def test_planes_that_fall_into_slices_of_their_own_but_nearer_than_those_are_refused():
    """Two planes 3 mm apart would become two slices of 9 mm."""
    thick = Geometry((20, 16, 3), (0.5, 0.8, 9.0), GRID.origin_mm)
    with pytest.raises(GeometryError, match="9 mm apart: it has contour planes 3 mm apart"):
        rasterise([square(2, 3, 7, 6, k) for k in (1, 2)], thick)


def test_a_gap_between_two_lesions_stays_a_gap():
    planes = [square(2.5, 3.5, 7.5, 6.5, k) for k in (0, 1, 4, 5)]
    for nearest in (False, True):
        mask = rasterise(planes, GRID, nearest_plane=nearest)
        assert list(mask.any(axis=(1, 2))) == [True, True, False, False, True, True]


@pytest.mark.parametrize("seed", range(4))
def test_a_turned_grid_gives_the_same_voxels(seed):
    """Contours are compared in index space, so the patient's position plays no part."""
    axes = Rotation.random(random_state=seed).as_matrix() * np.array([1, -1, 1])
    turned = Geometry(GRID.size, GRID.spacing_mm, (7.0, -300.0, 12.5), axes.ravel())
    shape = [(2.5, 3.5), (12.25, 2.0), (15.0, 9.0), (6.0, 13.75)]
    masks = [
        rasterise([grid.index_to_patient([(x, y, 3) for x, y in shape])], grid) for grid in (GRID, turned)
    ]
    np.testing.assert_array_equal(*masks)
    assert masks[0].any()


def test_the_area_of_a_circle():
    """Pixel centres inside a circle of 60 pixels radius: the area to two thousandths."""
    grid = Geometry((140, 140, 1), (1, 1, 1))
    angles = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    points = np.column_stack([70.3 + 60 * np.cos(angles), 69.6 + 60 * np.sin(angles), np.zeros(2000)])
    assert rasterise([points], grid).sum() == pytest.approx(np.pi * 3600, rel=2e-3)
