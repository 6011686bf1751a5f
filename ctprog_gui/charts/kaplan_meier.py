"""The reference cohort's risk groups, and which of them the patient is in."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ctprog_gui.charts.palette import ChartStyle, screen_style
from ctprog_gui.charts.survival_plot import FONT_PIXELS, SurvivalPlot
from ctprog_gui.core.inference.prediction import GroupCurve, Placement
from ctprog_gui.state.language import spoken, tr

NAMES_AT_PIXELS = 6


class KaplanMeierChart(QWidget):
    """Kaplan–Meier curves of the low- and high-risk group with 95 % bands and numbers at risk.

    The patient's group is drawn strong, the other one thin. Each curve stops where its group's
    follow-up stops.
    """

    def __init__(self, parent: QWidget | None = None, style: ChartStyle | None = None) -> None:
        super().__init__(parent)
        style = style or screen_style()
        self.plot = _GroupsPlot(style=style)
        self.at_risk = _AtRiskTable(self.plot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.at_risk)

    def show_placement(self, placement: Placement | None, group: str | None) -> None:
        curves = placement.group_curve if placement else {}
        self.plot.show_groups(curves, group)
        self.at_risk.show_groups(curves, group)


class _GroupsPlot(SurvivalPlot):
    def __init__(self, style: ChartStyle) -> None:
        super().__init__(style=style)
        self._curves: dict[str, GroupCurve] = {}
        self._shown: tuple[dict[str, GroupCurve], str | None] | None = None

    def show_groups(self, curves: dict[str, GroupCurve], group: str | None) -> None:
        if (curves, group) == self._shown:
            # The cohort stays as it is from one score of a case to the next.
            return
        self._curves, self._shown = curves, (dict(curves), group)
        last = max((c.months[-1] for c in curves.values()), default=24.0)
        self.clear_all(last)
        for name, curve in curves.items():
            strong = name == group
            colour = self.style_.groups[name]
            months, survival = _steps(curve.months, curve.probability)
            low, high = _steps(curve.months, curve.lower)[1], _steps(curve.months, curve.upper)[1]
            self.add_band(months, 100 * low, 100 * high, colour, 60 if strong else 28)
            self.add_line(months, 100 * survival, colour, 3 if strong else 1.5)
            if curve.censored_months:
                at = [100 * _value(curve, month) for month in curve.censored_months]
                self.plot(
                    list(curve.censored_months),
                    at,
                    pen=None,
                    symbol="+",
                    symbolSize=6 * self.style_.scale,
                    symbolPen=colour,
                    symbolBrush=None,
                )

    def values_at(self, month: float) -> str:
        told = []
        for name, curve in self._curves.items():
            if month <= curve.months[-1]:
                at = int(np.searchsorted(curve.months, month, side="right")) - 1
                low, high = 100 * curve.lower[at], 100 * curve.upper[at]
                words = tr("{group} {survival} % ({low} to {high})").format(
                    group=spoken(name),
                    survival=f"{100 * curve.probability[at]:.0f}",
                    low=f"{low:.0f}",
                    high=f"{high:.0f}",
                )
                told.append(f'<span style="color:{self.style_.groups[name]}">{words}</span>')
        return "<br>".join([tr("{months} months").format(months=f"{month:.0f}"), *told]) if told else ""


class _AtRiskTable(QWidget):
    """Numbers at risk, each under its month of the plot above."""

    def __init__(self, plot: SurvivalPlot) -> None:
        super().__init__()
        self._plot = plot
        self._curves: dict[str, GroupCurve] = {}
        self._group: str | None = None
        plot.getPlotItem().vb.sigResized.connect(lambda *_: self.update())
        font = self.font()
        font.setPixelSize(round(FONT_PIXELS * plot.style_.scale))
        self._font = font
        self._row = QFontMetrics(font).height() + 2
        self.setFixedHeight(3 * self._row + 4)

    def show_groups(self, curves: dict[str, GroupCurve], group: str | None) -> None:
        self._curves = curves
        self._group = group
        # Left of the axis is room for the names of the groups, whatever the language.
        bold = QFont(self._font)
        bold.setBold(True)
        metrics = QFontMetrics(bold)
        names = max((metrics.horizontalAdvance(spoken(name)) for name in curves), default=0)
        ticks = metrics.height() + metrics.horizontalAdvance("100") + 12
        self._plot.getAxis("left").setWidth(max(NAMES_AT_PIXELS + names, ticks))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._curves:
            return
        painter = QPainter(self)
        painter.setFont(self._font)
        painter.setPen(QPen(pg.mkColor(self._plot.style_.muted)))
        painter.drawText(NAMES_AT_PIXELS, self._row - 2, tr("Number at risk"))
        box = self._plot.getPlotItem().vb
        for row, (name, curve) in enumerate(self._curves.items(), start=1):
            font = painter.font()
            font.setBold(name == self._group)
            painter.setFont(font)
            painter.setPen(QPen(pg.mkColor(self._plot.style_.groups[name])))
            baseline = (row + 1) * self._row - 2
            painter.drawText(NAMES_AT_PIXELS, baseline, spoken(name))
            painter.setPen(QPen(pg.mkColor(self._plot.style_.text)))
            right = 0
            for month, count in zip(curve.at_risk_months, curve.at_risk, strict=True):
                scene = box.mapViewToScene(pg.Point(month, 0))
                x = self._plot.mapFromScene(scene).x()
                width = painter.fontMetrics().horizontalAdvance(str(count))
                # Only months that have a tick, and only where there is room.
                if month in self._plot.tick_months and x - width / 2 > right:
                    painter.drawText(round(x - width / 2), baseline, str(count))
                    right = x + width / 2 + 4
        painter.end()


def _steps(months: tuple[float, ...], values: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Right-continuous steps as a polyline; NaN-free input expected."""
    x = np.repeat(np.asarray(months, dtype=float), 2)[1:]
    y = np.repeat(np.asarray(values, dtype=float), 2)[:-1]
    return x, y


def _value(curve: GroupCurve, month: float) -> float:
    at = int(np.searchsorted(curve.months, month, side="right")) - 1
    return curve.probability[max(at, 0)]
