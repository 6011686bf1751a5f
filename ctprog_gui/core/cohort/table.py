"""A cohort as a CSV table: one patient a row, images by path, follow-up in months."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.survival.sample import FollowUp

REQUIRED = ("patient_id", "image", "time_months", "event")
SPLITS = ("train", "internal", "external")
ENDPOINTS = ("lvi", "pi", "t4", "egfr", "kras", "alk", "tp53", "pik3ca", "ros1", "pdl1", "early_stage")
_MOST_TOLD = 20


@dataclass(frozen=True)
class PatientRow:
    """One patient. `other` holds the columns this table has besides, as text."""

    patient_id: str
    image: Path
    time_months: float
    event: bool
    roi: Path | None = None
    fold: int | None = None
    split: str | None = None
    other: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cohort:
    """A checked table; paths are absolute."""

    path: Path
    rows: tuple[PatientRow, ...]

    @property
    def follow_up(self) -> FollowUp:
        times = np.array([row.time_months for row in self.rows])
        return FollowUp(times, np.array([row.event for row in self.rows]))


def read_cohort(path: Path) -> Cohort:
    """Read and check a cohort table.

    Raises
    ------
    InputError
        If the file can't be read or lacks a required column; and, naming line and column of each
        bad cell at once, if a cell is not what its column holds. Nothing is dropped.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="")
            columns = list(reader.fieldnames or [])
            lines = [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise InputError(f"cannot read the cohort table {path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"the cohort table {path} is not CSV in UTF-8: {error}") from error
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise InputError(f"the cohort table {path} lacks the column {', '.join(missing)}")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise InputError(f"the cohort table {path} has two columns {twice[0]}")
    if not lines:
        raise InputError(f"the cohort table {path} has no patients")
    wrong: list[str] = []
    rows = [_row(path.resolve().parent, number, line, wrong) for number, line in lines]
    seen: dict[str, int] = {}
    for (number, _), row in zip(lines, rows, strict=True):
        if row.patient_id and row.patient_id in seen:
            wrong.append(f"line {number}, patient_id: the same as in line {seen[row.patient_id]}")
        seen.setdefault(row.patient_id, number)
    if wrong:
        more = f"; and {len(wrong) - _MOST_TOLD} more" if len(wrong) > _MOST_TOLD else ""
        raise InputError(f"the cohort table {path}: {'; '.join(wrong[:_MOST_TOLD])}{more}")
    return Cohort(path, tuple(rows))


def _row(folder: Path, number: int, line: dict[str, str | None], wrong: list[str]) -> PatientRow:
    def complain(column: str, what: str) -> None:
        wrong.append(f"line {number}, {column}: {what}")

    cells = {name: (value or "").strip() for name, value in line.items() if name and isinstance(value, str)}
    if "" in line or len(cells) < sum(1 for name in line if name):
        complain("end of the line", "not as many cells as columns")
    patient_id = cells.get("patient_id", "")
    if not patient_id:
        complain("patient_id", "empty")
    try:
        months = float(cells.get("time_months", ""))
    except ValueError:
        months = float("nan")
    if not (np.isfinite(months) and months > 0):
        complain("time_months", f"{cells.get('time_months', '')!r} is not a positive number")
        months = 1.0
    event = {"0": False, "1": True}.get(cells.get("event", ""))
    if event is None:
        complain("event", f"{cells.get('event', '')!r} is neither 0 nor 1")
    image = cells.get("image", "")
    if not image:
        complain("image", "empty")
    elif not (folder / image).exists():
        complain("image", f"{image} isn't there")
    roi = cells.get("roi", "")
    if roi and not (folder / roi).exists():
        complain("roi", f"{roi} isn't there")
    fold = cells.get("fold", "")
    if fold and not fold.isdecimal():
        complain("fold", f"{fold!r} is not a whole number")
    split = cells.get("split", "")
    if split and split not in SPLITS:
        complain("split", f"{split!r} is none of {', '.join(SPLITS)}")
    for endpoint in ENDPOINTS:
        if cells.get(endpoint, "") not in ("", "0", "1"):
            complain(endpoint, f"{cells[endpoint]!r} is not 0, 1 or blank")
    known = {*REQUIRED, "roi", "fold", "split"}
    return PatientRow(
        patient_id=patient_id,
        image=folder / image,
        time_months=months,
        event=bool(event),
        roi=folder / roi if roi else None,
        fold=int(fold) if fold.isdecimal() else None,
        split=split or None,
        other={name: value for name, value in cells.items() if name not in known},
    )
