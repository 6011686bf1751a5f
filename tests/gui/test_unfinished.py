"""What is not made yet: previews, outlines and what is being worked out, with real events."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from either_series import on_either, painted, stroke, told, triangle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ctprog_gui.commands.catalogue import command
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.core.roi.margin import Margin
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Limit, Tool
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.panels.segment_table import NAME
from ctprog_gui.views.viewer.slice_view import SliceCanvas

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def margin(opened: MainWindow, sphere: Mask, qtbot: QtBot) -> MainWindow:
    """A ball with a margin of 3 mm on the screen."""
    opened.session.roi.add(sphere)
    command("effects.margin").run(opened)
    qtbot.waitUntil(lambda: opened.session.proposal.current is not None, timeout=20_000)
    return opened


def type_into(box, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)


@pytest.mark.parametrize("how", ["enter", "apply"])
def test_a_yes_waits_for_the_figure_that_is_in_the_box(margin: MainWindow, qtbot: QtBot, how: str):
    session, panel = margin.session, margin.roi_panel.effects
    type_into(panel.number, "5")
    assert session.proposal.current is None
    assert panel.told.text() == "It is being worked out…"
    if how == "enter":
        QTest.keyClick(panel.number, Qt.Key.Key_Return)
    else:
        QTest.mouseClick(panel.apply, LEFT)
    assert not panel.apply.isEnabled()
    qtbot.waitUntil(lambda: session.tools.effect is None, timeout=20_000)
    assert session.roi.history.undo_name == "Grow 5 mm"
    assert session.proposal.current is None


def test_a_new_range_of_hu_drops_what_was_made_with_the_old_one(margin: MainWindow, qtbot: QtBot):
    session = margin.session
    session.tools.limit = Limit(True, HuRange(190, 210))
    assert session.proposal.current is None
    qtbot.waitUntil(lambda: session.proposal.current is not None, timeout=20_000)
    (change,) = session.proposal.current.changes
    grown = session.study.volume.voxels[session.proposal.current.box][change.shape & ~change.before]
    assert grown.size
    assert grown.min() >= 190
    assert grown.max() <= 210


def test_undo_drops_a_preview_and_leaves_all_steps(margin: MainWindow, qtbot: QtBot):
    session = margin.session
    assert margin.findChild(object, "roi.undo").text() == "Undo Preview"
    QTest.keyClick(margin, Qt.Key.Key_Z, CTRL)
    assert session.proposal.current is None
    assert session.tools.effect is None
    assert [s.name for s in session.roi.segments] == ["ball"]
    assert session.roi.history.undo_name == "Add ball"
    QTest.keyClick(margin, Qt.Key.Key_Z, CTRL)
    assert not session.roi.segments


@on_either
def test_undo_takes_back_corners_before_any_step(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    QTest.keyClick(view, "B")
    stroke(view)
    session.undoing.undo()
    QTest.keyClick(view, "O")
    triangle(view)
    for left in (2, 1, 0):
        # What was undone before can't come back under an outline either.
        QTest.keyClick(view, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClick(view, Qt.Key.Key_Z, CTRL)
        assert len(session.sketch.anchors_mm) == left
        assert session.roi.history.undo_name == "Add GTV"
    QTest.keyClick(view, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert session.roi.history.undo_name == "Paint"


@on_either
def test_undo_drops_a_measure_that_is_being_drawn(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    session.tools.tool = Tool.POLYLINE
    QTest.mouseClick(view, LEFT, pos=view.rect().center())
    assert session.annotations.draft is not None
    QTest.keyClick(view, Qt.Key.Key_Z, CTRL)
    assert session.annotations.draft is None
    assert session.roi.history.undo_name == "Add GTV"


@on_either
def test_escape_drops_the_outline_of_the_series_in_hand(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    QTest.keyClick(view, "O")
    triangle(view)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert session.sketch.plane is None


class Held:
    """A region that is grown only once it is let go, as one of a large tumour takes its time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from ctprog_gui.core.roi import growing

        self.go, self.begun, real = threading.Event(), threading.Event(), growing.grow

        def grow(*given):
            self.begun.set()
            assert self.go.wait(20)
            return real(*given)

        monkeypatch.setattr(growing, "grow", grow)


