"""Several endpoints and bundles while a person draws and chooses: what is shown belongs together."""

from __future__ import annotations

import sys
from dataclasses import replace

import fake_worker
import pytest
from gui_support import drag, settle
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.services import following, inference_process, scoring
from ctprog_gui.state.prognosis import BundleEntry
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.panels.endpoints_part import EndpointsPart
from ctprog_gui.views.panels.prediction_card import PredictionCard

PATIENCE_MS = 20_000
BUNDLES = ("other", "fake")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, opened: MainWindow, sphere: Mask, qtbot: QtBot) -> MainWindow:
    """Two bundles of three endpoints answered, the second is selected, and the brush is in the hand."""
    monkeypatch.setattr(inference_process, "WORKER", (sys.executable, fake_worker.__file__))
    monkeypatch.setattr(following, "REST_MS", 100)
    session = opened.session
    session.prognosis.bundles = tuple(
        BundleEntry(name, f"/{name}", "deep_radscore", uses_roi="shape") for name in BUNDLES
    )
    session.roi.add(sphere)
    session.roi.rename(session.roi.active.label, "endpoints")
    session.go_to_roi()
    opened.predict()
    come_to_rest(opened, qtbot)
    QTest.mouseClick(card_of(opened, "fake"), Qt.MouseButton.LeftButton, pos=QPoint(6, 6))
    QTest.keyClick(opened, "B")
    settle(opened)
    return opened


def come_to_rest(window: MainWindow, qtbot: QtBot) -> None:
    prognosis = window.session.prognosis
    qtbot.waitUntil(lambda: prognosis.saliency is not None and not prognosis.running, timeout=PATIENCE_MS)
    settle(window)


def card_of(window: MainWindow, bundle: str) -> PredictionCard:
    cards = window.prognosis_panel.findChildren(PredictionCard)
    return next(card for card in cards if card.bundle == bundle)


def part_of(window: MainWindow) -> EndpointsPart:
    part = window.prognosis_panel.endpoints
    assert part is not None
    return part


