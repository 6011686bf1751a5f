"""What is not done is said, in one line: with real events, and on either of two series."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from either_series import on_either, painted, stroke, told, triangle
from gui_support import wheel
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.slab import Projection, Slab
from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.core.roi.layers import Overlap
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Limit, Tool
from ctprog_gui.state.volume_words import volume_words
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.panels.segment_table import NAME
from ctprog_gui.views.viewer.slice_view import SliceCanvas

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


@on_either
def test_a_locked_or_hidden_segment_is_not_drawn_in_and_each_tool_says_so(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    for locked, visible in ((True, True), (False, False)):
        session.roi.set_locked(1, locked)
        session.roi.set_visible(1, visible)
        for key in "BEAFOJKYQU":
            session.tools.tool = Tool.NAVIGATE
            QTest.keyClick(view, key)
            assert session.tools.tool is not Tool.NAVIGATE
            window.status.tell("")
            stroke(view)
            assert told(window) == ("GTV is locked." if locked else "GTV is hidden: show it to draw in it.")
            assert not painted(session)
            assert session.sketch.plane is None
    session.roi.set_visible(1, True)
    session.tools.tool = Tool.BRUSH
    stroke(view)
    assert painted(session)


@on_either
def test_a_slice_is_not_copied_into_a_locked_segment_and_the_view_stays(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    QTest.keyClick(view, "B")
    stroke(view)
    count, number = painted(session), session.viewports.slice_of(Plane.AXIAL)
    session.roi.set_locked(1, True)
    QTest.keyClick(view, Qt.Key.Key_Up, CTRL)
    assert told(window) == "GTV is locked."
    assert (painted(session), session.viewports.slice_of(Plane.AXIAL)) == (count, number)


@on_either
def test_what_waits_is_not_made_in_a_segment_that_was_hidden_since(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    QTest.keyClick(view, "B")
    stroke(view)
    count = painted(session)
    QTest.keyClick(view, Qt.Key.Key_Up, CTRL)
    assert session.proposal.current is not None
    session.roi.set_visible(1, False)
    window.status.tell("")
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert told(window) == "GTV is hidden: show it to draw in it."
    assert painted(session) == count
    session.roi.set_visible(1, True)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert painted(session) == 2 * count


@on_either
def test_a_stroke_that_changes_nothing_says_why(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    session.tools.limit = Limit(True, HuRange(2500, 3000))
    for key in "BEO":
        QTest.keyClick(view, key)
        window.status.tell("")
        if key == "O":
            triangle(view)
            QTest.keyClick(view, Qt.Key.Key_Return)
        else:
            stroke(view)
        assert told(window) == "Nothing changes: no voxel there is from 2500 to 3000 HU."
        assert not painted(session)
        assert session.roi.history.undo_name == "Add GTV"


@on_either
def test_a_stroke_within_other_segments_that_are_kept_says_so(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    QTest.keyClick(view, "B")
    stroke(view)
    session.roi.overlap = Overlap.NEVER
    session.roi.add_empty("Node")
    window.status.tell("")
    stroke(view)
    assert told(window) == "Nothing is painted: the segments that are there keep their voxels."
    # Painted once more in its own place, nothing changes and nothing needs saying.
    session.roi.activate(1)
    window.status.tell("")
    stroke(view)
    assert not told(window)


@on_either
def test_a_click_on_another_slice_leaves_the_outline_and_says_where_it_is(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    QTest.keyClick(view, "O")
    triangle(view)
    number = session.viewports.slice_of(Plane.AXIAL)
    wheel(view, 1)
    assert session.viewports.slice_of(Plane.AXIAL) != number
    QTest.mouseClick(view, LEFT, pos=view.rect().center())
    assert len(session.sketch.anchors_mm) == 3
    assert told(window) == (
        f"The outline is on slice {number + 1} of the axial plane: close it there or drop it."
    )
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert painted(session)


@on_either
def test_a_slab_says_that_what_is_drawn_lands_on_one_slice(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    session.viewports.slab = Slab(Projection.MAXIMUM, 20.0)
    QTest.keyClick(view, "B")
    stroke(view)
    assert "lands on the middle one" in told(window)
    assert painted(session)


# An outline belongs to the segment, and to the tool, that it was begun with


@on_either
def test_an_outline_lands_in_no_other_segment_than_it_was_begun_in(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    list_of, roi = window.roi_panel.segments, session.roi

    def choose_the_first() -> None:
        item = list_of.table.item(0, NAME)
        QTest.mouseClick(list_of.table.viewport(), LEFT, pos=list_of.table.visualItemRect(item).center())
        assert roi.active.name == "GTV"

    QTest.keyClick(view, "O")
    for meanwhile in (
        choose_the_first,
        lambda: QTest.mouseClick(list_of.remove, LEFT),
        lambda: QTest.mouseClick(list_of.new, LEFT),
        lambda: roi.set_locked(roi.active.label, True),
        lambda: roi.set_visible(roi.active.label, False),
    ):
        roi.add_empty("Node")
        triangle(view)
        assert len(session.sketch.anchors_mm) == 3
        window.status.tell("")
        meanwhile()
        assert session.sketch.plane is None
        assert told(window).startswith("The outline is dropped: ")
        QTest.keyClick(view, Qt.Key.Key_Return)
        assert not painted(session)


@on_either
def test_an_outline_is_dropped_with_its_tool_and_says_so(
    window: MainWindow, session: Session, view: SliceCanvas
) -> None:
    QTest.keyClick(view, "O")
    triangle(view)
    QTest.keyClick(view, "K")
    assert session.tools.tool is Tool.SCISSORS
    assert session.sketch.plane is None
    assert told(window) == "The outline is dropped: another tool was taken."
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert session.proposal.current is None
    assert not painted(session)


def test_a_small_lesion_has_a_volume(opened: MainWindow, sphere: Mask, qtbot: QtBot):
    few = np.zeros_like(sphere.voxels)
    few[10, 20, 20:22] = True
    opened.session.roi.add(replace(sphere, voxels=few))
    qtbot.waitUntil(lambda: opened.session.roi.measures is not None, timeout=20_000)
    assert "32 mm³" in opened.roi_panel.measures.text()
    told = [volume_words(mm3) for mm3 in (0, 0.3, 113.2, 999.6, 5364, 9996, 57_397)]
    assert told == ["0 mm³", "0.3 mm³", "113 mm³", "1.00 cm³", "5.36 cm³", "10.0 cm³", "57.4 cm³"]
