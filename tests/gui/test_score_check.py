"""The check of a score, from the button on its card to the page with the answer."""

from __future__ import annotations

import sys

import fake_worker
import pytest
from gui_support import settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.services import inference_process
from ctprog_gui.views.main_window import MainWindow


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch, opened: MainWindow, sphere: Mask, qtbot: QtBot) -> MainWindow:
    """A window with a score, beside a process that answers without models."""
    monkeypatch.setattr(inference_process, "WORKER", (sys.executable, fake_worker.__file__))
    opened.inference.list_bundles()
    prognosis = opened.session.prognosis
    qtbot.waitUntil(lambda: bool(prognosis.bundles), timeout=20_000)
    opened.session.roi.add(sphere)
    QTest.mouseClick(opened.prognosis_panel.predict, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(prognosis.predictions) and not prognosis.running, timeout=20_000)
    settle(opened)
    return opened


def button(window: MainWindow) -> QPushButton:
    (found,) = [
        one for one in window.prognosis_panel.findChildren(QPushButton) if one.text() == "Check this score…"
    ]
    window.prognosis_panel.ensureWidgetVisible(found)
    settle(window)
    return found


def test_the_button_opens_a_page_with_both_maps_and_the_repeats(scored: MainWindow, qtbot: QtBot):
    QTest.mouseClick(button(scored), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: scored.score_check.dialog is not None, timeout=20_000)
    dialog = scored.score_check.dialog
    told = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    assert "RESEARCH USE ONLY" in told
    assert "<b>62 %</b> of it inside the ROI" in told
    assert "<b>58 %</b> of it inside the ROI" in told
    assert "much alike" in dialog.maps.text()
    assert "largest change <b>0.100</b>" in dialog.repeats.text()
    # A move that could not be made has no score.
    assert "–" in told
    one, other = [label for label in dialog.findChildren(QLabel) if label.objectName() == "sanityPicture"]
    assert one.pixmap().toImage() != other.pixmap().toImage()
    qtbot.waitUntil(lambda: not scored.session.prognosis.running, timeout=20_000)
    assert scored.session.prognosis.selected.risk_score == 0.75
    scored.score_check.close()
    qtbot.waitUntil(lambda: scored.score_check.dialog is None, timeout=20_000)


def test_a_check_is_cancelled_and_nothing_opens(scored: MainWindow, qtbot: QtBot):
    roi = scored.session.roi
    roi.rename(roi.active.label, "slow")
    QTest.mouseClick(button(scored), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Scoring again" in scored.status.doing.text(), timeout=20_000)
    assert not button(scored).isEnabled()
    QTest.mouseClick(scored.status.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not scored.session.prognosis.running, timeout=20_000)
    assert scored.score_check.dialog is None
    assert button(scored).isEnabled()
