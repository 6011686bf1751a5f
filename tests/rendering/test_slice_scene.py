"""What stands where in the three planes, by pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from grids import SIGNED_PERMUTATIONS, axes_name, grids, make_grid, rotation, study_on
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.windows import Window
from ctprog_gui.rendering.images import SharedImages
from ctprog_gui.rendering.slice_scene import SliceScene
from ctprog_gui.state.session import Session
from ctprog_gui.state.study import Study
from ctprog_gui.state.viewports import Framing

if TYPE_CHECKING:
    from conftest import Screen

AXIAL, CORONAL, SAGITTAL = Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL
Scenes = dict[Plane, SliceScene]

stored = pytest.mark.parametrize("axes", SIGNED_PERMUTATIONS, ids=axes_name)
# Screen right and up in the patient: the radiological convention, written down once more.
RIGHT_UP = {
    AXIAL: ((1, 0, 0), (0, -1, 0)),
    CORONAL: ((1, 0, 0), (0, 0, 1)),
    SAGITTAL: ((0, 1, 0), (0, 0, 1)),
}
# Black and white voxels; between two of them the grey is interpolated, so half of it is at their faces.
BLACK_OR_WHITE = Window(1, 0)
# Sizes and spacings along L, P and S.
SIZE, SPACING = np.array([20, 24, 16]), np.array([4.0, 3.0, 5.0])
# The block in mm from the volume's middle: left, in front, and up to the topmost face.
LOW, HIGH = np.array([8.0, -27.0, 10.0]), np.array([32.0, -12.0, 40.0])


def block_study(axes: np.ndarray) -> Study:
    """A dark volume with one bright block, stored along any axes."""
    along = np.abs(axes).argmax(axis=0)
    size, spacing = tuple(int(n) for n in SIZE[along]), tuple(SPACING[along])
    grid = make_grid(axes, size, spacing)
    index = np.stack(np.indices(grid.shape)[::-1], axis=-1)
    apart = grid.index_to_patient(index) - grid.centre_mm
    inside = ((apart > LOW) & (apart < HIGH)).all(axis=-1)
    assert inside.sum() == np.prod((HIGH - LOW) / SPACING)
    return study_on(grid, np.where(inside, 1000, -1000).astype(np.int16))


def show_block(session: Session, axes: np.ndarray) -> Geometry:
    study = block_study(axes)
    session.viewports.window = BLACK_OR_WHITE
    session.show(study)
    grid = study.volume.geometry
    session.viewports.move_crosshair(grid.centre_mm + (LOW + HIGH) / 2)
    return grid


def box_of(lit: np.ndarray) -> np.ndarray:
    """Left, right, bottom and top edge of what is lit, in pixels from the lower left corner."""
    rows, columns = lit.any(axis=1).nonzero()[0], lit.any(axis=0).nonzero()[0]
    return np.array([columns[0], columns[-1] + 1, rows[0], rows[-1] + 1], dtype=float)


def white(pixels: np.ndarray) -> np.ndarray:
    """The lighter half of the greys: the letters are yellow, the annotation bluish."""
    return (pixels.min(axis=-1) > 127) & (np.ptp(pixels, axis=-1) < 10)


def expected_box(scene: SliceScene, pixels: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Where a block given in mm from the volume's middle should be seen, without the scene's own sums."""
    height, width = pixels.shape[:2]
    edges = []
    for direction, middle in zip(RIGHT_UP[scene.plane], (width / 2, height / 2), strict=True):
        ends = sorted((float(low @ direction), float(high @ direction)))
        edges += [min(max(middle + end / scene.mm_per_pixel, 0.0), 2 * middle) for end in ends]
    return np.array(edges)


@stored
def test_a_block_is_seen_where_it_lies_in_the_patient(
    axes: np.ndarray, session: Session, scenes: Scenes, screen: Screen
) -> None:
    show_block(session, axes)
    for scene in scenes.values():
        pixels = screen.draw(scene.renderer)
        found = box_of(white(pixels))
        assert found == pytest.approx(expected_box(scene, pixels, LOW, HIGH), abs=1.0), scene.plane


