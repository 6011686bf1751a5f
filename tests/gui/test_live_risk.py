"""What the cards say of the ROI beside the score, and what they keep to themselves until asked."""

from __future__ import annotations

import sys
from dataclasses import replace

import fake_worker
import numpy as np
import pytest
from gui_support import drag, held, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ctprog_gui.commands.catalogue import command
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.effect import Part
from ctprog_gui.core.roi.margin import Margin
from ctprog_gui.services import inference_process
from ctprog_gui.state.live_risk import MARGINS_MM
from ctprog_gui.state.stroke import Tool
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.panels.segment_table import NAME


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch, opened: MainWindow, sphere: Mask, qtbot: QtBot) -> MainWindow:
    """A case whose score is the number of the ROI's voxels in thousands, followed as it is drawn."""
    monkeypatch.setattr(inference_process, "WORKER", (sys.executable, fake_worker.__file__))
    opened.surroundings._rest.setInterval(100)
    session = opened.session
    opened.inference.list_bundles()
    qtbot.waitUntil(lambda: bool(session.prognosis.bundles), timeout=20_000)
    session.roi.add(sphere)
    session.roi.rename(session.roi.active.label, "sized")
    session.go_to_roi()
    session.prognosis.follow_roi = True
    opened.predict()
    qtbot.waitUntil(lambda: bool(session.prognosis.predictions), timeout=20_000)
    return opened


def words(window: MainWindow) -> str:
    labels = window.prognosis_panel.findChildren(QLabel)
    return " ".join(label.text() for label in labels if label.isVisible()).replace("\u00a0", " ")


def stroke(window: MainWindow) -> None:
    if window.session.tools.tool is not Tool.BRUSH:
        QTest.keyClick(window, "B")
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    middle = canvas.rect().center() + QPoint(0, 40)
    drag(canvas, middle, middle + QPoint(30, 0))


def test_margins_are_scored_when_the_hand_rests_and_go_with_the_next_stroke(
    scored: MainWindow, sphere: Mask, qtbot: QtBot
):
    live = scored.session.live_risk
    qtbot.waitUntil(lambda: len(live.margins("fake")) == len(MARGINS_MM), timeout=20_000)
    for mm in MARGINS_MM:
        shape = Margin(float(mm)).apply(Part(sphere.voxels, sphere.geometry.spacing_mm))
        assert live.margins("fake")[mm] == np.count_nonzero(shape) / 1000
    low, high = live.margins("fake")[-3], live.margins("fake")[3]
    qtbot.waitUntil(lambda: f"±3 mm {low:.3f} to {high:.3f}" in words(scored), timeout=5_000)
    assert scored.prognosis_panel._rows[0].picture.isVisible()
    before = scored.session.prognosis.selected.risk_score
    stroke(scored)
    assert live.margins("fake") == {}
    qtbot.waitUntil(lambda: len(live.margins("fake")) == len(MARGINS_MM), timeout=20_000)
    now = scored.session.prognosis.selected.risk_score
    assert now == np.count_nonzero(scored.session.roi.labels) / 1000
    qtbot.waitUntil(lambda: f"last edit {now - before:+.3f}" in words(scored), timeout=5_000)


def test_undo_takes_the_score_back_without_asking(scored: MainWindow, qtbot: QtBot):
    session = scored.session
    before = session.prognosis.selected.risk_score
    stroke(scored)
    qtbot.waitUntil(lambda: session.prognosis.selected.risk_score != before, timeout=20_000)
    qtbot.waitUntil(lambda: not session.prognosis.running, timeout=20_000)
    asked = []
    inner = scored.scoring.following._ask
    scored.scoring.following._ask = lambda saliency: (asked.append(saliency), inner(saliency))
    QTest.keyClick(scored, "Z", modifier=Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: session.prognosis.selected.risk_score == before, timeout=20_000)
    assert asked == []
    assert not session.prognosis.outdated