@pytest.mark.parametrize("how", ["escape", "undo", "another segment"])
def test_what_is_being_grown_is_called_off(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, how: str
):
    held, session = Held(monkeypatch), opened.session
    for name in ("GTV", "Node"):
        session.roi.add_empty(name)
    view = opened.viewer.slices[next(iter(opened.viewer.slices))].canvas
    QTest.keyClick(opened, "Q")
    QTest.mouseClick(view, LEFT, pos=view.rect().center())
    assert held.begun.wait(20)
    assert opened.roi_panel.effects.told.text() == "It is being worked out…"
    # Nobody has seen it yet: Enter does not make it.
    QTest.keyClick(opened, Qt.Key.Key_Return)
    if how == "escape":
        QTest.keyClick(opened, Qt.Key.Key_Escape)
    elif how == "undo":
        QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)
    else:
        table = opened.roi_panel.table
        QTest.mouseClick(table.viewport(), LEFT, pos=table.visualItemRect(table.item(0, NAME)).center())
    assert session.proposal.awaited is None
    held.go.set()
    qtbot.waitUntil(lambda: not opened.tasks._alive, timeout=20_000)
    QApplication.processEvents()
    assert session.proposal.current is None
    assert [s.name for s in session.roi.segments] == ["GTV", "Node"]
    # Grown once more it comes, and says for which segment.
    QTest.mouseClick(view, LEFT, pos=view.rect().center())
    qtbot.waitUntil(lambda: session.proposal.current is not None, timeout=20_000)
    assert opened.roi_panel.effects.told.text().startswith(f"{session.roi.active.name}: Grow region")
    assert session.tools.tool is Tool.GROW
    assert np.count_nonzero(session.roi.labels) == 0


def test_what_fails_is_awaited_no_more(
    margin: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, capsys: pytest.CaptureFixture
):
    def fail(*_):
        raise MemoryError("full")

    monkeypatch.setattr(Margin, "apply", fail)
    type_into(margin.roi_panel.effects.number, "7")
    qtbot.waitUntil(lambda: "full" in told(margin), timeout=20_000)
    assert margin.session.proposal.awaited is None
    assert "MemoryError" in capsys.readouterr().err


@on_either
def test_copies_and_islands_are_shown_before_they_are_made(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    roi = session.roi
    QTest.keyClick(view, "B")
    stroke(view)
    session.viewports.active = Plane.AXIAL
    count, steps = painted(session), len(roi.history)
    QTest.keyClick(view, Qt.Key.Key_Up, CTRL)
    assert session.proposal.current.added == count
    assert painted(session) == count
    # The same keys again say yes and go on; Enter says yes.
    QTest.keyClick(view, Qt.Key.Key_Up, CTRL)
    assert painted(session) == 2 * count
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert painted(session) == 3 * count
    assert len(roi.history) == steps + 2
    QTest.keyClick(view, Qt.Key.Key_Up, CTRL)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert painted(session) == 3 * count
    session.viewports.scroll(Plane.AXIAL, 3)
    QTest.keyClick(view, Qt.Key.Key_Up, CTRL)
    assert told(window) == "GTV is not on this slice."
    stroke(view)
    command("effects.split").run(window)
    assert "GTV becomes 2 segments" in window.roi_panel.effects.told.text()
    assert len(roi.segments) == 1
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert [roi.mask_of(s.label).count for s in roi.segments] == [3 * count, count]
    QTest.keyClick(view, Qt.Key.Key_Z, CTRL)
    assert [s.name for s in roi.segments] == ["GTV"]