@stored
def test_the_slice_beside_the_block_is_dark(
    axes: np.ndarray, session: Session, scenes: Scenes, screen: Screen
) -> None:
    """The slice shown is the one of the crosshair, counted from the right end."""
    grid = show_block(session, axes)
    session.viewports.move_crosshair(grid.centre_mm + LOW - SPACING / 2)
    for scene in scenes.values():
        assert not white(screen.draw(scene.renderer)).any(), scene.plane
    session.viewports.move_crosshair(grid.centre_mm + LOW + SPACING / 2)
    for scene in scenes.values():
        assert white(screen.draw(scene.renderer)).any(), scene.plane


@pytest.mark.parametrize("degrees", [10, -25])
def test_an_oblique_volume_is_shown_as_acquired(
    degrees: float, session: Session, scenes: Scenes, screen: Screen
) -> None:
    """Its slices are not cut anew: the block's edges stay parallel to the screen's."""
    turn = rotation((1, 2, 3), degrees)
    study = block_study(np.eye(3))
    grid = study.volume.geometry
    turned = Geometry(grid.size, grid.spacing_mm, grid.origin_mm, tuple(turn.ravel()))
    session.viewports.window = BLACK_OR_WHITE
    session.show(study_on(turned, study.volume.voxels))
    session.viewports.move_crosshair(turned.centre_mm + turn @ (LOW + HIGH) / 2)
    for scene in scenes.values():
        pixels = screen.draw(scene.renderer)
        lit = white(pixels)
        found = box_of(lit)
        assert found == pytest.approx(expected_box(scene, pixels, LOW, HIGH), abs=1.0)
        assert lit.sum() == pytest.approx((found[1] - found[0]) * (found[3] - found[2]), rel=0.05)


def test_a_whole_slice_fits_and_touches_the_edges(session: Session, scenes: Scenes, screen: Screen) -> None:
    """Outermost voxels are shown whole, and a slice wider than its view fits by its width."""
    for size in ((40, 10, 10), (10, 40, 40), (30, 30, 30)):
        grid = make_grid(np.eye(3), size, (2.0, 2.0, 2.0))
        session.viewports.window = BLACK_OR_WHITE
        session.show(study_on(grid, np.full(grid.shape, 1000, np.int16)))
        for scene in scenes.values():
            lit = white(screen.draw(scene.renderer))
            left, right, bottom, top = box_of(lit)
            height, width = lit.shape
            extent = np.array([grid.size[a] * 2.0 for a in (scene_axis(scene, 0), scene_axis(scene, 1))])
            scale = min(width / extent[0], height / extent[1])
            assert (right - left, top - bottom) == pytest.approx(extent * scale, abs=1.5)
            assert ((left + right) / 2, (bottom + top) / 2) == pytest.approx((width / 2, height / 2), abs=1)


def scene_axis(scene: SliceScene, which: int) -> int:
    return int(np.abs(RIGHT_UP[scene.plane][which]).argmax())


def test_one_voxel_is_seen_at_the_pixel_of_its_centre(
    session: Session, scenes: Scenes, screen: Screen
) -> None:
    random = np.random.default_rng(5)
    for axes in (SIGNED_PERMUTATIONS[7], SIGNED_PERMUTATIONS[30]):
        grid = make_grid(axes, (9, 11, 13), (4.0, 4.0, 4.0))
        for _ in range(4):
            # Not at the rim, where the edge letters are.
            index = [int(random.integers(2, n - 2)) for n in grid.size]
            voxels = np.full(grid.shape, -1000, np.int16)
            voxels[index[2], index[1], index[0]] = 3000
            session.viewports.window = BLACK_OR_WHITE
            session.show(study_on(grid, voxels))
            point = grid.index_to_patient(index)
            session.viewports.move_crosshair(point)
            for scene in scenes.values():
                rows, columns = white(screen.draw(scene.renderer)).nonzero()
                x, y = scene.pixel_of(point)
                assert (columns.mean(), rows.mean()) == pytest.approx((x, y), abs=0.75)


