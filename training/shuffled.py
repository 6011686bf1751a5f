"""A negative control for any cohort: outcomes that belong to nobody in particular.

``python -m training.shuffled COHORT.csv OUT.csv SEED`` deals each patient the follow-up (time and event
together) of another at random. All else stays, so images and features that were made ready for the
cohort serve it too. Whatever is fitted to it must come to a C-index of ½, to chance.
"""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import numpy as np

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.shared.errors import CtprogError, InputError
from ctprog_gui.core.shared.writing import replacing

_OUTCOME = ("time_months", "event")
_PATHS = ("image", "roi")


def write_shuffled(cohort: Path, out: Path, seed: int) -> int:
    """Write the table with its outcomes dealt out anew; the number of patients.

    The paths in it are told from where `out` lies.

    Raises
    ------
    InputError
        If the cohort isn't valid, or `out` is there already.
    """
    if out.exists():
        raise InputError(f"{out} is there already")
    read_cohort(cohort)
    with cohort.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        header, rows = list(reader.fieldnames or []), list(reader)
    outcomes = [tuple(row[name] for name in _OUTCOME) for row in rows]
    order = np.random.default_rng(seed).permutation(len(rows))
    here = out.resolve().parent
    for row, at in zip(rows, order.tolist(), strict=True):
        row |= dict(zip(_OUTCOME, outcomes[at], strict=True))
        for name in header:
            if name.startswith(_PATHS) and row[name]:
                row[name] = Path(os.path.relpath(cohort.resolve().parent / row[name], here)).as_posix()
    with replacing(out) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def main(arguments: list[str]) -> int:
    """0, or 1 with one line where the input is at fault."""
    if len(arguments) != 3 or not arguments[2].isdecimal():
        print("python -m training.shuffled COHORT.csv OUT.csv SEED", file=sys.stderr)
        return 2
    try:
        count = write_shuffled(Path(arguments[0]), Path(arguments[1]), int(arguments[2]))
    except CtprogError as error:
        print(f"shuffled: {error}", file=sys.stderr)
        return 1
    print(f"{count} patients with the follow-up of others: {arguments[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
