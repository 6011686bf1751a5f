"""Pictures of a run, drawn from its files alone: ``RUN/figures/*.{png,svg}``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.run_events import Curves, add_to_curves, read_events
from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.survival.calibration import calibration_groups
from ctprog_gui.core.survival.kaplan_meier import KaplanMeier, kaplan_meier
from ctprog_gui.core.survival.logrank import logrank
from ctprog_gui.core.survival.roc_at_time import auc_at, roc_at
from ctprog_gui.core.survival.sample import FollowUp
from training.evaluation import attention_examples
from training.fitting.run_folder import read_predictions

Floats = NDArray[np.float64]

MONTHS = (12, 24)
_GROUPS = {"low": "#0a63ad", "high": "#c4500b"}
# The same picture gives the same bytes: no date, and names of parts that don't change.
_STYLE: dict[str, Any] = {
    "svg.hashsalt": "ctprog",
    "svg.fonttype": "path",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 150,
}


def write_figures(run: Path, cache: Path | None = None) -> list[str]:
    """Draw what the run's files hold; returns the names of the figures.

    Survival by risk group, calibration and ROC at 12 and 24 months, the curves of the fit, and from
    the prepared images in `cache` examples of attention. A figure that the patients are too few for
    is left out.
    """
    _, _, score, follow_up, survival = read_predictions(run / "predictions.csv")
    parts: dict[str, Callable[[Any], bool]] = {
        "kaplan_meier": lambda figure: _kaplan_meier(figure, score, follow_up),
        "calibration": lambda figure: _is_monthly(run) and _calibration(figure, follow_up, survival),
        "roc": lambda figure: _roc(figure, score, follow_up),
        "training": lambda figure: _training(figure, run / "events.jsonl"),
    }
    if cache is not None:
        parts[attention_examples.NAME] = lambda figure: attention_examples.draw_examples(figure, run, cache)
    return [name for name, draw in parts.items() if written_figure(run / "figures", name, draw)]


def _is_monthly(run: Path) -> bool:
    """Whether the predictions' columns are the months 0, 1, 2 …, so that a month is a column's number."""
    with (run / "predictions.csv").open(encoding="utf-8") as file:
        months = [name for name in file.readline().strip().split(",") if name.startswith("s_")]
    return months == [f"s_{number}" for number in range(len(months))]


def written_figure(folder: Path, name: str, draw: Callable[[Any], bool]) -> bool:
    """Draw one figure and write it in both forms; False where there is nothing to draw."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        figure = Figure(figsize=(7.0, 3.6), layout="constrained")
        if not draw(figure):
            return False
        for form in ("png", "svg"):
            metadata = {"Software": None} if form == "png" else {"Date": None}
            with replacing(folder / f"{name}.{form}") as partial:
                figure.savefig(partial, format=form, metadata=metadata)
    return True


def _kaplan_meier(figure: Any, score: Floats, follow_up: FollowUp) -> bool:
    """Both halves of the cohort by the score, with numbers at risk."""
    high = score > np.median(score)
    if not high.any() or high.all():
        return False
    axes, below = figure.subplots(2, 1, height_ratios=(5, 1), sharex=True)
    ticks = np.arange(0, follow_up.time.max() + 1, _step(float(follow_up.time.max())))
    for row, (name, member) in enumerate((("low", ~high), ("high", high))):
        part = follow_up.where(np.flatnonzero(member))
        _draw_curve(
            axes, kaplan_meier(part), _GROUPS[name], f"{name} risk: n = {part.n}, {part.events} deaths"
        )
        for tick, count in zip(ticks, part.at_risk(ticks), strict=True):
            below.text(tick, 1 - row, f"{count:.0f}", ha="center", va="center", color=_GROUPS[name])
    p = logrank(follow_up.where(np.flatnonzero(~high)), follow_up.where(np.flatnonzero(high))).p
    told = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    axes.set(ylim=(0, 1.02), ylabel="Survival")
    axes.set_title(f"Halves of the cohort by the out-of-fold score; log-rank {told}", fontsize=9)
    axes.legend(frameon=False)
    below.set(ylim=(-0.6, 1.6), yticks=[], xlabel="Months", xticks=ticks, ylabel="at risk")
    below.spines["left"].set_visible(False)
    return True


def _draw_curve(axes: Any, curve: KaplanMeier, colour: str, label: str) -> None:
    axes.step(curve.months, curve.probability, where="post", color=colour, label=label)
    axes.fill_between(curve.months, curve.lower, curve.upper, step="post", color=colour, alpha=0.15, lw=0)


def _calibration(figure: Any, follow_up: FollowUp, survival: Floats) -> bool:
    """Fifths of the patients by predicted survival against the Kaplan–Meier estimate of each."""
    months = [m for m in MONTHS if m < survival.shape[1] and follow_up.reaches(m)]
    if not months or follow_up.n < 25:
        return False
    for axes, month in zip(np.atleast_1d(figure.subplots(1, len(months))), months, strict=True):
        groups = [
            g for g in calibration_groups(follow_up, survival[:, month], month) if np.isfinite(g.observed)
        ]
        x, y = np.array([g.predicted for g in groups]), np.array([g.observed for g in groups])
        reach = [y - [g.lower for g in groups], [g.upper for g in groups] - y]
        axes.plot([0, 1], [0, 1], color="#afb8c1", lw=1)
        axes.errorbar(x, y, yerr=np.abs(reach), fmt="o", color="#0b7a70", capsize=3)
        axes.set(
            xlim=(0, 1), ylim=(0, 1), xlabel=f"Predicted S({month})", ylabel="Kaplan–Meier, 95 % interval"
        )
        axes.set_aspect("equal")
    return True


def _roc(figure: Any, score: Floats, follow_up: FollowUp) -> bool:
    """Who dies by a month against who lives on, weighted for censoring."""
    months = [
        m for m in MONTHS if (follow_up.event & (follow_up.time <= m)).any() and (follow_up.time > m).any()
    ]
    if not months:
        return False
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="#afb8c1", lw=1)
    for month, colour in zip(months, ("#0b7a70", "#7a3e9d"), strict=False):
        curve = roc_at(follow_up, score, month)
        label = f"{month} months: AUC {auc_at(follow_up, score, month)[0]:.3f}"
        axes.plot(1 - curve.specificity, curve.sensitivity, color=colour, label=label)
    axes.set(xlabel="1 − specificity", ylabel="Sensitivity", xlim=(0, 1), ylim=(0, 1.01))
    axes.set_aspect("equal")
    axes.legend(frameon=False, loc="lower right")
    return True


def _training(figure: Any, events: Path) -> bool:
    """Loss and validation C-td by epoch, a line a fit."""
    told: Curves = {}
    add_to_curves(told, read_events(events)[0])
    lines = {metric: told[metric] for metric in ("loss", "validation_ctd") if metric in told}
    if not lines:
        return False
    titles = {"loss": "Loss", "validation_ctd": "C-td of the validation patients"}
    for axes, (metric, fits) in zip(
        np.atleast_1d(figure.subplots(1, len(lines))), lines.items(), strict=True
    ):
        for line, values in sorted(fits.items()):
            epochs = sorted(values)
            colour = "#1b1f24" if line.fold < 0 else f"C{line.fold % 10}"
            axes.plot([e + 1 for e in epochs], [values[e] for e in epochs], color=colour, lw=1)
        axes.set(xlabel="Epoch", title=titles[metric])
    return True


def _step(last_month: float) -> int:
    return next((step for step in (3, 6, 12, 24, 36, 60) if last_month / step <= 8), 120)
