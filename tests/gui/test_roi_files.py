"""Saving and loading ROIs from the window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gui_support import make_study, settle
from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot

from ctprog_gui.core.dicom.reference import nameless_reference
from ctprog_gui.core.dicom.rtstruct_writing import write_rtstruct
from ctprog_gui.core.imaging.files import write_mask
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.segment_tags import Segment
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.roi.saving import save_segments
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.roi_files import KINDS, chosen_path


@pytest.mark.parametrize("chosen", list(KINDS))
def test_a_roi_is_saved_in_the_kind_that_was_chosen(
    opened: MainWindow,
    sphere: Mask,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    chosen: str,
):
    opened.session.roi.add(sphere)
    settle(opened)
    asked = []

    def answer(_parent, _title, suggested, filters):
        asked.append((suggested, filters))
        return str(tmp_path / "saved"), chosen

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    QTest.keyClick(opened, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "Saved" in opened.status.notice.text(), timeout=20_000)
    assert asked[0][0] == "ball.dcm"
    assert chosen in asked[0][1]
    (path,) = tmp_path.iterdir()
    assert path.name == f"saved{KINDS[chosen][0]}"
    (back,) = read_rois(path, sphere.geometry)
    assert np.array_equal(back.voxels, sphere.voxels)


def test_a_region_object_that_is_dropped_is_loaded_onto_the_open_case(
    opened: MainWindow, sphere: Mask, tmp_path: Path, qtbot: QtBot
):
    study = opened.session.study
    write_rtstruct(tmp_path / "ball.dcm", [sphere], nameless_reference(study.volume.geometry, study.info))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "ball.dcm"))])
    how = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    for event in (QDragEnterEvent, QDropEvent):
        QApplication.sendEvent(opened, event(QPoint(50, 50), *how))
    qtbot.waitUntil(lambda: bool(opened.session.roi.segments), timeout=20_000)
    assert opened.session.study is study
    assert np.array_equal(opened.session.roi.mask_of(1).voxels, sphere.voxels)


@pytest.mark.parametrize(
    ("name", "chosen", "expected"),
    [
        ("a", "NIfTI (*.nii.gz *.nii)", "a.nii.gz"),
        ("a.nii", "NIfTI (*.nii.gz *.nii)", "a.nii"),
        ("a.dcm", "NRRD (*.nrrd)", "a.nrrd"),
        ("a.b", "DICOM SEG (*.dcm)", "a.b.dcm"),
        ("a.NII.GZ", "NIfTI (*.nii.gz *.nii)", "a.NII.GZ"),
    ],
)
def test_the_chosen_row_decides_over_an_ending(name: str, chosen: str, expected: str):
    assert chosen_path(name, chosen)[0].name == expected


def _answer(button: QMessageBox.StandardButton, seen: list[str]) -> None:
    """Press a button of the question that is about to be asked."""
    box = QApplication.activeModalWidget()
    if not isinstance(box, QMessageBox):
        QTimer.singleShot(50, lambda: _answer(button, seen))
        return
    seen.append(box.text())
    QTest.mouseClick(box.button(button), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(("button", "taken"), [("No", False), ("Yes", True)])
def test_a_roi_of_another_grid_is_taken_only_after_a_yes(
    opened: MainWindow, tmp_path: Path, qtbot: QtBot, button: str, taken: bool
):
    other = make_study((30, 48, 40), spacing=(2.5, 2.0, 4.0)).volume.geometry
    path = tmp_path / "other.nii.gz"
    write_mask(path, Mask(np.ones(other.shape, bool), other))
    seen: list[str] = []
    QTimer.singleShot(0, lambda: _answer(QMessageBox.StandardButton[button], seen))
    opened.opening.load_roi(path)
    qtbot.waitUntil(lambda: bool(seen), timeout=20_000)
    qtbot.waitUntil(lambda: not opened.tasks.busy("reading"), timeout=20_000)
    settle(opened)
    assert "lies on another grid" in seen[0]
    assert bool(opened.session.roi.segments) is taken


def test_a_file_that_is_no_roi_is_refused_with_the_reason(opened: MainWindow, tmp_path: Path, qtbot: QtBot):
    path = tmp_path / "no.dcm"
    path.write_text("no DICOM")
    opened.opening.load_roi(path)
    qtbot.waitUntil(lambda: "no.dcm" in opened.status.notice.text(), timeout=20_000)
    assert not opened.session.roi.segments


def test_all_regions_of_a_file_come_whole_though_they_overlap(
    opened: MainWindow, sphere: Mask, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    grid = sphere.geometry
    moved = np.roll(sphere.voxels, 3, axis=2)
    path = tmp_path / "two.seg.nrrd"
    segments = [Segment("ball", 1, 0, "done", (10, 200, 30)), Segment("moved", 2, 1, "flagged")]
    layers = [sphere.voxels.astype(np.uint8), 2 * moved.astype(np.uint8)]
    save_segments(path, layers, grid, segments)
    asked: list[list[str]] = []

    def answer(_parent, _title, _label, rows, *_):
        asked.append(rows)
        return rows[-1], True

    monkeypatch.setattr(QInputDialog, "getItem", answer)
    opened.opening.load_roi(path)
    roi = opened.session.roi
    qtbot.waitUntil(lambda: len(roi.segments) == 2, timeout=20_000)
    assert asked[0][-1] == "All 2 regions"
    assert np.array_equal(roi.mask_of(1).voxels, sphere.voxels)
    assert np.array_equal(roi.mask_of(2).voxels, moved)
    assert [(s.name, s.status) for s in roi.segments] == [("ball", "done"), ("moved", "flagged")]
    assert roi.segments[0].colour == (10, 200, 30)
    # One file, one step.
    assert opened.findChild(object, "roi.undo").text() == "Undo Add ball, moved"
    opened.findChild(object, "roi.undo").trigger()
    assert not roi.segments
    assert not roi.labels.any()
