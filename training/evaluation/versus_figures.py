"""Figures of a comparison: ``figures/*.png`` and ``*.svg``, drawn from what is on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.writing import replacing
from training.evaluation.versus import ComparedRun
from training.fitting.attention import SLICE_WEIGHTS, read_slice_weights
from training.fitting.complexity import SIDE

Floats = NDArray[np.float64]
# Parts that a chest is divided into, from its lowest slice to its highest.
_PARTS = 20


def mean_attention(weights: Sequence[Floats], parts: int = _PARTS) -> Floats:
    """Mean weight of each part of the chest, from the lowest slice up; 1 where it is even.

    A slice's weight is spread over its share of the chest, so that volumes of different numbers of
    slices can be averaged.
    """
    total = np.zeros(parts)
    edges = np.linspace(0.0, 1.0, parts + 1)
    for one in weights:
        sums = np.concatenate([[0.0], np.cumsum(one)])
        total += np.diff(np.interp(edges, np.linspace(0.0, 1.0, len(sums)), sums)) * parts
    found: Floats = total / len(weights)
    return found


def draw_figures(run: Path, runs: Sequence[ComparedRun]) -> list[Path]:
    """The bubble chart, and where the runs that weigh slices look."""
    written = _draw_bubbles(run / "figures" / "complexity", runs)
    looked = {}
    for one in runs:
        path = one.path / SLICE_WEIGHTS
        if path.is_file():
            looked[one.name] = mean_attention(list(read_slice_weights(path).values()))
    if looked:
        written += _draw_attention(run / "figures" / "attention_by_position", looked)
    return written


def _draw_bubbles(stem: Path, runs: Sequence[ComparedRun]) -> list[Path]:
    """C-td against GFLOPs on a logarithmic scale; the area goes with the number of parameters."""
    sized = [(one, one.complexity) for one in runs if one.complexity is not None]
    if not sized:
        return []
    figure, axes = _figure()
    for number, (one, size) in enumerate(sized, start=1):
        colour = f"C{(number - 1) % 10}"
        area = 20 * size.parameters / 1e6 + 10
        axes.scatter(one.mean, size.gflops, s=area, alpha=0.4, color=colour)
        # Behind the number a point, and the name to it beside the frame: names on the discs hide each other.
        axes.annotate(
            str(number), (one.mean, size.gflops), xytext=(3, 3), textcoords="offset points", fontsize=8
        )
        axes.plot(one.mean, size.gflops, ".", ms=3, color=colour, label=f"{number}  {one.name}")
    axes.axvline(0.5, color="grey", linewidth=0.8, linestyle=":")
    figure.legend(loc="outside right upper", fontsize=7, frameon=False, markerscale=3)
    axes.set_yscale("log")
    # At least two decades, so that networks of one size are not torn apart.
    low, high = min(s.gflops for _, s in sized), max(s.gflops for _, s in sized)
    axes.set_ylim(low / 10, high * 10)
    axes.set_xlabel("C-td (eq. 7), mean over folds")
    axes.set_ylabel(f"GFLOPs for {sized[0][1].slices} slices of {SIDE}×{SIDE}")
    axes.set_title("The area of a disc goes with the number of parameters; dotted: chance", fontsize=9)
    return _save(figure, stem)


def _draw_attention(stem: Path, looked: dict[str, Floats]) -> list[Path]:
    figure, axes = _figure()
    for name, curve in looked.items():
        middle = (np.arange(len(curve)) + 0.5) / len(curve)
        axes.plot(middle, curve, label=name)
    axes.axhline(1.0, color="grey", linewidth=0.8)
    axes.set_xlabel("position in the chest: 0 the lowest slice, 1 the highest")
    axes.set_ylabel("mean attention (1: even)")
    figure.legend(loc="outside right upper", fontsize=7, frameon=False)
    return _save(figure, stem)


def _figure() -> tuple[Any, Any]:
    # No pyplot: it would choose a window system.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 4.5), layout="constrained")
    return figure, figure.add_subplot()


def _save(figure: Any, stem: Path) -> list[Path]:
    paths = [stem.with_suffix(".png"), stem.with_suffix(".svg")]
    for path in paths:
        with replacing(path) as partial:
            figure.savefig(partial, format=path.suffix[1:], dpi=150)
    return paths
