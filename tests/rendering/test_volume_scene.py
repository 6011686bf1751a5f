"""The volume view: where one looks from, and the regions' surfaces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
from grids import SIGNED_PERMUTATIONS, axes_name, make_grid, study_on

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.rendering.volume_scene import VolumeScene
from ctprog_gui.state.session import Session

if TYPE_CHECKING:
    from conftest import Screen

# A few of the 48, both handednesses: drawing a volume in software takes its time.
SOME = tuple(SIGNED_PERMUTATIONS[n] for n in (0, 7, 13, 26, 41))


@pytest.fixture
def scene(session: Session) -> Iterator[VolumeScene]:
    scene = VolumeScene(session)
    yield scene
    scene.close()


def ball(grid: Geometry, centre: np.ndarray, radius_mm: float = 12.0, name: str = "GTV-1") -> Mask:
    index = np.stack(np.indices(grid.shape)[::-1], axis=-1)
    return Mask(np.linalg.norm(grid.index_to_patient(index) - centre, axis=-1) < radius_mm, grid, name)


def show(session: Session, axes: np.ndarray, hu: int = -1000) -> Geometry:
    grid = make_grid(axes, (30, 30, 30), (4.0, 4.0, 4.0))
    session.show(study_on(grid, np.full(grid.shape, hu, np.int16)))
    return grid


def draw(scene: VolumeScene, screen: Screen) -> np.ndarray:
    scene.prepare()
    return screen.draw(scene.renderer).astype(int)


def middle_of(lit: np.ndarray) -> tuple[float, float]:
    """Column and row (from the bottom) as parts of the picture, 0 to 1."""
    rows, columns = lit.nonzero()
    return float(columns.mean() / lit.shape[1]), float(rows.mean() / lit.shape[0])


@pytest.mark.parametrize("axes", SOME, ids=axes_name)
def test_a_surface_is_seen_on_its_side_of_the_patient(
    axes: np.ndarray, session: Session, scene: VolumeScene, screen: Screen
) -> None:
    """From the front, the patient's left is on the right, the head up."""
    grid = show(session, axes)
    left_and_up = session.roi.add(ball(grid, grid.centre_mm + np.array([25.0, 0, 25.0])))
    across, upwards = middle_of(draw(scene, screen).max(axis=-1) > 60)
    assert across > 0.55
    assert upwards > 0.55
    session.roi.remove(left_and_up.label)
    session.roi.add(ball(grid, grid.centre_mm + np.array([-25.0, 0, -25.0])))
    across, upwards = middle_of(draw(scene, screen).max(axis=-1) > 60)
    assert across < 0.45
    assert upwards < 0.45


@pytest.mark.parametrize("axes", SOME, ids=axes_name)
def test_dense_tissue_is_seen_on_its_side_of_the_patient(
    axes: np.ndarray, session: Session, scene: VolumeScene, screen: Screen
) -> None:
    grid = make_grid(axes, (30, 30, 30), (4.0, 4.0, 4.0))
    bone = ball(grid, grid.centre_mm + np.array([25.0, 0, 25.0])).voxels
    session.show(study_on(grid, np.where(bone, 1000, -1000).astype(np.int16)))
    across, upwards = middle_of(draw(scene, screen).max(axis=-1) > 60)
    assert across > 0.55
    assert upwards > 0.55


def test_a_study_is_first_seen_from_the_front(session: Session, scene: VolumeScene) -> None:
    show(session, np.eye(3))
    assert scene.facing()[0] == "A"


def test_turning_brings_the_other_sides_to_the_front(session: Session, scene: VolumeScene) -> None:
    show(session, np.eye(3))
    # A pull to the right turns the patient's right side to the viewer, step by step.
    for side in "RPLA":
        scene.rotate(90, 0)
        assert scene.facing()[0] == side
    # A pull upwards shows the patient from below.
    scene.rotate(0, 80)
    assert "I" in scene.facing()


