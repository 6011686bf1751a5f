"""Two series of one case, each with segments of its own, with real events."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pydicom
import pytest
from gui_support import drag, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot
from two_series import arterial, venous

from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.shared.places import user_data
from ctprog_gui.services.series_work import SeriesWork
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.comparison import Comparison
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Tool
from ctprog_gui.state.study import Study
from ctprog_gui.state.volume_words import volume_words
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.panels.segment_table import NAME

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def two(window: MainWindow) -> MainWindow:
    window.session.show(arterial())
    window.second.comparison.show(venous())
    settle(window)
    return window


def first(window: MainWindow, plane: Plane = Plane.AXIAL):
    return window.viewer.slices[plane].canvas


def second(window: MainWindow, plane: Plane = Plane.AXIAL):
    return window.viewer.compared[plane].canvas


def stroke(view, down: int = 0) -> None:
    middle = view.rect().center() + QPoint(0, down)
    drag(view, middle - QPoint(30, 0), middle + QPoint(30, 0))


def listed(window: MainWindow) -> list[str]:
    table = window.roi_panel.table
    return [table.item(row, NAME).text() for row in range(table.rowCount())]


def drawn(session: Session) -> int:
    return sum(int(np.count_nonzero(layer)) for layer in session.roi.layers)


def test_tools_draw_on_the_series_under_the_pointer_and_panels_follow(two: MainWindow, qtbot: QtBot):
    one, other = two.session, two.second.comparison.other
    QTest.keyClick(first(two), "B")
    stroke(first(two))
    assert drawn(one) > 0 == drawn(other)
    one.roi.rename(1, "Arterial")
    for plane in (Plane.AXIAL, Plane.CORONAL):
        before = drawn(other)
        stroke(second(two, plane))
        assert drawn(other) > before
    assert one.at_hand is other
    assert listed(two) == ["Tumour"]
    assert two.roi_panel.series.isVisible()
    assert [button.text() for button in two.roi_panel.series.buttons] == ["1 · arterial", "2 · venous"]
    assert [button.isChecked() for button in two.roi_panel.series.buttons] == [False, True]
    frames = [view.property("frame") for view in (first(two).parent(), second(two).parent())]
    assert frames == ["other", "hand"]
    # What is shown of the second is measured on the second.
    qtbot.waitUntil(lambda: other.roi.measures is not None, timeout=20_000)
    told = volume_words(other.roi.mask_of(1).volume_mm3)
    assert told in two.roi_panel.measures.text()
    # A click on a name takes that series.
    QTest.mouseClick(two.roi_panel.series.buttons[0], Qt.MouseButton.LeftButton)
    assert one.at_hand is one
    assert listed(two) == ["Arterial"]
    # So does an effect of the panel, which works on the series that it names.
    QTest.mouseClick(two.roi_panel.series.buttons[1], Qt.MouseButton.LeftButton)
    one.tools.effect = "margin"
    qtbot.waitUntil(lambda: other.proposal.current is not None, timeout=20_000)
    assert one.proposal.current is None
    before, kept = drawn(other), drawn(one)
    QTest.keyClick(second(two), Qt.Key.Key_Return)
    assert drawn(other) > before
    assert drawn(one) == kept
    one.tools.effect = None

    # Seeds, outlines and measures belong to their series too.
    one.tools.tool = Tool.GROW
    QTest.mouseClick(second(two), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: other.proposal.current is not None, timeout=20_000)
    assert one.proposal.current is None
    assert listed(two) == ["Tumour"]
    # Taking the other series drops what waits.
    one.tools.tool = Tool.POLYGON
    QTest.mouseClick(first(two), Qt.MouseButton.LeftButton)
    assert other.proposal.current is None
    assert one.sketch.plane is Plane.AXIAL
    QTest.mouseClick(second(two), Qt.MouseButton.LeftButton)
    assert one.sketch.plane is None
    assert other.sketch.plane is Plane.AXIAL
    QTest.keyClick(second(two), Qt.Key.Key_Escape)
    assert other.sketch.plane is None
    one.tools.tool = Tool.LENGTH
    stroke(second(two))
    assert len(other.annotations.items) == 1
    assert not one.annotations.items
    assert two.measures_panel.rows.rowCount() == 1
    QTest.mouseClick(two.roi_panel.series.buttons[0], Qt.MouseButton.LeftButton)
    assert two.measures_panel.rows.rowCount() == 0


def test_undo_and_scores_are_of_one_series(two: MainWindow):
    one, other = two.session, two.second.comparison.other
    QTest.keyClick(first(two), "B")
    stroke(first(two))
    kept = drawn(one)
    stroke(second(two))
    QTest.keyClick(second(two), Qt.Key.Key_Z, CTRL)
    assert (drawn(one), drawn(other)) == (kept, 0)
    QTest.keyClick(second(two), Qt.Key.Key_Z, CTRL)
    # The step that made the second's segment; the first series has lost nothing yet.
    assert (len(other.roi.segments), drawn(one)) == (0, kept)
    QTest.keyClick(second(two), Qt.Key.Key_Z, CTRL)
    assert drawn(one) == kept
    QTest.mouseClick(first(two), Qt.MouseButton.RightButton)
    assert one.at_hand is other
    QTest.keyClick(first(two), "N")
    QTest.mouseClick(first(two), Qt.MouseButton.LeftButton)
    QTest.keyClick(first(two), Qt.Key.Key_Z, CTRL)
    assert drawn(one) == 0

    # Scores follow the series that was scored.
    prognosis = one.prognosis
    QTest.keyClick(first(two), "B")
    stroke(first(two))
    prognosis.begin_run(one.roi.active.label)
    prognosis.put(Prediction("a", "slice_attention", "0" * 64, risk_score=1.0))
    prognosis.end_run()
    stroke(second(two))
    QTest.keyClick(second(two), Qt.Key.Key_N, CTRL)
    assert not prognosis.outdated
    stroke(first(two), 60)
    assert prognosis.outdated
    # Both are handed to who reads both.
    assert [drawn(one) > 0 for one in two.second.comparison.sessions] == [True, True]


def test_a_series_off_the_screen_is_not_in_hand_and_keeps_its_segments(two: MainWindow):
    other = two.second.comparison.other
    QTest.keyClick(second(two), "B")
    stroke(second(two))
    held = drawn(other)
    QTest.keyClick(second(two), Qt.Key.Key_F9)
    settle(two)
    assert two.session.at_hand is two.session
    assert not two.roi_panel.series.isVisible()
    assert listed(two) == []
    QTest.keyClick(first(two), Qt.Key.Key_F12)
    settle(two)
    QTest.mouseClick(two.roi_panel.series.buttons[1], Qt.MouseButton.LeftButton)
    assert (listed(two), drawn(other)) == (["Tumour"], held)
    gone = weakref.ref(other.study.volume)
    # With the case both go; with the same series put beside it again, what was drawn is back.
    two.close_study()
    assert (two.session.at_hand, other.study, drawn(other)) == (two.session, None, 0)
    settle(two)
    gc.collect()
    assert gone() is None
    two.session.show(arterial())
    two.second.comparison.show(venous())
    assert drawn(other) == held
    assert "series 2" in two.status.notice.text()

    # The same image beside itself has one drawing: the second is looked at alone.
    two.second.comparison.show(arterial())
    settle(two)
    assert two.session.tools.tool is Tool.BRUSH
    stroke(second(two))
    assert (drawn(other), two.session.at_hand) == (0, two.session)
    assert "the same image" in two.status.notice.text()
    assert not two.roi_panel.series.buttons[1].isEnabled()
    stroke(first(two))
    assert drawn(two.session) > 0


def test_a_segment_is_copied_through_patient_space_after_a_question(
    two: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    one, other = two.session, two.second.comparison.other
    asked: list[str] = []
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(
        QMessageBox, "question", lambda *told: asked.append(told[2]) or answers[len(asked) - 1]
    )
    QTest.keyClick(first(two), "D")
    QTest.keyClick(first(two), "B")
    stroke(first(two))
    one.roi.rename(1, "Nodule")
    copy = two.roi_panel.series.copy
    assert copy.text() == "Copy segment to 2"
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=20_000)
    assert "resampled" in asked[0]
    assert "frame of reference" not in asked[0]
    assert (other.roi.segments, one.at_hand) == ((), one)
    QTest.keyClick(first(two), "V", CTRL | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: one.at_hand is other, timeout=20_000)
    assert listed(two) == ["Nodule"]
    there, back = one.roi.mask_of(1), other.roi.mask_of(1)
    assert back.volume_mm3 == pytest.approx(there.volume_mm3, rel=0.1)
    assert back.centres_mm().mean(axis=0) == pytest.approx(there.centres_mm().mean(axis=0), abs=1.5)
    QTest.keyClick(second(two), Qt.Key.Key_Z, CTRL)
    assert other.roi.segments == ()

    # On the same grid of a shared frame it is the same voxels, and there is nothing to ask.
    alike = Study(arterial().info, Volume(arterial().volume.voxels + np.int16(7), arterial().volume.geometry))
    two.second.comparison.show(alike)
    two.second.across.copy()
    qtbot.waitUntil(lambda: bool(other.roi.segments), timeout=20_000)
    assert np.array_equal(other.roi.mask_of(1).voxels, there.voxels)
    # What is copied twice is told apart.
    two.second.comparison.take(one)
    two.second.across.copy()
    qtbot.waitUntil(lambda: len(other.roi.segments) == 2, timeout=20_000)
    assert listed(two) == ["Nodule", "Nodule of series 1"]
    assert len({segment.colour for segment in other.roi.segments}) == 2
    # In a frame of its own, the question says what the place rests on.
    two.second.comparison.show(venous("other frame"))
    two.second.across.copy()
    qtbot.waitUntil(lambda: len(asked) == 3, timeout=20_000)
    assert "middles" in asked[2]


# Draws on both series and dies as by kill -9, in the middle of a stroke on the second.
_DIES = """
import os, signal
from two_series import arterial, venous
from PySide6.QtCore import QCoreApplication
from ctprog_gui.services.series_work import SeriesWork
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.comparison import Comparison
from ctprog_gui.services.series_work import SeriesWork
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.comparison import Comparison
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Stroke

