"""Opening cases: what appears, what is refused, what is cancelled."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from gui_support import make_study, settle
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.dicom.series import Series
from ctprog_gui.core.imaging.files import write_mask, write_volume
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.state.study import Study
from ctprog_gui.state.volume_words import volume_words
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.panels.segment_table import SHOWN


@pytest.fixture
def nifti(study: Study, tmp_path: Path) -> Path:
    path = tmp_path / "case.nii.gz"
    write_volume(path, study.volume.voxels, study.volume.geometry)
    return path


def test_a_single_series_is_shown_at_once(window: MainWindow, study: Study, nifti: Path, qtbot: QtBot):
    window.opening.open([nifti])
    qtbot.waitUntil(lambda: window.session.study is not None, timeout=20_000)
    assert np.array_equal(window.session.study.volume.voxels, study.volume.voxels)
    assert window.session.study.volume.geometry.difference_from(study.volume.geometry) is None
    (entry,) = window.session.library.entries
    assert window.studies_panel.item_of(entry.id) is window.studies_panel.tree.currentItem()
    assert not window.status.progress.isVisible()


def test_dropping_a_file_opens_it(window: MainWindow, nifti: Path, qtbot: QtBot):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(nifti))])
    for kind in (QDragEnterEvent, QDropEvent):
        how = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(window, kind(QPoint(50, 50), *how))
    qtbot.waitUntil(lambda: window.session.study is not None, timeout=20_000)


def test_of_several_series_the_person_picks_one(
    window: MainWindow, study: Study, tmp_path: Path, qtbot: QtBot
):
    for name, shift in (("first", 0), ("second", 7)):
        shifted = Volume(study.volume.voxels + np.int16(shift), study.volume.geometry)
        write_ct_series(tmp_path / name, shifted, patient_id="P1", description=name)
    window.opening.open([tmp_path])
    qtbot.waitUntil(lambda: len(window.session.found) == 2, timeout=20_000)
    assert window.session.study is None
    rows = window.studies_panel.tree
    entry = next(one for one in window.session.library.entries if one.info.description == "second")
    where = rows.visualItemRect(window.studies_panel.item_of(entry.id)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)
    QTest.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)
    qtbot.waitUntil(lambda: window.session.study is not None, timeout=20_000)
    assert window.session.study.info.description == "second"
    assert np.array_equal(window.session.study.volume.voxels, study.volume.voxels + 7)
    assert "second" in window.banner.series.text()


def test_what_cannot_be_opened_is_told_and_the_open_case_stays(
    opened: MainWindow, study: Study, tmp_path: Path, qtbot: QtBot
):
    opened.opening.open([tmp_path / "nothing-here"])
    qtbot.waitUntil(lambda: "nothing-here" in opened.status.notice.text(), timeout=20_000)
    assert opened.session.study is study
    assert opened.status.notice.property("trouble")


class _SlowSeries(Series):
    """A series whose reading waits until it is told to go on."""

    def __init__(self, study: Study) -> None:
        self.info = study.info
        self._volume = study.volume
        self.started = threading.Event()
        self.go_on = threading.Event()

    def read(self, progress: Progress | None = None) -> Volume:
        assert progress is not None
        self.started.set()
        progress.report(0.3, "Reading slice 40 of 134")
        assert self.go_on.wait(30)
        progress.report(0.6, "Reading slice 80 of 134")
        return self._volume


def test_reading_shows_progress_and_the_window_keeps_answering(
    opened: MainWindow, study: Study, qtbot: QtBot
):
    slow = _SlowSeries(make_study(name="slow"))
    opened.opening.read(slow)
    qtbot.waitUntil(lambda: "slice 40" in opened.status.doing.text(), timeout=20_000)
    assert opened.status.progress.isVisible()
    before = opened.session.viewports.slice_of(next(iter(opened.viewer.slices)))
    opened.session.viewports.scroll(next(iter(opened.viewer.slices)), 1)
    assert opened.session.viewports.slice_of(next(iter(opened.viewer.slices))) == before + 1
    slow.go_on.set()
    qtbot.waitUntil(lambda: opened.session.study.info.series_uid == "slow", timeout=20_000)
    assert not opened.status.progress.isVisible()


def test_cancel_keeps_the_open_case_and_nothing_stale_arrives(opened: MainWindow, study: Study, qtbot: QtBot):
    slow = _SlowSeries(make_study(name="slow"))
    opened.opening.read(slow)
    qtbot.waitUntil(slow.started.is_set, timeout=20_000)
    settle(opened)
    QTest.mouseClick(opened.status.cancel, Qt.MouseButton.LeftButton)
    assert not opened.status.progress.isVisible()
    slow.go_on.set()
    qtbot.wait(100)
    assert opened.session.study is study


def test_a_newer_opening_replaces_an_older_one(opened: MainWindow, qtbot: QtBot):
    first, second = _SlowSeries(make_study(name="first")), _SlowSeries(make_study(name="second"))
    opened.opening.read(first)
    qtbot.waitUntil(first.started.is_set, timeout=20_000)
    opened.opening.read(second)
    qtbot.waitUntil(second.started.is_set, timeout=20_000)
    second.go_on.set()
    qtbot.waitUntil(lambda: opened.session.study.info.series_uid == "second", timeout=20_000)
    first.go_on.set()
    qtbot.wait(100)
    assert opened.session.study.info.series_uid == "second"


def test_a_roi_file_becomes_a_segment_and_the_crosshair_goes_there(
    opened: MainWindow, sphere: Mask, tmp_path: Path, qtbot: QtBot
):
    path = tmp_path / "roi.nii.gz"
    write_mask(path, sphere)
    opened.opening.load_roi(path)
    qtbot.waitUntil(lambda: len(opened.session.roi.segments) == 1, timeout=20_000)
    qtbot.waitUntil(lambda: opened.session.roi.measures is not None, timeout=20_000)
    assert np.array_equal(opened.session.roi.labels > 0, sphere.voxels)
    centre = sphere.geometry.index_to_patient((12, 16, 20))
    assert np.abs(opened.session.viewports.crosshair_mm - centre).max() <= 2.1
    assert volume_words(sphere.volume_mm3) in opened.roi_panel.measures.text()


def test_the_roi_can_be_hidden_and_its_fill_thinned(opened: MainWindow, sphere: Mask):
    opened.session.roi.add(sphere)
    opened.session.go_to_roi()
    settle(opened)
    item = opened.roi_panel.table.item(0, SHOWN)
    item.setCheckState(Qt.CheckState.Unchecked)
    assert not opened.session.roi.segments[0].visible
    opened.roi_panel.opacity.setValue(80)
    assert opened.session.roi.segments[0].opacity == pytest.approx(0.8)


def test_the_banner_names_the_patient_and_research_use_never_goes_away(window: MainWindow, study: Study):
    assert window.banner.research_use.isVisible()
    window.session.show(study)
    assert "P1" in window.banner.patient.text()
    assert window.banner.research_use.isVisible()
    window.session.viewports.maximised = "axial"
    settle(window)
    assert window.banner.research_use.isVisible()
    window.close_study()
    assert window.banner.patient.text() == "No case open"
    assert window.banner.research_use.isVisible()
