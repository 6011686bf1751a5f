"""Preset, shift and crop box of the volume view."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
    QWidgetAction,
)

from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.session import Session
from ctprog_gui.state.volume_look import LARGEST_SHIFT_HU, PRESET_NAMES, WHOLE, VolumeLook

_SHARES = 1000
# A face of the box by the side of the patient that it cuts off: patient axis (L, P, S), and which end.
_FACES = (
    (marked("Right"), 0, 0),
    (marked("Left"), 0, 1),
    (marked("Front"), 1, 0),
    (marked("Back"), 1, 1),
    (marked("Feet"), 2, 0),
    (marked("Head"), 2, 1),
)


class VolumeControls(QWidget):
    """A row for the header of the volume view."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewports = session.viewports
        self.preset = QComboBox()
        self.preset.setObjectName("viewChoice")
        for name in PRESET_NAMES:
            self.preset.addItem(spoken(name), name)
        self.preset.setToolTip(tr("What the volume view shows"))
        self.preset.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # Its longest entry is wider than a narrow view; what is cut off stands in the list.
        self.preset.setMinimumWidth(56)
        self.preset.textActivated.connect(self._on_preset)
        self.shift = QSlider(Qt.Orientation.Horizontal)
        self.shift.setRange(-round(LARGEST_SHIFT_HU), round(LARGEST_SHIFT_HU))
        self.shift.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.shift.setFixedWidth(70)
        self.shift.valueChanged.connect(self._on_shift)
        self.crop = QToolButton()
        self.crop.setObjectName("viewButton")
        self.crop.setText(tr("Crop"))
        self.crop.setToolTip(tr("Cut sides of the patient off the volume view"))
        self.crop.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.crop.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.faces: dict[tuple[int, int], QSlider] = {}
        self.crop.setMenu(self._box_menu())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for part in (self.preset, self.shift, self.crop):
            row.addWidget(part)
        self._viewports.volume_look_changed.connect(self._on_look_change)
        self._on_look_change()

    def finalise(self) -> None:
        self._viewports.volume_look_changed.disconnect(self._on_look_change)

    def _box_menu(self) -> QMenu:
        page = QWidget()
        grid = QGridLayout(page)
        for row, (told, axis, end) in enumerate(_FACES):
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setRange(0, _SHARES)
            slider.setMinimumWidth(160)
            slider.setToolTip(tr("Cut off from this side"))
            slider.valueChanged.connect(lambda value, a=axis, e=end: self._on_face(a, e, value))
            grid.addWidget(QLabel(spoken(told)), row, 0)
            grid.addWidget(slider, row, 1)
            self.faces[axis, end] = slider
        whole = QPushButton(tr("Whole volume"))
        whole.setToolTip(tr("Put back what was cut off"))
        whole.clicked.connect(self._on_whole)
        grid.addWidget(whole, len(_FACES), 0, 1, 2)
        menu = QMenu(self.crop)
        action = QWidgetAction(menu)
        action.setDefaultWidget(page)
        menu.addAction(action)
        return menu

    def _on_preset(self, told: str) -> None:
        name = self.preset.itemData(self.preset.findText(told))
        # Another preset begins unshifted; the box stays.
        self._viewports.volume_look = VolumeLook(name, crop=self._viewports.volume_look.crop)

    def _on_shift(self, shift_hu: int) -> None:
        self._viewports.volume_look = self._viewports.volume_look.shifted(shift_hu)

    def _on_face(self, axis: int, end: int, value: int) -> None:
        share = value / _SHARES
        # Every slider cuts from its own side: at its left end nothing is cut.
        share = share if end == 0 else 1 - share
        self._viewports.volume_look = self._viewports.volume_look.cropped(axis, end, share)

    def _on_whole(self) -> None:
        look = self._viewports.volume_look
        self._viewports.volume_look = VolumeLook(look.preset, look.shift_hu, WHOLE)

    def _on_look_change(self) -> None:
        look = self._viewports.volume_look
        parts: list[QWidget] = [self.preset, self.shift, *self.faces.values()]
        for part in parts:
            part.blockSignals(True)
        self.preset.setCurrentIndex(PRESET_NAMES.index(look.preset))
        self.shift.setValue(round(look.shift_hu))
        self.shift.setToolTip(tr("Shift of the preset: {hu} HU").format(hu=f"{look.shift_hu:+.0f}"))
        for (axis, end), slider in self.faces.items():
            share = look.crop[axis][end]
            slider.setValue(round(_SHARES * (share if end == 0 else 1 - share)))
        for part in parts:
            part.blockSignals(False)
