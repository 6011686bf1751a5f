"""No text of the window escapes translation: everything is opened in a language of brackets, and read."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import fake_worker
import numpy as np
import pytest
from gui_support import settle
from pseudo_locale import left_over, open_windows, pseudo, speak_pseudo, texts_of
from PySide6.QtCore import QCoreApplication, QPoint, QRect, QSize, QTimer
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from reading_session import small_session, write_images

from ctprog_gui import app
from ctprog_gui.charts.kaplan_meier import KaplanMeierChart
from ctprog_gui.charts.survival_plot import SurvivalPlot
from ctprog_gui.core.dicom.series import Anomaly, Handling
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.inference.sanity import Move, Pictures, Sanity
from ctprog_gui.services.translation import translate_into
from ctprog_gui.state.study import Study
from ctprog_gui.views import dialogs
from ctprog_gui.views.handling_dialog import HandlingDialog
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.report.presentation import Presentation
from ctprog_gui.views.roi_files import accept_other_grid
from ctprog_gui.views.sanity_dialog import SanityDialog

# The same in every language: the product, units, formats, keys, names of methods, letters of axes.
UNITS = {"mm", "cm", "cm²", "cm³", "mm³", "mL", "HU", "px", "SD", "CI", "ROI", "RECIST", "MIP", "Dice", "HD"}
FORMATS = {"CTProg", "DICOM", "CSV", "SEG", "RTSTRUCT", "SR", "CT", "ID", "SHA", "Apache", "License"}
KEYS = {"Ctrl", "Shift", "Alt", "Del", "Esc", "Return", "Backspace", "Space"}
KEYS |= {"Up", "Down", "Left", "Right", "PgUp", "PgDown", "Home", "End"}
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
        lambda: dialogs.choose_regions(window, [sphere], several=True),
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
    # However small the screen and long the words, nothing lies over another thing or outside.
    for size in (QSize(1920, 1080), QSize(1600, 1000), QSize(1280, 720)):
        page.resize(size)
        page.show()
        settle(page)
        assert page.size() == size
        shown = [w for kind in (QLabel, SurvivalPlot) for w in page.page.findChildren(kind) if w.isVisible()]
        shown += [page.page.findChild(KaplanMeierChart).at_risk]
        areas = [QRect(part.mapTo(page, QPoint()), part.size()) for part in shown]
        assert len(areas) > 12
        assert all(page.rect().contains(area) for area in areas)
        over = [(a, b) for a, b in itertools.combinations(areas, 2) if a.intersects(b)]
        assert not over, size
        labels = [w for w in shown if isinstance(w, QLabel) and w.wordWrap()]
        assert all(label.height() >= label.heightForWidth(label.width()) for label in labels)
        _names_are_left_of_the_numbers(page.page.findChild(KaplanMeierChart))
    page.close()


def _names_are_left_of_the_numbers(chart: KaplanMeierChart) -> None:
    """By the colours of the picture: a group's name, then a gap, then the first number at risk."""
    shown = chart.at_risk.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), shown.bytesPerLine())
    pixels = lines[:, : 3 * shown.width()].reshape(shown.height(), shown.width(), 3).astype(int)

    # The first of three rows is the table's title.
    pixels = pixels[shown.height() // 3 + 3 :]
    style = chart.plot.style_

    def columns(colour: str) -> np.ndarray:
        """Where something is drawn in a colour; the edges of letters are part of it, part ground."""
        ground, full = (np.array(QColor(name).toTuple()[:3]) for name in (style.surface, colour))
        way = full - ground
        share = (pixels - ground) @ way / (way @ way)
        apart = np.abs(pixels - ground - share[..., np.newaxis] * way).max(axis=2)
        return ((share > 0.3) & (apart < 20)).any(axis=0).nonzero()[0]

    number = columns(style.text).min()
    for colour in style.groups.values():
        assert columns(colour).size > 5
        assert columns(colour).max() + 3 < number


def test_the_check_of_a_score(bracketed: None, qtbot: QtBot):
    moves = (Move("x", 1, 0.8), Move("z", -1, 0.7))
    sanity = Sanity("fake", "ab" * 32, 0.75, 0.5, "ROI", moves, 0.08, 0.1, 0.62, 0.58, 0.91, 5)
    where = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    dialog = SanityDialog(sanity, Pictures(np.zeros((8, 8), np.int16), where, where, where > 0.9))
    qtbot.addWidget(dialog)
    assert not untranslated(dialog)


def test_endpoints_and_what_moved_them(bracketed: None, window: MainWindow, study: Study):
    auc = {"value": 0.7, "lower": 0.4, "upper": 0.8}
    one = {"label": "Test", "probability": 0.3, "lower": 0.2, "upper": 0.4, "interval_kind": "made up"}
    one |= {
        "prevalence": 0.2,
        "positives": 20,
        "patients": 100,
        "percentile": 60.0,
        "auc": auc,
        "log_odds": 0.1,
    }
    one |= {"rad_scores": {"tumour": 0.1, "ring": -0.2}}
    rows = tuple({"endpoint": "test", "source": "patch", "feature": "7", "value": v / 9} for v in range(12))
    window.session.show(study)
    window.session.prognosis.put(
        replace(
            fake_worker.prediction(30), endpoints={"test": one}, contributions=rows, ring={"width_mm": 3.0}
        )
    )
    settle(window)
    assert window.prognosis_panel.endpoints is not None
    assert not untranslated(window)


def test_a_reading_session(bracketed: None, window: MainWindow, tmp_path: Path, qtbot: QtBot):
    made = small_session(tmp_path / "study", write_images(tmp_path / "images", 1), seed=2)
    window.desk.room.begin(made, "B")
    reading = window.session.reading
    qtbot.waitUntil(lambda: reading.current is not None and not reading.busy, timeout=20_000)
    settle(window)
    assert window.desk.worklist.isVisible()
    found = untranslated(window, DATA | {"small", "study", "tumour"})
    assert not found, "\n".join(found)
