"""The range of HU outside which no edit changes a voxel."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session
from ctprog_gui.views.key_tips import with_key

_LOW, _HIGH = -2000.0, 5000.0


class LimitControls(QWidget):
    """Two numbers, shown while the switch is on; the switch itself is placed among the tools."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tools = session.tools
        self.button = QToolButton()
        self.button.setCheckable(True)
        self.button.setText(tr("HU"))
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        told = tr("Change only voxels in a range of HU, with every tool and effect")
        with_key(self.button, told, "roi.limit")
        self.button.toggled.connect(self._on_toggled)
        self.low, self.high = _spin(tr("No voxel below is changed")), _spin(tr("No voxel above is changed"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.low, 1)
        row.addWidget(QLabel(tr("to")))
        row.addWidget(self.high, 1)
        for spin in (self.low, self.high):
            # The pair is taken when it is typed out: half a number may lie on the wrong side.
            spin.setKeyboardTracking(False)
            spin.valueChanged.connect(self._on_value)
        self._tools.changed.connect(self._on_tools_change)
        self._on_tools_change()

    def finalise(self) -> None:
        self._tools.changed.disconnect(self._on_tools_change)

    def _on_tools_change(self) -> None:
        limit = self._tools.limit
        for widget in (self.button, self.low, self.high):
            widget.blockSignals(True)
        self.button.setChecked(limit.on)
        self.low.setValue(limit.hu_range.low_hu)
        self.high.setValue(limit.hu_range.high_hu)
        for widget in (self.button, self.low, self.high):
            widget.blockSignals(False)
        self.setVisible(limit.on)

    def _on_toggled(self, on: bool) -> None:
        self._tools.limit = replace(self._tools.limit, on=on)

    def _on_value(self, _: float) -> None:
        self._tools.limit = replace(self._tools.limit, hu_range=HuRange(self.low.value(), self.high.value()))


def _spin(tip: str) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(_LOW, _HIGH)
    spin.setDecimals(0)
    spin.setSingleStep(10.0)
    spin.setSuffix(" HU")
    spin.setToolTip(tip)
    return spin
