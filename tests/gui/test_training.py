"""Training from the window: started, followed, stopped, found again, installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import fake_trainer
import pytest
from gui_support import settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctprog_gui.app import make_window
from ctprog_gui.core.shared.places import user_data
from ctprog_gui.services import training_process
from ctprog_gui.state.training import Phase
from ctprog_gui.views.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def _trainer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_process, "TRAIN", (sys.executable, fake_trainer.__file__))
    monkeypatch.setattr(training_process, "POLL_MS", 20)
    root = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]))


def begin(window: MainWindow, folder: Path, wanted: str, name: str = "mine") -> None:
    """Open the window by its key, fill it in, press Start."""
    table = folder / "cohort.csv"
    table.write_text(wanted)
    QTest.keyClick(window, "T", Qt.KeyboardModifier.ControlModifier)
    form = window.training_window
    form.cohort.setText(str(table))
    form.name.setText(name)
    QTest.mouseClick(form.start, LEFT)


def until(qtbot: QtBot, window: MainWindow, phase: Phase) -> None:
    qtbot.waitUntil(lambda: window.session.training.phase is phase, timeout=20_000)


def test_a_run_draws_its_curves_and_installs_its_bundle(window: MainWindow, tmp_path: Path, qtbot: QtBot):
    installed: list[str] = []
    window.training.installed.connect(installed.append)
    begin(window, tmp_path, "quick")
    form = window.training_window
    until(qtbot, window, Phase.DONE)
    settle(window)
    assert installed == ["mine"]
    assert (user_data() / "bundles" / "mine").is_dir()
    assert form.loss.points == 6
    assert form.ctd.points == 6
    assert "installed" in form.told.text()
    assert form.report.isVisible()
    assert not form.cancel.isEnabled()
    # The name is taken now.
    form.name.setText("mine")
    QTest.mouseClick(form.start, LEFT)
    assert form.told.text() == "there is a run or a bundle called mine already"


def test_a_run_is_cancelled_and_goes_on(window: MainWindow, tmp_path: Path, qtbot: QtBot):
    begin(window, tmp_path, "slow")
    form = window.training_window
    qtbot.waitUntil(lambda: window.session.training.text == "waiting", timeout=20_000)
    assert form.bar.value() == 50
    QTest.mouseClick(form.cancel, LEFT)
    until(qtbot, window, Phase.CANCELLED)
    assert "can go on" in form.told.text()
    QTest.mouseClick(form.resume, LEFT)
    until(qtbot, window, Phase.DONE)


def test_a_failure_is_told_in_its_own_words(window: MainWindow, tmp_path: Path, qtbot: QtBot):
    begin(window, tmp_path, "fail")
    until(qtbot, window, Phase.FAILED)
    assert window.training_window.told.text() == "mine ended: patient 7: the image holds NaN"


def test_a_run_outlives_the_window_and_is_found_by_the_next(window: MainWindow, tmp_path: Path, qtbot: QtBot):
    begin(window, tmp_path, "slow")
    qtbot.waitUntil(lambda: window.session.training.text == "waiting", timeout=20_000)
    window.training_window.close()
    settle(window)
    assert window.training_window is None
    other = make_window()
    try:
        other.show()
        other.train()
        until(qtbot, other, Phase.RUNNING)
        assert other.training_window.loss.points == 6
        QTest.mouseClick(other.training_window.cancel, LEFT)
        until(qtbot, other, Phase.CANCELLED)
        until(qtbot, window, Phase.CANCELLED)
    finally:
        other.close()
        other.deleteLater()
        settle(window)


@pytest.mark.parametrize(
    ("name", "told"),
    [("Big Name", "a name has small letters"), ("x", "is not there")],
)
def test_what_cannot_be_started_says_why(window: MainWindow, tmp_path: Path, name: str, told: str):
    window.train()
    form = window.training_window
    QTest.mouseClick(form.start, LEFT)
    assert form.told.text().startswith("Choose a configuration and a cohort")
    form.cohort.setText(str(tmp_path / "missing.csv"))
    form.name.setText(name)
    QTest.mouseClick(form.start, LEFT)
    assert told in form.told.text()
    assert window.session.training.phase is Phase.IDLE


def test_the_configurations_that_ship_can_be_chosen(window: MainWindow):
    window.train()
    config = window.training_window.config
    shown = {config.itemData(row).stem for row in range(config.count())}
    assert {"phantom_slice_attention", "nsclc_slice_attention"} <= shown
    assert not any("metabric" in name for name in shown)
