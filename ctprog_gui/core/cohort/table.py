"""A cohort as a CSV table: one patient a row, images by path, follow-up in months."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ctprog_gui.core.shared.csv_table import CsvLine, CsvTable, read_csv_table
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.survival.sample import FollowUp

REQUIRED = ("patient_id", "image")
OUTCOME = ("time_months", "event")
SPLITS = ("train", "internal", "external")
ENDPOINTS = ("lvi", "pi", "t4", "egfr", "kras", "alk", "tp53", "pik3ca", "ros1", "pdl1", "early_stage")
_PHASE = re.compile(r"image_([a-z][a-z0-9]*)")
_MOST_TOLD = 20


@dataclass(frozen=True)
class PhaseFiles:
    """The image of one contrast phase, and the ROI drawn on it."""

    image: Path
    roi: Path | None = None
    roi_name: str | None = None


@dataclass(frozen=True)
class PatientRow:
    """One patient, of line `line` of the table.

    `roi_name` is the region that is meant in a ROI file that holds several. `phases` are the columns
    ``image_<phase>`` with theirs. `other` holds the columns this table has besides, as text. In a table
    that was read without outcomes, `time_months` is NaN and `event` False where they are not known.
    """

    patient_id: str
    image: Path
    time_months: float
    event: bool
    roi: Path | None = None
    fold: int | None = None
    split: str | None = None
    other: dict[str, str] = field(default_factory=dict)
    roi_name: str | None = None
    phases: dict[str, PhaseFiles] = field(default_factory=dict)
    line: int = 0

    def endpoint(self, name: str) -> bool | None:
        """What is known of an endpoint; None where the table leaves it blank or has no such column.

        Raises
        ------
        KeyError
            If there is no endpoint of that name at all.
        """
        if name not in ENDPOINTS:
            raise KeyError(name)
        return {"0": False, "1": True}.get(self.other.get(name, ""))


@dataclass(frozen=True)
class Cohort:
    """A checked table; paths are absolute."""

    path: Path
    rows: tuple[PatientRow, ...]

    @property
    def follow_up(self) -> FollowUp:
        """Raises `InputError` where the outcome of a patient is not known."""
        for row in self.rows:
            if np.isnan(row.time_months):
                raise InputError(f"{self.path}: line {row.line}: survival needs time_months and event")
        times = np.array([row.time_months for row in self.rows])
        return FollowUp(times, np.array([row.event for row in self.rows]))


def read_cohort(path: Path, *, outcome: bool = True) -> Cohort:
    """Read and check a cohort table.

    Parameters
    ----------
    outcome
        Whether `time_months` and `event` are required. Without, the table may lack the columns or leave
        both cells of a line blank; what stands there is checked all the same.

    Raises
    ------
    InputError
        If the file can't be read or lacks a required column; and, naming line and column of each
        bad cell at once, if a cell is not what its column holds. Nothing is dropped.
    """
    table = read_csv_table(path, "the cohort table", (*REQUIRED, *(OUTCOME if outcome else ())))
    wrong: list[str] = []
    rows = [_row(path.resolve().parent, table, line, wrong, outcome=outcome) for line in table.lines]
    first: dict[str, PatientRow] = {}
    for row in rows:
        same = first.setdefault(row.patient_id, row)
        if row.patient_id and same is not row:
            folds = "" if same.fold == row.fold else f" (folds {_shown(same.fold)} and {_shown(row.fold)})"
            wrong.append(f"line {row.line}, patient_id: the same as in line {same.line}{folds}")
    if wrong:
        more = f"; and {len(wrong) - _MOST_TOLD} more" if len(wrong) > _MOST_TOLD else ""
        raise InputError(f"the cohort table {path}: {'; '.join(wrong[:_MOST_TOLD])}{more}")
    return Cohort(path, tuple(rows))


def _shown(fold: int | None) -> str:
    return "blank" if fold is None else str(fold)


def _row(folder: Path, table: CsvTable, line: CsvLine, wrong: list[str], *, outcome: bool) -> PatientRow:
    """One line as a row; what is wrong with it is added to `wrong`, and a stand-in taken for it."""

    def complain(column: str, what: str) -> None:
        wrong.append(f"line {line.number}, {column}: {what}")

    def path_of(column: str) -> Path | None:
        cell = cells.get(column, "")
        if cell and (reason := _unreadable(folder / cell)):
            complain(column, f"{cell} {reason}")
        return folder / cell if cell else None

    cells = {name: cell for name, cell in table.by_name(line).items() if name}
    if not table.fits(line):
        complain("end of the line", "not as many cells as columns")
    patient_id = cells.get("patient_id", "")
    if not patient_id:
        complain("patient_id", "empty")
    months, event = float("nan"), False
    if outcome or any(cells.get(name) for name in OUTCOME):
        months, event = _outcome(cells, complain)
    image = path_of("image")
    if image is None:
        complain("image", "empty")
    fold = cells.get("fold", "")
    if fold and not fold.isdecimal():
        complain("fold", f"{fold!r} is not a whole number")
    split = cells.get("split", "")
    if split and split not in SPLITS:
        complain("split", f"{split!r} is none of {', '.join(SPLITS)}")
    for endpoint in ENDPOINTS:
        if cells.get(endpoint, "") not in ("", "0", "1"):
            complain(endpoint, f"{cells[endpoint]!r} is not 0, 1 or blank")
    phases, of_phases = {}, set()
    for phase in _phases(cells):
        its_image, its_roi = path_of(f"image_{phase}"), path_of(f"roi_{phase}")
        of_phases |= {f"{kind}_{phase}" for kind in ("image", "roi", "roi_name")}
        if its_image is not None:
            phases[phase] = PhaseFiles(its_image, its_roi, cells.get(f"roi_name_{phase}") or None)
        elif its_roi is not None:
            complain(f"roi_{phase}", f"a ROI, but image_{phase} is empty")
    known = {*REQUIRED, *OUTCOME, "roi", "roi_name", "fold", "split", *of_phases}
    return PatientRow(
        patient_id=patient_id,
        image=image or folder,
        time_months=months,
        event=event,
        roi=path_of("roi"),
        fold=int(fold) if fold.isdecimal() else None,
        split=split or None,
        other={name: value for name, value in cells.items() if name not in known},
        roi_name=cells.get("roi_name") or None,
        phases=phases,
        line=line.number,
    )


def _outcome(cells: Mapping[str, str], complain: Callable[[str, str], None]) -> tuple[float, bool]:
    """Months and whether the patient died; complains of what is neither, and takes a stand-in."""
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
    return months, bool(event)


def path_columns(names: Iterable[str]) -> tuple[str, ...]:
    """The columns of a table with these names that hold paths: of images and ROIs, and of their phases."""
    there = tuple(names)
    known = {"image", "roi", *(f"{kind}_{phase}" for phase in _phases(there) for kind in ("image", "roi"))}
    return tuple(name for name in there if name in known)


def _phases(names: Iterable[str]) -> list[str]:
    """Those of ``image_<phase>``; a column roi_… without its image_… is the cohort's own, as a volume."""
    return [found[1] for name in names if (found := _PHASE.fullmatch(name))]


def _unreadable(path: Path) -> str | None:
    """Why a file or folder can't be read, or None; nothing is opened."""
    try:
        if not path.exists():
            return "isn't there"
        if path.is_dir() and not any(path.iterdir()):
            return "is an empty folder"
        return None if os.access(path, os.R_OK) else "can't be read"
    except OSError as error:
        return f"can't be read ({error.strerror or error})"
