"""The agreement of readers as two tables and a page of figures."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ctprog_gui.core.roi.readings import Comparison, Overall, together
from ctprog_gui.core.shared.writing import replacing

NOTE = "Research use only. Above: lines are medians. Below: bias and limits of agreement of the volumes."


def write_report(folder: Path, compared: Sequence[Comparison], over: Sequence[Overall]) -> list[Path]:
    """Write ``cases.csv``, ``overall.csv`` and ``agreement.png`` into a folder; returns their paths.

    Raises
    ------
    InputError
        If the folder can't be written.
    """
    cases, table, page = folder / "cases.csv", folder / "overall.csv", folder / "agreement.png"
    write_rows(cases, [_case_row(one) for one in compared])
    write_rows(table, [overall_row(one) for one in over] + _row_of_all(compared, over))
    _draw(page, compared, over)
    return [cases, table, page]


def overall_row(one: Overall) -> dict[str, Any]:
    """One pair's figures by name; blank where there is none."""
    row: dict[str, Any] = {"first": one.first, "second": one.second, "cases": one.cases}
    for name in ("dice", "hd95_mm", "surface_dice_1mm"):
        values = getattr(one, name)
        for part, value in zip(("median", "q1", "q3"), values or ("", "", ""), strict=True):
            row[f"{name}_{part}"] = _short(value)
    row["without_distance"] = one.without_distance
    icc = one.icc
    for name in ("value", "lower", "upper"):
        row[f"volume_icc_a1_{name}"] = _short(float(getattr(icc, name))) if icc is not None else ""
    limits = one.limits
    row["volume_bias_mm3"] = _short(limits.bias) if limits is not None else ""
    row["volume_lower_limit_mm3"] = _short(limits.lower) if limits is not None else ""
    row["volume_upper_limit_mm3"] = _short(limits.upper) if limits is not None else ""
    return row


def _row_of_all(compared: Sequence[Comparison], over: Sequence[Overall]) -> list[dict[str, Any]]:
    """A last line for all readers at once, where there are more than two; what is of pairs stays blank."""
    found = together(compared)
    if found is None:
        return []
    row = dict.fromkeys(overall_row(over[0]), "")
    row |= {"first": "all readers", "second": "", "cases": str(found.cases)}
    for name in ("value", "lower", "upper"):
        row[f"volume_icc_a1_{name}"] = _short(float(getattr(found.icc, name)))
    return [dict(row)]


def _case_row(one: Comparison) -> dict[str, Any]:
    figures = {name: "" if value is None else _short(value) for name, value in one.figures.to_json().items()}
    return {"case": one.case, "first": one.first, "second": one.second, **figures}


def _short(value: float | str) -> str:
    if isinstance(value, str) or not np.isfinite(value):
        return value if isinstance(value, str) else ""
    return f"{value:.6g}"


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows with the same keys as CSV, the keys as its first line.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _draw(path: Path, compared: Sequence[Comparison], over: Sequence[Overall]) -> None:
    """Dice, HD95 and surface Dice of each case by pair, and Bland and Altman's plot of each pair."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = 1 + -(-len(over) // 3)
    figure = Figure(figsize=(12, 4.2 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(rows, 3)
    names = [f"{one.first}\n{'again' if one.first == one.second else one.second}" for one in over]
    for column, (name, title) in enumerate(
        (("dice", "Dice"), ("hd95_mm", "HD95, mm"), ("surface_dice_1mm", "Surface Dice at 1 mm"))
    ):
        axes = figure.add_subplot(grid[0, column])
        for at, one in enumerate(over):
            found = [getattr(c.figures, name) for c in compared if c.pair == (one.first, one.second)]
            values = np.array([value for value in found if value is not None])
            # Side by side by their own order: no two draws of the page differ.
            spread = np.linspace(-0.15, 0.15, len(values)) if len(values) > 1 else np.zeros(len(values))
            axes.plot(at + spread, values, "o", color="#0072b2", alpha=0.5, markersize=4)
            if len(values):
                axes.hlines(np.median(values), at - 0.25, at + 0.25, color="#d55e00", linewidth=2)
        axes.set_xticks(range(len(over)), names)
        axes.set_xlim(-0.5, len(over) - 0.5)
        axes.set_ylabel(title)
        if name != "hd95_mm":
            axes.set_ylim(-0.02, 1.02)
    for at, one in enumerate(over):
        axes = figure.add_subplot(grid[1 + at // 3, at % 3])
        figures = [c.figures for c in compared if c.pair == (one.first, one.second)]
        volumes = np.array([(f.volume_a_mm3, f.volume_b_mm3) for f in figures]) / 1000
        axes.plot(volumes.mean(axis=1), volumes[:, 0] - volumes[:, 1], "o", color="#0072b2", alpha=0.7)
        told = f"{one.first} − {'again' if one.first == one.second else one.second}"
        if one.limits is not None:
            for level, style in ((one.limits.bias, "-"), (one.limits.lower, "--"), (one.limits.upper, "--")):
                axes.axhline(level / 1000, color="#d55e00", linestyle=style, linewidth=1)
        if one.icc is not None:
            icc = one.icc
            told += f"\nICC(A,1) {float(icc.value):.3f} ({float(icc.lower):.3f} to {float(icc.upper):.3f})"
        axes.set_title(told, fontsize=10)
        axes.set_xlabel("Mean volume, cm³")
        axes.set_ylabel("Difference, cm³")
    figure.suptitle(NOTE, fontsize=9)
    with replacing(path) as partial:
        figure.savefig(partial, dpi=110, format="png")
