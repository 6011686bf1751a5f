"""Regions that are proposed from a click, and outlines that are filled."""

from __future__ import annotations

import numpy as np
import pytest
from grids import make_grid, orientations
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.roi.growing import grow, range_at
from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.core.roi.nodule import propose_nodule
from ctprog_gui.core.roi.outlined import outlined
from ctprog_gui.core.shared.errors import InputError

SPACING = (0.8, 0.8, 1.5)


def thorax(radius: float, *, attached: str = "") -> tuple[Volume, np.ndarray, np.ndarray]:
    """A ball of 40 HU in lung, blurred and noisy; its voxels, and the index of its middle."""
    from scipy.ndimage import gaussian_filter

    shape = (40, 70, 70)
    z, y, x = np.indices(shape) * np.array(SPACING[::-1])[:, None, None, None]
    middle = np.array([30.0, 28.0, 28.0])
    apart = [one - at for one, at in zip((z, y, x), middle, strict=True)]
    ball = sum(one**2 for one in apart) < radius**2
    hu = np.full(shape, -850.0)
    hu[ball] = 40
    if attached == "vessel":
        hu[(apart[0] ** 2 + apart[1] ** 2 < 2.0**2) & (apart[2] > 0)] = 40
    if attached == "wall":
        wall = apart[2] < -0.75 * radius
        hu[wall] = 40
        ball &= ~wall
    noise = np.random.default_rng(0).normal(0, 30, shape)
    hu = gaussian_filter(hu, 0.6 / np.array(SPACING[::-1])) + noise
    return Volume(hu.astype(np.int16), Geometry(shape[::-1], SPACING)), ball, middle[::-1] / SPACING


# The bounds are what this proposal reached when it was written, less a little: a vessel is cut off
# almost wholly, a broad wall is not.
@pytest.mark.parametrize(("attached", "least"), [("", 0.99), ("vessel", 0.97), ("wall", 0.90)])
@pytest.mark.parametrize("off", [(0, 0, 0), (3, -2, 1)])
def test_a_solid_nodule_is_proposed_from_a_click(attached: str, least: float, off) -> None:
    volume, ball, middle = thorax(8.0, attached=attached)
    proposal = propose_nodule(volume, middle + off, 28.0)
    found = np.zeros_like(ball)
    found[proposal.box] = proposal.shape
    assert 2 * np.count_nonzero(found & ball) / (found.sum() + ball.sum()) > least
    assert bool(proposal.told) == bool(attached)


def test_a_click_beside_a_nodule_finds_it_and_one_into_air_says_so() -> None:
    volume, ball, middle = thorax(6.0)
    beside = middle + np.array([8.0, 0, 0]) / SPACING
    assert propose_nodule(volume, beside, 28.0).shape.sum() == pytest.approx(ball.sum(), rel=0.15)
    with pytest.raises(InputError, match="nothing solid"):
        propose_nodule(volume, middle + np.array([16.0, 0, 0]) / SPACING, 28.0)


def test_a_region_grows_through_like_voxels_and_no_farther_than_its_limit() -> None:
    volume, ball, middle = thorax(8.0, attached="vessel")
    box, shape = grow(volume, middle, HuRange(-400, 400), 12.0)
    whole = np.zeros_like(ball)
    whole[box] = shape
    assert (volume.voxels[whole] >= -400).all()
    away = np.linalg.norm((np.argwhere(whole)[:, ::-1] - np.rint(middle)) * SPACING, axis=1)
    assert away.max() <= 12.0
    # It goes along the vessel to the limit: growing knows no nodule.
    assert away.max() > 11.0
    assert grow(volume, middle, HuRange(-2000, -1900), 12.0) is None
    assert grow(volume, (-3, 0, 0), HuRange(-2000, 2000), 12.0) is None


def test_the_range_of_a_point_holds_the_tissue_around_it() -> None:
    volume, _, middle = thorax(8.0)
    own = range_at(volume, middle)
    assert own.low_hu < 40 < own.high_hu
    assert own.low_hu > -300


@settings(deadline=None)
@given(
    orientations(),
    st.sampled_from(list(Plane)),
    st.tuples(st.floats(-0.45, 0.45), st.floats(-0.45, 0.45), st.floats(0.5, 4.0)),
)
def test_an_outline_takes_the_voxels_inside_it_in_any_plane_of_any_grid(axes, plane, circle) -> None:
    grid = make_grid(axes, (14, 12, 10), (1.0, 1.3, 1.7))
    stack = PlaneOfVolume(grid, plane)
    number = stack.count // 2
    across, up, radius = circle
    centre = stack.point_on(number, grid.centre_mm) + across * stack.right_lps + up * stack.up_lps
    angles = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    ring = radius * np.column_stack([np.cos(angles), np.sin(angles)])
    found = outlined(stack, number, centre + ring @ np.array([stack.right_lps, stack.up_lps]))
    voxels = np.zeros(grid.shape, bool)
    if found is not None:
        assert voxels[found[0]].shape == found[1].shape
        voxels[found[0]] = found[1]
    places = grid.index_to_patient(np.stack(np.indices(grid.shape)[::-1], -1))
    apart = np.linalg.norm(places - centre, axis=-1)
    level = np.moveaxis(np.zeros(grid.shape, bool), 2 - stack.axis, 0)
    level[number] = True
    on_slice = np.moveaxis(level, 0, 2 - stack.axis)
    assert not voxels[~on_slice].any()
    # The polygon of 90 corners lies within 0.1 % of the circle.
    sure = on_slice & (np.abs(apart - radius) > 0.01 * radius + 1e-6)
    assert np.array_equal(voxels[sure], (apart < radius)[sure])


@pytest.mark.parametrize("points", [[], [(0, 0, 0), (5, 5, 0)], [(90, 90, 0), (95, 90, 0), (95, 95, 0)]])
def test_what_encloses_nothing_of_the_image_is_nothing(points) -> None:
    grid = Geometry((10, 10, 10), (1.0, 1.0, 1.0))
    assert outlined(PlaneOfVolume(grid, Plane.AXIAL), 3, points) is None
