"""Scrolling, windowing, crosshair, zoom and pan with real events."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from gui_support import drag, hover, make_study, settle, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.windows import PRESETS
from ctprog_gui.state.study import Study
from ctprog_gui.views.main_window import MainWindow

AXIAL, CORONAL, SAGITTAL = Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL


def canvas(window: MainWindow, plane: Plane):
    return window.viewer.slices[plane].canvas


def test_the_wheel_steps_towards_the_head_and_the_header_says_so(opened: MainWindow):
    before = opened.session.viewports.slice_of(AXIAL)
    wheel(canvas(opened, AXIAL), 3)
    assert opened.session.viewports.slice_of(AXIAL) == before + 3
    view = opened.viewer.slices[AXIAL]
    # Slice k of this grid lies at 100 + 4 k mm towards the head.
    assert view.place.text().split("   ") == [f"{before + 4} / 30", f"S {100 + 4 * (before + 3):.1f} mm"]
    assert view.slider.value() == before + 3


def test_scrolling_stops_at_the_ends(opened: MainWindow):
    wheel(canvas(opened, AXIAL), 100)
    assert opened.session.viewports.slice_of(AXIAL) == 29
    wheel(canvas(opened, AXIAL), -100)
    assert opened.session.viewports.slice_of(AXIAL) == 0


def test_only_views_whose_picture_changes_are_drawn(opened: MainWindow):
    volume = opened.viewer.volume.canvas.renders
    before = canvas(opened, AXIAL).renders
    wheel(canvas(opened, AXIAL), 1)
    assert canvas(opened, AXIAL).renders == before + 1
    assert opened.viewer.volume.canvas.renders == volume


def test_left_drag_widens_to_the_right_and_levels_downwards(opened: MainWindow):
    start = opened.session.viewports.window
    drag(canvas(opened, AXIAL), QPoint(100, 100), QPoint(160, 100))
    wider = opened.session.viewports.window
    assert wider.width_hu > start.width_hu
    assert wider.level_hu == start.level_hu
    drag(canvas(opened, AXIAL), QPoint(100, 100), QPoint(100, 160))
    assert opened.session.viewports.window.level_hu > wider.level_hu
    assert opened.session.viewports.window.width_hu == wider.width_hu


def test_number_keys_are_window_presets(opened: MainWindow):
    for key, name in [("2", "Lung"), ("3", "Bone"), ("4", "Brain"), ("1", "Soft tissue")]:
        QTest.keyClick(canvas(opened, AXIAL), key)
        settle(opened)
        assert opened.session.viewports.window == PRESETS[name]


def test_a_click_puts_the_crosshair_on_the_voxel_under_it_in_all_planes(opened: MainWindow):
    view = canvas(opened, AXIAL)
    grid = opened.session.study.volume.geometry
    target = grid.index_to_patient((9, 31, opened.session.viewports.slice_of(AXIAL)))
    x, y = view.scene.pixel_of(target)
    at = QPoint(round(x), view.height() - 1 - round(y))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    settle(opened)
    crosshair = opened.session.viewports.crosshair_mm
    assert np.abs(crosshair - target).max() <= view.scene.mm_per_pixel
    assert opened.session.viewports.slice_of(SAGITTAL) == 9
    assert opened.session.viewports.slice_of(CORONAL) == 31
    # A click is not a window drag.
    assert opened.session.viewports.window == PRESETS["Soft tissue"]


def test_shift_drag_moves_the_crosshair(opened: MainWindow):
    view = canvas(opened, CORONAL)
    middle = view.rect().center()
    drag(view, middle, middle + QPoint(20, -15), modifiers=Qt.KeyboardModifier.ShiftModifier)
    moved = opened.session.viewports.crosshair_mm
    x, y = view.scene.pixel_of(moved)
    assert abs(x - (middle.x() + 20)) <= 1.5
    assert abs(view.height() - 1 - y - (middle.y() - 15)) <= 1.5


def test_the_pointer_tells_position_and_hu(opened: MainWindow):
    view = canvas(opened, AXIAL)
    number = opened.session.viewports.slice_of(AXIAL)
    point = opened.session.study.volume.geometry.index_to_patient((30, 12, number))
    x, y = view.scene.pixel_of(point)
    hover(view, QPoint(round(x), view.height() - 1 - round(y)))
    told = opened.status.pointer.text()
    assert told.endswith(f"{10 * number + 12 - 30} HU")
    # x = -40 + 2 * 30 = 20 mm to the left, y = -50 + 2 * 12 = 26 mm to the front.
    assert told.startswith("L ")
    assert "A " in told


def test_middle_drag_pans_with_the_pointer(opened: MainWindow):
    view = canvas(opened, AXIAL)
    point = opened.session.study.volume.geometry.centre_mm
    before = np.array(view.scene.pixel_of(point))
    drag(view, QPoint(100, 100), QPoint(130, 80), Qt.MouseButton.MiddleButton)
    assert np.array(view.scene.pixel_of(point)) - before == pytest.approx([30, 20], abs=1)


def test_right_drag_up_and_ctrl_wheel_zoom_in_and_r_resets(opened: MainWindow):
    view = canvas(opened, AXIAL)
    before = view.scene.mm_per_pixel
    drag(view, QPoint(100, 200), QPoint(100, 100), Qt.MouseButton.RightButton)
    nearer = view.scene.mm_per_pixel
    assert nearer < before
    wheel(view, 2, Qt.KeyboardModifier.ControlModifier)
    assert view.scene.mm_per_pixel < nearer
    QTest.keyClick(view, Qt.Key.Key_R)
    settle(opened)
    assert view.scene.mm_per_pixel == pytest.approx(before)


def test_double_click_shows_one_view_alone_and_back(opened: MainWindow):
    view = canvas(opened, SAGITTAL)
    before = opened.session.viewports.crosshair_mm
    # Qt sends a press and a release before the double click; they are no place.
    beside = view.rect().center() - QPoint(40, 30)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=beside)
    assert opened.session.viewports.crosshair_mm != pytest.approx(before)
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=beside)
    settle(opened)
    assert opened.session.viewports.crosshair_mm == pytest.approx(before)
    assert opened.viewer.slices[SAGITTAL].isVisible()
    assert not opened.viewer.slices[AXIAL].isVisible()
    assert not opened.viewer.volume.isVisible()
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton)
    settle(opened)
    assert all(v.isVisible() for v in opened.viewer.slices.values())
    assert opened.viewer.volume.isVisible()


def test_the_slider_scrolls(opened: MainWindow):
    opened.viewer.slices[CORONAL].slider.setValue(5)
    assert opened.session.viewports.slice_of(CORONAL) == 5


def test_letters_for_the_standard_planes(opened: MainWindow):
    letters = {plane: canvas(opened, plane).scene.letters() for plane in Plane}
    assert letters[AXIAL] == {"left": "R", "right": "L", "top": "A", "bottom": "P"}
    assert letters[CORONAL] == {"left": "R", "right": "L", "top": "S", "bottom": "I"}
    assert letters[SAGITTAL] == {"left": "A", "right": "P", "top": "S", "bottom": "I"}


def _block(axes: np.ndarray) -> Study:
    """A dark cube with a bright block at its left, front, top corner, stored along any axes."""
    study = make_study((24, 24, 24), direction=axes, spacing=(4.0, 4.0, 4.0))
    grid = study.volume.geometry
    index = np.stack(np.indices(grid.shape)[::-1], axis=-1)
    apart = grid.index_to_patient(index) - grid.centre_mm
    study.volume.voxels[...] = -1000
    study.volume.voxels[(apart[..., 0] > 16) & (apart[..., 1] < -16) & (apart[..., 2] > 16)] = 1000
    return study


@pytest.mark.parametrize(
    "signs", list(itertools.product((1, -1), repeat=3)), ids=lambda s: "".join("+-"[v < 0] for v in s)
)
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (0, 2, 1)], ids=str)
def test_left_is_left_in_the_pixels_whatever_the_storage(
    window: MainWindow, signs: tuple[int, int, int], order: tuple[int, int, int]
):
    axes = np.zeros((3, 3))
    for array_axis, patient_axis in enumerate(order):
        axes[patient_axis, array_axis] = signs[array_axis]
    study = _block(axes)
    window.session.viewports.crosshair_visible = False
    window.session.show(study)
    grid = study.volume.geometry
    window.session.viewports.move_crosshair(grid.centre_mm + np.array([30, -30, 30]))
    settle(window)
    # Bright block: left and front in the axial, left and top in the coronal, front and top in the sagittal.
    for plane, (right, up) in {AXIAL: (True, True), CORONAL: (True, True), SAGITTAL: (False, True)}.items():
        shown = canvas(window, plane).picture()
        ys, xs = [], []
        for y in range(0, shown.height(), 4):
            for x in range(0, shown.width(), 4):
                colour = shown.pixelColor(x, y)
                # White is the block; letters are yellow and the annotation bluish.
                if min(colour.red(), colour.green(), colour.blue()) > 240:
                    xs.append(x)
                    ys.append(y)
        assert len(xs) > 20
        assert bool(np.mean(xs) > shown.width() / 2) is right
        assert bool(np.mean(ys) < shown.height() / 2) is up


def test_m_shows_a_maximum_over_a_thickness_and_back(opened: MainWindow):
    canvas = opened.viewer.slices[Plane.AXIAL].canvas
    scene = canvas.scene
    single = canvas.picture()
    QTest.keyClick(canvas, "M")
    settle(opened)
    assert scene._window_text.GetInput().startswith("MIP 10 mm\n")
    assert canvas.picture() != single
    QTest.keyClick(canvas, ".")
    settle(opened)
    assert scene._window_text.GetInput().startswith("MIP 15 mm\n")
    QTest.keyClick(canvas, "M")
    settle(opened)
    assert canvas.picture() == single


def test_i_turns_the_greys_round(opened: MainWindow):
    scene = opened.viewer.slices[Plane.AXIAL].canvas.scene
    before = scene._picture._greys.copy()
    QTest.keyClick(opened.viewer.slices[Plane.AXIAL].canvas, "I")
    settle(opened)
    assert np.array_equal(scene._picture._greys, 255 - before)
    assert "inverted" in scene._window_text.GetInput()


def test_the_scale_bar_is_as_long_as_it_says(opened: MainWindow):
    canvas = opened.viewer.slices[Plane.AXIAL].canvas
    bar = canvas.scene.scale_bar
    lengths = []
    for notches in (0, 4, 4, 4):
        wheel(canvas, notches, Qt.KeyboardModifier.ControlModifier)
        points = bar._points
        pixels = points.GetPoint(2)[0] - points.GetPoint(1)[0]
        assert pixels == pytest.approx(bar.length_mm / canvas.scene.mm_per_pixel, abs=1)
        assert pixels <= 0.25 * canvas.scene._size[0] + 1
        lengths.append(bar.length_mm)
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] < lengths[0]
