"""Regions over the slices: fill and outline, by pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from grids import SIGNED_PERMUTATIONS, axes_name, make_grid, rotation, study_on

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.layers import Overlap
from ctprog_gui.rendering.slice_scene import SliceScene
from ctprog_gui.state.roi import Segment
from ctprog_gui.state.session import Session

if TYPE_CHECKING:
    from conftest import Screen

Scenes = dict[Plane, SliceScene]
# The region's box: first voxel and one behind the last, along the array's x, y, z.
START, STOP = np.array([4, 10, 6]), np.array([10, 15, 9])


def box_mask(grid: Geometry, start: np.ndarray = START, stop: np.ndarray = STOP, name: str = "GTV-1") -> Mask:
    voxels = np.zeros(grid.shape, bool)
    voxels[start[2] : stop[2], start[1] : stop[1], start[0] : stop[0]] = True
    return Mask(voxels, grid, name)


def show(session: Session, axes: np.ndarray) -> tuple[Geometry, Segment]:
    """A black volume with a box as its region, and the crosshair in the box."""
    grid = make_grid(axes, (20, 24, 16), (4.0, 3.0, 5.0))
    session.show(study_on(grid, np.full(grid.shape, -1000, np.int16)))
    segment = session.roi.add(box_mask(grid))
    session.viewports.move_crosshair(grid.index_to_patient((START + STOP - 1) // 2))
    return grid, segment


def coloured(pixels: np.ndarray, segment: Segment) -> np.ndarray:
    """Where the segment's hue is seen, at whatever brightness."""
    hue = np.array(segment.colour) / np.linalg.norm(segment.colour)
    shown = pixels.astype(float)
    length = np.linalg.norm(shown, axis=-1)
    return (length > 20) & (shown @ hue > 0.985 * np.maximum(length, 1))


def region_in_pixels(scene: SliceScene, grid: Geometry, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Left, right, bottom, top of a box's outermost voxel faces."""
    corners = [scene.pixel_of(grid.index_to_patient(edge - 0.5)) for edge in (start, stop)]
    (x0, y0), (x1, y1) = corners
    # pixel_of counts from the pixel's middle.
    return np.array([min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)]) + 0.5


def box_of(lit: np.ndarray) -> np.ndarray:
    rows, columns = lit.any(axis=1).nonzero()[0], lit.any(axis=0).nonzero()[0]
    return np.array([columns[0], columns[-1] + 1, rows[0], rows[-1] + 1], dtype=float)


def brightness(pixels: np.ndarray) -> np.ndarray:
    return pixels.max(axis=-1).astype(int)


@pytest.mark.parametrize("axes", SIGNED_PERMUTATIONS, ids=axes_name)
def test_fill_and_outline_lie_on_the_region(
    axes: np.ndarray, session: Session, scenes: Scenes, screen: Screen
) -> None:
    grid, segment = show(session, axes)
    session.roi.set_opacity(segment.label, 0.5)
    for scene in scenes.values():
        pixels = screen.draw(scene.renderer)
        region = region_in_pixels(scene, grid, START, STOP)
        lit = coloured(pixels, segment)
        # The outline is two pixels wide, so it reaches one over the region's edge.
        assert box_of(lit) == pytest.approx(region, abs=2.0), scene.plane
        left, right, bottom, top = (round(v) for v in region)
        inner = brightness(pixels)[bottom + 4 : top - 4, left + 4 : right - 4]
        # Half of the colour over black.
        assert inner == pytest.approx(max(segment.colour) / 2, abs=3)
        # The outline is whole and opaque on all four sides.
        bright = brightness(pixels) > 0.9 * max(segment.colour)
        middle_x, middle_y = (left + right) // 2, (bottom + top) // 2
        for x, y in ((left, middle_y), (right, middle_y), (middle_x, bottom), (middle_x, top)):
            assert bright[y - 2 : y + 2, x - 2 : x + 2].any(), scene.plane


