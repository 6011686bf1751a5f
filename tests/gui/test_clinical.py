"""Clinical values beside the images: asked for as the bundles declare them, chosen, kept, answered."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import fake_worker
import pytest
from gui_support import make_study, settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from ctprog_gui.charts.contribution_bars import ContributionBars
from ctprog_gui.core.dicom.series import Patient
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.services import inference_process
from ctprog_gui.state.study import Study
from ctprog_gui.views.main_window import MainWindow


@pytest.fixture
def study() -> Study:
    made = make_study()
    patient = Patient(name="TEST^PATIENT", age="63 y", age_years=63.0)
    return Study(replace(made.info, patient=patient), made.volume)


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch, opened: MainWindow, sphere: Mask, qtbot: QtBot) -> MainWindow:
    """The opened window with a ROI, beside a process that asks for age, N stage and histology."""
    monkeypatch.setattr(inference_process, "WORKER", (sys.executable, fake_worker.__file__))
    assert not opened.prognosis_panel.clinical.isVisible()
    opened.inference.list_bundles()
    qtbot.waitUntil(lambda: len(opened.session.prognosis.bundles) == 2, timeout=20_000)
    opened.session.roi.add(sphere)
    opened.session.roi.rename(opened.session.roi.active.label, "staged")
    settle(opened)
    return opened


def labels(window: MainWindow) -> str:
    return "\n".join(one.text() for one in window.prognosis_panel.findChildren(QLabel) if one.isVisible())


def ask(window: MainWindow, qtbot: QtBot) -> None:
    QTest.mouseClick(window.prognosis_panel.predict, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.session.prognosis.predictions), timeout=20_000)
    qtbot.waitUntil(lambda: not window.session.prognosis.running, timeout=20_000)
    settle(window)


def step_down(window: MainWindow, name: str) -> None:
    """Choose the next entry of a field, as a person with a keyboard does."""
    field = window.prognosis_panel.clinical.field(name)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Down)
    settle(window)


def test_the_age_is_the_header_s_and_all_else_unknown(ready: MainWindow):
    panel = ready.prognosis_panel.clinical
    assert panel.isVisible()
    age, stage, cells = (panel.field(name) for name in ("age", "n_stage", "histology"))
    assert isinstance(age, QLineEdit)
    assert age.text() == "63"
    assert "Age · DICOM" in labels(ready)
    for field in (stage, cells):
        assert isinstance(field, QComboBox)
        assert field.currentText() == "unknown"
    assert [stage.itemText(n) for n in range(stage.count())] == ["unknown", "N0", "N1"]
    # What a model can't do without is marked while it is unknown.
    assert stage.property("wanting")
    assert not cells.property("wanting")
    assert ready.session.clinical.values == {"age": 63.0}


def test_what_is_missing_is_said_and_a_choice_is_answered_with_a_score(ready: MainWindow, qtbot: QtBot):
    ask(ready, qtbot)
    assert "needs to know: N stage" in labels(ready)
    assert not ready.prognosis_panel.findChildren(ContributionBars)
    step_down(ready, "n_stage")
    qtbot.waitUntil(lambda: "0.500" in labels(ready), timeout=20_000)
    step_down(ready, "n_stage")
    qtbot.waitUntil(lambda: "0.750" in labels(ready), timeout=20_000)
    qtbot.waitUntil(lambda: not ready.session.prognosis.running, timeout=20_000)
    settle(ready)
    (bars,) = (b for b in ready.prognosis_panel.findChildren(ContributionBars) if b.isVisible())
    assert bars.rows == (
        ("CT and ROI", pytest.approx(0.2)),
        ("Age: 63 years", -0.05),
        ("N stage: N1", 0.25),
    )
    assert not ready.prognosis_panel.clinical.field("n_stage").property("wanting")


def test_a_value_that_makes_no_sense_is_told_and_the_old_one_stands(ready: MainWindow):
    age = ready.prognosis_panel.clinical.field("age")
    age.setFocus()
    age.selectAll()
    QTest.keyClicks(age, "630")
    QTest.keyClick(age, Qt.Key.Key_Return)
    settle(ready)
    assert "age: 630 lies outside 18 to 110 years" in labels(ready)
    assert age.text() == "63"
    age.selectAll()
    QTest.keyClicks(age, "64,5")
    QTest.keyClick(age, Qt.Key.Key_Return)
    settle(ready)
    assert ready.session.clinical.values == {"age": 64.5}
    assert "DICOM" not in labels(ready)
    assert "lies outside" not in labels(ready)


def test_the_values_come_back_with_the_case_and_belong_to_it_alone(
    ready: MainWindow, qtbot: QtBot, study: Study
):
    step_down(ready, "n_stage")
    assert ready.session.clinical.values == {"age": 63.0, "n_stage": "0"}
    other = make_study((20, 32, 24))
    ready.session.show(other)
    settle(ready)
    assert ready.session.clinical.values == {}
    ready.session.show(Study(study.info, study.volume))
    settle(ready)
    assert ready.session.clinical.values == {"age": 63.0, "n_stage": "0"}
    assert ready.prognosis_panel.clinical.field("n_stage").currentText() == "N0"


def test_no_value_is_logged(
    ready: MainWindow, qtbot: QtBot, capfd: pytest.CaptureFixture[str], tmp_path: Path
):
    ask(ready, qtbot)
    step_down(ready, "n_stage")
    qtbot.waitUntil(lambda: "0.500" in labels(ready), timeout=20_000)
    told = "".join(capfd.readouterr())
    assert "n_stage" not in told
    assert "63" not in told
