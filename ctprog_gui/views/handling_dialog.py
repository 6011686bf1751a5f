"""The question how to take slices that make no regular grid."""

from __future__ import annotations

import html

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QRadioButton, QVBoxLayout, QWidget

from ctprog_gui.core.dicom.series import Handling, SeriesInfo
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import marked, spoken, tr

_TITLES = {
    Handling.SPLIT: marked("Split it into parts that stack"),
    Handling.RESAMPLE: marked("Resample it onto a straight, even grid"),
    Handling.AS_IS: marked("Take it as it is"),
}
_MEANS = {
    Handling.SPLIT: marked("Each part is listed as a series of its own; no value is changed."),
    Handling.RESAMPLE: marked("Places are right; values between the pixels and slices are interpolated."),
    Handling.AS_IS: marked("Values are untouched; distances, volumes and predictions may be wrong."),
}


class HandlingDialog(QDialog):
    """Tells what is odd, and offers the ways; nothing is chosen in advance, and Cancel opens nothing."""

    chosen = Signal(object)  # the Handling

    def __init__(self, info: SeriesInfo, ways: tuple[Handling, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("How shall this series be taken?"))
        self.setMinimumWidth(560)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        named = html.escape(info.description or tr("This series"))
        layout.addWidget(self._text(tr("<b>{name}</b> makes no regular grid:").format(name=named)))
        told = "".join(
            f"<li><b>{phrase(a.code)}</b>: {html.escape(phrase(a.detail))}</li>" for a in info.uneven
        )
        layout.addWidget(self._text(f"<ul style='margin-left: -20px'>{told}</ul>"))
        self.buttons: dict[Handling, QRadioButton] = {}
        for way in ways:
            button = QRadioButton(spoken(_TITLES[way]))
            button.toggled.connect(self._on_toggled)
            self.buttons[way] = button
            layout.addWidget(button)
            means = self._text(spoken(_MEANS[way]))
            means.setObjectName("muted")
            means.setIndent(24)
            layout.addWidget(means)
        buttons = QDialogButtonBox.StandardButton
        self.box = QDialogButtonBox(buttons.Open | buttons.Cancel)
        self._open = self.box.button(buttons.Open)
        self._open.setEnabled(False)
        self.box.accepted.connect(self.accept)
        self.box.rejected.connect(self.reject)
        self.accepted.connect(self._on_accepted)
        self.finished.connect(self.deleteLater)
        layout.addSpacing(6)
        layout.addWidget(self.box)

    def _text(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setWordWrap(True)
        return label

    def _on_toggled(self) -> None:
        self._open.setEnabled(any(button.isChecked() for button in self.buttons.values()))

    def _on_accepted(self) -> None:
        self.chosen.emit(next(way for way, button in self.buttons.items() if button.isChecked()))