def test_window_and_level_make_the_grey(session: Session, scenes: Scenes, screen: Screen) -> None:
    grid = make_grid(np.eye(3), (20, 20, 20), (2.0, 2.0, 2.0))
    session.show(study_on(grid, np.full(grid.shape, 60, np.int16)))
    for width, level in ((400, 40), (1500, -600), (80, 40), (150, 90)):
        session.viewports.window = Window(width, level)
        grey = 255 * min(max((60 - (level - width / 2)) / width, 0.0), 1.0)
        pixels = screen.draw(scenes[AXIAL].renderer)
        assert pixels[120, 110] == pytest.approx([grey] * 3, abs=2)


@pytest.mark.parametrize("zoom", [0.5, 2.0])
def test_zoom_enlarges_about_the_middle(
    zoom: float, session: Session, scenes: Scenes, screen: Screen
) -> None:
    show_block(session, np.eye(3))
    scene = scenes[AXIAL]
    before = scene.mm_per_pixel
    session.viewports.set_framing(AXIAL, Framing(zoom))
    assert scene.mm_per_pixel == pytest.approx(before / zoom)
    pixels = screen.draw(scene.renderer)
    assert box_of(white(pixels)) == pytest.approx(expected_box(scene, pixels, LOW, HIGH), abs=1.0)


def test_pan_moves_what_is_looked_at(session: Session, scenes: Scenes, screen: Screen) -> None:
    """A pan of +10, -5 looks at a point 10 mm to the right and 5 mm down, so the picture goes left and up."""
    show_block(session, np.eye(3))
    scene = scenes[AXIAL]
    before = box_of(white(screen.draw(scene.renderer)))
    session.viewports.set_framing(AXIAL, Framing(1.0, (10.0, -5.0)))
    moved = box_of(white(screen.draw(scene.renderer))) - before
    right, up = 10 / scene.mm_per_pixel, -5 / scene.mm_per_pixel
    assert moved == pytest.approx([-right, -right, -up, -up], abs=1.0)


def test_the_framing_of_one_plane_leaves_the_others(session: Session, scenes: Scenes) -> None:
    show_block(session, np.eye(3))
    before = scenes[SAGITTAL].mm_per_pixel
    session.viewports.set_framing(AXIAL, Framing(3.0))
    assert scenes[SAGITTAL].mm_per_pixel == before


views = st.tuples(st.integers(20, 900), st.integers(20, 900))
framings = st.builds(Framing, st.floats(0.3, 20), st.tuples(st.floats(-90, 90), st.floats(-90, 90)))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(grids(), st.sampled_from(list(Plane)), views, framings, st.floats(0, 1), st.floats(0, 1))
def test_points_and_pixels_are_each_others_inverse(
    grid: Geometry, plane: Plane, view: tuple[int, int], framing: Framing, across: float, along: float
) -> None:
    session = Session()
    session.show(study_on(grid))
    images = SharedImages(session)
    scene = SliceScene(session, images, plane)
    scene.resize(*view)
    session.viewports.set_framing(plane, framing)
    pixel = (across * (view[0] - 1), along * (view[1] - 1))
    point = scene.point_at(*pixel)
    assert point is not None
    assert scene.pixel_of(point) == pytest.approx(pixel, abs=1e-3)
    # The point lies on the slice shown, whatever the pixel.
    index = grid.patient_to_index(point)[session.study.planes[plane].axis]
    assert index == pytest.approx(session.viewports.slice_of(plane), abs=1e-6)
    scene.close()
    images.close()


def test_without_a_study_there_is_nothing_under_the_pointer(scenes: Scenes, screen: Screen) -> None:
    for scene in scenes.values():
        assert scene.point_at(50, 50) is None
        assert not screen.draw(scene.renderer).any()
        assert set(scene.letters().values()) == {""}


def test_closing_the_study_leaves_a_black_view(session: Session, scenes: Scenes, screen: Screen) -> None:
    show_block(session, np.eye(3))
    session.show(None)
    for scene in scenes.values():
        assert not screen.draw(scene.renderer).any()


