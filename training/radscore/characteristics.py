"""Table 1: who is positive, by what the cohort's table knows of the patients besides."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import PatientRow
from ctprog_gui.core.shared.writing import replacing

Bools = NDArray[np.bool_]
KNOWN = "characteristics.csv"
COLUMNS = ("age", "sex", "smoker", "histology", "t_stage", "n_stage", "m_stage", "stage")
# A column of numbers with more values than this is told by mean and spread, not counted.
_COUNTED = 8


@dataclass(frozen=True)
class Characteristic:
    """One line: of a number the mean ± SD, of a level how many. `p` stands at a column's first line."""

    name: str
    positive: str
    negative: str
    test: str = ""
    p: float | None = None


def write_known(path: Path, rows: Sequence[PatientRow], label: Bools) -> None:
    """Keep what the cohort's table tells of the patients: patient_id, label and those of `COLUMNS` it has."""
    names = [name for name in COLUMNS if any(row.other.get(name, "") for row in rows)]
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", "label", *names])
        for row, positive in zip(rows, label.tolist(), strict=True):
            writer.writerow([row.patient_id, int(positive), *(row.other.get(name, "") for name in names)])


def characteristics(path: Path) -> list[Characteristic]:
    """Positives beside negatives, with a test a column: Mann–Whitney's of numbers, χ² of levels.

    Blanks are left out of the column, and a column that is the same for all has no test.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    label = np.array([row["label"] == "1" for row in rows])
    found = [Characteristic("patients", str(int(label.sum())), str(int((~label).sum())))]
    for name in rows[0] if rows else ():
        if name in ("patient_id", "label"):
            continue
        texts = np.array([row[name] for row in rows])
        known = texts != ""
        numbers = _numbers(texts[known])
        if numbers is not None and len(np.unique(numbers)) > _COUNTED:
            found.append(_of_numbers(name, numbers, label[known]))
        else:
            found += _of_levels(name, texts[known], label[known])
    return found


def write_table1(path: Path, found: Sequence[Characteristic]) -> None:
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["characteristic", "positive", "negative", "test", "p"])
        for one in found:
            writer.writerow([one.name, one.positive, one.negative, one.test, "" if one.p is None else one.p])


def _of_numbers(name: str, numbers: NDArray[np.float64], label: Bools) -> Characteristic:
    from scipy.stats import mannwhitneyu

    parts = [numbers[label], numbers[~label]]
    told = [f"{part.mean():.1f} ± {part.std(ddof=1):.1f}" if part.size > 1 else "" for part in parts]
    p = float(mannwhitneyu(*parts).pvalue) if min(part.size for part in parts) else None
    return Characteristic(name, told[0], told[1], "Mann–Whitney", p)


def _of_levels(name: str, texts: NDArray[np.str_], label: Bools) -> list[Characteristic]:
    from scipy.stats import chi2_contingency

    levels = np.unique(texts)
    counts = np.array([[int((texts[label == kind] == level).sum()) for level in levels] for kind in (1, 0)])
    totals = counts.sum(axis=1)
    p = None
    if len(levels) > 1 and totals.all():
        p = float(chi2_contingency(counts, correction=False).pvalue)
    found = []
    for i, level in enumerate(levels.tolist()):
        positive, negative = (
            f"{counts[k, i]} ({100 * counts[k, i] / max(1, totals[k]):.0f} %)" for k in (0, 1)
        )
        test = ("χ²", p) if i == 0 else ("", None)
        found.append(Characteristic(f"{name}: {level}", positive, negative, *test))
    return found


def _numbers(texts: NDArray[np.str_]) -> NDArray[np.float64] | None:
    try:
        return texts.astype(np.float64)
    except ValueError:
        return None
