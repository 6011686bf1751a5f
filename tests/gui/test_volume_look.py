"""Presets, shift and crop box of the volume view."""

from __future__ import annotations

import numpy as np
import pytest
from gui_support import make_study, settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.rendering.volume_presets import PRESETS
from ctprog_gui.state.study import Study
from ctprog_gui.state.volume_look import THINNEST, WHOLE, VolumeLook
from ctprog_gui.views.main_window import MainWindow


def brightness(window: MainWindow) -> np.ndarray:
    """Columns' mean brightness of the volume view's picture."""
    shown = window.viewer.volume.canvas.picture()
    rows = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), shown.bytesPerLine())
    return rows[:, : 3 * shown.width()].reshape(shown.height(), shown.width(), 3).mean(axis=(0, 2))


@pytest.fixture
def block(window: MainWindow) -> MainWindow:
    """A block of 500 HU that fills the middle of the volume."""
    study = make_study((32, 32, 32), spacing=(4.0, 4.0, 4.0))
    voxels = np.full(study.volume.voxels.shape, -1000, np.int16)
    voxels[4:-4, 4:-4, 4:-4] = 500
    window.session.show(Study(study.info, Volume(voxels, study.volume.geometry)))
    settle(window)
    return window


def test_presets_shift_and_box_change_what_is_seen(block: MainWindow):
    controls, viewports = block.viewer.volume.controls, block.session.viewports
    before = brightness(block)
    seen = {"Chest": before}
    for name in PRESETS:
        controls.preset.setCurrentText(name)
        controls.preset.textActivated.emit(name)
        settle(block)
        assert viewports.volume_look.preset == name
        seen[name] = brightness(block)
    # 500 HU lies above all that the lung preset shows, save for the blurred edge.
    assert seen["Lung"].sum() < 0.5 * seen["Bone"].sum()
    assert seen["Skin"].sum() > 0.5 * seen["Bone"].sum()
    # Shifted by 400 HU, bone begins at 540: the block is gone.
    controls.preset.textActivated.emit("Bone")
    controls.shift.setValue(400)
    settle(block)
    assert brightness(block).sum() < 0.1 * seen["Bone"].sum()
    controls.shift.setValue(0)
    # The patient's right half is cut off: it is seen on the left of a view from the front.
    controls.faces[0, 0].setValue(500)
    settle(block)
    assert viewports.volume_look.crop[0] == (0.5, 1.0)
    half, whole = brightness(block), seen["Bone"]
    middle = half.size // 2
    assert half[: middle - middle // 4].sum() < 0.35 * whole[: middle - middle // 4].sum()
    assert half[middle:].sum() > 0.6 * whole[middle:].sum()
    button = controls.crop.menu().findChild(QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert viewports.volume_look.crop == WHOLE


def test_the_faces_of_the_box_never_pass_each_other():
    look = VolumeLook().cropped(2, 0, 0.9).cropped(2, 1, 0.3)
    assert look.crop[2] == (0.9, pytest.approx(0.9 + THINNEST))
    assert look.cropped(2, 0, 5).crop[2][0] < look.crop[2][1]
    assert VolumeLook().shifted(9999).shift_hu == 400
