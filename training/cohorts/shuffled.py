"""A negative control for any cohort: outcomes that belong to nobody in particular.

``python -m training.cohorts.shuffled COHORT.csv OUT.csv SEED`` deals each patient the follow-up (time
and event together) of another at random; with ``--column NAME`` what that column holds instead, and with
``--within NAME`` only among patients who are alike in that column. All else stays, so images and features
that were made ready for the cohort serve it too. Whatever is fitted to it must come to chance, a C-index
or an AUC of ½; dealt within a column, to what that column tells.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ctprog_gui.core.shared.errors import CtprogError, InputError
from training.cohorts.copy import Row, copy_cohort

_OUTCOME = ("time_months", "event")


def write_shuffled(
    cohort: Path, out: Path, seed: int, *, columns: Sequence[str] = _OUTCOME, within: str | None = None
) -> int:
    """Write the table with its outcomes dealt out anew; the number of patients.

    The paths in it are told from where `out` lies. A patient whose outcome is blank takes part as others do.

    Raises
    ------
    InputError
        If the cohort isn't valid or has no such column, or `out` is there already.
    """

    def deal(rows: list[Row]) -> None:
        lacking = [name for name in (*columns, *([within] if within else [])) if name not in rows[0]]
        if lacking:
            raise InputError(f"{cohort} has no column {lacking[0]}")
        rng = np.random.default_rng(seed)
        alike: dict[str, list[int]] = {}
        for i, row in enumerate(rows):
            alike.setdefault(row[within] if within else "", []).append(i)
        outcomes = [tuple(row[name] for name in columns) for row in rows]
        for members in alike.values():
            for i, at in zip(members, rng.permutation(len(members)).tolist(), strict=True):
                rows[i] |= dict(zip(columns, outcomes[members[at]], strict=True))

    return copy_cohort(cohort, out, deal)


def main(arguments: list[str]) -> int:
    """0, or 1 with one line where the input is at fault."""
    parser = argparse.ArgumentParser(prog="python -m training.cohorts.shuffled")
    parser.add_argument("cohort", type=Path, metavar="COHORT.csv")
    parser.add_argument("out", type=Path, metavar="OUT.csv")
    parser.add_argument("seed", type=int, metavar="SEED")
    parser.add_argument("--column", metavar="NAME", help="what is dealt out (default: the follow-up)")
    parser.add_argument("--within", metavar="NAME", help="a column; only among patients alike in it")
    given = parser.parse_args(arguments)
    columns = _OUTCOME if given.column is None else (given.column,)
    try:
        count = write_shuffled(given.cohort, given.out, given.seed, columns=columns, within=given.within)
    except CtprogError as error:
        print(f"shuffled: {error}", file=sys.stderr)
        return 1
    what = "follow-up" if given.column is None else given.column
    print(f"{count} patients with the {what} of others: {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
