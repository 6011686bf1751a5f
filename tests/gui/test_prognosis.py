"""Predictions on the screen: arriving, cancelled, failing, and the process behind them dying."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace

import fake_worker
import pytest
from gui_support import make_study, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ctprog_gui.core.dicom.series import Anomaly
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.services import inference_process
from ctprog_gui.state.study import Study
from ctprog_gui.views.main_window import MainWindow


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch, opened: MainWindow, sphere: Mask, qtbot: QtBot) -> MainWindow:
    """The opened window beside a process that answers without models."""
    monkeypatch.setattr(inference_process, "WORKER", (sys.executable, fake_worker.__file__))
    opened.inference.list_bundles()
    qtbot.waitUntil(lambda: len(opened.session.prognosis.bundles) == 2, timeout=20_000)
    opened.session.roi.add(sphere)
    return opened


def start(window: MainWindow, behaviour: str = "ball") -> None:
    active = window.session.roi.active
    window.session.roi.rename(active.label, behaviour)
    QTest.mouseClick(window.prognosis_panel.predict, Qt.MouseButton.LeftButton)


def texts(window: MainWindow) -> str:
    return "\n".join(
        label.text() for label in window.prognosis_panel.findChildren(QLabel) if label.isVisible()
    )


def test_a_refused_bundle_is_named_with_its_reason(ready: MainWindow):
    assert "broken is refused: models/head.safetensors does not match" in texts(ready)


def test_a_prediction_arrives_in_every_panel(ready: MainWindow, qtbot: QtBot):
    start(ready)
    qtbot.waitUntil(lambda: bool(ready.session.prognosis.predictions), timeout=20_000)
    qtbot.waitUntil(lambda: not ready.session.prognosis.running, timeout=20_000)
    settle(ready)
    told = texts(ready)
    assert "0.750" in told
    assert "high risk" in told
    assert "Riskier than 80 % of 20 cases" in told
    assert "numbers made up for a test" in told
    assert "12 months: <b>60&nbsp;%</b>" in told
    assert "Band: made up." in told
    assert "Hazard ratio high to low 2.50 (95 % CI 1.10 to 5.50), log-rank p = 0.030" in told
    assert "optimistic" in told
    charts = ready.prognosis_panel.charts
    assert charts.curve.isVisible()
    assert charts.placement.isVisible()
    assert charts.curve.values_at(12) == "12 months: 60 % (50 to 70)"
    assert "low 80 %" in charts.placement.plot.values_at(12)
    assert not ready.status.progress.isVisible()


def test_a_part_that_a_prediction_lacks_is_not_shown(ready: MainWindow):
    full = fake_worker.prediction(30)
    ready.session.prognosis.put(replace(full, survival=None, placement=None, attention=None))
    settle(ready)
    charts = ready.prognosis_panel.charts
    assert not charts.curve.isVisible()
    assert not charts.placement.isVisible()
    assert not ready.viewer.strip.isVisible()


def test_the_attention_strip_jumps_to_a_slice_and_follows_the_scroll(ready: MainWindow, qtbot: QtBot):
    start(ready)
    qtbot.waitUntil(lambda: ready.viewer.strip.isVisible(), timeout=20_000)
    settle(ready)
    strip = ready.viewer.strip
    # 30 slices, the head at the top: slice 5 has the 25th row of 30.
    y = round((30 - 5 - 0.5) / 30 * strip.height())
    assert strip.slice_at(y) == 5
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(10, y))
    assert ready.session.viewports.slice_of(Plane.AXIAL) == 5
    bars = [_bar_length(strip, row) for row in range(30)]
    assert bars.index(max(bars)) == 30 - 1 - 5


def _bar_length(strip, row: int) -> int:
    shown = strip.grab().toImage()
    y = round((row + 0.25) * shown.height() / 30)
    return sum(shown.pixelColor(x, y).red() > 80 for x in range(2, shown.width()))


def test_the_film_strip_shows_the_most_weighted_slices_and_jumps(ready: MainWindow, qtbot: QtBot):
    start(ready)
    qtbot.waitUntil(lambda: ready.viewer.film.isVisible(), timeout=20_000)
    settle(ready)
    film = ready.viewer.film
    assert film.number_at(10) == 5
    QTest.mouseClick(film, Qt.MouseButton.LeftButton, pos=QPoint(20, 40))
    assert ready.session.viewports.slice_of(Plane.AXIAL) == 5


def test_what_the_score_rests_on_lies_over_all_views(ready: MainWindow, qtbot: QtBot):
    start(ready)
    qtbot.waitUntil(lambda: ready.session.prognosis.saliency is not None, timeout=20_000)
    session = ready.session
    session.viewports.crosshair_visible = False
    for segment in session.roi.segments:
        session.roi.set_visible(segment.label, False)
    settle(ready)
    assert "25 % of it lies inside the ROI" in texts(ready)
    grid = session.study.volume.geometry
    middle = grid.index_to_patient([n // 2 for n in grid.size])
    session.viewports.move_crosshair(middle)
    settle(ready)

    def tints() -> list[int]:
        found = []
        for plane in Plane:
            view = ready.viewer.slices[plane].canvas
            x, y = view.scene.pixel_of(middle)
            colour = view.picture().pixelColor(round(x), view.height() - 1 - round(y))
            rgb = (colour.red(), colour.green(), colour.blue())
            found.append(max(rgb) - min(rgb))
        return found

    assert max(tints()) == 0
    QTest.keyClick(ready.viewer.slices[Plane.AXIAL].canvas, "S")
    settle(ready)
    assert min(tints()) > 20
    ready.prognosis_panel.saliency.opacity.setValue(0)
    settle(ready)
    assert max(tints()) == 0
    ready.prognosis_panel.saliency.opacity.setValue(60)
    ready.prognosis_panel.saliency.threshold.setValue(100)
    settle(ready)
    assert min(tints()) > 20  # 255 is the maximum itself
    ready.prognosis_panel.saliency.shown.setChecked(False)
    settle(ready)
    assert max(tints()) == 0


def test_progress_is_shown_and_cancel_stops_it_for_good(ready: MainWindow, qtbot: QtBot):
    start(ready, "slow")
    qtbot.waitUntil(lambda: "slice 12" in ready.status.doing.text(), timeout=20_000)
    assert not ready.prognosis_panel.predict.isEnabled()
    QTest.keyClick(ready, Qt.Key.Key_Escape)
    assert not ready.session.prognosis.running
    assert ready.status.notice.text() == "Cancelled."
    # The late answer of the cancelled job is dropped.
    qtbot.wait(300)
    assert not ready.session.prognosis.predictions
    start(ready)
    qtbot.waitUntil(lambda: bool(ready.session.prognosis.predictions), timeout=20_000)


def test_a_failing_bundle_is_told(ready: MainWindow, qtbot: QtBot):
    start(ready, "fail")
    qtbot.waitUntil(lambda: "fake: it would not" in ready.status.notice.text(), timeout=20_000)
    assert not ready.session.prognosis.running


def test_a_process_that_dies_mid_way_is_told_and_started_again(ready: MainWindow, qtbot: QtBot):
    first = ready.inference.pid
    start(ready, "die")
    qtbot.waitUntil(lambda: "ended unexpectedly" in ready.status.notice.text(), timeout=20_000)
    assert not ready.session.prognosis.running
    assert ready.inference.pid not in (None, first)
    start(ready)
    qtbot.waitUntil(lambda: bool(ready.session.prognosis.predictions), timeout=20_000)


def test_a_process_killed_at_rest_is_started_again(ready: MainWindow, qtbot: QtBot):
    first = ready.inference.pid
    os.kill(first, signal.SIGKILL)
    qtbot.waitUntil(lambda: ready.inference.pid not in (None, first), timeout=20_000)
    start(ready)
    qtbot.waitUntil(lambda: bool(ready.session.prognosis.predictions), timeout=20_000)


def test_a_changed_roi_marks_the_predictions_as_outdated(ready: MainWindow, qtbot: QtBot):
    start(ready)
    qtbot.waitUntil(lambda: bool(ready.session.prognosis.predictions), timeout=20_000)
    ready.session.roi.remove(ready.session.roi.active.label)
    settle(ready)
    assert ready.session.prognosis.outdated
    assert "Made with another ROI than the one shown" in texts(ready)


def test_another_case_takes_the_predictions_away(ready: MainWindow, qtbot: QtBot):
    start(ready)
    qtbot.waitUntil(lambda: bool(ready.session.prognosis.predictions), timeout=20_000)
    ready.close_study()
    settle(ready)
    assert not ready.session.prognosis.predictions
    assert not ready.viewer.strip.isVisible()
    assert "0.750" not in texts(ready)


def test_an_answer_about_the_last_case_never_stands_beside_the_next(ready: MainWindow, qtbot: QtBot):
    start(ready, "slow")
    qtbot.waitUntil(lambda: "slice 12" in ready.status.doing.text(), timeout=20_000)
    ready.session.show(make_study(name="another"))
    assert not ready.session.prognosis.running
    qtbot.wait(300)
    assert not ready.session.prognosis.predictions


def test_another_segment_outdates_the_score(ready: MainWindow, qtbot: QtBot):
    ready.session.roi.add_empty("other")
    ready.session.roi.activate(1)
    start(ready)
    qtbot.waitUntil(lambda: ready.session.prognosis.saliency is not None, timeout=20_000)
    qtbot.waitUntil(lambda: not ready.session.prognosis.running, timeout=20_000)
    assert not ready.session.prognosis.outdated
    ready.session.roi.activate(2)
    assert ready.session.prognosis.outdated
    settle(ready)
    assert "Made with another ROI" in texts(ready)


def test_a_new_score_takes_the_old_saliency_away(ready: MainWindow, qtbot: QtBot):
    start(ready)
    qtbot.waitUntil(lambda: ready.session.prognosis.saliency is not None, timeout=20_000)
    ready.session.prognosis.put(fake_worker.prediction(30))
    assert ready.session.prognosis.saliency is None


def test_the_question_about_one_case_does_not_predict_another(
    ready: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    """While the person is asked about anomalies, another case finishes reading."""
    odd = make_study(name="odd")
    odd = Study(replace(odd.info, anomalies=(Anomaly("missing_slices", "one"),)), odd.volume)
    other = make_study((12, 48, 40), name="other")

    def answer(*_: object) -> bool:
        ready.session.show(other)
        return True

    monkeypatch.setattr("ctprog_gui.views.dialogs.accept_anomalies", answer)
    ready.session.show(odd)
    ready.predict()
    qtbot.wait(200)
    assert not ready.session.prognosis.running
    assert not ready.session.prognosis.predictions


def test_without_a_bundle_predict_says_so(ready: MainWindow):
    ready.session.prognosis.bundles = ()
    ready.predict()
    assert ready.status.notice.text() == "No bundle is installed."
