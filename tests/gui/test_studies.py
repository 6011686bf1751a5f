"""The studies browser: it fills while a folder is looked into, is searched, and opens what is picked."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from gui_support import make_study, settle
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from ctprog_gui.core.dicom import open_path as opening_module
from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.dicom.series import Series
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.state.study import Study
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.panels.series_row import LINES, OPEN, PICTURE


@pytest.fixture
def archive(study: Study, tmp_path: Path) -> Path:
    """Two patients; the first has two series, of which one lacks slices."""
    folder = tmp_path / "archive"
    for patient, name, shift in (("P1", "native", 0), ("P1", "venous", 7), ("P2", "lung", 3)):
        shifted = Volume(study.volume.voxels + np.int16(shift), study.volume.geometry)
        made = write_ct_series(folder / patient / name, shifted, patient_id=patient, description=name)
        if name == "venous":
            made[10].unlink()
    return folder


def lines(window: MainWindow) -> list[str]:
    """Every row's heading, from the top."""
    tree = window.studies_panel.tree
    found, item = [], tree.topLevelItem(0)
    while item is not None:
        found.append(item.data(0, LINES)[0])
        item = tree.itemBelow(item)
    return found


def found(window: MainWindow, qtbot: QtBot, archive: Path) -> None:
    window.opening.open([archive])
    qtbot.waitUntil(lambda: len(window.session.found) == 3, timeout=20_000)
    entries = window.session.library.entries
    qtbot.waitUntil(
        lambda: all(e.picture is not None for e in window.session.library.entries), timeout=20_000
    )
    assert [e.id for e in entries] == [e.id for e in window.session.library.entries]


def test_patients_hold_studies_hold_series(window: MainWindow, archive: Path, qtbot: QtBot):
    found(window, qtbot, archive)
    told = lines(window)
    assert told[0] == "P1"
    assert told.index("CT  native") < told.index("CT  venous") < told.index("P2") < told.index("CT  lung")
    for entry in window.session.library.entries:
        item = window.studies_panel.item_of(entry.id)
        assert item.data(0, PICTURE).height() == 96
        assert item.parent().parent().data(0, LINES)[0] == entry.info.patient.patient_id


def test_an_anomaly_is_told_in_full_on_hover(window: MainWindow, archive: Path, qtbot: QtBot):
    found(window, qtbot, archive)
    entry = next(e for e in window.session.library.entries if e.info.description == "venous")
    tree = window.studies_panel.tree
    tree.scrollToItem(window.studies_panel.item_of(entry.id))
    at = tree.visualItemRect(window.studies_panel.item_of(entry.id)).center()
    where = tree.viewport().mapToGlobal(at)
    QApplication.sendEvent(tree.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, where))
    qtbot.waitUntil(lambda: "1 slice missing" in QToolTip.text())
    assert "missing slices" in QToolTip.text()
    assert "uneven spacing" in QToolTip.text()
    QToolTip.hideText()
    # The badge is drawn on the row: its colour is nowhere else in the browser.
    picture = tree.viewport().grab().toImage()
    rect = tree.visualItemRect(window.studies_panel.item_of(entry.id))
    colours = {
        picture.pixelColor(x, y).name()
        for x in range(rect.left(), rect.right())
        for y in range(rect.top(), rect.bottom())
    }
    assert "#e6b455" in colours


def test_typing_narrows_the_list_and_clearing_brings_it_back(window: MainWindow, archive: Path, qtbot: QtBot):
    found(window, qtbot, archive)
    panel = window.studies_panel
    qtbot.mouseClick(panel.search, Qt.MouseButton.LeftButton)
    QTest.keyClicks(panel.search, "P1 ven")
    assert [line for line in lines(window) if line.startswith("CT")] == ["CT  venous"]
    panel.search.selectAll()
    QTest.keyClicks(panel.search, "missing_sl")
    assert [line for line in lines(window) if line.startswith("CT")] == ["CT  venous"]
    panel.search.selectAll()
    QTest.keyClicks(panel.search, "nobody")
    assert panel.hint.isVisible()
    assert "No series fits" in panel.hint.text()
    panel.search.selectAll()
    QTest.keyClick(panel.search, Qt.Key.Key_Delete)
    assert len([line for line in lines(window) if line.startswith("CT")]) == 3