def test_reset_looks_from_the_front_again(session: Session, scene: VolumeScene, screen: Screen) -> None:
    grid = show(session, np.eye(3))
    session.roi.add(ball(grid, grid.centre_mm))
    first = draw(scene, screen)
    scene.rotate(70, 20)
    scene.pan(0.2, 0.1)
    scene.zoom(1.4)
    assert (draw(scene, screen) != first).any()
    scene.reset()
    assert (draw(scene, screen) == first).all()


def test_panning_moves_the_picture_with_the_hand(
    session: Session, scene: VolumeScene, screen: Screen
) -> None:
    grid = show(session, np.eye(3))
    session.roi.add(ball(grid, grid.centre_mm))
    before = np.array(middle_of(draw(scene, screen).max(axis=-1) > 60))
    scene.pan(0.2, 0.1)
    after = np.array(middle_of(draw(scene, screen).max(axis=-1) > 60))
    height, width = 200, 260
    assert after - before == pytest.approx([0.2 * height / width, 0.1], abs=0.03)


def test_each_region_has_a_surface_in_its_colour(
    session: Session, scene: VolumeScene, screen: Screen
) -> None:
    grid = show(session, np.eye(3))
    segments = [
        session.roi.add(ball(grid, grid.centre_mm + np.array([side, 0.0, 0.0]), name=str(side)))
        for side in (-25.0, 25.0)
    ]
    pixels = draw(scene, screen)
    half = pixels.shape[1] // 2
    for segment, part in zip(segments, (pixels[:, :half], pixels[:, half:]), strict=True):
        lit = part[part.max(axis=-1) > 60].mean(axis=0)
        assert np.argsort(lit).tolist() == np.argsort(segment.colour, kind="stable").tolist()


def test_hidden_and_shown_again(session: Session, scene: VolumeScene, screen: Screen) -> None:
    grid = show(session, np.eye(3))
    label = session.roi.add(ball(grid, grid.centre_mm)).label
    shown = draw(scene, screen)
    session.roi.set_visible(label, False)
    assert draw(scene, screen).max() < 20
    session.roi.set_visible(label, True)
    assert (draw(scene, screen) == shown).all()


def test_a_hidden_region_stays_hidden_when_another_comes(
    session: Session, scene: VolumeScene, screen: Screen
) -> None:
    grid = show(session, np.eye(3))
    hidden = session.roi.add(ball(grid, grid.centre_mm + np.array([-25.0, 0.0, 0.0])))
    session.roi.set_visible(hidden.label, False)
    session.roi.add(ball(grid, grid.centre_mm + np.array([25.0, 0.0, 0.0])))
    across, _ = middle_of(draw(scene, screen).max(axis=-1) > 60)
    assert across > 0.55


def test_a_surface_is_made_when_it_is_drawn_not_when_it_is_painted(
    session: Session, scene: VolumeScene
) -> None:
    """Strokes come faster than pictures."""
    grid = show(session, np.eye(3))
    asked: list[bool] = []
    scene.surfaces_dirty.connect(lambda: asked.append(True))
    for _ in range(3):
        session.roi.add(ball(grid, grid.centre_mm))
    assert asked
    assert scene.renderer.GetActors().GetNumberOfItems() == 0
    scene.prepare()
    assert scene.renderer.GetActors().GetNumberOfItems() == 3


def test_closing_the_study_leaves_a_black_view(session: Session, scene: VolumeScene, screen: Screen) -> None:
    grid = show(session, np.eye(3), hu=200)
    session.roi.add(ball(grid, grid.centre_mm))
    assert draw(scene, screen).any()
    session.show(None)
    assert not draw(scene, screen).any()


def test_moving_is_coarser_and_ends_as_fine_as_before(
    session: Session, scene: VolumeScene, screen: Screen
) -> None:
    show(session, np.eye(3), hu=150)
    fine = draw(scene, screen)
    scene.moving = True
    assert (draw(scene, screen) != fine).any()
    scene.moving = False
    assert (draw(scene, screen) == fine).all()
