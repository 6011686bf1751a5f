"""The page: shown to a room, written to a file, and nameless unless asked."""

from __future__ import annotations

import resource
import signal
from dataclasses import replace
from pathlib import Path

import fake_worker
import numpy as np
import pytest
from endpoint_answer import SYNTHETIC, UNLIKE, endpoint_answer
from gui_support import settle
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ctprog_gui.charts.endpoint_bars import EndpointBars
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.prediction import SurvivalCurve
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.views.main_window import MainWindow
from ctprog_gui.views.report import export
from ctprog_gui.views.report.export import export_page
from ctprog_gui.views.report.page import PAPER_LOOK, CasePage
from ctprog_gui.views.report.presentation import Presentation
from ctprog_gui.views.report.words import curve_words


@pytest.fixture
def predicted(opened: MainWindow, sphere: Mask, qtbot: QtBot) -> MainWindow:
    opened.session.roi.add(sphere)
    qtbot.waitUntil(lambda: opened.session.roi.measures is not None, timeout=20_000)
    opened.session.prognosis.put(fake_worker.prediction(30))
    settle(opened)
    return opened


def words(widget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def test_the_page_says_what_matters_and_traces_it(predicted: MainWindow):
    page = CasePage(predicted.session, PAPER_LOOK)
    told = words(page)
    page.deleteLater()
    for part in ("RESEARCH USE ONLY", "0.750", "high risk", "20 cases, 11 deaths"):
        assert part in told
    assert "12 months: <b>60&nbsp;%</b>" in told
    for trace in ("CTProg 0.1.0", "bundle fake abababababab", "cohort of 20", "ROI ball cdcdcdcdcdcd"):
        assert trace in told
    assert "TEST^PATIENT" not in told
    assert "P1" not in told


def test_the_name_stands_there_only_when_asked(predicted: MainWindow):
    page = CasePage(predicted.session, PAPER_LOOK, with_name=True)
    assert "TEST^PATIENT" in words(page)
    page.deleteLater()


@pytest.mark.parametrize("ending", ["pdf", "png"])
def test_the_page_becomes_a_file_without_a_name(predicted: MainWindow, tmp_path: Path, ending: str):
    path = tmp_path / f"page.{ending}"
    export_page(predicted.session, path)
    content = path.read_bytes()
    assert content.startswith(b"%PDF" if ending == "pdf" else b"\x89PNG")
    assert b"TEST^PATIENT" not in content
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    if ending == "png":
        shown = QImage(str(path))
        assert (shown.width(), shown.height()) == (2 * 794, 2 * 1123)
        # Something is on the upper and on the lower half: pictures above, charts below.
        for top, bottom in ((0.05, 0.2), (0.4, 0.6)):
            rows = range(round(top * shown.height()), round(bottom * shown.height()), 9)
            assert len({shown.pixel(x, y) for y in rows for x in range(0, shown.width(), 7)}) > 20


def test_a_page_that_cannot_be_written_is_told(predicted: MainWindow, tmp_path: Path):
    with pytest.raises(InputError, match="is written as"):
        export_page(predicted.session, tmp_path / "page.docx")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        export_page(predicted.session, tmp_path / "file" / "page.pdf")


def test_f11_presents_the_case_and_escape_ends_it(predicted: MainWindow, qtbot: QtBot):
    QTest.keyClick(predicted, Qt.Key.Key_F11)
    shown = predicted.presentation
    qtbot.waitUntil(shown.isVisible, timeout=5_000)
    assert shown.isFullScreen()
    assert "RESEARCH USE ONLY" in words(shown)
    assert "high risk" in words(shown)
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow, timeout=5_000)
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: predicted.presentation is None, timeout=5_000)


def test_a_score_of_another_roi_is_marked_on_the_page(predicted: MainWindow):
    predicted.session.prognosis.mark_outdated()
    page = CasePage(predicted.session, PAPER_LOOK)
    assert "made with another ROI" in words(page)
    page.deleteLater()


def test_the_curve_says_whose_level_it_has():
    curve = SurvivalCurve((0.0, 6.0, 12.0), (1.0, 0.9, 0.8))
    assert "fitted" not in curve_words(curve)
    assert "fitted to patients of A &amp; B" in curve_words(replace(curve, level="A & B"))