def test_a_long_stroke_is_held_against_the_state_before_it(scored: MainWindow, qtbot: QtBot):
    """However often its score was renewed while the button was down."""
    session = scored.session
    before = between = session.prognosis.selected.risk_score
    QTest.keyClick(scored, "B")
    canvas = scored.viewer.slices[Plane.AXIAL].canvas
    at = canvas.rect().center() + QPoint(0, 40)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at)
    for _ in range(3):
        at += QPoint(15, 0)
        held(canvas, at)
        drawn = np.count_nonzero(session.roi.labels) / 1000
        assert drawn > between
        qtbot.waitUntil(lambda drawn=drawn: session.prognosis.selected.risk_score == drawn, timeout=20_000)
        between = drawn
        told = f"last edit {between - before:+.3f}"
        qtbot.waitUntil(lambda told=told: told in words(scored), timeout=5_000)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at)
    # Of strokes that are quicker than the answers it is said how many they are.
    question = scored.scoring.following._question
    question._pause_ms, question.hasten = 60_000, lambda: None
    for offset in (-50, -70):
        middle = canvas.rect().center() + QPoint(0, offset)
        drag(canvas, middle, middle + QPoint(30, 0))
    question._pause.start(0)
    now = np.count_nonzero(session.roi.labels) / 1000
    qtbot.waitUntil(lambda: session.prognosis.selected.risk_score == now, timeout=20_000)
    qtbot.waitUntil(lambda: f"last 2 edits {now - between:+.3f}" in words(scored), timeout=5_000)


