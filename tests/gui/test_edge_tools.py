"""Tools that read the image, with the mouse, in every plane."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from gui_support import drag, held, hover, make_study, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.state.stroke import BrushSettings, Tool
from ctprog_gui.state.study import Study
from ctprog_gui.views.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
planes = pytest.mark.parametrize("plane", list(Plane))
CENTRE, RADIUS_MM = np.array([19.0, 23.0, 15.0]), 22.0


@pytest.fixture
def study() -> Study:
    """A ball of 30 HU in lung, its middle in the middle of the study."""
    made = make_study()
    grid = made.volume.geometry
    hu = np.where(ball(made), 30, -850) + np.random.default_rng(1).integers(-30, 30, grid.shape)
    return replace(made, volume=Volume(hu.astype(np.int16), grid))


def ball(study: Study) -> np.ndarray:
    grid = study.volume.geometry
    places = (np.stack(np.indices(grid.shape)[::-1], -1) - CENTRE) * grid.spacing_mm
    return np.linalg.norm(places, axis=-1) < RADIUS_MM


def on_slice(window: MainWindow, plane: Plane) -> np.ndarray:
    """The ball on the slice that the plane shows."""
    study = window.session.study
    inside, shown = ball(study), np.zeros(study.volume.geometry.shape, bool)
    part = [slice(None)] * 3
    part[2 - study.planes[plane].axis] = window.session.viewports.slice_of(plane)
    shown[tuple(part)] = inside[tuple(part)]
    return shown


def at(window: MainWindow, plane: Plane, right_mm: float, up_mm: float) -> QPoint:
    """The pixel so far from the ball's middle, along the voxels' axes."""
    view = window.viewer.slices[plane].canvas
    size = None
    while size != view.size():
        size = view.size()
        QTest.qWait(50)
    study = window.session.study
    stack, index = study.planes[plane], CENTRE.copy()
    index[stack.horizontal] += right_mm / study.volume.geometry.spacing_mm[stack.horizontal]
    index[stack.vertical] += up_mm / study.volume.geometry.spacing_mm[stack.vertical]
    x, y = view.scene.pixel_of(study.volume.geometry.index_to_patient(index))
    return QPoint(round(x), view.height() - 1 - round(y))


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))


@pytest.fixture
def centred(opened: MainWindow) -> MainWindow:
    grid = opened.session.study.volume.geometry
    opened.session.viewports.move_crosshair(grid.index_to_patient(CENTRE))
    settle(opened)
    return opened


def take(window: MainWindow, tool: Tool) -> None:
    """With its button: keys would need the window to be the active one."""
    QTest.mouseClick(window.roi_panel.tools[tool], LEFT)
    assert window.session.tools.tool is tool


@planes
def test_a_livewire_of_four_clicks_is_shown_and_then_closed(centred: MainWindow, plane: Plane):
    view = centred.viewer.slices[plane].canvas
    take(centred, Tool.LIVEWIRE)
    ends = [at(centred, plane, *place) for place in ((22, 0), (0, 22), (-22, 0), (0, -22))]
    for click in ends[:3]:
        QTest.mouseClick(view, LEFT, pos=click)
    hover(view, at(centred, plane, 16, -16))
    # The line to the pointer bends: it follows the edge.
    way = centred.session.sketch.way_to(view.scene.point_at(*view.device_position(*ends[0].toTuple())))
    straight = np.linalg.norm(way[-1] - way[0])
    assert np.linalg.norm(np.diff(way, axis=0), axis=1).sum() > 1.02 * straight
    assert not centred.session.roi.segments
    QTest.mouseClick(view, LEFT, pos=ends[3])
    QTest.mouseDClick(view, LEFT, pos=ends[3])
    found = centred.session.roi.mask_of(1).voxels
    assert dice(found, on_slice(centred, plane)) > 0.95
    assert centred.findChild(object, "roi.undo").text() == "Undo Livewire"


@planes
@pytest.mark.parametrize("through", [False, True])
def test_scissors_show_their_cut_before_they_make_it(
    centred: MainWindow, plane: Plane, through: bool, qtbot: QtBot
):
    session, panel = centred.session, centred.roi_panel
    view = centred.viewer.slices[plane].canvas
    session.roi.add(Mask(ball(session.study), session.study.volume.geometry, "ball"))
    before = session.roi.mask_of(1).voxels
    # The panel makes room for the measures, and the views move with it.
    qtbot.waitUntil(lambda: session.roi.measures is not None, timeout=15_000)
    take(centred, Tool.SCISSORS)
    assert panel.scissors.isVisible()
    panel.scissors.depth.setFocus()
    QTest.keyClick(panel.scissors.depth, Qt.Key.Key_End if through else Qt.Key.Key_Home)
    settle(centred)
    places = ((1, -60), (60, -60), (60, 60), (1, 60), (1, -60))
    for _ in range(2):
        # Once more, should the layout have been on its way still.
        corners = [at(centred, plane, *place) for place in places]
    QTest.mousePress(view, LEFT, pos=corners[0])
    for corner in corners[1:]:
        held(view, corner)
    QTest.mouseRelease(view, LEFT, pos=corners[-1])
    settle(centred)
    assert np.array_equal(session.roi.mask_of(1).voxels, before)
    assert session.proposal.current.removed > 0
    QTest.mouseClick(panel.effects.apply, LEFT)
    stack = session.study.planes[plane]
    places = np.stack(np.indices(before.shape)[::-1], -1)
    right = places[..., stack.horizontal] - CENTRE[stack.horizontal] > 0.75
    on = places[..., stack.axis] == session.viewports.slice_of(plane)
    assert np.array_equal(session.roi.mask_of(1).voxels, before & ~(right & (on | through)))
    assert centred.findChild(object, "roi.undo").text() == "Undo Scissors"


@planes
def test_the_adaptive_brush_stays_in_the_ball(centred: MainWindow, plane: Plane):
    session = centred.session
    view = centred.viewer.slices[plane].canvas
    take(centred, Tool.ADAPTIVE)
    session.tools.brush = BrushSettings(radius_mm=14.0)
    for places in (((-18, 0), (18, 0)), ((0, -18), (0, 18))):
        drag(view, *(at(centred, plane, *place) for place in places))
    found, inside = session.roi.mask_of(1).voxels, on_slice(centred, plane)
    # The disc reaches 10 mm out of the ball; what it takes there is voxels cut by the edge, at most.
    assert (found & ~inside).sum() <= 0.03 * found.sum()
    assert (found & inside).sum() > 0.9 * inside.sum()
    assert centred.findChild(object, "roi.undo").text() == "Undo Paint adaptively"


@planes
def test_level_tracing_shows_its_line_and_a_click_paints(centred: MainWindow, plane: Plane):
    session = centred.session
    view = centred.viewer.slices[plane].canvas
    take(centred, Tool.LEVEL)
    there = at(centred, plane, 20.5, 0)
    hover(view, there)
    shown = np.zeros(session.study.volume.geometry.shape, bool)
    shown[session.tracing.current.box] = session.tracing.current.shape
    assert not session.roi.segments
    QTest.mouseClick(view, LEFT, pos=there)
    assert np.array_equal(session.roi.mask_of(1).voxels, shown)
    assert dice(shown, on_slice(centred, plane)) > 0.9
    take(centred, Tool.NAVIGATE)
    assert session.tracing.current is None


def test_two_segments_grow_from_seeds_to_the_edge_between_them(centred: MainWindow, qtbot: QtBot):
    session, panel = centred.session, centred.roi_panel.effects
    grid = session.study.volume.geometry
    places = np.linalg.norm((np.stack(np.indices(grid.shape)[::-1], -1) - CENTRE) * grid.spacing_mm, axis=-1)
    session.roi.add(Mask((places > 30) & (places < 33), grid, "lung"))
    session.roi.add(Mask(places < 8, grid, "ball"))
    panel.kinds.setCurrentIndex(panel.kinds.findData("seeds"))
    panel.kinds.activated.emit(panel.kinds.currentIndex())
    qtbot.waitUntil(lambda: session.proposal.current is not None, timeout=20_000)
    near = session.proposal.current
    panel.number.setValue(25.0)
    # What is applied is what is shown: the proposal of the first distance stays until the next is there.
    qtbot.waitUntil(lambda: session.proposal.current not in (None, near), timeout=20_000)
    assert session.proposal.current.added > near.added
    QTest.mouseClick(panel.apply, LEFT)
    assert dice(session.roi.mask_of(2).voxels, ball(session.study)) > 0.97
    assert centred.findChild(object, "roi.undo").text() == "Undo Grow from seeds against lung"