@pytest.mark.parametrize("name", ["page.pdf", "page.png"])
def test_a_disk_that_fills_leaves_no_half_page(
    predicted: MainWindow, tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
):
    """No file may grow beyond a size, as on a full disk; Qt itself reports nothing for a PDF."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(InputError, match="cannot write"):
            export_page(predicted.session, tmp_path / name)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert list(tmp_path.iterdir()) == []
    assert "libpng" not in capfd.readouterr().err


@pytest.fixture
def with_endpoints(opened: MainWindow, sphere: Mask, qtbot: QtBot) -> MainWindow:
    """A case with an answer of endpoints, whose map lies over all of it."""
    session = opened.session
    session.roi.add(sphere)
    qtbot.waitUntil(lambda: session.roi.measures is not None, timeout=20_000)
    geometry = session.study.volume.geometry
    where = Volume(np.full(geometry.shape, 200, np.uint8), geometry)
    session.prognosis.put_saliency(endpoint_answer(SYNTHETIC, UNLIKE), where)
    look = session.prognosis.saliency_look
    session.prognosis.saliency_look = replace(look, visible=True)
    return opened


def test_a_page_of_endpoints_says_in_numbers_and_words_what_is_pointed_at_elsewhere(
    with_endpoints: MainWindow,
):
    page = CasePage(with_endpoints.session, PAPER_LOOK)
    told, (bars,) = words(page), page.findChildren(EndpointBars)
    page.deleteLater()
    assert dict(zip(bars.names, bars.figures, strict=True)) == {
        "lvi": ("98 %", "91 % to > 99 %", "33 % of 500", "0.78 (0.74–0.82)"),
        "t4": ("8 %", "< 1 % to 21 %", "13 % of 500", "0.77 (0.71–0.83)"),
        "kras": ("91 %", "< 1 % to > 99 %", "21 % of 500", "0.65 (0.60–0.71)"),
        "alk": ("5 %", "< 1 %", "6 % of 500", "0.59 (0.49–0.69)"),
    }
    assert "What moved it most: Lymphovascular invasion, 98 %" in told
    assert "<b>+7.31</b> ring: Median (first order)  ·  the value that half of the voxels lie below" in told
    assert "Here: 572 HU; fitted patients: 310 ± 20 HU (mean ± SD)." in told
    assert "+0.04 ring: Median (first order)" in told, "what moved the others stands there by name"
    assert "Colours: what raises the network's answer for Lymphovascular invasion" in told
    assert "Hatched: of a case unlike those" in told
    with_endpoints.session.prognosis.saliency_look = replace(
        with_endpoints.session.prognosis.saliency_look, visible=False
    )
    page = CasePage(with_endpoints.session, PAPER_LOOK)
    assert "Colours" not in words(page)
    page.deleteLater()


def test_a_pdf_of_endpoints_is_not_called_a_survival_prognosis(with_endpoints: MainWindow, tmp_path: Path):
    export_page(with_endpoints.session, tmp_path / "page.pdf")
    title = "CTProg: Endpoints of a tumour from CT, research use only".encode("utf-16-be")
    content = (tmp_path / "page.pdf").read_bytes()
    assert title in content or b"CTProg: Endpoints of a tumour from CT" in content


def test_what_does_not_fit_the_paper_is_drawn_smaller_and_not_over_the_bars(
    with_endpoints: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    session = with_endpoints.session
    many = tuple(
        replace(UNLIKE, detail=f"{n} " + "unlike the cases it was fitted on " * 9) for n in range(12)
    )
    session.prognosis.put(endpoint_answer(SYNTHETIC, *many))
    shown = []

    def looked_at(page: CasePage) -> QImage:
        page.grab()  # lays out what is in it
        shown.append(all_shown(page))
        return QImage(9, 9, QImage.Format.Format_RGB32)

    monkeypatch.setattr(export, "_picture", looked_at)
    export.export_page(session, tmp_path / "page.png")
    assert shown == [True]


def all_shown(page: CasePage) -> bool:
    """Whether the bars have their height, and the labels theirs."""
    (bars,) = page.findChildren(EndpointBars)
    labels = [one for one in page.findChildren(QLabel) if one.text() and one.wordWrap()]
    whole = all(one.height() >= one.heightForWidth(one.width()) for one in labels)
    return whole and bars.height() >= bars.sizeHint().height()


def test_on_a_small_board_nothing_lies_over_the_bars(with_endpoints: MainWindow):
    board = Presentation(with_endpoints.session)
    board.resize(610, 400)
    board.show()
    settle(board)
    (bars,) = board.findChildren(EndpointBars)
    top = bars.mapTo(board, bars.rect().topLeft()).y()
    assert bars.height() >= bars.sizeHint().height()
    for label in board.findChildren(QLabel):
        y = label.mapTo(board, label.rect().topLeft()).y()
        assert y + label.height() <= board.height()
        assert y >= top + bars.height() or y + label.height() <= top, label.text()
    board.close()
