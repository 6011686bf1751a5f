"""A reading session on the screen: three small cases, two readers, one case twice, and one who settles."""

from __future__ import annotations

import threading
from pathlib import Path

import fake_worker
import numpy as np
import pytest
from gui_support import drag, settle
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLabel, QMessageBox
from pytestqt.qtbot import QtBot
from reading_session import GRID, ball, read_all, small_session, write_images
from scipy.ndimage import distance_transform_edt

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.reading_sessions import keeping
from ctprog_gui.core.reading_sessions.folder import SessionFolder
from ctprog_gui.core.reading_sessions.keeping import keep_roi, read_kept
from ctprog_gui.core.reading_sessions.making import check_session
from ctprog_gui.core.roi import conversion, readings
from ctprog_gui.core.roi.agreement import agreement
from ctprog_gui.core.roi.conversion import open_reference
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.services.opening import LANE
from ctprog_gui.state.stroke import Tool
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.tour import Tour

LEFT = Qt.MouseButton.LeftButton
RADII = {"case-001": 12.0, "case-002": 16.0, "case-003": 20.0}


def drawn(name: str, case: str, repeat: int) -> Mask:
    """B is off the more, the larger the tumour is, and draws wider."""
    off = name == "B"
    return ball(RADII[case] + 2.0 * off, (RADII[case] - 8.0) * off)


@pytest.fixture
def made(tmp_path: Path) -> SessionFolder:
    return small_session(tmp_path / "study", write_images(tmp_path / "images", 3), seed=2)


def ready(window: MainWindow) -> bool:
    reading = window.session.reading
    return reading.current is not None and not reading.busy and reading.current.status != "not started"


def begin(window: MainWindow, folder: SessionFolder, name: str, qtbot: QtBot) -> None:
    window.desk.room.begin(folder, name)
    qtbot.waitUntil(lambda: ready(window), timeout=20_000)
    settle(window)


def press(window: MainWindow, button, qtbot: QtBot) -> None:
    """Press a button that leads to another reading, and wait until that one is there or all are finished."""
    before = window.session.reading.number
    QTest.mouseClick(button, LEFT)
    reading = window.session.reading
    qtbot.waitUntil(
        lambda: reading.number != before and not reading.busy and (reading.number is None or ready(window)),
        timeout=20_000,
    )
    settle(window)


def stroke(window: MainWindow, length: int) -> np.ndarray:
    """Paint with the mouse; what is drawn then, as voxels."""
    if window.session.tools.tool is not Tool.BRUSH:
        type_key(window, Qt.Key.Key_B)
    assert window.session.tools.tool is Tool.BRUSH
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    middle = canvas.rect().center() + QPoint(-20, 40)
    drag(canvas, middle, middle + QPoint(length, 0))
    return window.session.roi.labels != 0


