"""A series that makes no regular grid: the person chooses how to take it, and the window says which."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from gui_support import drag, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.dicom.series import Handling
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.inference.result import build_result
from ctprog_gui.state.study import Study
from ctprog_gui.views.handling_dialog import HandlingDialog
from ctprog_gui.views.main_window import MainWindow


@pytest.fixture
def uneven(study: Study, tmp_path: Path) -> Path:
    """Slices 0 to 29, of which 12 to 14 are missing."""
    for path in write_ct_series(tmp_path / "ct", study.volume, patient_id="P1", description="gap")[12:15]:
        path.unlink()
    return tmp_path / "ct"


def asked(window: MainWindow, qtbot: QtBot, path: Path) -> HandlingDialog:
    window.opening.open([path])
    qtbot.waitUntil(lambda: bool(window.findChildren(HandlingDialog)), timeout=20_000)
    (dialog,) = window.findChildren(HandlingDialog)
    qtbot.waitUntil(dialog.isVisible)
    settle(dialog)
    return dialog


def choose(dialog: HandlingDialog, way: Handling) -> None:
    button = dialog.buttons[way]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(10, button.height() // 2))
    QTest.mouseClick(dialog.box.button(QDialogButtonBox.StandardButton.Open), Qt.MouseButton.LeftButton)


def test_nothing_is_chosen_in_advance_and_cancel_opens_nothing(
    opened: MainWindow, study: Study, uneven: Path, qtbot: QtBot
):
    dialog = asked(opened, qtbot, uneven)
    button = dialog.box.button(QDialogButtonBox.StandardButton.Open)
    assert not button.isEnabled()
    assert not any(one.isChecked() for one in dialog.buttons.values())
    assert "missing slices" in "".join(one.text() for one in dialog.findChildren(type(dialog._text(""))))
    QTest.mouseClick(dialog.box.button(QDialogButtonBox.StandardButton.Cancel), Qt.MouseButton.LeftButton)
    qtbot.wait(50)
    assert opened.session.study is study


def test_taken_as_it_is_it_says_so(window: MainWindow, uneven: Path, qtbot: QtBot):
    choose(asked(window, qtbot, uneven), Handling.AS_IS)
    qtbot.waitUntil(lambda: window.session.study is not None, timeout=20_000)
    shown = window.session.study
    assert shown.volume.voxels.shape[0] == 27
    assert "taken as it is" in window.banner.series.text()
    assert set(shown.accepted) == {"missing_slices", "nonuniform_spacing"}
    result = build_result(shown.volume, None, [], series=shown.info, accepted=shown.accepted)
    assert result["input"]["handling"] == "as_is"
    assert result["input"]["accepted"] == ["missing_slices", "nonuniform_spacing"]


def test_resampled_it_says_so(window: MainWindow, study: Study, uneven: Path, qtbot: QtBot):
    choose(asked(window, qtbot, uneven), Handling.RESAMPLE)
    qtbot.waitUntil(lambda: window.session.study is not None, timeout=20_000)
    shown = window.session.study
    # The study's values rise linearly with z, so that interpolating gives the missing ones back.
    assert np.array_equal(shown.volume.voxels, study.volume.voxels)
    assert "resampled" in window.banner.series.text()
    assert "resampled" in window.banner.anomalies.toolTip()


def test_why_a_resampled_series_gets_no_structured_report_is_told_until_the_case_goes(
    window: MainWindow, uneven: Path, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    choose(asked(window, qtbot, uneven), Handling.RESAMPLE)
    qtbot.waitUntil(lambda: window.session.study is not None, timeout=20_000)
    settle(window)
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(canvas, "L", Qt.KeyboardModifier.ShiftModifier)
    drag(canvas, canvas.rect().center(), canvas.rect().center() + QPoint(40, 0))
    assert len(window.session.annotations.items) == 1
    target = str(tmp_path / "sr.dcm")
    monkeypatch.setattr(
        "ctprog_gui.views.measures_export.QFileDialog.getSaveFileName", lambda *_: (target, "")
    )
    window.save_report()
    qtbot.waitUntil(lambda: "was resampled" in window.status.notice.text(), timeout=20_000)
    assert not Path(target).exists()
    window.close_study()
    assert window.status.notice.text() == ""


def test_split_it_is_listed_in_parts(window: MainWindow, study: Study, uneven: Path, qtbot: QtBot):
    choose(asked(window, qtbot, uneven), Handling.SPLIT)
    qtbot.waitUntil(lambda: len(window.session.found) == 2, timeout=20_000)
    assert window.session.study is None
    panel = window.studies_panel
    entry = window.session.library.entries[1]
    at = panel.tree.visualItemRect(panel.item_of(entry.id)).center()
    QTest.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: window.session.study is not None, timeout=20_000)
    shown = window.session.study
    # The larger part is not the first: parts stand in the order in which they lie.
    assert np.array_equal(shown.volume.voxels, study.volume.voxels[15:])
    assert "split: part 2 of 2" in window.banner.series.text()


def test_two_phases_are_told_apart(window: MainWindow, study: Study, tmp_path: Path, qtbot: QtBot):
    for number, path in enumerate(write_ct_series(tmp_path / "ct", study.volume, patient_id="P1")):
        dataset = pydicom.dcmread(path)
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, z - 4.0 * (number % 2)]
        dataset.AcquisitionNumber = number % 2
        dataset.save_as(path)
    choose(asked(window, qtbot, tmp_path / "ct"), Handling.SPLIT)
    qtbot.waitUntil(lambda: len(window.session.found) == 2, timeout=20_000)
    assert [one.info.slices for one in window.session.found] == [15, 15]