def test_a_smaller_study_after_a_larger_one(session: Session, scenes: Scenes, screen: Screen) -> None:
    """Its slices are fewer than the number of the slice shown before."""
    large = make_grid(np.eye(3), (30, 30, 30))
    session.show(study_on(large))
    session.viewports.move_crosshair(large.index_to_patient((29, 29, 29)))
    small = make_grid(np.eye(3), (5, 5, 5), (4.0, 4.0, 4.0))
    session.viewports.window = BLACK_OR_WHITE
    session.show(study_on(small, np.full(small.shape, 1000, np.int16), name="small"))
    for scene in scenes.values():
        assert white(screen.draw(scene.renderer)).mean() > 0.3


LETTERS = {AXIAL: "RLAP", CORONAL: "RLSI", SAGITTAL: "APSI"}


@stored
def test_the_letters_are_drawn_at_their_edges(
    axes: np.ndarray, session: Session, scenes: Scenes, screen: Screen
) -> None:
    show_block(session, axes)
    for plane, scene in scenes.items():
        letters = scene.letters()
        assert "".join(letters[edge] for edge in ("left", "right", "top", "bottom")) == LETTERS[plane]


def test_letters_stay_within_the_picture(session: Session, scenes: Scenes, screen: Screen) -> None:
    grid = make_grid(np.eye(3), (20, 20, 20))
    session.show(study_on(grid, np.full(grid.shape, -1000, np.int16)))
    for scene in scenes.values():
        pixels = screen.draw(scene.renderer)
        yellow = (pixels[..., 0] > 150) & (pixels[..., 2] < 150)
        height, width = yellow.shape
        edges = {
            "left": yellow[height // 2 - 20 : height // 2 + 20, :40],
            "right": yellow[height // 2 - 20 : height // 2 + 20, -40:],
            "bottom": yellow[:40, width // 2 - 20 : width // 2 + 20],
            "top": yellow[-40:, width // 2 - 20 : width // 2 + 20],
        }
        for edge, part in edges.items():
            assert part.sum() > 15, (scene.plane, edge)
        for rim in (yellow[0], yellow[-1], yellow[:, 0], yellow[:, -1]):
            assert not rim.any()


def test_the_crosshair_is_open_in_the_middle(session: Session, scenes: Scenes, screen: Screen) -> None:
    grid = make_grid(np.eye(3), (40, 40, 40), (4.0, 4.0, 4.0))
    session.show(study_on(grid, np.full(grid.shape, -1000, np.int16)))
    point = grid.index_to_patient((25, 12, 30))
    session.viewports.move_crosshair(point)
    for scene in scenes.values():
        dark = screen.draw(scene.renderer).astype(int)
        session.viewports.crosshair_visible = True
        lit = np.abs(screen.draw(scene.renderer) - dark).max(axis=-1) > 40
        session.viewports.crosshair_visible = False
        x, y = (round(v) for v in scene.pixel_of(point))
        reach = round(12 / scene.mm_per_pixel)
        assert not lit[y - 2 : y + 3, x - 2 : x + 3].any()
        for row, column in ((y, x - reach), (y, x + reach), (y - reach, x), (y + reach, x)):
            assert lit[row - 2 : row + 3, column - 2 : column + 3].any(), (scene.plane, row, column)


def test_a_picture_is_asked_for_only_when_something_changed(session: Session, scenes: Scenes) -> None:
    show_block(session, np.eye(3))
    asked: list[Plane] = []
    for plane, scene in scenes.items():
        scene.dirty.connect(lambda plane=plane: asked.append(plane))
    session.viewports.window = session.viewports.window
    session.viewports.move_crosshair(session.viewports.crosshair_mm)
    assert asked == []
    session.viewports.window = Window(400, 40)
    assert set(asked) == set(Plane)
    asked.clear()
    session.viewports.set_framing(AXIAL, Framing(2.0))
    assert set(asked) == {AXIAL}
