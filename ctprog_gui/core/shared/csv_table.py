"""Tables that people hand in as CSV: read whole, refused in one line that says why."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ctprog_gui.core.shared.errors import InputError


@dataclass(frozen=True)
class CsvLine:
    """Cells of one line of the file, without the spaces around them."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class CsvTable:
    """Names of the columns, and lines as they stand: a line may have more or fewer cells than names."""

    names: tuple[str, ...]
    lines: tuple[CsvLine, ...]

    def by_name(self, line: CsvLine) -> dict[str, str]:
        """Cells by their column; those beyond the last name are left out, lacking ones too."""
        return dict(zip(self.names, line.cells, strict=False))

    def fits(self, line: CsvLine) -> bool:
        """Whether the line has a cell for each column and no more."""
        return len(line.cells) == len(self.names)


def read_csv_table(path: Path, what: str, required: Sequence[str], *, any_case: bool = False) -> CsvTable:
    """Read a table with a line of names; empty lines are passed over.

    Parameters
    ----------
    what
        What the messages call it, as "the cohort table".
    any_case
        Names of columns are taken in small letters, whatever the file has.

    Raises
    ------
    InputError
        If the file can't be read, is not CSV in UTF-8 (a byte order mark is allowed), lacks a
        required column or has one twice, or holds no line of patients.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            names = tuple(name.strip() for name in next(reader, []))
            lines = tuple(CsvLine(reader.line_num, tuple(c.strip() for c in row)) for row in reader if row)
    except OSError as error:
        raise InputError(f"cannot read {what} {path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{what} {path} is not CSV in UTF-8: {error}") from error
    if any_case:
        names = tuple(name.lower() for name in names)
    lacking = [name for name in required if name not in names]
    if lacking:
        raise InputError(f"{what} {path} lacks the column {', '.join(lacking)}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{what} {path} has two columns {twice[0]!r}")
    if not lines:
        raise InputError(f"{what} {path} has no patients")
    return CsvTable(names, lines)
