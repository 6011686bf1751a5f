"""Every button says what it does, and with which key, also when the key is another."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QTableWidget,
    QWidget,
)

from ctprog_gui.commands.catalogue import COMMANDS, command
from ctprog_gui.views.key_tips import with_key
from ctprog_gui.views.main_window import MainWindow

HANDS_ON = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)
SHIPPED = {one.id: one.shortcut for one in COMMANDS}


def native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def controls(window: MainWindow) -> list[QWidget]:
    """What a hand can use; not the parts that Qt makes inside others."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if isinstance(widget, HANDS_ON)
        and not isinstance(widget, QScrollBar)
        and not isinstance(widget.parent(), (QLineEdit, QAbstractSpinBox, QTableWidget))
        and not widget.objectName().startswith("qt_")
    ]


def test_every_control_says_what_it_does(opened: MainWindow):
    found = controls(opened)
    assert len(found) > 60
    silent = [(type(w).__name__, w.objectName(), type(w.parent()).__name__) for w in found if not w.toolTip()]
    assert silent == []


def test_every_action_with_a_key_tells_it(opened: MainWindow):
    keyed = [one for one in COMMANDS if one.shortcut]
    assert len(keyed) > 60
    for one in keyed:
        action = opened.findChild(QAction, one.id)
        assert action.toolTip().endswith(f"({native(one.shortcut)})"), one.id


BUTTONS = (
    ("prognosis.predict", lambda w: w.prognosis_panel.predict),
    ("prognosis.follow", lambda w: w.prognosis_panel.follow),
    ("prognosis.saliency", lambda w: w.prognosis_panel.saliency.shown),
    ("prognosis.cancel", lambda w: w.status.cancel),
    ("roi.load", lambda w: w.roi_panel.load),
    ("roi.save", lambda w: w.roi_panel.save),
    ("roi.ball", lambda w: w.roi_panel.ball),
    ("roi.limit", lambda w: w.roi_panel.limits.button),
    ("roi.larger", lambda w: w.roi_panel.radius),
    ("roi.accept", lambda w: w.roi_panel.effects.apply),
    ("roi.new", lambda w: w.roi_panel.segments.new),
    ("view.invert", lambda w: w.viewer.bar.buttons["view.invert"]),
)


def test_buttons_tell_the_key_that_is_set(opened: MainWindow):
    settings = opened.session.settings
    for identifier, where in BUTTONS:
        shipped = native(command(identifier).shortcut)
        tip = where(opened).toolTip()
        assert shipped in tip.rsplit("(", 1)[1]
        settings.set_key(identifier, "Ctrl+Alt+9", SHIPPED)
        assert native("Ctrl+Alt+9") in where(opened).toolTip()
        assert shipped not in where(opened).toolTip().rsplit("(", 1)[1].split(", ")
        settings.set_key(identifier, "", SHIPPED)
        assert native("Ctrl+Alt+9") not in where(opened).toolTip()
        settings.set_key(identifier, command(identifier).shortcut, SHIPPED)
        assert where(opened).toolTip() == tip


def test_a_wrong_command_is_a_bug(qapp):
    widget = QWidget()
    with pytest.raises(KeyError):
        with_key(widget, "What", "no.such.command")
    widget.deleteLater()
