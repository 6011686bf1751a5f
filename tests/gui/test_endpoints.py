"""Endpoints on the screen, by the real inference process on a made-up bundle and with real events."""

from __future__ import annotations

from pathlib import Path

import numba
import numpy as np
import pytest
from endpoint_bundle import write_endpoint_bundle
from gui_support import drag, settle
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from ctprog_gui.charts.endpoint_bars import EndpointBars
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.radiomics import compiling
from ctprog_gui.core.radiomics.ring import peritumoural_ring
from ctprog_gui.core.shared.places import bundle_folders
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.panels.endpoints_part import EndpointsPart
from ctprog_gui.views.report.page import PAPER_LOOK, CasePage

# The first score compiles the loops of radiomics where no other test has: a minute or two on a busy machine.
PATIENCE_MS = 240_000


@pytest.fixture
def predicted(monkeypatch: pytest.MonkeyPatch, opened: MainWindow, sphere: Mask, qtbot: QtBot) -> MainWindow:
    """A case with a ROI that the bundle of two endpoints was asked about."""
    assert compiling.compiled, "its import says where compiled loops are kept"
    monkeypatch.setenv("NUMBA_CACHE_DIR", numba.config.CACHE_DIR)
    write_endpoint_bundle(Path(bundle_folders()[-1]) / "tiny-endpoints")
    session = opened.session
    opened.inference.list_bundles()
    qtbot.waitUntil(lambda: session.prognosis.bundles_known, timeout=PATIENCE_MS)
    # The others say nothing of such a small image, and take their time for it.
    session.prognosis.bundles = tuple(b for b in session.prognosis.bundles if b.name == "tiny-endpoints")
    session.roi.add(sphere)
    session.go_to_roi()
    QTest.mouseClick(opened.prognosis_panel.predict, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.prognosis.saliency is not None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not session.prognosis.running, timeout=PATIENCE_MS)
    settle(opened)
    return opened


def part_of(window: MainWindow) -> EndpointsPart:
    assert window.prognosis_panel.endpoints is not None
    return window.prognosis_panel.endpoints


def tooltip(widget: QWidget, at: QPointF) -> str:
    """What the pointer is told when it rests on a place."""
    place = at.toPoint()
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, place, widget.mapToGlobal(place)))
    text = QToolTip.text()
    QToolTip.hideText()
    return text


def test_bars_and_page_say_what_the_prediction_says(predicted: MainWindow) -> None:
    part, prediction = part_of(predicted), predicted.session.prognosis.selected
    assert part.isVisible()
    assert part.bars.names == ["egfr", "kras"]
    for name, row in prediction.endpoints.items():
        told = tooltip(part.bars, part.bars.row_rect(name).center())
        assert f"{row['positives']} of {row['patients']} patients" in told
        assert ("not told from chance" in told) == (name == "kras")
    # Along the row of an endpoint, its bar ends where its probability lies.
    row, one = part.bars.row_rect("egfr"), prediction.endpoints["egfr"]
    picture = part.bars.grab().toImage()
    scale = picture.width() / part.bars.width()
    y = round(row.center().y() * scale) + 3
    colours = {
        side: picture.pixelColor(round(part.bars.x_of(one["probability"] + shift) * scale), y).name()
        for side, shift in (("before", -0.02), ("after", 0.02))
        if 0 < one["probability"] + shift < 1
    }
    assert len(set(colours.values())) == len(colours)
    page = CasePage(predicted.session, PAPER_LOOK)
    (on_paper,) = page.findChildren(EndpointBars)
    assert on_paper.names == part.bars.names
    page.deleteLater()


