"""The window in another language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gui_support import make_study
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel
from pytestqt.qtbot import QtBot

from ctprog_gui.commands.catalogue import COMMANDS
from ctprog_gui.commands.search import matching
from ctprog_gui.services.settings_file import SettingsFile
from ctprog_gui.services.translation import system_language, translate_into
from ctprog_gui.state.language import spoken, tr
from ctprog_gui.state.settings import Settings
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.panels.studies_panel import _size
from ctprog_gui.views.settings_dialog import SettingsDialog


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    translate_into("中文")
    yield
    translate_into("English")


@pytest.fixture
def set_to_chinese(chinese: None) -> None:
    """As a person left it, before the window is made."""
    kept = SettingsFile(())
    kept.settings.set("appearance.language", "中文")
    kept.close()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["zh-Hans-CN", "zh-CN", "zh"], "zh_CN"),
        (["zh_CN"], "zh_CN"),
        (["fr-FR", "fr", "zh-CN"], "zh_CN"),
        (["en-GB", "zh-CN"], "en"),
        (["zh-Hant-TW", "zh-TW", "zh-Hant", "zh"], "en"),
        (["de-DE"], "en"),
        ([], "en"),
    ],
)
def test_the_system_s_language_is_the_first_that_there_is(wanted: list[str], found: str):
    assert system_language(wanted) == found


def test_settings_are_chinese_and_keep_their_words(chinese: None, qtbot: QtBot):
    settings = Settings()
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    assert dialog.windowTitle() == "设置"
    theme = dialog.fields["appearance.theme"]
    assert [theme.itemText(at) for at in range(theme.count())] == ["深色", "浅色"]
    theme.setCurrentIndex(1)
    theme.activated.emit(1)
    # What is kept is the word of the file, whatever the language.
    assert settings["appearance.theme"] == "light"
    close = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close)
    assert "关闭" in close.text(), "Qt's own texts"


def test_the_choice_says_in_both_languages_that_it_holds_from_the_next_start(qtbot: QtBot):
    settings = Settings()
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    language = dialog.fields["appearance.language"]
    beside = language.parentWidget().findChildren(QLabel)
    assert [label.text() for label in beside if label.isVisible()] == ["From the next start on."]
    # Down the list by the keyboard: the system's, English, 中文.
    language.setFocus()
    for _ in range(2):
        QTest.keyClick(language, Qt.Key.Key_Down)
    assert settings["appearance.language"] == "中文"
    assert dialog.told.text() == "This holds from the next start on.\n此设置下次启动后生效。"
    QTest.keyClick(language, Qt.Key.Key_Up)
    assert dialog.told.text() == "This holds from the next start on."
    # A setting that holds at once says nothing of it.
    slab = dialog.fields["viewer.slab_mm"]
    QTest.keyClick(slab, Qt.Key.Key_Up)
    assert dialog.told.text() == ""


def test_commands_are_found_by_either_name(chinese: None):
    assert [c.id for c in matching("肺窗", COMMANDS)] == ["view.window.lung"]
    assert [c.id for c in matching("lung window", COMMANDS)] == ["view.window.lung"]


def test_the_setting_holds_from_the_start(set_to_chinese: None, window: MainWindow):
    assert window.banner.research_use.text() == "仅供科研使用"
    assert window.banner.patient.text() == "未打开病例"


def test_a_series_row_names_its_plane(chinese: None):
    assert "4 mm · 轴位" in _size(make_study().info)


def test_english_comes_back(chinese: None):
    assert spoken("Undo") == "撤销"
    translate_into("English")
    assert spoken("Undo") == "Undo"
    assert tr("no such text") == "no such text"
