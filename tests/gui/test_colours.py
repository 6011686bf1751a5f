"""Colour maps over slices: commands, pixels, and the bar that tells them."""

from __future__ import annotations

import numpy as np
import pytest
from gui_support import drag, hover, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest

from ctprog_gui.core.imaging.colour_maps import colour_table
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.slab import Projection, Slab
from ctprog_gui.core.imaging.windows import Window
from ctprog_gui.state.stroke import Tool
from ctprog_gui.views.main_window import MainWindow

AXIAL, CORONAL = Plane.AXIAL, Plane.CORONAL


def canvas(window: MainWindow, plane: Plane = AXIAL):
    return window.viewer.slices[plane].canvas


def pixel_at(window: MainWindow, point: np.ndarray) -> tuple[int, int, int]:
    view = canvas(window)
    x, y = view.scene.pixel_of(point)
    picture = view.picture()
    return picture.pixelColor(round(x), picture.height() - 1 - round(y)).getRgb()[:3]


def test_a_map_colours_the_slices_and_the_bar_tells_which_hu(opened: MainWindow):
    viewports, study = opened.session.viewports, opened.session.study
    viewports.crosshair_visible = False
    viewports.window = Window(400, 100)
    point = study.volume.geometry.index_to_patient((30, 12, viewports.slice_of(AXIAL)))
    grey = pixel_at(opened, point)
    assert len(set(grey)) == 1
    for name in ("hot iron", "viridis"):
        opened.findChild(QAction, f"view.colours.{name.replace(' ', '-')}").trigger()
        settle(opened)
        assert pixel_at(opened, point) == pytest.approx(tuple(colour_table(name)[grey[0]]), abs=6)
        assert all(canvas(opened, plane).scene.colour_bar.visible for plane in Plane)
        assert opened.findChild(QAction, f"view.colours.{name.replace(' ', '-')}").isChecked()
    bar = canvas(opened).scene.colour_bar
    assert (bar.bottom.GetInput(), bar.top.GetInput()) == ("-100", "300 HU")
    assert "viridis" in canvas(opened).scene._window_text.GetInput()
    # Inverted, dense is at the map's dark end, in picture and bar.
    QTest.keyClick(canvas(opened), "I")
    settle(opened)
    assert pixel_at(opened, point) == pytest.approx(tuple(colour_table("viridis")[255 - grey[0]]), abs=6)
    top = [bar._colours.GetTuple3(bar._colours.GetNumberOfTuples() - 1)[c] for c in range(3)]
    assert top == pytest.approx(colour_table("viridis")[2], abs=4)
    QTest.keyClick(canvas(opened), "I")
    opened.findChild(QAction, "view.colours.grey").trigger()
    settle(opened)
    assert pixel_at(opened, point) == grey
    assert not bar.visible


def test_shift_c_colours_one_view_alone(opened: MainWindow):
    hover(canvas(opened, CORONAL), canvas(opened, CORONAL).rect().center())
    QTest.keyClick(canvas(opened, CORONAL), Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    settle(opened)
    viewports = opened.session.viewports
    assert viewports.colour_map(CORONAL) == "hot iron"
    assert viewports.colour_map(AXIAL) == "grey"
    assert not canvas(opened).scene.colour_bar.visible
    # Outside an oblique volume it stays black, whatever colour the map begins with.
    viewports.window = Window(20, 200)
    viewports.set_colour_map("viridis")
    viewports.turn_planes(viewports.triad.turned(CORONAL, np.radians(30)))
    settle(opened)
    picture = canvas(opened).scene._picture
    assert (picture._coloured[0, 0] == 0).all()
    assert (picture._coloured.reshape(-1, 3) == colour_table("viridis")[0]).all(axis=1).any()


def test_hu_of_a_measure_in_a_slab_say_that_they_are_of_one_slice(opened: MainWindow):
    view = canvas(opened)
    opened.session.tools.tool = Tool.ELLIPSE
    middle = view.rect().center()
    drag(view, middle, middle + QPoint(60, 50))
    opened.session.tools.tool = Tool.NAVIGATE
    (alone,) = view.scene.measures.labels()
    assert "slice" not in alone
    opened.session.viewports.slab = Slab(Projection.MAXIMUM, 10.0)
    settle(opened)
    assert view.scene.measures.labels() == [f"{alone}\nof the middle slice"]
