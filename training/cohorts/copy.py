"""A cohort's table with other columns, written elsewhere: its paths still lead to the images."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path

from ctprog_gui.core.cohort.table import path_columns, read_cohort
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing

Row = dict[str, str]


def copy_cohort(cohort: Path, out: Path, change: Callable[[list[Row]], None]) -> int:
    """Write the table after `change` was made to its rows in place; the number of patients.

    A key that `change` adds to the first row becomes a column.

    Raises
    ------
    InputError
        If the cohort isn't valid, or no longer is after the change, or `out` is there already.
    """
    if out.exists():
        raise InputError(f"{out} is there already")
    read_cohort(cohort, outcome=False)
    with cohort.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    here = out.resolve().parent
    for row in rows:
        for name in path_columns(row):
            if row[name]:
                row[name] = Path(os.path.relpath(cohort.resolve().parent / row[name], here)).as_posix()
    with replacing(out) as partial:
        with partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        # It lies in the folder of `out`: a path that leads nowhere from there is found before it's named so.
        read_cohort(partial, outcome=False)
    return len(rows)
