"""Curves of a training run as it goes: a metric by epoch, a line a fold."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt

from ctprog_gui.charts.palette import FOLDS, GRID, MUTED, SURFACE
from ctprog_gui.core.shared.run_events import Line
from ctprog_gui.state.language import tr


class TrainingCurves(pg.PlotWidget):
    """One metric. Heads of a fold share its colour; a line without a fold is white.

    A dashed line stands where `chance` is, and the scale then always holds it.
    """

    def __init__(self, title: str, chance: float | None = None) -> None:
        super().__init__(background=SURFACE)
        self.setTitle(title, color=MUTED, size="10pt")
        self.setLabel("bottom", tr("Epoch"))
        self.showGrid(x=False, y=True, alpha=0.15)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setMenuEnabled(False)
        for side in ("left", "bottom"):
            self.getAxis(side).setPen(GRID)
            self.getAxis(side).setTextPen(MUTED)
        legend = self.addLegend(offset=(-8, 8), labelTextColor=MUTED, labelTextSize="8pt", verSpacing=-6)
        legend.setColumnCount(2)
        if chance is not None:
            pen = pg.mkPen(MUTED, style=Qt.PenStyle.DashLine)
            self.addItem(pg.InfiniteLine(chance, angle=0, pen=pen), ignoreBounds=False)
        self._lines: dict[Line, pg.PlotDataItem] = {}

    def show_lines(self, lines: dict[Line, dict[int, float]]) -> None:
        """Draw the lines as they are by now; those that are gone go."""
        for line in self._lines.keys() - lines.keys():
            self.removeItem(self._lines.pop(line))
        for line, values in sorted(lines.items()):
            if line not in self._lines:
                colour = "#f0f3f6" if line.fold < 0 else FOLDS[line.fold % len(FOLDS)]
                named = any(other.title == line.title for other in self._lines)
                name = None if named else line.title
                self._lines[line] = self.plot([], [], pen=pg.mkPen(colour, width=1.5), name=name)
            epochs = sorted(values)
            self._lines[line].setData([epoch + 1 for epoch in epochs], [values[epoch] for epoch in epochs])

    @property
    def points(self) -> int:
        """How many are drawn."""
        return sum(len(item.getData()[0]) for item in self._lines.values() if item.getData()[0] is not None)
