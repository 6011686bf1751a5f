"""The patient's own survival curve with its band."""

from __future__ import annotations

import numpy as np

from ctprog_gui.charts.survival_plot import SurvivalPlot
from ctprog_gui.core.inference.prediction import SurvivalCurve
from ctprog_gui.state.language import tr


class SurvivalCurveChart(SurvivalPlot):
    """S(t) of one prediction; hovering reads values off."""

    _curve: SurvivalCurve | None = None

    def show_curve(self, curve: SurvivalCurve | None) -> None:
        self._curve = curve
        self.clear_all(max(curve.months) if curve else 24.0)
        if curve is None:
            return
        months, colour = np.asarray(curve.months), self.style_.patient
        if curve.lower is not None and curve.upper is not None:
            self.add_band(months, 100 * np.asarray(curve.lower), 100 * np.asarray(curve.upper), colour, 60)
        self.add_line(months, 100 * np.asarray(curve.probability), colour, 2.5)

    def values_at(self, month: float) -> str:
        curve = self._curve
        if curve is None:
            return ""
        told = tr("{months} months: {survival} %").format(
            months=f"{month:.0f}", survival=f"{100 * curve.at(month):.0f}"
        )
        if curve.lower is not None and curve.upper is not None:
            low = 100 * np.interp(month, curve.months, curve.lower)
            high = 100 * np.interp(month, curve.months, curve.upper)
            span = tr("{low} to {high}").format(low=f"{low:.0f}", high=f"{high:.0f}")
            told += f" ({span})"
        return told
