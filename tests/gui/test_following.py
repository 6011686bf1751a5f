"""The score moves while the ROI is corrected, where the person wants that."""

from __future__ import annotations

import sys
from dataclasses import replace

import fake_worker
import numpy as np
import pytest
from gui_support import drag, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.services import following, inference_process
from ctprog_gui.views.main_window import MainWindow


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch, opened: MainWindow, sphere: Mask, qtbot: QtBot) -> MainWindow:
    """A case with a score that is the ROI's size, and the brush in the hand."""
    monkeypatch.setattr(inference_process, "WORKER", (sys.executable, fake_worker.__file__))
    monkeypatch.setattr(following, "REST_MS", 100)
    opened.scoring.following._rest.setInterval(following.REST_MS)
    session = opened.session
    opened.inference.list_bundles()
    qtbot.waitUntil(lambda: bool(session.prognosis.bundles), timeout=20_000)
    session.roi.add(sphere)
    session.roi.rename(session.roi.active.label, "sized")
    session.go_to_roi()
    opened.predict()
    qtbot.waitUntil(lambda: session.prognosis.saliency is not None, timeout=20_000)
    qtbot.waitUntil(lambda: not session.prognosis.running, timeout=20_000)
    QTest.keyClick(opened, "B")
    return opened


def paint(window: MainWindow, offset: int) -> None:
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    middle = canvas.rect().center() + QPoint(0, offset)
    drag(canvas, middle, middle + QPoint(30, 0))


def voxels(window: MainWindow) -> int:
    return int(np.count_nonzero(window.session.roi.labels))


def card_texts(window: MainWindow) -> str:
    return " ".join(
        label.text() for label in window.prognosis_panel.findChildren(QLabel) if label.isVisible()
    )


def test_a_stroke_moves_the_score_and_the_card_tells_how_far(scored: MainWindow, qtbot: QtBot):
    prognosis = scored.session.prognosis
    before = prognosis.selected.risk_score
    QTest.keyClick(scored, "L")
    assert scored.prognosis_panel.follow.isChecked()
    paint(scored, 40)
    assert voxels(scored) > 1000 * before
    qtbot.waitUntil(lambda: prognosis.selected.risk_score == voxels(scored) / 1000, timeout=20_000)
    assert not prognosis.outdated
    moved = f"▲ {prognosis.selected.risk_score - before:+.3f}"
    qtbot.waitUntil(lambda: moved in card_texts(scored), timeout=5_000)
    # The panel does not scroll sideways: a card that is wider than its place would be cut off.
    panel = scored.prognosis_panel
    assert panel.widget().minimumSizeHint().width() <= panel.viewport().width()
    # Undo is a correction like another.
    QTest.keyClick(scored, "Z", modifier=Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: prognosis.selected.risk_score == before, timeout=20_000)
    settle(scored)
    assert "▲" not in card_texts(scored)
    # What the score rests on comes back when the hand rests.
    qtbot.waitUntil(lambda: prognosis.saliency is not None, timeout=20_000)
    qtbot.waitUntil(lambda: not prognosis.running, timeout=20_000)


def test_many_strokes_end_with_the_score_of_the_last(scored: MainWindow, qtbot: QtBot):
    prognosis = scored.session.prognosis
    scored.prognosis_panel.follow.setChecked(True)
    for offset in (-60, -30, 30, 60):
        paint(scored, offset)
    qtbot.waitUntil(lambda: prognosis.selected.risk_score == voxels(scored) / 1000, timeout=20_000)
    qtbot.waitUntil(lambda: not prognosis.running, timeout=20_000)
    assert not prognosis.outdated


def test_without_it_a_stroke_only_marks_the_score(scored: MainWindow, qtbot: QtBot):
    prognosis = scored.session.prognosis
    before = prognosis.selected.risk_score
    paint(scored, 40)
    assert prognosis.outdated
    assert prognosis.selected.risk_score == before
    # Switched on, it catches up at once.
    QTest.keyClick(scored, "L")
    qtbot.waitUntil(lambda: prognosis.selected.risk_score == voxels(scored) / 1000, timeout=20_000)
    assert not prognosis.outdated


def test_a_stroke_breaks_off_what_the_score_rests_on_and_asks_for_the_score_alone(
    scored: MainWindow, qtbot: QtBot
):
    session, prognosis = scored.session, scored.session.prognosis
    asked: list[bool] = []
    ask = scored.scoring.following._ask
    scored.scoring.following._ask = lambda saliency: (asked.append(saliency), ask(saliency))[1]
    scored.prognosis_panel.follow.setChecked(True)
    paint(scored, 40)
    qtbot.waitUntil(lambda: prognosis.saliency is not None and not prognosis.running, timeout=20_000)
    assert asked[-1] is True
    assert True not in asked[:-1]
    # A map that takes for ever: its job waits for a cancel.
    label = session.roi.active.label
    session.roi.rename(label, "slow")
    scored.scoring.following._on_rest()
    assert prognosis.running
    session.roi.rename(label, "sized")
    asked.clear()
    paint(scored, -40)
    qtbot.waitUntil(lambda: prognosis.selected.risk_score == voxels(scored) / 1000, timeout=20_000)
    assert asked[0] is False
    qtbot.waitUntil(lambda: prognosis.saliency is not None and not prognosis.running, timeout=20_000)


def test_strokes_that_nobody_will_ask_about_mark_the_score(scored: MainWindow, qtbot: QtBot):
    prognosis = scored.session.prognosis
    question = scored.scoring.following._question
    question._pause_ms, question.hasten = 60_000, lambda: None
    QTest.keyClick(scored, "L")
    paint(scored, 40)
    assert not prognosis.outdated
    # Switched off before the pause behind the stroke is over: its question is never put.
    QTest.keyClick(scored, "L")
    assert not scored.scoring.following.active
    assert prognosis.outdated
    qtbot.wait(200)
    assert prognosis.outdated


def test_an_answer_without_a_map_draws_neither_slices_nor_the_cohort_anew(scored: MainWindow):
    prognosis = scored.session.prognosis
    settle(scored)
    charts = scored.prognosis_panel.charts
    views = [view.canvas for view in scored.viewer.slices.values()]
    pictures = [view.renders for view in views]
    drawn = list(charts.placement.plot.getPlotItem().items)
    prognosis.put(replace(prognosis.selected, risk_score=0.123))
    settle(scored)
    assert "0.123" in card_texts(scored), "the answer has arrived"
    assert [view.renders for view in views] == pictures
    assert charts.placement.plot.getPlotItem().items == drawn
