"""Layouts, turning, film, corners and the second series, with real events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from gui_support import drag, held, hover, make_study, settle, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot
from two_series import described

from ctprog_gui.core.dicom.series import Series, SeriesInfo
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.slab import Projection
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.imaging.windows import PRESETS, window_of
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.state.study import Study
from ctprog_gui.state.viewports import Layout
from ctprog_gui.views.main_window import MainWindow

AXIAL, CORONAL, SAGITTAL = Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def canvas(window: MainWindow, plane: Plane = AXIAL):
    return window.viewer.slices[plane].canvas


def press(window: MainWindow, key: Qt.Key | str, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    # Commands about one view mean the one under the pointer.
    hover(canvas(window), canvas(window).rect().center())
    QTest.keyClick(canvas(window), key, modifiers)
    settle(window)


def widget_at(view, point_mm: np.ndarray) -> QPoint:
    x, y = view.scene.pixel_of(point_mm)
    return QPoint(round(x), view.height() - 1 - round(y))


def test_four_equal_views_and_back(opened: MainWindow):
    press(opened, Qt.Key.Key_F10)
    areas = [v.width() * v.height() for v in (*opened.viewer.slices.values(), opened.viewer.volume)]
    assert max(areas) < 1.1 * min(areas)
    picture = canvas(opened).picture()
    assert picture.width() == canvas(opened).width()
    # A double click fills the viewer, and goes back to the layout it came from.
    QTest.mouseDClick(canvas(opened, CORONAL), Qt.MouseButton.LeftButton)
    settle(opened)
    assert opened.viewer.slices[CORONAL].size() == opened.viewer.tiles.size()
    assert not opened.viewer.slices[AXIAL].isVisible()
    QTest.mouseDClick(canvas(opened, CORONAL), Qt.MouseButton.LeftButton)
    settle(opened)
    assert opened.session.viewports.layout is Layout.FOUR
    assert opened.viewer.volume.isVisible()
    press(opened, Qt.Key.Key_F9)
    axial, coronal = opened.viewer.slices[AXIAL], opened.viewer.slices[CORONAL]
    assert axial.width() * axial.height() > 2 * coronal.width() * coronal.height()
    # The seam between them is dragged.
    view, tiles = opened.viewer.slices[AXIAL], opened.viewer.tiles
    before = view.parentWidget().width()
    start = QPoint(before + 1, tiles.height() // 2)
    drag(tiles, start, start - QPoint(100, 0))
    assert view.parentWidget().width() == pytest.approx(before - 100, abs=6)


def test_turning_moves_the_letters_and_the_picture_together(opened: MainWindow):
    view = canvas(opened)
    point = opened.session.study.volume.geometry.index_to_patient(
        (5, 10, opened.session.viewports.slice_of(AXIAL))
    )
    for key, modifiers, top in (("R", SHIFT, "R"), ("H", None, "R"), ("R", ALT, "P"), ("V", None, "A")):
        press(opened, key, modifiers or Qt.KeyboardModifier.NoModifier)
        assert view.scene.letters()["top"] == top
        # Where a place is drawn and what is under the pointer there stay each other's inverse.
        assert view.scene.point_at(*view.scene.pixel_of(point)) == pytest.approx(point, abs=1e-6)
    press(opened, "R")
    assert view.scene.letters() == {"left": "R", "right": "L", "top": "A", "bottom": "P"}
    fitted = view.scene.mm_per_pixel
    press(opened, "F", SHIFT)
    # A voxel of 2 mm on a pixel.
    assert view.scene.mm_per_pixel == pytest.approx(2.0)
    press(opened, "=")
    assert view.scene.mm_per_pixel == pytest.approx(fitted)


def test_a_flipped_picture_is_the_mirror_image_and_says_so(opened: MainWindow):
    opened.session.viewports.crosshair_visible = False
    opened.session.viewports.annotated = False
    view = canvas(opened)
    study = opened.session.study
    study.volume.voxels[...] = -1000
    study.volume.voxels[:, 10:20, 5:12] = 1000
    opened.session.show(make_study_like(study))
    settle(opened)

    def middle() -> float:
        shown = view.picture()
        xs = [
            x
            for x in range(0, shown.width(), 3)
            for y in range(0, shown.height(), 3)
            if min(shown.pixelColor(x, y).getRgb()[:3]) > 240
        ]
        assert xs
        return float(np.mean(xs)) - shown.width() / 2

    before = middle()
    press(opened, "H")
    assert middle() == pytest.approx(-before, abs=4)
    assert abs(before) > 20
    assert "MIRRORED" in view.scene._window_text.GetInput()


def make_study_like(study: Study) -> Study:
    return Study(study.info, Volume(study.volume.voxels.copy(), study.volume.geometry))


@pytest.mark.parametrize("pressed", [False, True])
def test_of_a_closed_case_nothing_stays_on_the_screen(
    opened: MainWindow, sphere: Mask, qtbot: QtBot, pressed: bool
):
    session = opened.session
    session.roi.add(sphere)
    session.go_to_roi()
    qtbot.waitUntil(lambda: "cm³" in opened.roi_panel.measures.text(), timeout=20_000)
    QTest.keyClick(opened, "B")
    view = canvas(opened)
    hover(view, view.rect().center())
    assert "HU" in opened.status.pointer.text()
    if pressed:
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    QTest.keyClick(opened, "W", Qt.KeyboardModifier.ControlModifier)
    if pressed:
        held(view, view.rect().center() + QPoint(9, 0))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    settle(opened)
    assert session.study is None
    for one in opened.viewer.slices.values():
        scene = one.canvas.scene
        assert (scene.corners.left.GetInput() or "") + (scene.corners.right.GetInput() or "") == ""
        assert not scene._cursor.visible
        picture = one.canvas.picture()
        empty = picture.copy()
        empty.fill(picture.pixelColor(0, 0))
        assert picture == empty
    assert opened.status.pointer.text() == ""
    assert opened.roi_panel.measures.text() == ""


def test_the_corners_tell_patient_series_and_slice(opened: MainWindow):
    corners = canvas(opened).scene.corners
    assert corners.left.GetInput().split("\n")[:2] == ["TEST^PATIENT", "P1"]
    wheel(canvas(opened), 2)
    number = opened.session.viewports.slice_of(AXIAL)
    assert corners.right.GetInput() == f"test series\n{number + 1} / 30   S {100 + 4 * number:.1f} mm"
    press(opened, "T", SHIFT)
    assert corners.left.GetInput() == corners.right.GetInput() == ""


def test_a_picture_that_leaves_the_room_names_nobody(opened: MainWindow, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr("ctprog_gui.views.dialogs.ask_for_name", lambda _: False)
    monkeypatch.setattr(
        "ctprog_gui.views.page_export.QFileDialog.getSaveFileName",
        lambda *_: (str(tmp_path / "picture.png"), ""),
    )
    monkeypatch.setattr(
        "ctprog_gui.views.page_export.snapshot",
        lambda window: said.append(_names(window)) or window.grab(),
    )
    press(opened, "P", CTRL)
    assert said == [("Patient not shown", "Patient not shown", False)]
    assert "TEST" in canvas(opened).scene.corners.left.GetInput()
    assert opened.studies_panel.search.isVisible()


def _names(window: MainWindow) -> tuple[str, str, bool]:
    """What tells who it is: a corner, the banner, and whether the list of patients is in sight."""
    panel = window.studies_panel
    return (
        canvas(window).scene.corners.left.GetInput(),
        window.banner.patient.text(),
        panel.tree.isVisible() or panel.search.isVisible(),
    )


def test_c_runs_a_film_through_the_plane_under_the_pointer(opened: MainWindow, qtbot: QtBot):
    viewports = opened.session.viewports
    viewports.go_to_slice(AXIAL, 28)
    viewports.cine_fps = 50
    seen = []
    viewports.crosshair_changed.connect(lambda: seen.append(viewports.slice_of(AXIAL)))
    press(opened, "C")
    # Round from the last slice to the first.
    qtbot.waitUntil(lambda: len(seen) > 6, timeout=5000)
    press(opened, "C")
    assert viewports.cine is None
    assert min(seen) < 28
    count = len(seen)
    QTest.qWait(100)
    assert len(seen) == count
    # A film ends with its case.
    press(opened, "C")
    assert opened.session.viewports.cine is AXIAL
    opened.session.show(make_study())
    assert opened.session.viewports.cine is None


def test_a_dragged_box_sets_the_window(opened: MainWindow):
    view = canvas(opened)
    study = opened.session.study
    number = opened.session.viewports.slice_of(AXIAL)
    press(opened, "W")
    ends = [
        widget_at(view, study.volume.geometry.index_to_patient((x, y, number)))
        for x, y in ((8, 10), (20, 30))
    ]
    drag(view, *ends)
    assert opened.session.viewports.window == window_of(study.volume.voxels[number, 10:31, 8:21])
    # The tool is put down, and the box is gone.
    before = opened.session.viewports.window
    assert not view.scene.band.visible
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, ends[0])
    assert opened.session.viewports.window == before


class HeldSeries(Series):
    """A series that is in memory already."""

    def __init__(self, info: SeriesInfo, volume: Volume) -> None:
        self.info = info
        self._volume = volume

    def read(self, progress: Progress | None = None) -> Volume:
        return self._volume


@pytest.fixture
def compared(opened: MainWindow, qtbot: QtBot, monkeypatch) -> MainWindow:
    """A later, thinner series of the same frame of reference, chosen in the dialog."""
    one = opened.session.study
    first = Study(replace(one.info, frame_of_reference_uid="1.2"), one.volume)
    opened.session.show(first)
    later = make_study((60, 48, 40), spacing=(2.0, 2.0, 2.0), name="later")
    info = replace(later.info, description="later", frame_of_reference_uid="1.2")
    opened.session.found = (HeldSeries(first.info, first.volume), HeldSeries(info, later.volume))
    asked = []
    monkeypatch.setattr(QInputDialog, "getItem", lambda *told: asked.append(told[3]) or (told[3][0], True))
    press(opened, Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: opened.second.comparison.other.study is not None)
    settle(opened)
    # The open series itself is not offered.
    assert len(asked[0]) == 2
    assert "later" in asked[0][0]
    return opened


def test_two_series_scroll_together_until_they_are_unlinked(compared: MainWindow):
    other = compared.viewer.compared[AXIAL]
    assert other.isVisible()
    assert not compared.viewer.volume.isVisible()
    wheel(canvas(compared), 3)
    number = compared.session.viewports.slice_of(AXIAL)
    assert other.place.text() == f"{2 * number + 1} / 60   S {100 + 4 * number:.1f} mm"
    wheel(other.canvas, 4)
    assert compared.session.viewports.slice_of(AXIAL) == number + 2
    # One scale in both, though the fields of view differ.
    wheel(other.canvas, 2, CTRL)
    assert other.canvas.scene.mm_per_pixel == pytest.approx(canvas(compared).scene.mm_per_pixel, rel=0.01)

    # Unlinked they go apart.
    press(compared, "L", CTRL)
    title = compared.viewer.compared[AXIAL]._title
    assert "not linked" in title.text()
    before = compared.second.comparison.other.viewports.slice_of(AXIAL)
    wheel(canvas(compared), 3)
    assert compared.second.comparison.other.viewports.slice_of(AXIAL) == before
    press(compared, "L", CTRL)
    wheel(canvas(compared), 1)
    assert compared.second.comparison.other.viewports.slice_of(AXIAL) == before + 2

    # The second series goes with the layout and with the case.
    press(compared, Qt.Key.Key_F9)
    assert not compared.viewer.compared[AXIAL].isVisible()
    press(compared, Qt.Key.Key_F12)
    assert compared.viewer.compared[AXIAL].isVisible()
    compared.session.show(make_study())
    settle(compared)
    assert compared.second.comparison.other.study is None
    assert compared.session.viewports.layout is Layout.ONE_AND_THREE


def test_commands_mean_the_series_in_hand_where_two_are_not_linked(compared: MainWindow):
    one, two = compared.session.viewports, compared.second.comparison.other.viewports
    other = compared.viewer.compared[AXIAL].canvas
    press(compared, "L", CTRL)
    QTest.mouseClick(other, Qt.MouseButton.LeftButton)
    before = one.framing(AXIAL), one.window, one.inverted, one.slab, one.colour_map(AXIAL)
    for key in ("H", "2", "I", "M", "C"):
        press(compared, key)
    assert two.framing(AXIAL).orientation.mirrored
    assert two.window == PRESETS["Lung"]
    assert two.inverted
    assert two.slab.projection is Projection.MAXIMUM
    assert two.cine is AXIAL
    assert (one.framing(AXIAL), one.window, one.inverted, one.slab, one.colour_map(AXIAL)) == before
    assert one.cine is None
    # What is checked is told of the one in hand; the film of the one that is left stops.
    checked = compared.findChild(QAction, "view.invert")
    assert checked.isChecked()
    QTest.mouseClick(canvas(compared), Qt.MouseButton.LeftButton)
    assert not checked.isChecked()
    assert two.cine is None


def test_the_end_of_a_compared_series_is_written_on_its_picture(opened: MainWindow):
    """The open series goes from 100 to 216 mm in steps of 4, the one beside it to 138 in steps of 2."""
    opened.session.show(described(opened.session.study, "long"))
    short = make_study((20, 48, 40), spacing=(2.0, 2.0, 2.0), name="short")
    opened.second.comparison.show(described(short, "short"))
    settle(opened)
    viewports, beside = opened.session.viewports, opened.viewer.compared[AXIAL].canvas
    opened.viewer.slices[AXIAL].slider.setValue(9)
    assert beside.scene.end_told() == ""
    before = beside.picture()
    opened.viewer.slices[AXIAL].slider.setValue(11)
    assert beside.scene.end_told() == "Beyond this series"
    assert beside.picture() != before
    # A notch where it has ended is a step of its 2 mm, not a leap back to its end.
    wheel(beside, -2)
    assert viewports.slice_of(AXIAL) == 10
    wheel(beside, -2)
    assert viewports.slice_of(AXIAL) == 9
    assert beside.scene.end_told() == ""


def test_a_comparison_is_ended_in_its_dialog(compared: MainWindow, monkeypatch):
    monkeypatch.setattr(QInputDialog, "getItem", lambda *told: (told[3][-1], True))
    compared.session.viewports.layout = Layout.FOUR
    press(compared, Qt.Key.Key_F12)
    assert compared.session.viewports.layout is Layout.COMPARE
    press(compared, Qt.Key.Key_F12)
    assert compared.second.comparison.other.study is None
    assert compared.session.viewports.layout is Layout.FOUR