@pytest.mark.parametrize("scale", [1.0, 2.0, 3.0])
def test_an_outline_is_as_wide_as_nominal_pixels_are(
    scale: float, session: Session, scenes: Scenes, screen: Screen
) -> None:
    """On a screen of twice as many pixels two of those would be a hairline."""
    grid, segment = show(session, np.eye(3))
    # One that is drawn from the start, and one that comes later.
    session.roi.set_opacity(segment.label, 0.0)
    scene = scenes[Plane.AXIAL]
    scene.resize(*screen.window.GetSize(), scale)
    later = session.roi.add(box_mask(grid, START + 6, STOP + 6, "later"))
    session.roi.set_opacity(later.label, 0.0)
    for region, start, stop in ((segment, START, STOP), (later, START + 6, STOP + 6)):
        session.viewports.move_crosshair(grid.index_to_patient((start + stop - 1) // 2))
        pixels = screen.draw(scene.renderer)
        left, right, bottom, top = (round(v) for v in region_in_pixels(scene, grid, start, stop))
        across = brightness(pixels)[(bottom + top) // 2, left - 8 : (left + right) // 2]
        assert (across > 0.9 * max(region.colour)).sum() == pytest.approx(2 * scale, abs=0.5)


@pytest.mark.parametrize("degrees", [15, -30])
def test_on_an_oblique_grid_too(degrees: float, session: Session, scenes: Scenes, screen: Screen) -> None:
    grid, segment = show(session, rotation((2, -1, 1), degrees))
    for scene in scenes.values():
        lit = coloured(screen.draw(scene.renderer), segment)
        assert box_of(lit) == pytest.approx(region_in_pixels(scene, grid, START, STOP), abs=2.0)


def test_beside_the_region_there_is_nothing(session: Session, scenes: Scenes, screen: Screen) -> None:
    grid, segment = show(session, np.eye(3))
    for beside in (START - 1, STOP):
        session.viewports.move_crosshair(grid.index_to_patient(beside))
        for scene in scenes.values():
            assert not coloured(screen.draw(scene.renderer), segment).any(), scene.plane


def test_every_slice_of_the_region_shows_it(session: Session, scenes: Scenes, screen: Screen) -> None:
    grid, segment = show(session, np.eye(3))
    for axis, plane in enumerate((Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL)):
        for number in range(START[axis], STOP[axis]):
            session.viewports.go_to_slice(plane, int(number))
            lit = coloured(screen.draw(scenes[plane].renderer), segment)
            expected = region_in_pixels(scenes[plane], grid, START, STOP)
            assert box_of(lit) == pytest.approx(expected, abs=2.0), (plane, number)


def test_hidden_and_shown_again(session: Session, scenes: Scenes, screen: Screen) -> None:
    _, segment = show(session, np.eye(3))
    before = {plane: screen.draw(scene.renderer) for plane, scene in scenes.items()}
    session.roi.set_visible(segment.label, False)
    for scene in scenes.values():
        assert not coloured(screen.draw(scene.renderer), segment).any()
    session.roi.set_visible(segment.label, True)
    for plane, scene in scenes.items():
        assert np.array_equal(screen.draw(scene.renderer), before[plane])


def test_hidden_stays_hidden_on_other_slices(session: Session, scenes: Scenes, screen: Screen) -> None:
    _, segment = show(session, np.eye(3))
    session.roi.set_visible(segment.label, False)
    for plane, scene in scenes.items():
        session.viewports.scroll(plane, 1)
        assert not coloured(screen.draw(scene.renderer), segment).any()


def test_without_fill_the_outline_stays(session: Session, scenes: Scenes, screen: Screen) -> None:
    grid, segment = show(session, np.eye(3))
    session.roi.set_opacity(segment.label, 0.0)
    for scene in scenes.values():
        lit = coloured(screen.draw(scene.renderer), segment)
        left, right, bottom, top = (round(v) for v in region_in_pixels(scene, grid, START, STOP))
        assert not lit[bottom + 4 : top - 4, left + 4 : right - 4].any()
        assert box_of(lit) == pytest.approx([left, right, bottom, top], abs=2.5)


def test_the_image_shows_through_the_fill(session: Session, scenes: Scenes, screen: Screen) -> None:
    _, segment = show(session, np.eye(3))
    session.roi.set_opacity(segment.label, 0.3)
    scene = scenes[Plane.AXIAL]
    x, y = (round(v) for v in scene.pixel_of(session.viewports.crosshair_mm))
    over_black = brightness(screen.draw(scene.renderer))[y, x]
    grid = session.study.volume.geometry
    session.show(study_on(grid, np.full(grid.shape, 3000, np.int16), name="white"))
    segment = session.roi.add(box_mask(grid))
    session.roi.set_opacity(segment.label, 0.3)
    session.viewports.move_crosshair(grid.index_to_patient((START + STOP - 1) // 2))
    over_white = screen.draw(scene.renderer)[y, x].astype(int)
    assert over_black == pytest.approx(0.3 * max(segment.colour), abs=3)
    assert over_white == pytest.approx([0.7 * 255 + 0.3 * c for c in segment.colour], abs=4)


def test_two_regions_have_their_own_colours(session: Session, scenes: Scenes, screen: Screen) -> None:
    grid, first = show(session, np.eye(3))
    second = session.roi.add(box_mask(grid, np.array([12, 10, 6]), np.array([16, 15, 9]), "node"))
    scene = scenes[Plane.AXIAL]
    pixels = screen.draw(scene.renderer)
    assert box_of(coloured(pixels, first)) == pytest.approx(region_in_pixels(scene, grid, START, STOP), abs=2)
    expected = region_in_pixels(scene, grid, np.array([12, 10, 6]), np.array([16, 15, 9]))
    assert box_of(coloured(pixels, second)) == pytest.approx(expected, abs=2)
    session.roi.remove(first.label)
    pixels = screen.draw(scene.renderer)
    assert not coloured(pixels, first).any()
    assert coloured(pixels, second).any()


def test_a_region_at_the_volumes_edge_has_a_closed_outline(
    session: Session, scenes: Scenes, screen: Screen
) -> None:
    grid = make_grid(np.eye(3), (20, 24, 16), (4.0, 4.0, 4.0))
    session.show(study_on(grid, np.full(grid.shape, -1000, np.int16)))
    whole = Mask(np.ones(grid.shape, bool), grid, "whole")
    segment = session.roi.add(whole)
    session.roi.set_opacity(segment.label, 0.0)
    scene = scenes[Plane.SAGITTAL]
    lit = coloured(screen.draw(scene.renderer), segment)
    left, right, bottom, top = (
        round(v) for v in region_in_pixels(scene, grid, np.zeros(3), np.array(grid.size))
    )
    height, width = lit.shape
    # The slice is as wide as 24 voxels and as high as 16: it touches the view's left and right edge.
    assert (left, right) == (0, width) or (bottom, top) == (0, height)
    assert lit[:, max(left - 2, 0) : left + 3].sum() > 0.8 * (top - bottom)
    assert lit[max(bottom - 2, 0) : bottom + 3].any(axis=0).sum() > 0.8 * (right - left)


def test_a_region_of_holes_has_an_outline_around_each(
    session: Session, scenes: Scenes, screen: Screen
) -> None:
    grid = make_grid(np.eye(3), (20, 20, 20), (4.0, 4.0, 4.0))
    session.show(study_on(grid, np.full(grid.shape, -1000, np.int16)))
    ring = box_mask(grid, np.array([4, 4, 4]), np.array([16, 16, 16])).voxels
    ring &= ~box_mask(grid, np.array([8, 8, 8]), np.array([12, 12, 12])).voxels
    segment = session.roi.add(Mask(ring, grid, "ring"))
    session.roi.set_opacity(segment.label, 0.0)
    session.viewports.move_crosshair(grid.index_to_patient((10, 10, 10)))
    for scene in scenes.values():
        lit = coloured(screen.draw(scene.renderer), segment)
        x, y = (round(v) for v in scene.pixel_of(session.viewports.crosshair_mm))
        # From the middle to the right: the hole's edge, then the ring's.
        row = lit[y, x:]
        edges = np.flatnonzero(np.diff(row.astype(int)) == 1)
        assert len(edges) == 2, scene.plane


def test_regions_do_not_outlive_their_study(session: Session, scenes: Scenes, screen: Screen) -> None:
    grid, segment = show(session, np.eye(3))
    session.show(study_on(grid, np.full(grid.shape, -1000, np.int16), name="next"))
    for scene in scenes.values():
        for number in range(3):
            session.viewports.scroll(scene.plane, number)
            assert not coloured(screen.draw(scene.renderer), segment).any()


def test_segments_that_overlap_are_both_seen_whole(session: Session, scenes: Scenes, screen: Screen) -> None:
    grid, first = show(session, np.eye(3))
    alone = {plane: screen.draw(scene.renderer) for plane, scene in scenes.items()}
    session.roi.set_opacity(first.label, 0.5)
    start, stop = START + 2, STOP + 2
    second = session.roi.add(box_mask(grid, start, stop, "node"), Overlap.ALLOW)
    session.roi.set_opacity(second.label, 0.5)
    assert len(session.roi.layers) == 2
    session.viewports.move_crosshair(grid.index_to_patient(stop - 3))
    mixed = [(a + b) / 2 for a, b in zip(np.array(first.colour) / 2, second.colour, strict=True)]
    for scene in scenes.values():
        pixels = screen.draw(scene.renderer)
        for segment, (low, high) in ((first, (START, STOP)), (second, (start, stop))):
            left, right, bottom, top = (round(v) for v in region_in_pixels(scene, grid, low, high))
            bright = coloured(pixels, segment) & (brightness(pixels) > 0.9 * max(segment.colour))
            # The corner that lies outside the other one.
            x, y = (left, bottom) if segment is first else (right - 1, top - 1)
            assert bright[y - 2 : y + 3, x - 2 : x + 3].any(), scene.plane
        corners = [region_in_pixels(scene, grid, start, STOP)]
        left, right, bottom, top = (round(v) for v in corners[0])
        assert pixels[(bottom + top) // 2, (left + right) // 2] == pytest.approx(mixed, abs=4), scene.plane
    session.roi.undo()
    session.roi.set_opacity(first.label, first.opacity)
    session.viewports.move_crosshair(grid.index_to_patient((START + STOP - 1) // 2))
    for plane, scene in scenes.items():
        assert np.array_equal(screen.draw(scene.renderer), alone[plane])
