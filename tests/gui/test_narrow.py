"""Windows with little room: nothing is squeezed, and what must be read stays."""

from __future__ import annotations

from dataclasses import replace

from gui_support import settle, wheel
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.slab import Projection, Slab
from ctprog_gui.state.stroke import Tool
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.viewer.view_bar import ViewBar


def test_buttons_without_room_go_into_a_menu(opened: MainWindow, qtbot: QtBot):
    bar = ViewBar()
    qtbot.addWidget(bar)
    bar.fill(opened.findChildren(QAction))
    bar.show()
    for width in (1100, 420, 150):
        bar.resize(width, bar.height())
        settle(opened)
        shown = [button for button in bar.buttons.values() if button.isVisible()]
        hidden = [button for button in bar.buttons.values() if not button.isVisible()]
        assert bool(hidden) is (width < 1000)
        # What is shown can be read, and what is not is in the menu, in order.
        assert all(button.width() >= button.sizeHint().width() for button in shown)
        assert bar.more.isVisible() is bool(hidden)
        assert bar.more.menu().actions() == [button.defaultAction() for button in hidden]
        assert shown == list(bar.buttons.values())[: len(shown)]
        if hidden:
            assert bar.more.geometry().right() <= bar.width()
    assert len(hidden) > 10


def test_the_window_fits_a_full_hd_screen_at_twice_the_size(opened: MainWindow):
    assert opened.minimumSizeHint().width() <= 960
    assert opened.minimumSizeHint().height() <= 1080
    banner = opened.banner
    banner.series.setText("2026-11-21  ·  CT  ·  " + "a description without an end " * 8)
    opened.resize(opened.minimumSizeHint())
    settle(opened)
    mark = banner.research_use.geometry()
    assert mark.width() >= banner.research_use.sizeHint().width()
    assert banner.rect().contains(mark)
    assert banner.rect().right() <= opened.rect().right()
    assert banner.series.shown().endswith("…")
    assert banner.series.toolTip() == banner.series.text()
    banner.series.setText("short")
    assert banner.series.shown() == "short"
    assert banner.series.toolTip() == ""


def test_a_narrow_view_keeps_what_would_mislead_if_it_were_missing(opened: MainWindow):
    scene = opened.viewer.slices[Plane.AXIAL].canvas.scene
    viewports = opened.session.viewports
    viewports.slab = Slab(Projection.MAXIMUM, 10.0)
    framing = viewports.framing(Plane.AXIAL)
    viewports.set_framing(Plane.AXIAL, replace(framing, orientation=framing.orientation.flipped_across()))
    scene.resize(600, 400)
    assert scene._window_text.GetInput() == "MIP 10 mm\nMIRRORED\nW 400  L 40"
    assert scene.corners.left.GetInput()
    scene.resize(120, 300)
    assert scene._window_text.GetInput() == "MIP 10 mm\nMIRRORED"
    # On a screen of twice as many pixels, the same view is as narrow.
    scene.resize(600, 400, 2.0)
    assert scene.corners.left.GetInput() == ""
    scene.resize(180, 400, 2.0)
    assert "W 400" not in scene._window_text.GetInput()


def test_the_header_of_the_volume_view_drops_what_it_says_before_its_choice(opened: MainWindow):
    view = opened.viewer.volume
    view.resize(600, 300)
    settle(opened)
    assert view.facing.isVisible()
    assert view.controls.shift.isVisible()
    view.resize(200, 300)
    settle(opened)
    assert not view.facing.isVisible()
    assert not view.controls.shift.isVisible()
    assert view.controls.preset.isVisible()


def test_views_shrink_with_the_window_and_stay_whole(opened: MainWindow):
    opened.resize(opened.minimumSizeHint())
    settle(opened)
    viewer = opened.viewer
    shown = [view for view in (*viewer.slices.values(), viewer.volume) if view.isVisible()]
    assert len(shown) == 4
    for view in shown:
        corner = view.mapTo(viewer, view.rect().bottomRight())
        assert viewer.rect().contains(corner)
        assert view.minimumSizeHint().width() <= view.width()


def test_a_laptop_keeps_all_of_the_window_with_an_effect_open(opened: MainWindow, sphere: Mask, qtbot: QtBot):
    """1366 x 768, as many have: load, save and the status line stay, and the rest scrolls."""
    session, panel = opened.session, opened.roi_panel
    session.roi.add(sphere)
    session.tools.tool = Tool.BRUSH
    opened.resize(1366, 768)
    row = panel.effects.kinds.findData("margin")
    panel.effects.kinds.setCurrentIndex(row)
    panel.effects.kinds.activated.emit(row)
    qtbot.waitUntil(lambda: session.proposal.current is not None, timeout=20_000)
    settle(opened)
    assert opened.height() == 768
    for shown in (panel.load, panel.save, opened.status):
        assert shown.visibleRegion().boundingRect() == shown.rect()
    # What is asked is in sight, and can be answered.
    area, inner = panel.scrolled, panel.scrolled.widget()
    assert area.verticalScrollBar().maximum() > 0
    assert panel.effects.number.visibleRegion().boundingRect() == panel.effects.number.rect()
    # Nothing is cut off at the side.
    assert inner.minimumSizeHint().width() <= area.viewport().width()
    assert panel.segments.policy.width() >= panel.segments.policy.minimumSizeHint().width()
    # The wheel scrolls, and turns no figure that comes under the pointer.
    area.verticalScrollBar().setValue(0)
    before = session.roi.overlap, session.tools.brush
    for control in (panel.segments.policy, panel.radius):
        wheel(control, -1)
    assert (session.roi.overlap, session.tools.brush) == before
    assert area.verticalScrollBar().value() > 0
    # Where there is room nothing is scrolled.
    opened.resize(1600, 1150)
    settle(opened)
    assert area.verticalScrollBar().maximum() == 0
