"""Scissors in the volume view: a line drawn there cuts the active segment through its depth."""

from __future__ import annotations

import numpy as np
import pytest
from gui_support import drag, held, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.scissors import Cut, Scissors
from ctprog_gui.views.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def cutting(opened: MainWindow, sphere: Mask) -> MainWindow:
    opened.session.roi.add(sphere)
    view = opened.viewer.volume.canvas
    view.picture()
    # From an angle, and near, so that the perspective tells.
    drag(view, view.rect().center(), view.rect().center() + QPoint(50, -30))
    view.scene.zoom(1.6)
    settle(opened)
    QTest.keyClick(view, "K")
    return opened


def seen_at(window: MainWindow, mask: Mask) -> np.ndarray:
    """Where VTK itself draws the centres of a region's voxels, in widget pixels (n, 2)."""
    view, places = window.viewer.volume.canvas, []
    for x, y, z in mask.centres_mm():
        view.scene.renderer.SetWorldPoint(x, y, z, 1.0)
        view.scene.renderer.WorldToDisplay()
        across, up, _ = view.scene.renderer.GetDisplayPoint()
        places.append((across, view.height() - 1 - up))
    return np.array(places)


def draw_box(window: MainWindow, low: np.ndarray, high: np.ndarray) -> None:
    """A drag along the edges of a box, given in widget pixels."""
    view = window.viewer.volume.canvas
    (left, top), (right, bottom) = np.rint(low).astype(int), np.rint(high).astype(int)
    corners = [QPoint(*map(int, at)) for at in ((left, top), (right, top), (right, bottom), (left, bottom))]
    QTest.mousePress(view, LEFT, pos=corners[0])
    for start, stop in zip(corners, [*corners[1:], corners[0]], strict=True):
        for step in range(1, 11):
            held(view, start + (stop - start) * step / 10)
    assert view.scene.line_shown
    QTest.mouseRelease(view, LEFT, pos=corners[0])
    assert not view.scene.line_shown


def test_what_is_seen_in_the_line_is_cut_through_all_its_depth(
    cutting: MainWindow, sphere: Mask, qtbot: QtBot
):
    session, view = cutting.session, cutting.viewer.volume.canvas
    places = seen_at(cutting, sphere)
    low, middle, high = places.min(axis=0) - 9, np.median(places, axis=0), places.max(axis=0) + 9
    # The half of it that is seen on the left, and some air around.
    high = np.array([middle[0], high[1]])
    for cut in (Cut.ERASE_INSIDE, Cut.ERASE_OUTSIDE):
        session.tools.scissors = Scissors(cut)
        plain = view.picture()
        draw_box(cutting, low, high)
        qtbot.waitUntil(lambda: session.proposal.current is not None, timeout=20_000)
        settle(cutting)
        assert view.picture() != plain
        assert np.array_equal(session.roi.mask_of(1).voxels, sphere.voxels)
        QTest.keyClick(view, Qt.Key.Key_Return)
        kept = session.roi.mask_of(1).voxels[sphere.voxels]
        within = places[:, 0] < high[0]
        # As exact as a line along whole pixels is.
        sure = np.abs(places[:, 0] - high[0]) > 1
        assert 0.3 < within.mean() < 0.7
        assert np.array_equal(kept[sure], within[sure] == (cut is Cut.ERASE_OUTSIDE))
        assert session.roi.history.undo_name == "Scissors in 3D"
        QTest.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert np.array_equal(session.roi.mask_of(1).voxels, sphere.voxels)

    # Ctrl turns the view meanwhile, Escape drops the cut, and what can't be cut says so.
    session.tools.scissors = Scissors()
    before = view.scene.projection()
    middle = view.rect().center()
    drag(view, middle, middle + QPoint(40, 0), modifiers=Qt.KeyboardModifier.ControlModifier)
    assert not np.allclose(view.scene.projection(), before)
    places = seen_at(cutting, sphere)
    box = places.min(axis=0) - 9, np.median(places, axis=0)
    draw_box(cutting, *box)
    qtbot.waitUntil(lambda: session.proposal.current is not None, timeout=20_000)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert session.proposal.current is None
    session.tools.scissors = Scissors(Cut.FILL_INSIDE)
    draw_box(cutting, *box)
    assert "inside or outside" in cutting.status.notice.text()
    session.tools.scissors = Scissors()
    session.roi.set_locked(1, True)
    draw_box(cutting, *box)
    assert "locked" in cutting.status.notice.text()
    assert np.array_equal(session.roi.mask_of(1).voxels, sphere.voxels)
