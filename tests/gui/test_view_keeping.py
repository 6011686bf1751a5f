"""How a case is laid out comes back with it: its layout, and planes that were turned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from gui_support import drag, hover, make_study, settle, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.shared.places import user_data
from ctprog_gui.rendering.lettering import drawable
from ctprog_gui.services.settings_file import SettingsFile
from ctprog_gui.services.translation import translate_into
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.viewports import Layout
from ctprog_gui.views.main_window import MainWindow


def kept_files() -> list[Path]:
    return sorted((user_data() / "views").glob("*"))


def turn(window: MainWindow) -> None:
    """Drag a handle of the axial view a good way around the crosshair."""
    view = window.viewer.slices[Plane.AXIAL].canvas
    hover(view, view.rect().center())
    ratio = view.devicePixelRatioF()
    x, y = view.scene.handles.places[0]
    start = QPoint(round(x / ratio), round(view.height() - 1 - y / ratio))
    hover(view, start)
    drag(view, start, start + QPoint(40, 25))


def key(window: MainWindow, command: str) -> None:
    """Press the key that a command is on."""
    action = next(action for one, action in window._actions if one.id == command)
    keys = action.shortcut()[0]
    QTest.keyClick(window.viewer.slices[Plane.AXIAL].canvas, keys.key(), keys.keyboardModifiers())
    settle(window)


def test_turned_planes_and_layout_come_back_with_the_case(opened: MainWindow):
    session = opened.session
    viewports = session.viewports
    key(opened, "view.layout.four")
    turn(opened)
    wheel(opened.viewer.slices[Plane.CORONAL].canvas, 3)
    triad, crosshair = viewports.triad, viewports.crosshair_mm
    shown = {plane: opened.viewer.slices[plane].place.text().split()[-1] for plane in Plane}
    assert shown[Plane.CORONAL].endswith("°")
    # Another case has its planes along its axes, and keeps the layout that the person chose last.
    session.show(make_study((12, 20, 20)))
    assert not viewports.oblique
    assert viewports.layout is Layout.FOUR
    key(opened, "view.layout.large")
    # The same image, opened anew: all of it comes from the disk, whose names are those of no person.
    session.show(make_study())
    settle(opened)
    assert viewports.layout is Layout.FOUR
    assert viewports.triad.degrees_from(triad) < 1e-6
    assert viewports.crosshair_mm == pytest.approx(crosshair, abs=1e-6)
    assert {plane: opened.viewer.slices[plane].place.text().split()[-1] for plane in Plane} == shown
    assert all(opened.viewer.slices[plane].isVisible() for plane in Plane)
    # A case that nobody has laid out is as the person, not the file, did it last.
    session.show(make_study((10, 20, 24)))
    assert viewports.layout is Layout.ONE_AND_THREE
    # Planes laid straight again stay straight, too.
    session.show(make_study())
    key(opened, "view.planes.reset")
    session.show(make_study((12, 20, 20)))
    session.show(make_study())
    assert not viewports.oblique
    assert len(kept_files()) == 2
    assert not any("TEST" in path.name + path.read_text() for path in kept_files())


def test_one_view_alone_comes_back_and_the_file_is_written_when_the_hand_rests(opened: MainWindow, qtbot):
    canvas = opened.viewer.slices[Plane.SAGITTAL].canvas
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton)
    assert opened.session.viewports.maximised == "sagittal"
    assert kept_files() == []
    qtbot.waitUntil(lambda: len(kept_files()) == 1, timeout=3000)
    told = json.loads(kept_files()[0].read_text())
    assert told["maximised"] == "sagittal"
    opened.session.viewports.maximised = None
    opened.close_study()
    told["maximised"] = "axial"
    kept_files()[0].write_text(json.dumps(told))
    opened.session.show(make_study())
    settle(opened)
    assert [plane for plane in Plane if opened.viewer.slices[plane].isVisible()] == [Plane.AXIAL]


def _broken(text: str) -> dict[str, str]:
    """The text of a file in several ways that can't be obeyed."""

    def changed(part: str, value: object, *into: str) -> str:
        told = json.loads(text)
        inner = told
        for name in into:
            inner = inner[name]
        inner[part] = value
        return json.dumps(told)

    return {
        "cut off": text[: len(text) // 2],
        "a list": "[]",
        "of another version": changed("ctprog_view", 99),
        "no view": changed("maximised", "upside down"),
        "no layout": changed("layout", "five equal"),
        "not perpendicular": changed("up", [0.6, 0.8, 0.0], "planes", "coronal"),
        "no number": changed("crosshair_mm", [0.0, None, 0.0]),
        "a plane lacks": changed("planes", {}),
    }


def test_a_file_that_is_broken_is_kept_and_said(opened: MainWindow):
    key(opened, "view.layout.four")
    turn(opened)
    opened.close_study()
    key(opened, "view.layout.large")
    (path,) = kept_files()
    aside = path.with_suffix(".unreadable")
    for how, text in _broken(path.read_text()).items():
        path.write_text(text)
        opened.status.tell("")
        opened.session.show(make_study())
        settle(opened)
        assert not opened.session.viewports.oblique, how
        assert opened.session.viewports.maximised is None, how
        assert "is kept as a file" in opened.status.notice.text(), how
        assert kept_files() == [aside], how
        assert aside.read_text() == text
        aside.unlink()


def test_what_can_be_neither_read_nor_set_aside_is_left_and_said(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch
):
    """The folder in the way stands for one that may not be written. New work does not replace the old."""
    view = opened.viewer.slices[Plane.AXIAL].canvas
    middle = view.rect().center()
    key(opened, "view.layout.four")
    QTest.keyClick(view, "L", Qt.KeyboardModifier.ShiftModifier)
    drag(view, middle, middle + QPoint(40, 0))
    opened.session.roi.add_empty("GTV")
    opened.close_study()
    files = [next((user_data() / room).iterdir()) for room in ("views", "annotations", "journals")]
    for path in files[:2]:
        path.write_text("{")
    monkeypatch.setattr(RoiState, "restore", lambda *_: [].pop())
    old = [path.read_bytes() for path in files]
    for path in files:
        path.with_suffix(".unreadable").mkdir()
    told: list[str] = []
    monkeypatch.setattr(opened.status, "tell", lambda text, **_: told.append(text))
    opened.session.show(make_study())
    settle(opened)
    assert sorted(text.split(" (")[0].split(": ")[0] for text in told if text) == [
        "Earlier measures of this case can't be read",
        "How this case was laid out can't be read",
        "Work on this case is not saved as you go",
    ]
    drag(view, middle, middle + QPoint(0, 40))
    opened.session.roi.add_empty("Node")
    assert len(opened.session.annotations.items) == 1
    assert [path.read_bytes() for path in files] == old


@pytest.fixture
def set_to_chinese(qapp: QApplication) -> Iterator[None]:
    kept = SettingsFile(())
    kept.settings.set("appearance.language", "中文")
    kept.close()
    yield
    translate_into("English")


def test_the_angle_is_told_in_the_language_of_the_screen(set_to_chinese: None, opened: MainWindow):
    for straight in (opened.viewer.slices[plane].place for plane in Plane):
        assert straight.text().endswith(" mm")
        assert straight.width() >= straight.fontMetrics().horizontalAdvance(straight.text())
    turn(opened)
    plane = opened.session.viewports.stack(Plane.CORONAL)
    assert isinstance(plane, ObliquePlane)
    place = opened.viewer.slices[Plane.CORONAL].place
    assert place.text().endswith(f"斜切 {plane.tilt_degrees:.0f}°")
    # There is room for it.
    assert place.width() >= place.fontMetrics().horizontalAdvance(place.text())
    opened.session.viewports.maximised = "coronal"
    settle(opened)
    drawn = opened.viewer.slices[Plane.CORONAL].canvas.scene.corners.right.GetInput()
    assert drawn.endswith(drawable(place.text(), f"oblique {plane.tilt_degrees:.0f}°"))
