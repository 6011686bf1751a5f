"""The greys of a slice: looked up or computed, they are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from grids import make_grid, study_on

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.windows import PRESETS, Window
from ctprog_gui.rendering.slice_scene import SliceScene
from ctprog_gui.state.session import Session

if TYPE_CHECKING:
    from conftest import Screen

Scenes = dict[Plane, SliceScene]
GRID = make_grid(np.eye(3), (10, 10, 10), (20.0, 20.0, 20.0))


def grey_of(hu: float, window: Window) -> float:
    low, high = window.range_hu
    return 255 * min(max((hu - low) / (high - low), 0.0), 1.0)


def draw_uniform(
    session: Session, scene: SliceScene, screen: Screen, hu: float, dtype: type, name: str
) -> np.ndarray:
    session.show(study_on(GRID, np.full(GRID.shape, hu, dtype), name=name))
    # Away from letters and annotation.
    return screen.draw(scene.renderer)[60:90, 90:120].astype(int)


@pytest.mark.parametrize("dtype", [np.int16, np.float32, np.int32, np.uint8, np.dtype(">i2")])
@pytest.mark.parametrize("name", PRESETS)
def test_every_kind_of_voxel_has_the_greys_of_its_window(
    name: str, dtype: type, session: Session, scenes: Scenes, screen: Screen
) -> None:
    session.viewports.window = PRESETS[name]
    for hu in (0, 20, 77, 130, 250):
        shown = draw_uniform(session, scenes[Plane.AXIAL], screen, hu, dtype, f"{hu}")
        assert shown == pytest.approx(np.full(shown.shape, grey_of(hu, PRESETS[name])), abs=1)


@pytest.mark.parametrize("hu", [-32768, -1024, -1, 0, 1, 3071, 32767])
def test_the_whole_range_of_int16(hu: int, session: Session, scenes: Scenes, screen: Screen) -> None:
    for window in (Window(400, 40), Window(1, 0), Window(65535, 0)):
        session.viewports.window = window
        shown = draw_uniform(session, scenes[Plane.CORONAL], screen, hu, np.int16, str(window))
        assert shown == pytest.approx(np.full(shown.shape, grey_of(hu, window)), abs=1)


def test_a_fraction_of_a_hu_counts_where_there_is_one(
    session: Session, scenes: Scenes, screen: Screen
) -> None:
    session.viewports.window = Window(1, 0)
    shown = draw_uniform(session, scenes[Plane.AXIAL], screen, 0.25, np.float32, "float")
    assert shown == pytest.approx(np.full(shown.shape, 0.75 * 255), abs=1)


@pytest.mark.parametrize("plane", Plane)
def test_each_slice_has_its_own_greys_in_every_window(
    plane: Plane, session: Session, scenes: Scenes, screen: Screen
) -> None:
    voxels = np.zeros(GRID.shape, np.int16)
    axis = {Plane.AXIAL: 0, Plane.CORONAL: 1, Plane.SAGITTAL: 2}[plane]
    np.moveaxis(voxels, axis, 0)[...] = 40 * np.arange(10)[:, np.newaxis, np.newaxis]
    session.show(study_on(GRID, voxels))
    for window in (Window(400, 200), Window(800, 100)):
        session.viewports.window = window
        for number in (0, 3, 9, 4):
            session.viewports.go_to_slice(plane, number)
            shown = screen.draw(scenes[plane].renderer)[60:90, 90:120].astype(int)
            assert shown == pytest.approx(np.full(shown.shape, grey_of(40 * number, window)), abs=1)


def test_between_voxels_the_grey_is_interpolated(session: Session, scenes: Scenes, screen: Screen) -> None:
    voxels = np.zeros(GRID.shape, np.int16)
    voxels[:] = (100 * np.arange(10)).astype(np.int16)
    session.show(study_on(GRID, voxels))
    session.viewports.window = Window(900, 450)
    scene = scenes[Plane.AXIAL]
    row = screen.draw(scene.renderer)[70, :, 0].astype(int)
    columns = [scene.pixel_of(GRID.index_to_patient((x, 5, 5)))[0] for x in np.linspace(0, 9, 40)]
    meant = np.linspace(0, 255, 40)
    assert row[np.rint(columns).astype(int)] == pytest.approx(meant, abs=3)
