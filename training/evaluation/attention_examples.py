"""Example attention: the slices that a run looked at most, of a patient of low and one of high risk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.evaluation.run_images import find_image, read_cases
from training.fitting.attention import SLICE_WEIGHTS, read_slice_weights, tumour_slices
from training.fitting.run_folder import read_predictions
from training.preparation.images import PreparedImage

Floats = NDArray[np.float64]
NAME = "attention_examples"
# Slices shown of a patient.
_SHOWN = 4
_COLOUR, _TUMOUR = "#0b7a70", "#c4500b"


def why_none(run: Path, cache: Path) -> str | None:
    """Why there is nothing to draw, in a sentence for the report; None where there is.

    Weights that are the same for all slices are nobody's attention.
    """
    if not (run / SLICE_WEIGHTS).is_file():
        return "This run gives no slice a weight, so there is no example of attention."
    weights = read_slice_weights(run / SLICE_WEIGHTS)
    if all(np.ptp(one) < 1e-3 / len(one) for one in weights.values()):
        return "The run gives all slices of a patient the same weight, so there is no example of attention."
    cases = read_cases(run)
    if not cases:
        return "The run does not tell which prepared images it saw, so there is no example of attention."
    if any(find_image(cases[patient], cache) is None for patient, _ in _chosen(run)):
        return (
            "No example of attention: the prepared images are not in the cache any more. "
            "`evaluate RUN --prepared DIR` takes them from where `prepare` put them."
        )
    return None


def draw_examples(figure: Any, run: Path, cache: Path) -> bool:
    """A row a patient: the weights from the lowest slice up, and the slices of most weight in that order.

    The patients are those of the run's lowest and highest out-of-fold score; they are not named.
    Slices that hold tumour are marked, and its outline is drawn where there is a ROI.
    """
    if why_none(run, cache) is not None:
        return False
    weights, cases = read_slice_weights(run / SLICE_WEIGHTS), read_cases(run)
    rows = figure.subplots(2, 1 + _SHOWN, width_ratios=[1.6] + [1.0] * _SHOWN)
    for axes, (patient, title) in zip(rows, _chosen(run), strict=True):
        image = find_image(cases[patient], cache)
        assert image is not None
        _row(axes, image, weights[patient], title)
    return True


def _chosen(run: Path) -> list[tuple[str, str]]:
    """The patients of the lowest and highest score, and what is said of each."""
    patients, _, score, follow_up, survival = read_predictions(run / "predictions.csv")
    months = survival.shape[1] - 1
    found = []
    for name, i in (("Lowest", int(np.argmin(score))), ("Highest", int(np.argmax(score)))):
        ended = "died" if follow_up.event[i] else "last seen alive"
        text = (
            f"{name} risk: {score[i]:.1f} of {months} months lost\n{ended} at {follow_up.time[i]:.0f} months"
        )
        found.append((patients[i], text))
    return found


def _row(axes: Any, image: PreparedImage, weights: Floats, title: str) -> None:
    share = weights * len(weights)
    there = tumour_slices(image)
    colours = [_TUMOUR if there is not None and there[k] else _COLOUR for k in range(len(share))]
    axes[0].barh(np.arange(len(share)), share, color=colours, height=0.9)
    axes[0].axvline(1.0, color="grey", lw=0.8)
    marked = "" if there is None else "; orange: tumour"
    axes[0].set(ylabel="slice, from the feet up", xlabel=f"attention (1: even{marked})")
    axes[0].yaxis.get_major_locator().set_params(integer=True)
    axes[0].set_title(title, fontsize=8, loc="left")
    most = np.sort(np.argsort(-weights)[:_SHOWN])
    for one in axes[1:]:
        one.axis("off")
    ratio = image.spacing_mm[1] / image.spacing_mm[0]
    for one, k in zip(axes[1:], most, strict=False):
        one.imshow(image.pixels[k].astype(np.float32), cmap="gray", vmin=0, vmax=1, aspect=ratio)
        if image.tumour is not None and there is not None and there[k]:
            inside = image.tumour[k].astype(np.float32)
            # A pixel of a thick slice may hold less than half of it everywhere.
            one.contour(inside, levels=[inside.max() / 2], colors=_TUMOUR, linewidths=1.0)
        one.set_title(f"slice {k}: {100 * weights[k]:.0f} %", fontsize=8)
