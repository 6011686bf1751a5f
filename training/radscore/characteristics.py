"""Table 1: who is positive, by what the cohort's table knows of the patients besides.

Where the table has its own split, each part is told apart, and whether it has another prevalence.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
_SPLIT, _NO_SPLIT = "split", "none"


@dataclass(frozen=True)
class Characteristic:
    """One line: of a number the mean ± SD, of a level how many. `p` stands at a column's first line.

    `part` is the split's, or "" where all patients are one.
    """

    name: str
    positive: str
    negative: str
    test: str = ""
    p: float | None = None
    part: str = ""


def write_known(path: Path, rows: Sequence[PatientRow], label: Bools, *, by_split: bool = False) -> None:
    """Keep what the cohort's table tells of the patients: patient_id, label and those of `COLUMNS` it has.

    With `by_split` a column ``split`` tells the part of each.
    """
    names = [name for name in COLUMNS if any(row.other.get(name, "") for row in rows)]
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", "label", *((_SPLIT,) if by_split else ()), *names])
        for row, positive in zip(rows, label.tolist(), strict=True):
            part = (row.split or _NO_SPLIT,) if by_split else ()
            cells = (row.other.get(name, "") for name in names)
            writer.writerow([row.patient_id, int(positive), *part, *cells])


def splits_of(path: Path) -> dict[str, str]:
    """The part of the split by patient; empty where none was kept."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["patient_id"]: row[_SPLIT] for row in csv.DictReader(file) if _SPLIT in row}


def characteristics(path: Path) -> list[Characteristic]:
    """Positives beside negatives, with a test a column: Mann–Whitney's of numbers, χ² of levels.

    Blanks are left out of the column, and a column that is the same for all has no test. Parts of a
    split follow each other, and of each but the first, which is fitted to, the line "patients" has the
    test of its prevalence against the first's: Fisher's.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row.get(_SPLIT, "") for row in rows}
    parts = sorted(names, key=lambda name: (name != "train", name))
    found: list[Characteristic] = []
    first: list[int] | None = None
    for part in parts:
        own = _of_part([row for row in rows if row.get(_SPLIT, "") == part])
        counts = [int(own[0].positive), int(own[0].negative)]
        if first is None:
            first = counts
        else:
            own[0] = replace(own[0], test=f"Fisher, prevalence against {parts[0]}", p=_fisher(first, counts))
        found += [replace(one, part=part) for one in own]
    return found


def _fisher(one: list[int], other: list[int]) -> float:
    from scipy.stats import fisher_exact

    return float(fisher_exact([one, other]).pvalue)


def _of_part(rows: list[dict[str, str]]) -> list[Characteristic]:
    label = np.array([row["label"] == "1" for row in rows])
    found = [Characteristic("patients", str(int(label.sum())), str(int((~label).sum())))]
    for name in rows[0] if rows else ():
        if name in ("patient_id", "label", _SPLIT):
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
        parts = any(one.part for one in found)
        writer.writerow(
            [*(("part",) if parts else ()), "characteristic", "positive", "negative", "test", "p"]
        )
        for one in found:
            cells = [one.name, one.positive, one.negative, one.test, "" if one.p is None else one.p]
            writer.writerow([*((one.part,) if parts else ()), *cells])


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