def test_enter_opens_the_selected_series(window: MainWindow, archive: Path, qtbot: QtBot):
    found(window, qtbot, archive)
    entry = next(e for e in window.session.library.entries if e.info.description == "lung")
    panel = window.studies_panel
    panel.tree.scrollToItem(panel.item_of(entry.id))
    at = panel.tree.visualItemRect(panel.item_of(entry.id)).center()
    QTest.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.keyClick(panel.tree, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.study is not None, timeout=20_000)
    assert window.session.study.info.description == "lung"


def test_the_open_series_stays_marked_and_a_part_of_it_elsewhere_is_not_it(
    window: MainWindow, archive: Path, qtbot: QtBot
):
    test_enter_opens_the_selected_series(window, archive, qtbot)

    def marked() -> list[str]:
        items = [(e, window.studies_panel.item_of(e.id)) for e in window.session.library.entries]
        return [e.info.description for e, item in items if item.data(0, OPEN)]

    assert marked() == ["lung"]
    QTest.keyClick(window.studies_panel.tree, Qt.Key.Key_Up)
    QTest.keyClick(window.studies_panel.tree, Qt.Key.Key_Up)
    assert marked() == ["lung"]
    part = archive.parent / "part"
    part.mkdir()
    for path in sorted((archive / "P2" / "lung").iterdir())[:9]:
        shutil.copy(path, part)
    shutil.copytree(archive / "P1" / "native", part / "native")
    window.opening.open([part])
    qtbot.waitUntil(lambda: sorted(e.info.slices for e in window.session.library.entries) == [9, 30])
    assert marked() == []