app, tasks, main = QCoreApplication([]), TaskRunner(), Session()
comparison = Comparison(main)
works = [SeriesWork(main, tasks), SeriesWork(comparison.other, tasks, " beside")]
main.show(arterial())
comparison.show(venous())
for number, session in enumerate((main, comparison.other, main, comparison.other)):
    if session.roi.active is None:
        session.roi.add_empty(f"of {session.study.info.description}")
    brush = Stroke(session.roi, 6.0, None, erase=False)
    brush.to(session.study.volume.geometry.centre_mm + 5.0 * number)
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    brush.finish()
"""


def test_after_a_kill_both_series_are_as_they_were(qapp: QApplication):
    paths = [str(Path(__file__).parents[1] / "support"), *sys.path]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    died = subprocess.run(
        [sys.executable, "-c", _DIES], env=env, capture_output=True, timeout=60, check=False
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert len(list((user_data() / "journals").iterdir())) == 2
    tasks, one = TaskRunner(), Session()
    comparison = Comparison(one)
    other = comparison.other
    works = [SeriesWork(one, tasks), SeriesWork(other, tasks, " beside")]
    one.show(arterial())
    comparison.show(venous())
    for work in works:
        work.close()
    tasks.close()
    assert [one.roi.segments[0].name, other.roi.segments[0].name] == ["of arterial", "of venous"]
    # Two strokes on the first; on the second the finished one, not the one that was being drawn.
    assert [len(one.roi.history), len(other.roi.history)] == [3, 2]
    last = other.study.volume.geometry.patient_to_index(other.study.volume.geometry.centre_mm + 15.0)
    x, y, z = np.rint(last).astype(int)
    assert drawn(other) > 0 == other.roi.layers[0][z, y, x]


def test_a_seg_of_the_second_series_refers_to_its_images(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    for study in (arterial(), venous()):
        name = study.info.description
        small = Volume(study.volume.voxels, study.volume.geometry)
        write_ct_series(tmp_path / name, small, patient_id="P1", description=name)
    series = {s.info.description: s for s in open_path([tmp_path])}
    window.opening.read(series["arterial"])
    qtbot.waitUntil(lambda: window.session.study is not None, timeout=20_000)
    window.second.comparing.read(series["venous"])
    qtbot.waitUntil(lambda: window.second.comparison.beside, timeout=20_000)
    settle(window)
    QTest.keyClick(first(window), "B")
    stroke(first(window))
    stroke(second(window))
    asked = []

    def where(_parent: object, title: str, *_: object) -> tuple[str, str]:
        asked.append(title)
        return str(tmp_path / f"{len(asked)}.dcm"), "DICOM SEG (*.dcm)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", where)
    for number, view in ((1, second(window)), (2, first(window))):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
        QTest.keyClick(view, "S", CTRL)
        qtbot.waitUntil((tmp_path / f"{number}.dcm").exists, timeout=20_000)
        qtbot.waitUntil(lambda number=number: f"{number}.dcm" in window.status.notice.text(), timeout=20_000)
        which = "2 · venous" if number == 1 else "1 · arterial"
        assert which in asked[-1]
        assert which in window.status.notice.text()
    for number, name in ((1, "venous"), (2, "arterial")):
        saved = pydicom.dcmread(tmp_path / f"{number}.dcm")
        assert saved.ReferencedSeriesSequence[0].SeriesInstanceUID == series[name].info.series_uid
        session = window.second.comparison.sessions[1 if name == "venous" else 0]
        assert int(saved.pixel_array.sum()) == drawn(session)
