"""A cohort's table with other columns, written elsewhere: its paths still lead to the images."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing

Row = dict[str, str]
_PATHS = ("image", "roi")


def copy_cohort(cohort: Path, out: Path, change: Callable[[list[Row]], None]) -> int:
    """Write the table after `change` was made to its rows in place; the number of patients.

    A key that `change` adds to the first row becomes a column.

    Raises
    ------
    InputError
        If the cohort isn't valid, or `out` is there already.
    """
    if out.exists():
        raise InputError(f"{out} is there already")
    read_cohort(cohort)
    with cohort.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    here = out.resolve().parent
    for row in rows:
        for name in row:
            if name.startswith(_PATHS) and row[name]:
                row[name] = Path(os.path.relpath(cohort.resolve().parent / row[name], here)).as_posix()
    with replacing(out) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)
