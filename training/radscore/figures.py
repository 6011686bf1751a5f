"""Pictures of an endpoint's run: ROC curves, classifiers, and the inputs' correlation and contributions."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.statistics.roc import auc, roc_curve
from training.evaluation.figures import written_figure
from training.radscore.contributions import read_contributions
from training.radscore.fold import MODELS, NAMES, Model
from training.radscore.predictions import read_endpoint_predictions
from training.radscore.traced import trace_examples

_COLOURS: dict[Model, str] = {"radiomics": "#0a63ad", "deep": "#7a7a7a", "deep_radscore": "#c4500b"}


def write_endpoint_figures(run: Path) -> list[str]:
    """Draw what the run's files hold; returns the names of the figures."""
    parts: dict[str, Callable[[Any], bool]] = {
        "roc": lambda figure: _roc(figure, run),
        "classifiers": lambda figure: _classifiers(figure, run),
        "correlation": lambda figure: _correlation(figure, run),
        "contributions": lambda figure: _contributions(figure, run),
        "shap": lambda figure: _summary(figure, run),
        "gradcam": lambda figure: _gradcam(figure, run),
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
        told = f"{NAMES[model]} ({auc(found.probability[model], found.label):.3f})"
        axes.plot(1 - curve.specificity, curve.sensitivity, color=_COLOURS[model], label=told)
    axes.set(xlabel="1 − specificity", ylabel="sensitivity", aspect="equal")
    axes.legend(frameon=False, loc="lower right", title="AUC")
    return True


def _classifiers(figure: Any, run: Path) -> bool:
    """AUC of each classifier over the repeated inner folds of all folds: median, quartiles, whiskers, ends.

    Runs of before hold one mean a fold only, which is drawn as a point.
    """
    fitted = [json.loads(path.read_text()) for path in sorted((run / "folds").glob("*/fitted.json"))]
    if not fitted:
        return False
    names = list(fitted[0]["classifiers"][MODELS[0]]["auc"])
    axes = figure.subplots()
    for shift, model in zip((-0.22, 0.0, 0.22), MODELS, strict=True):
        for number, name in enumerate(names):
            told = [one["classifiers"][model] for one in fitted]
            each = [value for one in told for value in one.get("values", {}).get(name, ())]
            colour, label = _COLOURS[model], NAMES[model] if number == 0 else None
            if each:
                axes.boxplot(
                    each,
                    positions=[number + shift],
                    widths=0.17,
                    patch_artist=True,
                    boxprops={"facecolor": colour, "alpha": 0.35, "edgecolor": colour, "label": label},
                    medianprops={"color": colour, "linewidth": 1.6},
                    whiskerprops={"color": colour},
                    capprops={"color": colour},
                    flierprops={"marker": ".", "markersize": 3, "markeredgecolor": colour},
                )
            else:
                values = [one["auc"][name] for one in told]
                axes.plot([number + shift] * len(values), values, "o", ms=4, color=colour, label=label)
    axes.axhline(0.5, color="#bbbbbb", linewidth=0.8)
    axes.set_xticks(range(len(names)), [name.upper() for name in names])
    axes.set_ylabel("AUC on the training patients' inner folds")
    figure.legend(frameon=False, loc="outside upper center", ncols=3)
    return True


def _correlation(figure: Any, run: Path) -> bool:
    """Pearson's correlation of the fused model's inputs, mean of its size over the folds.

    An input that is the same for all has none, not even with itself: the folds where it is are passed
    over, and where it is so in all of them the field is grey.
    """
    tables = []
    for path in sorted((run / "folds").glob("*/inputs.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        values = np.array([[float(cell) for cell in row[1:]] for row in rows[1:]])
        if len(values) > 2:
            spread = values.std(axis=0)
            # NaN, not 0: what doesn't vary can't be said to go its own way.
            z = (values - values.mean(axis=0)) / np.where(spread > 1e-9, spread, np.nan)
            tables.append(np.abs(z.T @ z) / len(z))
            names = rows[0][1:]
    if not tables:
        return False
    # Deep features of one fold are not those of another: signs and places differ, sizes compare.
    known = np.isfinite(tables)
    mean = np.where(known.any(axis=0), np.nansum(tables, axis=0) / np.maximum(known.sum(axis=0), 1), np.nan)
    axes = figure.subplots()
    axes.set_facecolor("#d0d0d0")
    picture = axes.imshow(np.ma.masked_invalid(mean), vmin=0, vmax=1, cmap="viridis")
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    figure.colorbar(picture, ax=axes, label="|correlation|, grey: the same for all")
    return True


def _gradcam(figure: Any, run: Path) -> bool:
    """Patches with what spoke for the endpoint on them: patients with it above, those without below.

    Each map has a scale of its own; it ends where the network's pooling does.
    """
    rows = trace_examples(run)
    if not rows:
        return False
    axes = figure.subplots(len(rows), max(map(len, rows)), squeeze=False)
    for line, patients in zip(axes, rows, strict=True):
        for place in line:
            place.set_axis_off()
        for place, one in zip(line, patients, strict=False):
            place.imshow(one.hu, vmin=-1000, vmax=400, cmap="gray")
            (down, across), (height, width) = one.cell, one.map.shape
            strength = one.map / max(float(one.map.max()), 1e-12)
            edges = (-0.5, width * across - 0.5, height * down - 0.5, -0.5)
            place.imshow(strength, alpha=0.6 * strength, cmap="inferno", vmin=0, vmax=1, extent=edges)
            place.set(xlim=(-0.5, one.hu.shape[1] - 0.5), ylim=(one.hu.shape[0] - 0.5, -0.5))
            kind = "with" if one.label else "without"
            place.set_title(f"{kind}, Deep-CT {one.probability:.2f}", fontsize=8)
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
