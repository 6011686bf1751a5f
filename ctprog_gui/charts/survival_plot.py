"""The frame that survival charts share: months across, survival upwards, values under the pointer."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from ctprog_gui.charts.palette import ChartStyle, screen_style
from ctprog_gui.state.language import tr

TICK_MONTHS = (1, 2, 3, 6, 12, 24, 36, 60)
HEIGHT, FONT_PIXELS = 200, 12


class SurvivalPlot(pg.PlotWidget):
    """Survival in % against months. Fixed axes: nothing is dragged away by accident."""

    def __init__(self, parent: QWidget | None = None, style: ChartStyle | None = None) -> None:
        style = style or screen_style()
        super().__init__(parent, background=style.surface)
        self.style_ = style
        self.last_month = 0.0
        self.tick_months: list[int] = []
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setFixedHeight(round(HEIGHT * style.scale))
        font = QFont()
        font.setPixelSize(round(FONT_PIXELS * style.scale))
        for side, label in (("bottom", tr("Months")), ("left", tr("Survival, %"))):
            axis = self.getAxis(side)
            axis.setPen(style.grid)
            axis.setTextPen(style.text)
            axis.setTickFont(font)
            axis.setLabel(label, color=style.muted, **{"font-size": f"{font.pixelSize()}px"})
        self.showGrid(x=False, y=True, alpha=0.15)
        self._cursor = pg.InfiniteLine(angle=90, pen=pg.mkPen(style.muted, style=Qt.PenStyle.DotLine))
        self._told = pg.LabelItem("", color=style.text, justify="right", size="9pt")
        self._told.setParentItem(self.getPlotItem().vb)
        self._told.anchor(itemPos=(1, 0), parentPos=(1, 0), offset=(-6, 2))
        self.scene().sigMouseMoved.connect(self._on_pointer)

    def clear_all(self, last_month: float) -> None:
        """Empty the plot and scale it to 0..last_month, with ticks that read well."""
        self.clear()
        self.addItem(self._cursor, ignoreBounds=True)
        self._cursor.hide()
        self._told.setText("")
        self.last_month = last_month
        step = next((t for t in TICK_MONTHS if last_month / t <= 8), 120)
        self.tick_months = [step * n for n in range(int(last_month / step) + 1)]
        self.getAxis("bottom").setTicks([[(m, str(m)) for m in self.tick_months]])
        self.getAxis("left").setTicks([[(p, str(p)) for p in (0, 25, 50, 75, 100)]])
        self.setXRange(0, last_month, padding=0.04)
        self.setYRange(0, 100, padding=0.07)

    def add_line(self, months: np.ndarray, percent: np.ndarray, colour: str, width: float) -> None:
        self.plot(months, percent, pen=pg.mkPen(colour, width=width * self.style_.scale))

    def add_band(
        self, months: np.ndarray, lower: np.ndarray, upper: np.ndarray, colour: str, alpha: int
    ) -> None:
        """Shade between two curves in %, with an alpha of 0..255."""
        shade = pg.mkColor(colour)
        shade.setAlpha(alpha)
        edges = [pg.PlotCurveItem(months, side, pen=None) for side in (lower, upper)]
        band = pg.FillBetweenItem(*edges, brush=shade)
        band.setZValue(-10)
        self.addItem(band)

    def values_at(self, month: float) -> str:
        """What is said of a month under the pointer, as rich text; "" for nothing."""
        return ""

    def _on_pointer(self, position: QPointF) -> None:
        box = self.getPlotItem().vb
        month = box.mapSceneToView(position).x() if box.sceneBoundingRect().contains(position) else -1.0
        told = self.values_at(month) if 0 <= month <= self.last_month else ""
        self._cursor.setVisible(bool(told))
        if told:
            self._cursor.setPos(month)
        self._told.setText(told)

    def leaveEvent(self, event: object) -> None:
        self._cursor.hide()
        self._told.setText("")
        super().leaveEvent(event)