def choose(window: MainWindow, row: int) -> None:
    table = window.roi_panel.table
    where = table.visualItemRect(table.item(row, NAME)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    settle(window)


@pytest.fixture
def two(scored: MainWindow, sphere: Mask, qtbot: QtBot) -> MainWindow:
    """The first of two segments is scored; one stroke on it, and its margins are known."""
    session = scored.session
    session.prognosis.follow_roi = False
    smaller = np.roll(sphere.voxels, 16, axis=2)
    smaller[:19] = False
    session.roi.add(Mask(smaller, sphere.geometry, "sized"))
    choose(scored, 0)
    scored.predict()
    qtbot.waitUntil(lambda: not session.prognosis.running, timeout=20_000)
    session.prognosis.follow_roi = True
    stroke(scored)
    drawn = session.roi.mask_of(1).count / 1000
    qtbot.waitUntil(lambda: session.prognosis.selected.risk_score == drawn, timeout=20_000)
    qtbot.waitUntil(lambda: len(session.live_risk.margins("fake")) == len(MARGINS_MM), timeout=20_000)
    qtbot.waitUntil(lambda: "last edit +" in words(scored) and "▲" in words(scored), timeout=5_000)
    return scored


def test_margins_stand_beside_the_score_of_their_own_segment_alone(two: MainWindow, qtbot: QtBot):
    session, live = two.session, two.session.live_risk
    drawn = session.prognosis.selected.risk_score
    choose(two, 1)
    assert session.prognosis.outdated
    qtbot.wait(700)
    assert live.margins("fake") == {}
    assert "±" not in words(two)
    assert session.prognosis.selected.risk_score == drawn
    # Back on the scored one the card is its own again, with what lies around it.
    choose(two, 0)
    assert not session.prognosis.outdated
    qtbot.waitUntil(lambda: len(live.margins("fake")) == len(MARGINS_MM), timeout=20_000)
    assert live.margins("fake")[-3] < drawn < live.margins("fake")[3]
    # So it is where the other one was still being asked about.
    choose(two, 1)
    two.scoring.following._ask(True)
    table = two.roi_panel.table
    where = table.visualItemRect(table.item(0, NAME)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert session.prognosis.running
    qtbot.waitUntil(lambda: not session.prognosis.running, timeout=20_000)
    assert session.prognosis.selected.risk_score == drawn
    assert not session.prognosis.outdated


@pytest.mark.parametrize("how", ["choose", "delete"])
def test_no_score_is_held_against_one_of_another_segment(two: MainWindow, qtbot: QtBot, how: str):
    session = two.session
    if how == "choose":
        choose(two, 1)
        stroke(two)
    else:
        QTest.mouseClick(two.roi_panel.segments.remove, Qt.MouseButton.LeftButton)
    assert session.roi.active.label == 2
    first = session.roi.mask_of(2).count / 1000
    qtbot.waitUntil(lambda: session.prognosis.selected.risk_score == first, timeout=20_000)
    settle(two)
    for sign in ("last edit", "▲", "▼"):
        assert sign not in words(two)
    # From here on it has scores of its own.
    QTest.keyClick(two, "E")
    canvas = two.viewer.slices[Plane.AXIAL].canvas
    across = QPoint(canvas.width() // 2, 0)
    drag(canvas, canvas.rect().center() - across, canvas.rect().center() + across)
    less = session.roi.mask_of(2).count / 1000
    assert less < first
    qtbot.waitUntil(lambda: session.prognosis.selected.risk_score == less, timeout=20_000)
    for sign in ("last edit", "▼"):
        qtbot.waitUntil(lambda sign=sign: f"{sign} −{first - less:.3f}" in words(two), timeout=5_000)


@pytest.mark.parametrize(("reads", "told"), [("none", "Does not read"), ("position", "Reads only where")])
def test_a_bundle_that_reads_no_shape_shows_no_shift_and_says_so(
    scored: MainWindow, qtbot: QtBot, reads: str, told: str
):
    prognosis = scored.session.prognosis
    prognosis.bundles = tuple(replace(e, uses_roi=reads) for e in prognosis.bundles)
    before = prognosis.selected.risk_score
    stroke(scored)
    qtbot.waitUntil(lambda: prognosis.selected.risk_score != before, timeout=20_000)
    qtbot.waitUntil(lambda: told in words(scored), timeout=5_000)
    assert "▲" not in words(scored)
    assert "±" not in words(scored)


def test_the_other_reader_is_outlined_compared_and_scored(scored: MainWindow, sphere: Mask, qtbot: QtBot):
    session = scored.session
    command("roi.second.keep").run(scored)
    qtbot.waitUntil(lambda: session.second_reader.agreement is not None, timeout=20_000)
    assert session.second_reader.agreement.dice == 1.0
    first = session.second_reader.agreement
    stroke(scored)
    qtbot.waitUntil(lambda: session.live_risk.other("fake") is not None, timeout=20_000)
    assert session.live_risk.other("fake") == sphere.count / 1000
    qtbot.waitUntil(lambda: session.second_reader.agreement not in (None, first), timeout=20_000)
    drawn = np.count_nonzero(session.roi.labels)
    assert session.second_reader.agreement.dice == pytest.approx(2 * sphere.count / (drawn + sphere.count))
    qtbot.waitUntil(lambda: "Other: Dice" in scored.roi_panel.measures.text(), timeout=20_000)
    session.viewports.crosshair_visible = False
    canvas = scored.viewer.slices[Plane.AXIAL].canvas
    outlined = canvas.picture()
    command("roi.second.drop").run(scored)
    assert canvas.picture() != outlined


def test_the_other_readers_region_is_compared_with_its_own_segment_alone(two: MainWindow, qtbot: QtBot):
    session, measures = two.session, two.roi_panel.measures
    command("roi.second.keep").run(two)
    qtbot.waitUntil(lambda: "Other: Dice" in measures.text(), timeout=20_000)
    assert "Other reader's&nbsp;&nbsp;</td><td align=right>sized<" in measures.text()
    qtbot.waitUntil(lambda: session.live_risk.other("fake") is not None, timeout=20_000)
    choose(two, 1)
    qtbot.waitUntil(lambda: session.roi.measures is not None, timeout=20_000)
    qtbot.wait(400)
    assert session.second_reader.agreement is None
    assert "Other" not in measures.text()
    choose(two, 0)
    qtbot.waitUntil(lambda: "Other: Dice" in measures.text(), timeout=20_000)


def test_nothing_of_the_models_is_shown_before_the_estimate(scored: MainWindow, qtbot: QtBot):
    session = scored.session
    qtbot.waitUntil(lambda: not session.prognosis.running, timeout=20_000)
    assert "0." in words(scored)
    command("prognosis.blind").run(scored)
    settle(scored)
    form = scored.prognosis_panel.estimate
    assert form.isVisible()
    assert session.prognosis.predictions == ()
    assert session.prognosis.saliency is None
    assert "risk score" not in words(scored)
    assert not scored.viewer.film.isVisible()
    assert not form.commit.isEnabled()
    QTest.mouseClick(form.high, Qt.MouseButton.LeftButton)
    form.sure.setValue(80)
    QTest.mouseClick(form.commit, Qt.MouseButton.LeftButton)
    settle(scored)
    assert session.prognosis.estimate.risk_group == "high"
    assert "Your estimate: high risk, 80% sure" in words(scored)
    assert session.prognosis.selected.risk_score is not None
    assert "risk score" in words(scored)
    # Another case is another question.
    session.show(session.study)
    assert session.prognosis.hidden