def texts(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def stroke(window: MainWindow, offset: int = 40) -> None:
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    middle = canvas.rect().center() + QPoint(0, offset)
    drag(canvas, middle, middle + QPoint(30, 0))


class Watch(QObject):
    """Whether any of some widgets was hidden, however briefly."""

    def __init__(self, *watched: QWidget) -> None:
        super().__init__()
        self.gone: list[str] = []
        for widget in watched:
            widget.installEventFilter(self)

    def eventFilter(self, widget: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Hide:
            self.gone.append(type(widget).__name__)
        return False


def test_cards_and_bars_stay_while_a_stroke_is_answered_and_explain_the_same_endpoint(
    asked: MainWindow, qtbot: QtBot
) -> None:
    panel, part, prognosis = asked.prognosis_panel, part_of(asked), asked.session.prognosis
    cards = [card_of(asked, name) for name in BUNDLES]
    first = prognosis.selected.endpoints["kras"]["log_odds"]
    assert first < 1, "or EGFR would not stand out at first"
    assert prognosis.endpoint == part.bars.marked == "egfr"
    assert all("EGFR" in texts(card) for card in cards), "a card names what is marked below it"
    QTest.keyClick(asked, "L")
    panel.setMaximumHeight(300)
    settle(asked)
    ranges: list[int] = []
    panel.verticalScrollBar().rangeChanged.connect(lambda _low, high: ranges.append(high))
    watch = Watch(*cards, part, part.bars, panel.saliency)
    for offset in (40, -40, 80, -80):
        stroke(asked, offset)
        come_to_rest(asked, qtbot)
    assert prognosis.selected.endpoints["kras"]["log_odds"] > 1, "which KRAS does by now"
    assert all("KRAS" in texts(card) for card in cards)
    assert prognosis.endpoint == part.bars.marked == "egfr", "the explained row is the person's to change"
    assert [card_of(asked, name) for name in BUNDLES] == cards
    assert watch.gone == []
    assert all(ranges), "what a person scrolled to is there throughout"


def click(window: MainWindow, endpoint: str) -> None:
    bars = part_of(window).bars
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=bars.row_rect(endpoint).center().toPoint())


def hot_slices(window: MainWindow) -> list[int]:
    """Where the map that lies over the images has anything; the fake's place tells the endpoint."""
    drawn = window.session.prognosis.saliency_drawn
    return [] if drawn is None else [int(k) for k in drawn[0].voxels.any(axis=(1, 2)).nonzero()[0]]


PLACE = {"egfr": [4], "kras": [7], "tp53": [10]}


def test_the_map_is_the_marked_endpoints_or_none_however_quickly_one_chooses(
    asked: MainWindow, qtbot: QtBot
) -> None:
    part, prognosis = part_of(asked), asked.session.prognosis
    prognosis.saliency_look = replace(prognosis.saliency_look, visible=True)
    settle(asked)
    assert hot_slices(asked) == PLACE["egfr"]
    others = next(one for one in prognosis.predictions if one.bundle == "other")
    seen: list[tuple[str | None, list[int]]] = []
    for signal in (prognosis.saliency_changed, prognosis.endpoint_changed):
        signal.connect(lambda: seen.append((prognosis.endpoint, hot_slices(asked))))
    click(asked, "tp53")
    qtbot.waitUntil(lambda: prognosis.running, timeout=PATIENCE_MS)
    click(asked, "kras")
    assert part.bars.marked == "kras"
    assert hot_slices(asked) == [], "that of another endpoint says nothing of this one"
    assert "still to come" in texts(asked.prognosis_panel.saliency)
    qtbot.waitUntil(lambda: hot_slices(asked) == PLACE["kras"], timeout=PATIENCE_MS)
    assert all(where in ([], PLACE[endpoint]) for endpoint, where in seen[1:])
    qtbot.waitUntil(lambda: not prognosis.running, timeout=PATIENCE_MS)
    settle(asked)
    assert "KRAS" in texts(asked.prognosis_panel.saliency)
    assert next(one for one in prognosis.predictions if one.bundle == "other") is others, "not asked"
    # The other bundle was traced with EGFR: chosen, it is asked for what the person looks at.
    QTest.mouseClick(card_of(asked, "other"), Qt.MouseButton.LeftButton, pos=QPoint(6, 6))
    assert part.bars.marked == "kras"
    assert hot_slices(asked) == []
    qtbot.waitUntil(lambda: hot_slices(asked) == PLACE["kras"], timeout=PATIENCE_MS)


def test_the_chosen_bundle_stays_when_it_has_no_answer_for_a_moment(asked: MainWindow, qtbot: QtBot) -> None:
    part, prognosis = part_of(asked), asked.session.prognosis
    QTest.keyClick(asked, "L")
    click(asked, "kras")
    come_to_rest(asked, qtbot)
    QTest.keyClick(asked, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: not part.isVisible() and not prognosis.running, timeout=PATIENCE_MS)
    settle(asked)
    assert prognosis.selected.bundle == "fake", "a person chose it"
    QTest.keyClick(asked, "Z", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: part.isVisible(), timeout=PATIENCE_MS)
    come_to_rest(asked, qtbot)
    assert prognosis.selected.bundle == "fake"
    assert part.bars.marked == "kras"


def test_what_is_of_another_roi_says_so_until_an_undo_makes_it_the_same_again(
    asked: MainWindow, qtbot: QtBot
) -> None:
    panel, part, prognosis = asked.prognosis_panel, part_of(asked), asked.session.prognosis
    assert "25 %" in texts(panel.saliency)
    assert not prognosis.follow_roi
    stroke(asked)
    for where in (*(card_of(asked, name) for name in BUNDLES), part, panel.saliency):
        assert "another ROI" in texts(where)
    assert "25 %" not in texts(panel.saliency), "that share was of the ROI as it was"
    click(asked, "kras")
    assert prognosis.saliency is None, "no map of EGFR stands beside KRAS"
    qtbot.wait(2 * scoring.SAME_AGAIN_MS)
    assert prognosis.outdated
    assert "next prediction" in texts(panel.saliency)
    QTest.keyClick(asked, "Z", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not prognosis.outdated, timeout=PATIENCE_MS)
    come_to_rest(asked, qtbot)
    assert "another ROI" not in texts(panel)
    assert prognosis.selected.saliency_endpoint == part.bars.marked == "kras"
    assert "25 %" in texts(panel.saliency)


def test_the_map_says_on_which_slice_it_lies_and_goes_there_and_what_it_leaves_out(
    asked: MainWindow, qtbot: QtBot
) -> None:
    controls, viewports = asked.prognosis_panel.saliency, asked.session.viewports
    asked.prognosis_panel.ensureWidgetVisible(controls.shown)
    QTest.mouseClick(controls.shown, Qt.MouseButton.LeftButton, pos=QPoint(8, controls.shown.height() // 2))
    settle(asked)
    assert hot_slices(asked) == [4]
    assert viewports.slice_of(Plane.AXIAL) != 4
    assert "slice 5" in controls.place.text(), "counted from 1, as above the view"
    QTest.mouseClick(controls.place, Qt.MouseButton.LeftButton)
    assert viewports.slice_of(Plane.AXIAL) == 4
    assert not controls.place.isEnabled()
    viewports.scroll(Plane.AXIAL, 1)
    assert controls.place.isEnabled()
    assert "risk score" not in controls.shown.toolTip() + controls.shown.text()
    assert "spoke against" not in texts(controls)
    room = controls.height()
    click(asked, "tp53")
    settle(asked)
    assert "still to come" in texts(controls)
    assert controls.height() == room, "nothing jumps while the map is made"
    assert not controls.place.isEnabled(), "there is no map to go to yet"
    come_to_rest(asked, qtbot)
    assert "slice 11" in controls.place.text()
    assert "spoke against it (log odds −0.62)" in texts(controls)
