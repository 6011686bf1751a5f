"""Pictures of turned planes against interpolation in numpy, and standard planes untouched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from grids import make_grid, rotation, study_on

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.sampling import linear_at, shown_value
from ctprog_gui.core.imaging.slab import Projection, Slab
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.imaging.windows import Window
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.rendering.reslicer import OUTSIDE, Reslicer
from ctprog_gui.rendering.slice_scene import SliceScene
from ctprog_gui.state.session import Session
from ctprog_gui.state.viewports import Viewports

if TYPE_CHECKING:
    from conftest import Screen

Scenes = dict[Plane, SliceScene]
# Tilted itself, as a gantry may lie.
GRID = make_grid(rotation((1.0, 0.4, 0.2), 12), (30, 26, 18), (1.0, 1.2, 2.5))
VOXELS = np.random.default_rng(5).integers(-900, 900, GRID.shape).astype(np.int16)


def turn(viewports: Viewports, about: Plane, degrees: float) -> None:
    assert viewports.triad is not None
    viewports.turn_planes(viewports.triad.turned(about, np.radians(degrees)))


def oblique(session: Session, plane: Plane) -> ObliquePlane:
    stack = session.viewports.stack(plane)
    assert isinstance(stack, ObliquePlane)
    return stack


@pytest.mark.parametrize("dtype", [np.int16, np.float32, np.uint8, np.dtype(">i2")])
def test_a_slice_is_the_linear_interpolation_of_the_voxels(dtype: np.dtype, session: Session) -> None:
    voxels = np.abs(VOXELS // 4).astype(dtype)
    session.show(study_on(GRID, voxels))
    turn(session.viewports, Plane.CORONAL, 35)
    stack = oblique(session, Plane.AXIAL)
    number = stack.count // 3
    cut = Reslicer(voxels, GRID, outside=-1 if dtype != np.uint8 else 0).section(stack, number, Slab())
    width, height, _ = stack.geometry.size
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    points = stack.geometry.index_to_patient(np.stack([x, y, np.full_like(x, number)], axis=-1))
    expected = linear_at(Volume(voxels, GRID), points)
    inside = np.isfinite(expected)
    assert 0.3 < inside.mean() < 1
    # VTK keeps shares of a voxel to a fraction of 1/2048 or so.
    rounding = 0.5 if np.dtype(dtype).kind in "iu" else 0.0
    assert np.abs(cut[inside] - expected[inside]).max() <= rounding + 0.2
    assert (cut[~inside] == (0 if dtype == np.uint8 else -1)).mean() > 0.99


@pytest.mark.parametrize("projection", [Projection.MAXIMUM, Projection.MINIMUM, Projection.MEAN])
def test_a_slab_is_projected_along_the_turned_normal_and_the_pointer_reads_what_is_shown(
    projection: Projection, session: Session
) -> None:
    session.show(study_on(GRID, VOXELS))
    turn(session.viewports, Plane.SAGITTAL, -28)
    stack, slab = oblique(session, Plane.CORONAL), Slab(projection, 9.0)
    number = stack.count // 2
    cut = Reslicer(VOXELS, GRID).section(stack, number, slab)
    volume = Volume(VOXELS, GRID)
    for column, row in [(15, 20), (8, 30), (20, 12), (0, 0), (25, 25)]:
        point = stack.geometry.index_to_patient((column, row, number))
        told = shown_value(volume, stack, slab, point)
        if told is not None:
            assert cut[row, column] == pytest.approx(told, abs=0.8)
        else:
            # Its middle lies outside; what is shown there comes from the slices beside it, or is nothing.
            assert cut[row, column] == OUTSIDE or np.isnan(linear_at(volume, point))


def test_the_plane_that_is_dragged_in_and_a_reset_give_the_same_greys_as_ever(
    session: Session, scenes: Scenes
) -> None:
    session.show(study_on(GRID, VOXELS))
    before = {plane: scenes[plane]._picture._greys.copy() for plane in Plane}
    frames = {plane: session.viewports.framing(plane) for plane in Plane}
    turn(session.viewports, Plane.AXIAL, 30)
    assert np.array_equal(scenes[Plane.AXIAL]._picture._greys, before[Plane.AXIAL])
    assert not np.array_equal(scenes[Plane.CORONAL]._picture._greys, before[Plane.CORONAL])
    # A standard plane is drawn without the interpolation, which costs several times as much.
    assert scenes[Plane.AXIAL]._picture._reslicer is None
    assert scenes[Plane.CORONAL]._picture._reslicer is not None
    session.viewports.reset_planes()
    for plane in Plane:
        assert np.array_equal(scenes[plane]._picture._greys, before[plane])
        assert scenes[plane]._picture._reslicer is None
        assert session.viewports.stack(plane) is session.study.planes[plane]
        assert session.viewports.framing(plane).pan_mm == pytest.approx(frames[plane].pan_mm, abs=1e-9)


@pytest.mark.parametrize("plane", Plane)
@pytest.mark.parametrize("inverted", [False, True])
def test_a_ball_is_drawn_where_it_lies_and_what_is_outside_stays_black(
    plane: Plane, inverted: bool, session: Session, scenes: Scenes, screen: Screen
) -> None:
    grid = make_grid(np.eye(3), (60, 60, 40), (2.0, 2.0, 3.0))
    index = np.stack(np.indices(grid.shape)[::-1], axis=-1)
    centre = grid.index_to_patient((40, 22, 26))
    apart = np.linalg.norm(grid.index_to_patient(index) - centre, axis=-1)
    # HU fall off evenly with the distance, so that the surface lies at 9 mm between the voxels too.
    session.show(study_on(grid, np.clip(200 * (9 - apart), -1000, 1000).astype(np.int16)))
    session.viewports.window = Window(100, 0)
    session.viewports.inverted = inverted
    session.viewports.annotated = False
    session.viewports.move_crosshair(centre)
    scene = scenes[plane]
    before = scene.pixel_of(centre)
    for about, degrees in ((Plane.AXIAL, 33), (Plane.CORONAL, -21), (Plane.SAGITTAL, 14)):
        turn(session.viewports, about, degrees)
    seen = screen.draw(scene.renderer)
    inside = (seen.max(axis=2) < 128) if inverted else (seen.min(axis=2) > 127)
    # The crosshair does not move on the screen while the planes are turned.
    x, y = scene.pixel_of(centre)
    assert (x, y) == pytest.approx(before, abs=1e-6)
    rows, columns = np.nonzero(inside)
    near = np.hypot(rows - y, columns - x) < 25
    # The slice goes through the crosshair, so through the ball's middle: a disc of its radius.
    assert np.mean(columns[near]) == pytest.approx(x, abs=1)
    assert np.mean(rows[near]) == pytest.approx(y, abs=1)
    area = near.sum() * scene.mm_per_pixel**2
    assert area == pytest.approx(np.pi * 81, rel=0.05)
    if inverted:
        session.viewports.set_framing(plane, replace(session.viewports.framing(plane), zoom=0.7))
        seen = screen.draw(scene.renderer)
        # Air is white here, and what lies beyond the volume is not air.
        width, height = scene._size
        index = grid.patient_to_index([scene.point_at(x, height * 0.7) for x in range(20, width - 20)])
        beyond = (np.abs(index / (np.array(grid.size) - 1) - 0.5) > 0.53).any(axis=1)
        row = seen[round(height * 0.7), 20 : width - 20].max(axis=1)
        assert beyond.any()
        assert row[beyond].max() == 0
    assert scene.point_at(*scene.pixel_of(centre)) == pytest.approx(centre, abs=1e-6)


def test_the_outline_of_a_region_is_cut_with_the_slice(session: Session, scenes: Scenes) -> None:
    grid = make_grid(np.eye(3), (60, 60, 40), (2.0, 2.0, 3.0))
    session.show(study_on(grid))
    index = np.stack(np.indices(grid.shape)[::-1], axis=-1)
    centre = grid.index_to_patient((34, 28, 20))
    ball = np.linalg.norm(grid.index_to_patient(index) - centre, axis=-1) < 20
    session.roi.add(Mask(ball, grid, "ball"))
    session.viewports.move_crosshair(centre)
    turn(session.viewports, Plane.CORONAL, 40)
    overlay = scenes[Plane.AXIAL]._labels
    (fill,) = overlay._fills
    assert fill.prop.GetVisibility()
    (outline,) = overlay._outlines.values()
    assert outline.actor.GetVisibility()
    outline._edges.Update()
    ends = np.array(
        [
            outline._edges.GetOutput().GetPoint(i)
            for i in range(outline._edges.GetOutput().GetNumberOfPoints())
        ]
    )
    matrix = np.array([[outline.actor.GetUserMatrix().GetElement(r, c) for c in range(4)] for r in range(4)])
    places = np.column_stack([ends, np.ones(len(ends))]) @ matrix.T
    apart = np.linalg.norm(places[:, :3] - centre, axis=1)
    # To half a voxel's diagonal.
    assert np.abs(apart - 20).max() < 2.2
    # Where the slice leaves the ball there is neither.
    session.viewports.scroll(Plane.AXIAL, 12)
    assert not fill.prop.GetVisibility()
    assert not outline.actor.GetVisibility()
    session.viewports.scroll(Plane.AXIAL, -12)
    assert fill.prop.GetVisibility()
    session.viewports.reset_planes()
    assert overlay._fills[0] is not fill
    assert overlay._fills[0].prop.GetVisibility()


def test_the_saliency_is_cut_with_the_slice_though_its_grid_is_coarser(
    session: Session, scenes: Scenes, screen: Screen
) -> None:
    grid = make_grid(np.eye(3), (60, 60, 40), (2.0, 2.0, 3.0))
    session.show(study_on(grid, np.full(grid.shape, -1000, np.int16)))
    session.viewports.annotated = False
    coarse = make_grid(
        np.eye(3), (20, 20, 20), (6.0, 6.0, 6.0), tuple(np.add(grid.origin_mm, (2.0, 2.0, 1.5)))
    )
    index = np.stack(np.indices(coarse.shape)[::-1], axis=-1)
    centre = grid.index_to_patient((40, 25, 20))
    apart = np.linalg.norm(coarse.index_to_patient(index) - centre, axis=-1)
    values = np.clip(255 - 8 * apart, 0, 255).astype(np.uint8)
    session.viewports.move_crosshair(centre)
    turn(session.viewports, Plane.CORONAL, 35)
    scene = scenes[Plane.AXIAL]
    plain = screen.draw(scene.renderer)
    prediction = Prediction("bundle", "system", "0" * 64, risk_score=1.0, risk_group="high", cutoff=0.5)
    session.prognosis.put(prediction)
    session.prognosis.put_saliency(prediction, Volume(values, coarse))
    look = session.prognosis.saliency_look
    session.prognosis.saliency_look = replace(look, visible=True, threshold=0.5, opacity=1.0)
    shown = screen.draw(scene.renderer)
    changed = np.abs(shown.astype(int) - plain).max(axis=2) > 20
    rows, columns = np.nonzero(changed)
    x, y = scene.pixel_of(centre)
    # Half of 255 is reached 16 mm from the middle, in the turned plane as in any other.
    assert (np.mean(columns), np.mean(rows)) == pytest.approx((x, y), abs=1.5)
    assert changed.sum() * scene.mm_per_pixel**2 == pytest.approx(np.pi * 16**2, rel=0.12)
    # 20 mm beside the middle the plane misses it.
    session.viewports.move_crosshair(centre + 20 * scene._stack.towards_viewer_lps)
    assert np.abs(screen.draw(scene.renderer).astype(int) - plain).max() < 20
    session.viewports.reset_planes()
    session.viewports.move_crosshair(centre)
    assert scene._saliency._oblique.visible is False
