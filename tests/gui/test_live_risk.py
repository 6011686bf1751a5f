"""What the cards say of the ROI beside the score, and what they keep to themselves until asked."""

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

from ctprog_gui.commands.catalogue import command
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.effect import Part
from ctprog_gui.core.roi.margin import Margin
from ctprog_gui.services import inference_process
from ctprog_gui.state.live_risk import MARGINS_MM
from ctprog_gui.views.main_window import MainWindow


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
    settle(scored)
    low, high = live.margins("fake")[-3], live.margins("fake")[3]
    assert f"±3 mm {low:.3f} to {high:.3f}" in words(scored)
    assert scored.prognosis_panel._rows[0].picture.isVisible()
    before = scored.session.prognosis.selected.risk_score
    stroke(scored)
    assert live.margins("fake") == {}
    qtbot.waitUntil(lambda: len(live.margins("fake")) == len(MARGINS_MM), timeout=20_000)
    now = scored.session.prognosis.selected.risk_score
    assert now == np.count_nonzero(scored.session.roi.labels) / 1000
    settle(scored)
    assert f"last edit {now - before:+.3f}" in words(scored)


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


@pytest.mark.parametrize(("reads", "told"), [("none", "Does not read"), ("position", "Reads only where")])
def test_a_bundle_that_reads_no_shape_shows_no_shift_and_says_so(
    scored: MainWindow, qtbot: QtBot, reads: str, told: str
):
    prognosis = scored.session.prognosis
    prognosis.bundles = tuple(replace(e, uses_roi=reads) for e in prognosis.bundles)
    before = prognosis.selected.risk_score
    stroke(scored)
    qtbot.waitUntil(lambda: prognosis.selected.risk_score != before, timeout=20_000)
    settle(scored)
    assert told in words(scored)
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
