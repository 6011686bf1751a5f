"""What the scissors cut away, and how deep."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from ctprog_gui.core.roi.scissors import Cut
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Tool

_CUTS = {
    Cut.ERASE_INSIDE: marked("Erase inside"),
    Cut.ERASE_OUTSIDE: marked("Erase outside"),
    Cut.FILL_INSIDE: marked("Fill inside"),
}


class ScissorsOptions(QWidget):
    """Shown while the scissors are in the hand."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tools = session.tools
        self.cut = QComboBox()
        for cut, title in _CUTS.items():
            self.cut.addItem(spoken(title), cut)
        self.cut.setToolTip(tr("What becomes of the segment inside and outside the drawn line"))
        self.depth = QComboBox()
        self.depth.addItem(tr("This slice"), False)
        self.depth.addItem(tr("Through the volume"), True)
        self.depth.setToolTip(tr("Through the volume cuts along the view, in all slices alike"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.cut)
        layout.addWidget(self.depth)
        self.cut.activated.connect(self._on_chosen)
        self.depth.activated.connect(self._on_chosen)
        self._tools.changed.connect(self._on_tools_change)
        self._on_tools_change()

    def finalise(self) -> None:
        self._tools.changed.disconnect(self._on_tools_change)

    def _on_tools_change(self) -> None:
        self.setVisible(self._tools.tool is Tool.SCISSORS)
        self.cut.setCurrentIndex(self.cut.findData(self._tools.scissors.cut))
        self.depth.setCurrentIndex(int(self._tools.scissors.through))

    def _on_chosen(self, _: int) -> None:
        chosen = replace(self._tools.scissors, cut=self.cut.currentData(), through=self.depth.currentData())
        self._tools.scissors = chosen