def type_key(window: MainWindow, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    """A key for the window's shortcuts, which belong to the active window alone."""
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    QTest.keyClick(window, key, modifier)


def action(window: MainWindow, identifier: str) -> QAction:
    return window.findChild(QAction, identifier)


def words(widget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_a_reader_goes_through_his_list_and_all_of_it_is_saved(
    window: MainWindow, made: SessionFolder, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(made.path / "session.json"), ""))
    monkeypatch.setattr(QInputDialog, "getItem", lambda *_: ("B", True))
    action(window, "file.reading-session").trigger()
    qtbot.waitUntil(lambda: ready(window), timeout=20_000)
    settle(window)
    worklist = window.desk.worklist
    assert worklist.isVisible()
    assert not window.studies_panel.isVisible()
    assert [worklist.rows.item(row, 0).text() for row in range(4)] == [f"Reading {n}" for n in (1, 2, 3, 4)]
    painted = []
    for turn in range(4):
        # A repeat and the second reader's case begin with nothing, though the image is the same.
        assert window.session.roi.labels is None or not window.session.roi.labels.any()
        painted.append(stroke(window, 20 + 10 * turn))
        assert painted[-1].any()
        if turn == 2:
            type_key(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            qtbot.waitUntil(lambda: ready(window) and window.session.reading.number == 3, timeout=20_000)
        else:
            press(window, worklist.done, qtbot)
    assert window.session.study is None
    assert worklist.bar.value() == 4
    progress = made.progress("B")
    assert [result.status for result in progress.results] == ["done"] * 4
    for result, region in zip(progress.results, painted, strict=True):
        assert np.array_equal(read_kept(made, "B", result, GRID).voxels, region)
        assert result.seconds > 0
        assert result.started < result.finished
    assert check_session(made) == []


def test_it_goes_on_where_it_stopped_by_the_file_and_by_the_journal(
    window: MainWindow, made: SessionFolder, qtbot: QtBot
):
    begin(window, made, "A", qtbot)
    press(window, window.desk.worklist.flag, qtbot)
    region = stroke(window, 30)
    QTest.keyClicks(window.desk.worklist.note, "hilum?")
    press(window, window.desk.worklist.following, qtbot)
    assert window.desk.worklist.note.text() == ""
    press(window, window.desk.worklist.previous, qtbot)
    assert window.desk.worklist.note.text() == made.progress("A").results[1].note == "hilum?"
    assert np.array_equal(window.session.roi.labels != 0, region)
    QTest.mouseClick(window.desk.worklist.leave, LEFT)
    qtbot.waitUntil(lambda: not window.session.reading.active, timeout=20_000)
    assert window.studies_panel.isVisible()
    assert not window.desk.worklist.isVisible()
    # What was flagged with nothing drawn is no finding of nothing.
    assert not made.progress("A").results[0].drawn
    statuses = [result.status for result in made.progress("A").results]
    assert statuses == ["flagged", "in progress", "in progress", "not started"]
    # Another stroke, and then the window is gone without a chance to save.
    begin(window, made, "A", qtbot)
    assert window.session.reading.number == 1
    more = stroke(window, 60)
    assert np.count_nonzero(more) > np.count_nonzero(region)
    window.session.reading.end()
    window.session.show(None)
    begin(window, made, "A", qtbot)
    assert np.array_equal(window.session.roi.labels != 0, more)
    # The folder went on at another desk meanwhile: what was saved there is newer than the journal here.
    elsewhere = made.progress("A")
    window.session.reading.end()
    window.session.show(None)
    series = open_reference(made.image_of(elsewhere.results[1].case))
    made.save_progress(elsewhere.with_result(1, **keep_roi(made, "A", 1, ball(10.0), series)))
    begin(window, made, "A", qtbot)
    assert np.array_equal(window.session.roi.labels != 0, ball(10.0).voxels)
    window.session.undoing.undo()
    assert np.array_equal(window.session.roi.labels != 0, more)


def test_what_was_saved_at_another_desk_meanwhile_is_not_written_over(
    window: MainWindow, made: SessionFolder, qtbot: QtBot
):
    begin(window, made, "A", qtbot)
    region = stroke(window, 30)
    elsewhere = made.progress("A")
    series = open_reference(made.image_of(elsewhere.results[0].case))
    saved = made.save_progress(
        elsewhere.with_result(0, status="flagged", **keep_roi(made, "A", 0, ball(10.0), series))
    )
    told = []
    window.tasks.failed.connect(lambda *words: told.append(str(words)))
    QTest.mouseClick(window.desk.worklist.flag, LEFT)
    qtbot.waitUntil(lambda: bool(told) and not window.session.reading.busy, timeout=20_000)
    assert "another window" in told[-1]
    assert made.progress("A") == saved
    assert check_session(made) == []
    # What is drawn stays on the screen; opened again, the other desk's comes first, and undo reaches this.
    assert np.array_equal(window.session.roi.labels != 0, region)
    window.desk.room.begin(made, "A")
    qtbot.waitUntil(lambda: ready(window) and window.session.reading.number == 1, timeout=20_000)
    press(window, window.desk.worklist.previous, qtbot)
    assert np.array_equal(window.session.roi.labels != 0, ball(10.0).voxels)
    window.session.undoing.undo()
    assert np.array_equal(window.session.roi.labels != 0, region)


class Held:
    """Makes a function that a task calls wait until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        self._held = getattr(module, name)
        monkeypatch.setattr(module, name, self)

    def __call__(self, *arguments: object) -> object:
        self.reached.set()
        assert self.go.wait(20)
        return self._held(*arguments)


def crash(window: MainWindow) -> None:
    """The window is gone without a chance to save; the journal has what was drawn."""
    window.session.reading.end()
    window.session.show(None)


def kept_of(made: SessionFolder, name: str, number: int) -> np.ndarray:
    return read_kept(made, name, made.progress(name).results[number], GRID).voxels


def test_done_writes_the_strokes_that_came_back_from_the_journal(
    window: MainWindow, made: SessionFolder, qtbot: QtBot
):
    begin(window, made, "A", qtbot)
    draft = stroke(window, 30)
    QTest.mouseClick(window.desk.worklist.leave, LEFT)
    qtbot.waitUntil(lambda: not window.session.reading.active, timeout=20_000)
    begin(window, made, "A", qtbot)
    more = stroke(window, 70)
    assert np.count_nonzero(more) > np.count_nonzero(draft)
    crash(window)
    begin(window, made, "A", qtbot)
    press(window, window.desk.worklist.done, qtbot)
    assert made.progress("A").results[0].status == "done"
    assert np.array_equal(kept_of(made, "A", 0), more)


def test_what_was_only_looked_at_keeps_its_file(window: MainWindow, made: SessionFolder, qtbot: QtBot):
    begin(window, made, "A", qtbot)
    stroke(window, 30)
    press(window, window.desk.worklist.flag, qtbot)
    before = made.progress("A").results[0]
    press(window, window.desk.worklist.previous, qtbot)
    press(window, window.desk.worklist.following, qtbot)
    after = made.progress("A").results[0]
    assert (after.roi, after.saved) == (before.roi, before.saved)


@pytest.mark.parametrize("meanwhile", ["saving", "opening"])
def test_a_stroke_while_the_room_is_busy_is_saved_with_its_reading(
    window: MainWindow, made: SessionFolder, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, meanwhile: str
):
    begin(window, made, "A", qtbot)
    stroke(window, 30)
    where = (keeping, "keep_roi") if meanwhile == "saving" else (conversion, "open_reference")
    held = Held(monkeypatch, *where)
    QTest.mouseClick(window.desk.worklist.done, LEFT)
    qtbot.waitUntil(held.reached.is_set, timeout=20_000)
    more = stroke(window, 70)
    held.go.set()
    reading = window.session.reading
    qtbot.waitUntil(lambda: reading.number == 1 and ready(window), timeout=20_000)
    assert made.progress("A").results[0].status == "done"
    assert np.array_equal(kept_of(made, "A", 0), more)
    assert not window.session.roi.labels.any()


def test_the_room_stays_busy_where_opening_ends_what_was_being_opened(
    window: MainWindow, made: SessionFolder, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    begin(window, made, "A", qtbot)
    stopped = threading.Event()
    window.tasks.start(LANE, "Opening", lambda _: stopped.wait(20), lambda _: None)
    opening = Held(monkeypatch, conversion, "open_reference")
    QTest.mouseClick(window.desk.worklist.following, LEFT)
    qtbot.waitUntil(opening.reached.is_set, timeout=20_000)
    settle(window)
    stopped.set()
    assert window.session.reading.busy
    assert not window.desk.worklist.done.isEnabled()
    opening.go.set()
    qtbot.waitUntil(lambda: window.session.reading.number == 1 and ready(window), timeout=20_000)


def test_what_could_not_be_saved_is_saved_the_next_time(
    window: MainWindow, made: SessionFolder, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    begin(window, made, "A", qtbot)
    region = stroke(window, 30)
    told = []
    window.tasks.failed.connect(told.append)

    def full(*_: object) -> None:
        raise InputError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "keep_roi", full)
        QTest.mouseClick(window.desk.worklist.following, LEFT)
        qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert window.session.reading.number == 0
    press(window, window.desk.worklist.following, qtbot)
    assert np.array_equal(kept_of(made, "A", 0), region)


def test_while_it_is_blind_nothing_of_readers_models_or_patients_is_shown(
    window: MainWindow,
    made: SessionFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
):
    read_all(made, "B", drawn)
    begin(window, made, "A", qtbot)
    session = window.session
    for identifier in ("roi.load", "roi.second.load"):
        assert not action(window, identifier).isEnabled()
        assert "blind" in action(window, identifier).toolTip()
    for identifier in ("prognosis.predict", "prognosis.follow", "prognosis.blind"):
        assert not action(window, identifier).isEnabled()
        assert "models" in action(window, identifier).toolTip()
    assert not window.roi_panel.load.isEnabled()
    assert not window.prognosis_panel.predict.isEnabled()
    session.prognosis.put(fake_worker.prediction(24))
    settle(window)
    assert session.prognosis.predictions == ()
    assert "blind to the models" in words(window.prognosis_panel)
    assert "fake" not in words(window.prognosis_panel)
    assert window.banner.patient.text() == "Reading 1 of 4"
    window._show_identity(True)
    assert not session.viewports.identity_visible
    # Another case, by dropping it.
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "images" / "ct0.nii.gz"))])
    study = session.study
    window.dropEvent(
        QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    )
    settle(window)
    assert session.study is study
    assert "leave it first" in window.status.notice.text()
    # What is done stays closed, as a repeat would be drawn after it. Nothing drawn wants a yes.
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    QTest.mouseClick(window.desk.worklist.done, LEFT)
    assert not session.reading.busy
    press(window, window.desk.worklist.done, qtbot)
    assert answers == []
    assert made.progress("A").results[0].empty
    assert not session.reading.may_open(0)
    assert not window.desk.worklist.previous.isEnabled()
    QTest.mouseClick(window.desk.worklist.leave, LEFT)
    qtbot.waitUntil(lambda: not session.reading.active, timeout=20_000)
    settle(window)
    assert session.viewports.identity_visible
    assert action(window, "file.open").isEnabled()
    assert "blind" not in action(window, "roi.load").toolTip()


def test_neither_the_tour_nor_a_second_series_is_a_way_round_the_session(
    window: MainWindow, made: SessionFolder, qtbot: QtBot
):
    begin(window, made, "A", qtbot)
    session = window.session
    study = session.study
    window.show_tour()
    (tour,) = window.findChildren(Tour)
    QTest.mouseClick(tour.demo, LEFT)
    settle(window)
    tour.close()
    assert not window.tasks.busy(LANE)
    assert "leave it first" in window.status.notice.text()
    for recentre in (False, True):
        window.predict(recentre=recentre)
        assert "blind to the models" in window.status.notice.text()
    assert session.study is study
    assert session.reading.number == 0
    assert not action(window, "view.compare").isEnabled()
    assert not window.viewer.bar.buttons["view.compare"].isEnabled()
    QTest.mouseClick(window.desk.worklist.leave, LEFT)
    qtbot.waitUntil(lambda: not session.reading.active, timeout=20_000)


def test_an_estimate_comes_first_where_the_session_asks_for_it(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
):
    made = small_session(tmp_path / "study", write_images(tmp_path / "images", 2), models="after-estimate")
    begin(window, made, "A", qtbot)
    session, form = window.session, window.prognosis_panel.estimate
    assert not action(window, "prognosis.blind").isEnabled()
    session.prognosis.put(fake_worker.prediction(24))
    settle(window)
    assert session.prognosis.predictions == ()
    QTest.mouseClick(form.high, LEFT)
    QTest.mouseClick(form.commit, LEFT)
    qtbot.waitUntil(lambda: made.progress("A").results[0].estimate is not None, timeout=20_000)
    assert len(session.prognosis.predictions) == 1
    kept = made.progress("A").results[0].estimate
    assert (kept.risk_group, kept.confidence) == ("high", 0.75)
    qtbot.waitUntil(lambda: not session.reading.busy)
    press(window, window.desk.worklist.flag, qtbot)
    assert session.prognosis.estimate is None
    press(window, window.desk.worklist.previous, qtbot)
    assert session.prognosis.estimate.risk_group == "high"
    QTest.mouseClick(window.desk.worklist.leave, LEFT)
    qtbot.waitUntil(lambda: not session.reading.active, timeout=20_000)
    assert not session.prognosis.blind_first


def test_an_estimate_committed_while_a_save_runs_is_saved_too(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    made = small_session(tmp_path / "study", write_images(tmp_path / "images", 2), models="after-estimate")
    begin(window, made, "A", qtbot)
    stroke(window, 30)
    held = Held(monkeypatch, keeping, "keep_roi")
    QTest.mouseClick(window.desk.worklist.following, LEFT)
    qtbot.waitUntil(held.reached.is_set, timeout=20_000)
    form = window.prognosis_panel.estimate
    QTest.mouseClick(form.high, LEFT)
    QTest.mouseClick(form.commit, LEFT)
    held.go.set()
    reading = window.session.reading
    qtbot.waitUntil(lambda: reading.number == 1 and ready(window), timeout=20_000)
    first = made.progress("A").results[0]
    assert first.estimate is not None
    assert first.estimate.risk_group == "high"
    assert first.roi is not None


def test_a_session_whose_folder_cannot_be_written_is_left_with_the_strokes_kept(
    window: MainWindow, made: SessionFolder, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    begin(window, made, "A", qtbot)
    region = stroke(window, 40)
    asked = []
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]

    def ask(_parent: object, title: str, told: str, *_: object) -> QMessageBox.StandardButton:
        asked.append(told)
        return answers[len(asked) - 1]

    monkeypatch.setattr(QMessageBox, "question", ask)
    session, away = window.session, made.path.with_name("away")
    # A file where the folder was: nothing can be written under it.
    made.path.rename(away)
    made.path.write_text("")
    QTest.mouseClick(window.desk.worklist.leave, LEFT)
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=20_000)
    assert session.reading.number == 0
    assert window.desk.worklist.leave.isEnabled()
    QTest.mouseClick(window.desk.worklist.leave, LEFT)
    qtbot.waitUntil(lambda: not session.reading.active, timeout=20_000)
    settle(window)
    assert "kept on this computer" in asked[1]
    assert session.study is None
    made.path.unlink()
    away.rename(made.path)
    begin(window, made, "A", qtbot)
    assert np.array_equal(session.roi.labels != 0, region)
    press(window, window.desk.worklist.done, qtbot)
    assert np.array_equal(kept_of(made, "A", 0), region)


@pytest.mark.parametrize("by", ["leave", "next"])
def test_a_reading_without_its_segment_is_left_only_after_a_yes(
    window: MainWindow, made: SessionFolder, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, by: str
):
    """Renamed or deleted, it would leave without its ROI."""
    begin(window, made, "A", qtbot)
    session = window.session
    region = stroke(window, 40)
    asked: list[str] = []
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]

    def ask(_parent: object, _title: str, told: str, *_: object) -> QMessageBox.StandardButton:
        asked.append(told)
        return answers[len(asked) - 1]

    monkeypatch.setattr(QMessageBox, "question", ask)
    label, name = session.roi.active.label, session.roi.active.name
    session.roi.rename(label, "Node")

    def go() -> None:
        if by == "leave":
            QTest.mouseClick(window.desk.worklist.leave, LEFT)
        else:
            window.desk.room.go_to(1)

    go()
    assert f"no segment called {name}" in asked[0]
    assert session.reading.number == 0
    # Given its name back, it is saved with nothing asked.
    session.roi.rename(label, name)
    go()
    qtbot.waitUntil(lambda: not session.reading.active or session.reading.number == 1, timeout=20_000)
    qtbot.waitUntil(lambda: not session.reading.active or ready(window), timeout=20_000)
    assert len(asked) == 1
    assert np.array_equal(kept_of(made, "A", 0), region)


def test_who_settles_sees_both_and_the_greatest_disagreement_first(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    # The first reader is the first one, though not by the alphabet.
    made = small_session(tmp_path / "study", write_images(tmp_path / "images", 3), readers=["Zoe", "B", "D"])
    read_all(made, "Zoe", drawn)
    told = []
    window.desk.room.told.connect(lambda text, _: told.append(text))
    window.desk.reviewing.told.connect(lambda text, _: told.append(text))
    window.desk.room.begin(made, "C")
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert "both readers" in told[-1]
    read_all(made, "B", drawn)
    read_all(made, "D", drawn, 2)
    session, worklist, panel = window.session, window.desk.worklist, window.desk.review_panel
    begin(window, made, "C", qtbot)
    qtbot.waitUntil(lambda: session.review.disagreement is not None, timeout=20_000)
    settle(window)
    expected = {case: agreement(drawn("Zoe", case, 1), drawn("B", case, 1)) for case in RADII}
    order = sorted(RADII, key=lambda case: expected[case].dice)
    rows = [[worklist.rows.item(row, column).text() for column in range(4)] for row in range(3)]
    assert [row[:3] for row in rows] == [
        [c, f"{expected[c].dice:.2f}", f"{expected[c].hd95_mm:.1f}"] for c in order
    ]
    volumes = [(expected[c].volume_a_mm3, expected[c].volume_b_mm3) for c in order]
    assert [row[3] for row in rows] == [f"{200 * (b - a) / (a + b):+.0f}" for a, b in volumes]
    case = session.reading.current.case
    assert case == order[0]
    a, b = drawn("Zoe", case, 1).voxels, drawn("B", case, 1).voxels
    # The crosshair is on the slice where they differ most, and the map is there.
    number = session.viewports.slice_of(Plane.AXIAL)
    assert number == np.argmax((a ^ b).sum(axis=(1, 2)))
    assert window.viewer.slices[Plane.AXIAL].canvas.scene.disagreement.shown
    # Blue where the first reader marked alone, purple where the second did: sky blue has less red than
    # green, reddish purple more.
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    picture = canvas.picture()
    for region, sign in ((a & ~b, -1), (b & ~a, 1)):
        # The voxel of it that lies deepest inside, away from all outlines.
        within = distance_transform_edt(region[number])
        y, x = np.unravel_index(within.argmax(), within.shape)
        point = GRID.index_to_patient((x, y, number))
        at_x, at_y = canvas.scene.pixel_of(point)
        colour = picture.pixelColor(round(at_x), picture.height() - 1 - round(at_y))
        assert sign * (colour.red() - colour.green()) > 20, (sign, colour.getRgb())
    for how, region in (("union", a | b), ("intersection", a & b), ("A", a), ("B", b)):
        QTest.mouseClick(panel.take[how], LEFT)
        assert np.array_equal(session.roi.labels != 0, region)
    window.session.undoing.undo()
    assert np.array_equal(session.roi.labels != 0, a)
    QTest.mouseClick(panel.take["union"], LEFT)
    edited = stroke(window, 230)
    assert np.count_nonzero(edited) > np.count_nonzero(a | b)
    QTest.mouseClick(panel.visible, LEFT, pos=QPoint(8, panel.visible.height() // 2))
    assert not window.viewer.slices[Plane.AXIAL].canvas.scene.disagreement.shown
    press(window, worklist.done, qtbot)
    assert session.reading.current.case == order[1]
    result = next(result for result in made.progress("C").results if result.case == case)
    assert (result.status, result.taken) == ("done", "union")
    assert np.array_equal(read_kept(made, "C", result, GRID).voxels, edited)
    # By HD95 instead: a click on its heading.
    header = worklist.rows.horizontalHeader()
    QTest.mouseClick(header.viewport(), LEFT, pos=QPoint(header.sectionPosition(2) + 8, header.height() // 2))
    by_distance = sorted(RADII, key=lambda one: -expected[one].hd95_mm)
    assert [worklist.rows.item(row, 0).text() for row in range(3)] == by_distance
    assert check_session(made) == []
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(made.path / "report"))
    QTest.mouseClick(panel.report, LEFT)
    qtbot.waitUntil(lambda: (made.path / "report" / "agreement.png").exists(), timeout=30_000)
    # Zoe and D instead, who drew alike; D has finished two readings.
    assert panel.pair.isVisible()
    finished = {result.case for result in made.progress("D").results if result.drawn}
    QTest.keyClick(panel.pair, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: len(session.review.figures) == len(finished), timeout=20_000)
    assert session.review.readers == ("Zoe", "D")
    assert {figures.dice for figures in session.review.figures.values()} == {1.0}
    assert len(session.reading.waiting) == 3 - len(finished)


def test_nothing_of_a_comparison_reaches_who_comes_after_the_reviewer(
    window: MainWindow, made: SessionFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    session, worklist = window.session, window.desk.worklist
    read_all(made, "A", drawn)
    read_all(made, "B", drawn)
    comparing = Held(monkeypatch, readings, "compare_readings")
    window.desk.room.begin(made, "C")
    qtbot.waitUntil(comparing.reached.is_set, timeout=20_000)
    QTest.mouseClick(worklist.leave, LEFT)
    qtbot.waitUntil(lambda: not session.reading.active, timeout=20_000)
    assert session.review.readers == ("", "")
    # An ordinary case stays on the screen however late the comparison ends.
    window.opening.open([tmp_path / "images" / "ct0.nii.gz"])
    qtbot.waitUntil(lambda: session.study is not None, timeout=20_000)
    study = session.study
    comparing.go.set()
    qtbot.waitUntil(lambda: not window.tasks._alive, timeout=20_000)
    settle(window)
    assert session.study is study
    assert session.review.figures == {}
    # A reader who begins at this desk while both drawings are being fetched sees neither.
    fetching = Held(monkeypatch, keeping, "read_kept")
    fetching.go.set()
    window.desk.room.begin(made, "C")
    qtbot.waitUntil(lambda: session.review.disagreement is not None, timeout=20_000)
    settle(window)
    fetching.go.clear()
    fetching.reached.clear()
    window.desk.reviewing.compare(("A", "B"))
    qtbot.waitUntil(fetching.reached.is_set, timeout=20_000)
    window.desk.room.begin(made, "A")
    qtbot.waitUntil(lambda: session.reading.name == "A", timeout=20_000)
    fetching.go.set()
    qtbot.waitUntil(lambda: not window.tasks._alive and not session.reading.busy, timeout=20_000)
    settle(window)
    window.desk.reviewing.compare(("A", "B"))
    assert session.review.masks is None
    assert session.review.disagreement is None
    assert session.review.readers == ("", "")


def test_while_readers_are_compared_nothing_is_finished(
    window: MainWindow, made: SessionFolder, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    session, worklist = window.session, window.desk.worklist
    read_all(made, "A", drawn)
    read_all(made, "B", drawn)
    begin(window, made, "C", qtbot)
    comparing = Held(monkeypatch, readings, "compare_readings")
    window.desk.reviewing.compare(("A", "B"))
    qtbot.waitUntil(comparing.reached.is_set, timeout=20_000)
    settle(window)
    assert not worklist.done.isEnabled()
    assert not worklist.flag.isEnabled()
    assert not action(window, "file.reading-done").isEnabled()
    number = session.reading.number
    assert number is not None
    type_key(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    comparing.go.set()
    qtbot.waitUntil(lambda: session.review.disagreement is not None, timeout=20_000)
    settle(window)
    assert session.reading.number == number
    assert worklist.done.isEnabled()
    assert action(window, "file.reading-done").isEnabled()


def test_who_settles_is_told_when_the_rest_waits_for_a_reader(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
):
    made = small_session(tmp_path / "study", write_images(tmp_path / "images", 2), repeat_fraction=0)
    read_all(made, "A", drawn)
    read_all(made, "B", drawn, 1)
    begin(window, made, "C", qtbot)
    qtbot.waitUntil(lambda: window.session.review.disagreement is not None, timeout=20_000)
    settle(window)
    press(window, window.desk.worklist.flag, qtbot)
    assert window.session.study is None
    assert "waits" in window.status.notice.text()
    read_all(made, "B", drawn)
    window.desk.room.begin(made, "C")
    qtbot.waitUntil(lambda: ready(window), timeout=20_000)
    press(window, window.desk.worklist.flag, qtbot)
    assert "All readings are finished" in window.status.notice.text()
