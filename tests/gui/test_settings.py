"""The settings page, the keys, the themes and the colours."""

from __future__ import annotations

import html
import itertools
import json
import re

import numpy as np
import pytest
from gui_support import drag, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QSpinBox, QToolTip
from pytestqt.qtbot import QtBot

from ctprog_gui.app import make_window
from ctprog_gui.charts.palette import DARK
from ctprog_gui.commands.catalogue import COMMANDS
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.shared.places import user_data
from ctprog_gui.rendering.palette import CHOSEN_MEASURE, MEASURE, PLANE_COLOURS
from ctprog_gui.state.segment import COLOURS
from ctprog_gui.state.settings import Settings
from ctprog_gui.views.key_map import KeyMap
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.settings_dialog import SHIPPED, SettingsDialog
from ctprog_gui.views.theme import repaint, style_sheet


def canvas(window: MainWindow):
    return window.viewer.slices[Plane.AXIAL].canvas


@pytest.fixture
def dialog(opened: MainWindow, qtbot: QtBot) -> SettingsDialog:
    QTest.keyClick(opened, ",", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), SettingsDialog))
    return QApplication.activeModalWidget()


def test_a_key_is_changed_on_the_page_and_works(opened: MainWindow, dialog: SettingsDialog, qtbot: QtBot):
    edit = dialog.keys["view.invert"]
    edit.setFocus()
    # A key that another command has is refused, and said whose it is.
    QTest.keyClick(edit, "M")
    qtbot.waitUntil(lambda: "view.slab.maximum" in dialog.told.text())
    QTest.keyClick(edit, "J", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(opened.session.settings.keys))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    settle(opened)
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    QTest.keyClick(canvas(opened), "J", Qt.KeyboardModifier.ControlModifier)
    assert opened.session.viewports.inverted
    QTest.keyClick(canvas(opened), "I")
    assert opened.session.viewports.inverted
    assert opened.viewer.bar.buttons["view.invert"].toolTip() == "Invert greys (Ctrl+J)"
    kept = json.loads((user_data() / "settings.json").read_text())
    assert kept["keys"] == {"view.invert": "Ctrl+J"}


def test_the_buttons_of_the_mouse_are_settable(opened: MainWindow, dialog: SettingsDialog):
    box = dialog.fields["mouse.right"]
    assert isinstance(box, QComboBox)
    box.setFocus()
    QTest.keyClicks(box, "scroll")
    box.textActivated.emit(box.currentText())
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    before, zoom = opened.session.viewports.slice_of(Plane.AXIAL), canvas(opened).scene.mm_per_pixel
    drag(canvas(opened), QPoint(100, 200), QPoint(100, 180), Qt.MouseButton.RightButton)
    assert opened.session.viewports.slice_of(Plane.AXIAL) == before + 5
    assert canvas(opened).scene.mm_per_pixel == zoom


def test_the_font_grows_at_once_and_goes_back(opened: MainWindow, dialog: SettingsDialog):
    number = dialog.fields["appearance.font_px"]
    assert isinstance(number, QSpinBox)
    before = opened.banner.patient.fontMetrics().height()
    number.setFocus()
    number.selectAll()
    QTest.keyClicks(number, "20")
    QTest.keyClick(number, Qt.Key.Key_Tab)
    settle(opened)
    assert opened.banner.patient.fontMetrics().height() > 1.3 * before
    QTest.mouseClick(dialog.reset, Qt.MouseButton.LeftButton)
    settle(opened)
    assert opened.banner.patient.fontMetrics().height() == before
    QToolTip.hideText()


def test_a_broken_file_is_put_aside_and_said(qapp: QApplication):
    user_data().mkdir(parents=True, exist_ok=True)
    (user_data() / "settings.json").write_text("{")
    window = make_window()
    try:
        assert "can't be read" in window.status.notice.text()
        assert (user_data() / "settings.unreadable").exists()
    finally:
        window.close()
        window.deleteLater()


def test_the_light_theme_is_light_and_legible(qapp: QApplication):
    settings = Settings()
    settings.set("appearance.theme", "light")
    try:
        repaint(settings)
        assert qapp.palette().window().color().lightness() > 200
    finally:
        repaint(Settings())
    assert qapp.palette().window().color().lightness() < 60
    # WCAG AA for text on its surface, in each rule of the sheet that names both.
    for theme in ("dark", "light"):
        pairs = 0
        for rule in re.findall(r"\{[^}]*\}", style_sheet(theme, 13)):
            text = re.search(r"[{; ]color: (#\w{6})", rule)
            surface = re.search(r"background: (#\w{6})", rule)
            if text and surface and "disabled" not in rule:
                pairs += 1
                assert _contrast(text[1], surface[1]) >= 3.0, (theme, rule)
        assert pairs > 8


def _contrast(one: str, two: str) -> float:
    """WCAG 2.1, contrast ratio of relative luminances."""
    lights = []
    for colour in (one, two):
        parts = np.array(QColor(colour).getRgbF()[:3])
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        lights.append(float(linear @ (0.2126, 0.7152, 0.0722)))
    return (max(lights) + 0.05) / (min(lights) + 0.05)


# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
GROUPS = {
    "planes": [tuple(c) for c in PLANE_COLOURS.values()],
    "measures": [MEASURE, CHOSEN_MEASURE],
    "segments": [tuple(v / 255 for v in c) for c in COLOURS],
    "risk groups": [QColor(c).getRgbF()[:3] for c in DARK.groups.values()],
}


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("kind", BLINDNESS)
def test_colours_that_mean_something_are_told_apart_with_colour_blindness(kind: str, group: str):
    def seen(colour: tuple[float, ...]) -> np.ndarray:
        parts = np.array(colour)
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return _lab(np.clip(np.array(BLINDNESS[kind]) @ linear, 0, 1))

    # Just told apart is 2.3; 10 is so at a glance.
    for one, two in itertools.combinations(GROUPS[group], 2):
        assert np.linalg.norm(seen(one) - seen(two)) > 10


def _lab(linear: np.ndarray) -> np.ndarray:
    """CIE 1976 L*a*b* of linear sRGB under D65."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = to_xyz @ linear / (0.9505, 1.0, 1.089)
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_the_key_map_fits_the_screen_and_names_every_key(qapp: QApplication, qtbot: QtBot):
    settings = Settings()
    settings.set_key("view.invert", "Ctrl+J", SHIPPED)
    keys = KeyMap(settings)
    qtbot.addWidget(keys)
    told = "".join(column.text() for column in keys.columns)
    for command in COMMANDS:
        if settings.key_of(command.id, command.shortcut):
            assert html.escape(command.title.rstrip("…")) in told
    assert "Ctrl+J" in told
    screen = keys.screen().availableGeometry()
    assert keys.width() <= screen.width()
    assert keys.height() <= screen.height()
