"""What the start leaves for later."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ctprog_gui import app
from ctprog_gui.views.main_window import MainWindow


def test_what_can_wait_begins_once_every_visible_view_has_its_picture(window: MainWindow, qtbot: QtBot):
    canvas = window.viewer.volume.canvas
    qtbot.waitUntil(lambda: canvas.renders > 0, timeout=20_000)
    begun: list[int] = []
    canvas.renders = 0
    app._once_drawn(window, lambda: begun.append(canvas.renders))
    qtbot.wait(80)
    assert begun == []
    canvas.renders = 1
    qtbot.waitUntil(lambda: bool(begun))
    qtbot.wait(50)
    assert begun == [1]


def test_a_view_that_never_draws_holds_nothing_back(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(app, "PICTURES_S", 0.05)
    canvas = window.viewer.volume.canvas
    qtbot.waitUntil(lambda: canvas.renders > 0, timeout=20_000)
    begun: list[int] = []
    canvas.renders = 0
    app._once_drawn(window, lambda: begun.append(1))
    qtbot.waitUntil(lambda: bool(begun))
    canvas.renders = 1


def test_a_window_that_was_closed_begins_nothing(window: MainWindow, qtbot: QtBot):
    begun: list[int] = []
    app._once_drawn(window, lambda: begun.append(1))
    window.hide()
    qtbot.wait(60)
    assert begun == []
