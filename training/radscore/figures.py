"""Pictures of an endpoint's run: ROC curves, classifiers, and the inputs' correlation and contributions."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.statistics.roc import roc_curve
from training.evaluation.figures import written_figure
from training.radscore.contributions import read_contributions
from training.radscore.fold import MODELS, Model
from training.radscore.predictions import read_endpoint_predictions

_COLOURS: dict[Model, str] = {"radiomics": "#0a63ad", "deep": "#7a7a7a", "deep_radscore": "#c4500b"}
_LABELS: dict[Model, str] = {"radiomics": "RadScores", "deep": "network", "deep_radscore": "both"}


def write_endpoint_figures(run: Path) -> list[str]:
    """Draw what the run's files hold; returns the names of the figures."""
    parts: dict[str, Callable[[Any], bool]] = {
        "roc": lambda figure: _roc(figure, run),
        "classifiers": lambda figure: _classifiers(figure, run),
        "correlation": lambda figure: _correlation(figure, run),
        "contributions": lambda figure: _contributions(figure, run),
        "shap": lambda figure: _summary(figure, run),
    }
    return [name for name, draw in parts.items() if written_figure(run / "figures", name, draw)]


def write_roc(folder: Path) -> list[str]:
    """Draw the curves of the predictions in a folder alone."""
    drawn = written_figure(folder / "figures", "roc", lambda figure: _roc(figure, folder))
    return ["roc"] if drawn else []


def _roc(figure: Any, run: Path) -> bool:
    found = read_endpoint_predictions(run / "predictions.csv")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=0.8)
    for model in MODELS:
        curve = roc_curve(found.probability[model], found.label)
        axes.plot(1 - curve.specificity, curve.sensitivity, color=_COLOURS[model], label=_LABELS[model])
    axes.set(xlabel="1 − specificity", ylabel="sensitivity", aspect="equal")
    axes.legend(frameon=False, loc="lower right")
    return True


def _classifiers(figure: Any, run: Path) -> bool:
    """Mean AUC of each classifier over the inner folds, a point a fold."""
    fitted = [json.loads(path.read_text()) for path in sorted((run / "folds").glob("*/fitted.json"))]
    if not fitted:
        return False
    names = list(fitted[0]["classifiers"][MODELS[0]]["auc"])
    axes = figure.subplots()
    for shift, model in zip((-0.22, 0.0, 0.22), MODELS, strict=True):
        for number, name in enumerate(names):
            values = [one["classifiers"][model]["auc"][name] for one in fitted]
            label = _LABELS[model] if number == 0 else None
            axes.plot([number + shift] * len(values), values, "o", ms=4, color=_COLOURS[model], label=label)
    axes.axhline(0.5, color="#bbbbbb", linewidth=0.8)
    axes.set_xticks(range(len(names)), [name.upper() for name in names])
    axes.set_ylabel("AUC on the training patients' inner folds")
    axes.legend(frameon=False, loc="lower left", ncols=3)
    return True


def _correlation(figure: Any, run: Path) -> bool:
    """Pearson's correlation of the fused model's inputs, mean of its size over the folds."""
    tables = []
    for path in sorted((run / "folds").glob("*/inputs.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        values = np.array([[float(cell) for cell in row[1:]] for row in rows[1:]])
        if len(values) > 2:
            spread = values.std(axis=0)
            z = (values - values.mean(axis=0)) / np.where(spread > 1e-9, spread, np.inf)
            tables.append(np.abs(z.T @ z) / len(z))
            names = rows[0][1:]
    if not tables:
        return False
    # Deep features of one fold are not those of another: signs and places differ, sizes compare.
    mean = np.mean(tables, axis=0)
    axes = figure.subplots()
    picture = axes.imshow(mean, vmin=0, vmax=1, cmap="viridis")
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    figure.colorbar(picture, ax=axes, label="|correlation|, mean over folds")
    return True


def _contributions(figure: Any, run: Path) -> bool:
    """The share of each input in what moved the fused model, a bar an input."""
    found = read_contributions(run)
    if not found:
        return False
    sizes = np.abs(np.concatenate([one.values for one in found])).mean(axis=0)
    if not sizes.any():
        return False
    order = np.argsort(sizes)
    axes = figure.subplots()
    axes.barh(range(len(order)), 100 * sizes[order] / sizes.sum(), color=_COLOURS["deep_radscore"])
    axes.set_yticks(range(len(order)), [found[0].names[i] for i in order], fontsize=8)
    axes.set_xlabel("share of the mean absolute Shapley value, %")
    return True


def _summary(figure: Any, run: Path) -> bool:
    """A dot a patient and input: how it moved the probability, coloured by the input's own value."""
    found = read_contributions(run)
    if not found:
        return False
    values = np.concatenate([one.values for one in found])
    # An input's place within its fold: what another fold calls by the same number is another feature.
    places = np.concatenate([_places(one.inputs) for one in found])
    order = np.argsort(np.abs(values).mean(axis=0))
    rng = np.random.default_rng(0)
    axes = figure.subplots()
    axes.axvline(0, color="#bbbbbb", linewidth=0.8)
    for row, column in enumerate(order):
        height = row + 0.3 * rng.uniform(-1, 1, len(values))
        dots = axes.scatter(
            values[:, column], height, c=places[:, column], cmap="coolwarm", vmin=0, vmax=1, s=7, linewidths=0
        )
    axes.set_yticks(range(len(order)), [found[0].names[i] for i in order], fontsize=8)
    axes.set_xlabel("Shapley value: change of the probability")
    figure.colorbar(dots, ax=axes, label="input within its fold, low to high")
    return True


def _places(inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks by column from 0 to 1."""
    found: NDArray[np.float64] = inputs.argsort(axis=0).argsort(axis=0) / max(1, len(inputs) - 1)
    return found
