"""No text of the window escapes translation: everything is opened in a language of brackets, and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import fake_worker
import pytest
from gui_support import settle
from pseudo_locale import left_over, open_windows, pseudo, speak_pseudo, texts_of
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ctprog_gui import app
from ctprog_gui.core.dicom.series import Anomaly, Handling
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.services.translation import translate_into
from ctprog_gui.state.study import Study
from ctprog_gui.views import dialogs
from ctprog_gui.views.handling_dialog import HandlingDialog
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.report.presentation import Presentation
from ctprog_gui.views.roi_files import accept_other_grid

# The same in every language: the product, units, formats, keys, names of methods, letters of axes.
UNITS = {"mm", "cm", "cm²", "cm³", "mL", "HU", "px", "SD", "CI", "ROI", "RECIST", "MIP", "Dice", "HD"}
FORMATS = {"CTProg", "DICOM", "CSV", "SEG", "RTSTRUCT", "SR", "CT", "ID", "SHA", "Apache", "License"}
KEYS = {"Ctrl", "Shift", "Alt", "Del", "Esc", "Return", "Backspace", "Up", "Down", "Left", "Right", "Space"}
NAMES = {*UNITS, *FORMATS, *KEYS, "English", "中文"}
# What the case, its files and the bundles say, or a person gave as a name; hashes.
CASE = {
    "TEST",
    "PATIENT",
    "test",
    "series",
    "ball",
    "made",
    "up",
    "numbers",
}
BUNDLES = {"fake", "cd" * 6, "ab" * 6, "ab" * 32, "nsclc", "slice", "attention", "clinical", "phantom"}
DATA = CASE | BUNDLES


@pytest.fixture
def bracketed(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    translator = speak_pseudo()
    # The window would ask for the language of the settings.
    monkeypatch.setattr(app, "translate_into", lambda _: "pseudo")
    yield
    QCoreApplication.removeTranslator(translator)
    translate_into("English")


def untranslated(top: QWidget, data: set[str] = DATA) -> list[str]:
    found = []
    for where, text in texts_of(top):
        words = left_over(text, NAMES | data)
        if words:
            found.append(f"{where}: {text[:90]!r} ({', '.join(words[:6])})")
    return sorted(set(found))


def opened_by(what: Callable[[], object]) -> list[str]:
    """What is untranslated in the dialog that a call opens, and waits for."""
    found: list[str] = ["no dialog came"]

    def read() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            found[:] = untranslated(dialog)
            dialog.close()

    QTimer.singleShot(200, read)
    what()
    return found


def test_brackets_are_told_from_words():
    assert left_over(pseudo("Slices"), set()) == []
    assert left_over(f"{pseudo('Alive at ' + pseudo('12 months'))} mm", {"mm"}) == []
    assert left_over(f"{pseudo('Slice')} seen from <b>here</b>", set()) == ["seen", "from", "here"]


def test_the_empty_window(bracketed: None, window: MainWindow):
    found = untranslated(window)
    assert not found, "\n".join(found)


def test_a_case_with_segments_measures_and_a_score(
    bracketed: None, window: MainWindow, study: Study, sphere: Mask
):
    session = window.session
    odd = replace(study.info, anomalies=(Anomaly("not_ct", "no pixel data"),))
    session.show(Study(odd, study.volume))
    session.roi.add(sphere)
    session.prognosis.put(fake_worker.prediction(30))
    settle(window)
    found = untranslated(window)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["show_settings", "show_palette", "show_tour", "train"])
def test_windows_beside_it(bracketed: None, window: MainWindow, name: str):
    before = set(open_windows())
    getattr(window, name)()
    settle(window)
    (new,) = set(open_windows()) - before
    found = untranslated(new)
    new.close()
    assert not found


def test_questions(bracketed: None, window: MainWindow, study: Study, sphere: Mask):
    anomalies = (Anomaly("missing_slices", "no pixel data"),)
    for ask in (
        lambda: dialogs.show_about(window),
        lambda: dialogs.show_keys(window, window.session.settings),
        lambda: dialogs.accept_anomalies(window, anomalies),
        lambda: dialogs.ask_for_name(window),
        lambda: dialogs.choose_region(window, [sphere]),
        lambda: accept_other_grid(window, "no pixel data"),
        lambda: HandlingDialog(study.info, tuple(Handling), window).exec(),
    ):
        assert not opened_by(ask)


def test_the_page_for_the_board(
    bracketed: None, window: MainWindow, study: Study, sphere: Mask, qtbot: QtBot
):
    window.session.show(study)
    window.session.roi.add(sphere)
    window.session.prognosis.put(fake_worker.prediction(30))
    page = Presentation(window.session)
    qtbot.addWidget(page)
    assert not untranslated(page)
    page.close()