@pytest.fixture
def slowed(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Each file takes `pause_s` more to look into, as on a network drive."""
    from ctprog_gui.core.dicom import finding, index

    parse, pace = finding.parse_header, SimpleNamespace(pause_s=0.01)

    def slow(source, opener):
        time.sleep(pace.pause_s)
        return parse(source, opener)

    # The window asks the index, which looks into what it does not know.
    monkeypatch.setattr(finding, "parse_header", slow)
    monkeypatch.setattr(index, "parse_header", slow)
    assert opening_module.scan is finding.scan
    return pace


def test_series_and_pictures_come_in_sight_before_the_search_ends(
    window: MainWindow, archive: Path, slowed: SimpleNamespace, qtbot: QtBot
):
    seen: list[tuple[float, int, bool]] = []
    library = window.session.library

    def look() -> None:
        if library.searching:
            seen.append((time.monotonic(), len(library.entries), library.entries[0].picture is not None))

    library.changed.connect(look)
    reports: list[float] = []
    window.tasks.progressed.connect(lambda *_: reports.append(time.monotonic()))
    start = time.monotonic()
    window.opening.open([archive])
    qtbot.waitUntil(lambda: len(window.session.found) == 3, timeout=20_000)
    end = time.monotonic()
    library.changed.disconnect(look)
    assert seen
    assert seen[0][2], "the first thing in sight has its picture"
    assert seen[0][1] < 3, "the list is not whole yet"
    for events in ([at for at, _, _ in seen], reports):
        assert len(events) <= 20 * (end - start) + 3


def test_cancelling_a_search_brings_the_list_back(
    window: MainWindow, archive: Path, slowed: SimpleNamespace, qtbot: QtBot
):
    window.opening.open([archive / "P1"])
    qtbot.waitUntil(lambda: len(window.session.found) == 2, timeout=20_000)
    before = lines(window)
    slowed.pause_s = 0.1
    window.opening.open([archive])
    qtbot.waitUntil(lambda: window.session.library.searching, timeout=20_000)
    assert "so far" in " ".join(_all_lines(window))
    start = time.monotonic()
    QTest.mouseClick(window.status.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.session.library.searching, timeout=1000)
    assert time.monotonic() - start < 0.5
    assert lines(window) == before
    assert len(window.session.found) == 2
    assert not window.status.progress.isVisible()


def _all_lines(window: MainWindow) -> list[str]:
    tree = window.studies_panel.tree
    told, item = [], tree.topLevelItem(0)
    while item is not None:
        told += item.data(0, LINES)
        item = tree.itemBelow(item)
    return told


def test_recent_cases_open_again_and_can_be_forgotten(
    window: MainWindow, archive: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    found(window, qtbot, archive)
    window.close_study()
    menu = next(m for m in window.findChildren(QMenu) if m.title() == "Open recent")
    menu.popup(window.mapToGlobal(QPoint(40, 40)))
    settle(window)
    action = menu.actions()[0]
    assert str(archive)[-40:] in action.text()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    qtbot.waitUntil(lambda: len(window.session.found) == 3, timeout=20_000)
    next(a for c, a in window._actions if c.id == "file.forget").trigger()
    menu.popup(window.mapToGlobal(QPoint(40, 40)))
    settle(window)
    assert [a.text() for a in menu.actions()] == ["Nothing was opened yet"]
    # What holds no series is not offered again.
    nothing = archive.parent / "nothing"
    nothing.mkdir()
    window.opening.open([nothing])
    qtbot.waitUntil(lambda: bool(window.status.notice.text()), timeout=20_000)
    menu.popup(window.mapToGlobal(QPoint(40, 40)))
    assert [a.text() for a in menu.actions()] == ["Nothing was opened yet"]
    menu.close()


class _Slow(Series):
    """A series whose middle slice is there at once, and whose reading waits."""

    quick_middle = True

    def __init__(self, study: Study) -> None:
        self.info = study.info
        self._volume = study.volume
        self.go_on = threading.Event()

    def read(self, progress: Progress | None = None) -> Volume:
        assert self.go_on.wait(30)
        assert progress is not None
        progress.report(0.5, "Reading slices")
        return self._volume

    def middle(self) -> Volume:
        number = self._volume.geometry.size[2] // 2
        columns, rows, _ = self._volume.geometry.size
        grid = self._volume.geometry.cropped((0, 0, number), (columns, rows, 1))
        return Volume(self._volume.voxels[number : number + 1], grid)


def test_the_first_slice_is_there_before_the_others_and_says_whose_it_is(
    opened: MainWindow, study: Study, qtbot: QtBot
):
    slow = _Slow(make_study(name="slow"))
    opened.opening.read(slow)
    first = opened.first_slice
    qtbot.waitUntil(first.isVisible, timeout=20_000)
    assert opened.session.study is study
    assert "P1" in first.told
    assert "middle slice" in first.told
    assert first.size() == opened.viewer.size(), "no slice of the other case is left beside it"
    grey = first.grab().toImage()
    assert len({grey.pixelColor(x, grey.height() // 2).value() for x in range(0, grey.width(), 7)}) > 5
    slow.go_on.set()
    qtbot.waitUntil(lambda: opened.session.study.info.series_uid == "slow", timeout=20_000)
    assert not first.isVisible()


def test_cancelling_takes_the_first_slice_away(opened: MainWindow, study: Study, qtbot: QtBot):
    slow = _Slow(make_study(name="slow"))
    opened.opening.read(slow)
    qtbot.waitUntil(opened.first_slice.isVisible, timeout=20_000)
    QTest.mouseClick(opened.status.cancel, Qt.MouseButton.LeftButton)
    assert not opened.first_slice.isVisible()
    slow.go_on.set()
    qtbot.wait(50)
    assert opened.session.study is study