def test_a_click_chooses_an_endpoint_and_its_map_and_reasons_follow(
    predicted: MainWindow, qtbot: QtBot
) -> None:
    part, prognosis = part_of(predicted), predicted.session.prognosis
    other = next(name for name in part.bars.names if name != prognosis.endpoint)
    before, reasons = prognosis.saliency.voxels.copy(), part.moved.rows
    predicted.prognosis_panel.setMaximumHeight(300)
    settle(predicted)
    scrolled = predicted.prognosis_panel.verticalScrollBar()
    # Not the end: what moved another endpoint may take less room.
    place = scrolled.maximum() - 40
    scrolled.setValue(place)
    QTest.mouseClick(part.bars, Qt.MouseButton.LeftButton, pos=part.bars.row_rect(other).center().toPoint())
    assert prognosis.endpoint == part.bars.marked == other
    assert part.moved.rows != reasons
    qtbot.waitUntil(
        lambda: prognosis.saliency is not None and prognosis.selected.saliency_endpoint == other,
        timeout=PATIENCE_MS,
    )
    assert not np.array_equal(prognosis.saliency.voxels, before)
    qtbot.waitUntil(lambda: not prognosis.running, timeout=PATIENCE_MS)
    settle(predicted)
    assert scrolled.value() == place > 0, "what the hand points at stays where it is"
    words = tooltip(part.moved, part.moved.row_rect(0).center())
    assert "log odds" in words
    told = [tooltip(part.moved, part.moved.row_rect(n).center()) for n in range(len(part.moved.rows))]
    assert any("how widely the values spread" in one.lower() for one in told)
    part.bars.setFocus()
    QTest.keyClick(part.bars, Qt.Key.Key_Up if part.bars.names.index(other) else Qt.Key.Key_Down)
    assert prognosis.endpoint != other
    qtbot.waitUntil(lambda: not prognosis.running, timeout=PATIENCE_MS)


def test_ring_and_probabilities_follow_the_brush_and_undo(
    predicted: MainWindow, sphere: Mask, qtbot: QtBot
) -> None:
    part, session = part_of(predicted), predicted.session
    scene = predicted.viewer.slices[Plane.AXIAL].canvas.scene
    QTest.mouseClick(part.ring, Qt.MouseButton.LeftButton, pos=QPoint(8, part.ring.height() // 2))
    assert session.ring.wanted
    qtbot.waitUntil(lambda: session.ring.ring is not None, timeout=PATIENCE_MS)
    first = session.ring.ring
    expected = peritumoural_ring(sphere, 6.0)
    np.testing.assert_array_equal(first.voxels, expected.voxels[expected.bounding_box])
    settle(predicted)
    assert scene._ring._fill.prop.GetVisibility()
    before = odds(predicted)
    shown: list[Mask | None] = []
    session.ring.changed.connect(lambda: shown.append(session.ring.ring))
    session.prognosis.follow_roi = True
    stroke(predicted)
    qtbot.waitUntil(lambda: bool(shown), timeout=PATIENCE_MS)
    assert None not in shown, "the ring stays until the new one is there"
    assert shown[-1].count != first.count
    shown.clear()
    qtbot.waitUntil(lambda: odds(predicted) != before, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not session.prognosis.running, timeout=PATIENCE_MS)
    assert not session.prognosis.outdated
    # What it was when it was asked for stays beside it.
    for name, value in session.prognosis.asked_endpoints("tiny-endpoints").items():
        assert np.log(value / (1 - value)) == pytest.approx(before[name], abs=1e-6)
    QTest.keyClick(predicted, "Z", modifier=Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: odds(predicted) == before, timeout=PATIENCE_MS)
    assert None not in shown
    QTest.mouseClick(part.ring, Qt.MouseButton.LeftButton, pos=QPoint(8, part.ring.height() // 2))
    settle(predicted)
    assert not scene._ring._fill.prop.GetVisibility()


def odds(window: MainWindow) -> dict[str, float]:
    selected = window.session.prognosis.selected
    return {name: row["log_odds"] for name, row in selected.endpoints.items()}


def stroke(window: MainWindow) -> None:
    QTest.keyClick(window, "B")
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    middle = canvas.rect().center() + QPoint(0, 40)
    drag(canvas, middle, middle + QPoint(30, 0))
