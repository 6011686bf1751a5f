"""The clinical table of NSCLC-Radiomics, as The Cancer Imaging Archive publishes it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from ctprog_gui.core.shared.csv_table import read_csv_table
from ctprog_gui.core.shared.errors import InputError

# A year of 365.25 days by twelve.
DAYS_PER_MONTH = 30.4375

# Column of ours → the collection's.
_TAKEN = {
    "age": "age",
    "sex": "gender",
    "t_stage": "clinical.t.stage",
    "n_stage": "clinical.n.stage",
    "m_stage": "clinical.m.stage",
    "overall_stage": "overall.stage",
    "histology": "histology",
}
_PATIENT, _DAYS, _DEAD = "patientid", "survival.time", "deadstatus.event"
# Stages that the TNM system has; the collection writes 5 for Tx, 3 for Mx and once an N of 4.
_STAGES = {"t_stage": "1234", "n_stage": "0123", "m_stage": "01"}
_BLANK = ("", "na", "nan", "n/a")


@dataclass(frozen=True)
class Clinical:
    """One patient's cells of the cohort table: follow-up and clinical columns."""

    cells: dict[str, str]


@dataclass(frozen=True)
class ClinicalTable:
    """Usable rows by patient, and by patient why a row can't be used."""

    rows: dict[str, Clinical] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)


def read_clinical(path: Path) -> ClinicalTable:
    """Read the table; column names are taken in any case.

    Survival in days becomes months of `DAYS_PER_MONTH` days. A stage that is none (Tx, Mx), and
    whatever stands for "not available", becomes blank.

    Raises
    ------
    InputError
        If the file can't be read, lacks a column, or names a patient twice.
    """
    required = (_PATIENT, _DAYS, _DEAD, *_TAKEN.values())
    given = read_csv_table(path, "the clinical table", required, any_case=True)
    table, first = ClinicalTable(), dict[str, int]()
    for line in given.lines:
        number, cells = line.number, given.by_name(line)
        if not given.fits(line):
            raise InputError(f"the clinical table {path}: line {number} has not as many cells as columns")
        patient = cells[_PATIENT]
        if not patient:
            raise InputError(f"the clinical table {path}: line {number} names no patient")
        if patient in first:
            lines_of = f"lines {first[patient]} and {number}"
            raise InputError(f"the clinical table {path}: {lines_of} are both of {patient}")
        first[patient] = number
        try:
            table.rows[patient] = _clinical(cells)
        except ValueError as error:
            table.unusable[patient] = f"line {number}: {error}"
    return table


def _clinical(cells: dict[str, str]) -> Clinical:
    try:
        days = float(cells[_DAYS])
    except ValueError:
        days = math.nan
    if not (math.isfinite(days) and days > 0):
        raise ValueError(f"survival.time {cells[_DAYS]!r} is not a positive number of days")
    if cells[_DEAD] not in ("0", "1"):
        raise ValueError(f"deadstatus.event {cells[_DEAD]!r} is neither 0 nor 1")
    taken = {ours: _value(ours, cells[theirs]) for ours, theirs in _TAKEN.items()}
    return Clinical({"time_months": f"{days / DAYS_PER_MONTH:.4f}", "event": cells[_DEAD]} | taken)


def _value(column: str, text: str) -> str:
    if text.lower() in _BLANK:
        return ""
    if column not in _STAGES:
        return text
    stage = text.removesuffix(".0")
    return stage if len(stage) == 1 and stage in _STAGES[column] else ""
