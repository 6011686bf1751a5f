"""The whole path on a real patient: ZIP → three planes → RTSTRUCT → bundle → panels → result.json."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from gui_support import settle, wheel
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QInputDialog
from pytestqt.qtbot import QtBot

from ctprog_gui.__main__ import main
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.views.main_window import MainWindow

# Of this patient, as the collection's table has it; the age is that of the images' header.
CLINICAL = {"t_stage": "2", "n_stage": "3", "m_stage": "0", "histology": "large cell"}


def _answer_with(region: str) -> None:
    """Pick a region in the dialog that is about to open."""
    dialog = QApplication.activeModalWidget()
    if not isinstance(dialog, QInputDialog):
        QTimer.singleShot(50, lambda: _answer_with(region))
        return
    rows = dialog.findChild(QComboBox)
    rows.setCurrentIndex(next(n for n in range(rows.count()) if rows.itemText(n).startswith(region)))
    dialog.accept()


def test_lung1_001_from_zip_to_prediction(
    window: MainWindow, shared_data: Path, lung1: Path, tmp_path: Path, qtbot: QtBot
):
    session = window.session
    window.inference.list_bundles()
    window.opening.open([shared_data / "lung1_001.zip"])
    qtbot.waitUntil(lambda: session.study is not None, timeout=60_000)
    grid = session.study.volume.geometry
    assert grid.size == (512, 512, 134)
    assert grid.spacing_mm == pytest.approx((0.9766, 0.9766, 3.0), abs=1e-4)
    assert "LUNG1-001" in window.banner.patient.text()
    settle(window)

    assert window.viewer.slices[Plane.AXIAL].canvas.scene.letters()["right"] == "L"
    wheel(window.viewer.slices[Plane.AXIAL].canvas, 2)
    x, y, z = (int(n) for n in np.rint(grid.patient_to_index(session.viewports.crosshair_mm)))
    window.status.point(session.viewports.crosshair_mm)
    assert window.status.pointer.text().endswith(f"{session.study.volume.voxels[z, y, x]} HU")

    QTimer.singleShot(0, lambda: _answer_with("GTV-1"))
    window.opening.load_roi(next((lung1 / "rtstruct").iterdir()))
    qtbot.waitUntil(lambda: session.roi.measures is not None, timeout=60_000)
    measures = session.roi.measures
    assert measures.name == "GTV-1"
    # Four independent sources agree on 155 500 to 157 100 mm³ and -62 to -67 HU for this contour.
    assert 155_500 <= measures.volume_mm3 <= 157_100
    assert -67 <= measures.mean_hu <= -62
    assert measures.longest_diameter_mm == pytest.approx(94.1, abs=0.05)
    settle(window)

    qtbot.waitUntil(lambda: bool(session.prognosis.bundles), timeout=60_000)
    for name, value in CLINICAL.items():
        session.clinical.choose(name, value)
    assert session.clinical.values == {"age": 83.0, **CLINICAL}
    # Without a window manager nobody gives the focus back after the dialog.
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window.viewer.slices[Plane.AXIAL].canvas, "P")
    qtbot.waitUntil(lambda: bool(session.prognosis.predictions), timeout=120_000)
    qtbot.waitUntil(lambda: not session.prognosis.running, timeout=120_000)
    answers = {prediction.bundle: prediction for prediction in session.prognosis.predictions}
    assert set(answers) == {entry.name for entry in session.prognosis.bundles}
    endpoints = {name for name, answer in answers.items() if answer.endpoints}
    assert endpoints == {"phantom-deep-radscore"}
    for name in answers.keys() - endpoints:
        answer = answers[name]
        assert answer.attention is not None
        assert len(answer.attention) == 134
        assert sum(row.weight for row in answer.attention) == pytest.approx(1.0, abs=1e-9)
        assert answer.roi_sha256 == measures.sha256
    phantom = answers["phantom-slice-attention"]
    assert "synthetic_training_data" in {warning.code for warning in phantom.warnings}
    assert window.viewer.strip.isVisible()

    # The command line gives the very same answer, bit for bit, from the unpacked files.
    roi = str(next((lung1 / "rtstruct").iterdir()))
    out = tmp_path / "out"
    (tmp_path / "clinical.json").write_text(json.dumps({"age": 83, **CLINICAL}))
    status = main(
        [
            *("score", str(lung1 / "ct"), "--roi", roi, "--roi-name", "GTV-1"),
            *("--out", str(out), "--clinical", str(tmp_path / "clinical.json")),
        ]
    )
    assert status == 0
    told = json.loads((out / "result.json").read_text())
    assert {row["bundle"] for row in told["predictions"]} == set(answers)
    for row in told["predictions"]:
        answer = answers[row["bundle"]]
        if row["bundle"] in endpoints:
            assert {name: one["probability"] for name, one in row["endpoints"].items()} == {
                name: one["probability"] for name, one in answer.endpoints.items()
            }
            continue
        assert row["risk_score"] == answer.risk_score
        assert row["survival"]["probability"] == list(answer.survival.probability)
    assert told["roi"]["sha256"] == measures.sha256
    assert "LUNG1-001" not in json.dumps(told["input"])
