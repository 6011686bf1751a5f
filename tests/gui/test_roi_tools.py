"""Outlines, effects and proposals with the mouse and the keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from gui_support import drag, hover, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctprog_gui.commands.catalogue import command
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.effect import Part
from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.core.roi.layers import Overlap
from ctprog_gui.core.roi.margin import grown, shrunk
from ctprog_gui.state.stroke import Limit, Tool
from ctprog_gui.views.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
planes = pytest.mark.parametrize("plane", list(Plane))


def canvas(window: MainWindow, plane: Plane):
    return window.viewer.slices[plane].canvas


def pixel(window: MainWindow, plane: Plane, index) -> QPoint:
    view = canvas(window, plane)
    x, y = view.scene.pixel_of(window.session.study.volume.geometry.index_to_patient(index))
    return QPoint(round(x), view.height() - 1 - round(y))


def square(window: MainWindow, plane: Plane, half: float) -> tuple[list[QPoint], np.ndarray]:
    """Corners on the screen of a square around the crosshair, and the voxels within it."""
    view = canvas(window, plane)
    # On a busy machine the layout may still be on its way: pixels are only good once it has settled.
    size = None
    while size != view.size():
        size = view.size()
        QTest.qWait(50)
    study = window.session.study
    stack, grid = study.planes[plane], study.volume.geometry
    middle = np.rint(grid.patient_to_index(window.session.viewports.crosshair_mm))
    corners = []
    for right, up in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        corner = middle.copy()
        corner[stack.horizontal] += right * half
        corner[stack.vertical] += up * half
        corners.append(pixel(window, plane, corner))
    places = np.stack(np.indices(grid.shape)[::-1], -1) - middle
    inside = np.abs(places[..., stack.axis]) < 0.5
    inside &= np.abs(places[..., stack.horizontal]) < half
    inside &= np.abs(places[..., stack.vertical]) < half
    return corners, inside


@planes
def test_a_polygon_is_clicked_in_every_plane_and_closed_with_enter(opened: MainWindow, plane: Plane):
    corners, inside = square(opened, plane, 5.5)
    view = canvas(opened, plane)
    QTest.keyClick(opened, "O")
    assert opened.session.tools.tool is Tool.POLYGON
    for corner in corners:
        QTest.mouseClick(view, LEFT, pos=corner)
    hover(view, corners[0] + QPoint(9, 30))
    assert opened.session.roi.labels is None or not opened.session.roi.labels.any()
    QTest.keyClick(opened, Qt.Key.Key_Return)
    assert np.array_equal(opened.session.roi.labels > 0, inside)
    assert opened.findChild(object, "roi.undo").text() == "Undo Polygon"


def test_a_double_click_or_the_first_corner_closes_and_escape_drops(opened: MainWindow):
    corners, inside = square(opened, Plane.AXIAL, 5.5)
    view = canvas(opened, Plane.AXIAL)
    QTest.keyClick(opened, "O")
    for corner in corners[:3]:
        QTest.mouseClick(view, LEFT, pos=corner)
    QTest.keyClick(opened, Qt.Key.Key_Escape)
    assert opened.session.sketch.plane is None
    for corner in (*corners, corners[0]):
        QTest.mouseClick(view, LEFT, pos=corner)
    assert np.array_equal(opened.session.roi.labels > 0, inside)
    # With Ctrl the same outline erases, closed by a double click this time.
    for corner in corners:
        QTest.mouseClick(view, LEFT, Qt.KeyboardModifier.ControlModifier, corner)
    QTest.mouseDClick(view, LEFT, Qt.KeyboardModifier.NoModifier, corners[3])
    assert not opened.session.roi.labels.any()
    assert opened.session.roi.history.undo_name == "Erase by polygon"


@planes
def test_the_lasso_fills_what_it_goes_around(opened: MainWindow, plane: Plane):
    corners, inside = square(opened, plane, 5.5)
    view = canvas(opened, plane)
    QTest.keyClick(opened, "F")
    QTest.mousePress(view, LEFT, pos=corners[0])
    for corner in corners[1:]:
        QTest.mouseMove(view, corner)
        hovered = canvas(opened, plane)._drag
        hovered.move(corner.toPointF())
    QTest.mouseRelease(view, LEFT, pos=corners[3])
    settle(opened)
    assert np.array_equal(opened.session.roi.labels > 0, inside)
    assert opened.session.roi.history.undo_name == "Freehand"


def test_paint_lands_only_in_the_range_of_hu(opened: MainWindow):
    session = opened.session
    middle = session.study.volume.geometry.patient_to_index(session.viewports.crosshair_mm)
    at = pixel(opened, Plane.AXIAL, middle)
    value = int(session.study.volume.voxels[tuple(np.rint(middle[::-1]).astype(int))])
    session.tools.limit = Limit(False, HuRange(value - 3, value + 3))
    QTest.keyClick(opened, "U", Qt.KeyboardModifier.ShiftModifier)
    assert opened.roi_panel.limits.isVisible()
    QTest.keyClick(opened, "B")
    drag(canvas(opened, Plane.AXIAL), at - QPoint(40, 0), at + QPoint(40, 0))
    painted = session.roi.labels > 0
    assert painted.any()
    hu = session.study.volume.voxels[painted]
    assert (hu.min(), hu.max()) >= (value - 3, value - 3)
    assert hu.max() <= value + 3


def proposed(window: MainWindow, qtbot: QtBot, identifier: str) -> None:
    command(identifier).run(window)
    qtbot.waitUntil(lambda: window.session.proposal.current is not None, timeout=20_000)
    settle(window)


def test_a_margin_is_shown_then_made_then_undone(opened: MainWindow, sphere: Mask, qtbot: QtBot):
    session = opened.session
    session.roi.add(sphere)
    session.go_to_roi()
    session.viewports.crosshair_visible = False
    settle(opened)
    plain = canvas(opened, Plane.AXIAL).picture()
    proposed(opened, qtbot, "effects.margin")
    assert canvas(opened, Plane.AXIAL).picture() != plain
    assert np.array_equal(session.roi.labels > 0, sphere.voxels)
    panel = opened.roi_panel.effects
    assert panel.apply.isVisible()
    first = session.proposal.current
    panel.number.setValue(6.0)
    qtbot.waitUntil(lambda: session.proposal.current not in (None, first), timeout=20_000)
    QTest.keyClick(opened, Qt.Key.Key_Return)
    wide = grown(Part(sphere.voxels, sphere.geometry.spacing_mm), 6.0)
    assert np.array_equal(session.roi.labels > 0, wide)
    assert not panel.apply.isVisible()
    assert session.roi.history.undo_name == "Grow 6 mm"
    session.roi.undo()
    assert np.array_equal(session.roi.labels > 0, sphere.voxels)
    # And no proposal comes of the undo by itself.
    qtbot.wait(300)
    assert session.proposal.current is None


def test_all_visible_segments_are_smoothed_together_in_one_step(
    opened: MainWindow, sphere: Mask, qtbot: QtBot
):
    roi, grid = opened.session.roi, sphere.geometry
    x = np.indices(grid.shape)[2]
    ragged = sphere.voxels.copy()
    ragged[::2] &= np.indices(grid.shape)[1][::2] % 5 != 0
    for name, voxels in (
        ("locked", sphere.voxels & (x < 9)),
        ("hidden", sphere.voxels & (x >= 16)),
        ("first", ragged & (x >= 9) & (x < 12)),
        ("second", ragged & (x >= 12) & (x < 16)),
    ):
        roi.add(Mask(voxels, grid, name))
    roi.set_locked(1, True)
    roi.set_visible(2, False)
    opened.session.go_to_roi()
    settle(opened)
    plain, before = canvas(opened, Plane.AXIAL).picture(), roi.labels.copy()
    proposed(opened, qtbot, "effects.joint")
    assert canvas(opened, Plane.AXIAL).picture() != plain
    assert np.array_equal(roi.labels, before)
    assert {one.label for one in opened.session.proposal.current.changes} == {3, 4}
    QTest.keyClick(opened, Qt.Key.Key_Return)
    after = roi.labels.copy()
    assert not np.array_equal(after, before)
    for label in (1, 2):
        assert np.array_equal(after == label, before == label)
    # The cuts through the ragged ball are closed, and no gap is left between two of them.
    within = shrunk(Part(sphere.voxels, grid.spacing_mm), 4.0)
    assert (after[within] > 0).all()
    assert not (before[within] > 0).all()
    assert roi.history.undo_name == "Joint smoothing 2 mm"
    roi.undo()
    assert np.array_equal(roi.labels, before)
    # Where two overlap, there is no one answer, and none is given.
    roi.add(Mask(sphere.voxels, grid, "over both"), Overlap.ALLOW)
    command("effects.joint").run(opened)
    qtbot.waitUntil(lambda: "overlap" in opened.status.notice.text(), timeout=20_000)
    assert opened.session.proposal.current is None


def test_escape_discards_and_leaves_a_running_prediction_alone(
    opened: MainWindow, sphere: Mask, qtbot: QtBot
):
    opened.session.roi.add(sphere)
    proposed(opened, qtbot, "effects.opening")
    QTest.keyClick(opened, Qt.Key.Key_Escape)
    assert opened.session.proposal.current is None
    assert opened.session.tools.effect is None
    assert np.array_equal(opened.session.roi.labels > 0, sphere.voxels)


def test_slices_between_are_filled(opened: MainWindow, sphere: Mask, qtbot: QtBot):
    session = opened.session
    drawn = sphere.voxels.copy()
    filled = np.flatnonzero(drawn.any(axis=(1, 2)))
    drawn[filled[1::2]] = False
    session.roi.add(Mask(drawn, sphere.geometry, "every second"))
    proposed(opened, qtbot, "effects.fill-between")
    opened.roi_panel.effects.apply.click()
    back = session.roi.labels > 0
    last = np.flatnonzero(drawn.any(axis=(1, 2)))[-1]
    known = sphere.voxels[: last + 1]
    overlap = 2 * np.count_nonzero(back[: last + 1] & known) / (back.sum() + known.sum())
    assert overlap > 0.93


@planes
def test_a_click_proposes_what_is_as_dense(opened: MainWindow, plane: Plane, qtbot: QtBot):
    session = opened.session
    QTest.keyClick(opened, "Q")
    grid = session.study.volume.geometry
    at = pixel(opened, plane, np.rint(grid.patient_to_index(session.viewports.crosshair_mm)))
    QTest.mouseClick(canvas(opened, plane), LEFT, pos=at)
    qtbot.waitUntil(lambda: session.proposal.current is not None, timeout=20_000)
    assert not session.roi.labels.any()
    QTest.keyClick(opened, Qt.Key.Key_Return)
    z, y, x = np.rint(grid.patient_to_index(session.viewports.crosshair_mm)).astype(int)[::-1]
    assert session.roi.labels[z, y, x] == 1
    hu = session.study.volume.voxels[session.roi.labels > 0]
    assert np.ptp(hu) < np.ptp(session.study.volume.voxels)
    assert session.roi.history.undo_name == "Grow region"


def test_an_effect_on_nothing_says_so(opened: MainWindow, sphere: Mask, qtbot: QtBot):
    opened.session.roi.add_empty("empty")
    settle(opened)
    command("effects.margin").run(opened)
    qtbot.waitUntil(lambda: "is empty" in opened.status.notice.text(), timeout=5_000)
    opened.session.roi.add(sphere)
    opened.session.roi.set_locked(2, True)
    command("effects.margin").run(opened)
    qtbot.waitUntil(lambda: "is locked" in opened.status.notice.text(), timeout=5_000)
