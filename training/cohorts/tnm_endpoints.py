"""Endpoints of 0 or 1 that follow from T, N and M, for cohorts that have no others.

``python -m training.cohorts.tnm_endpoints COHORT.csv OUT.csv`` adds the columns ``t4`` (T4 or not) and
``t1_2_n0_m0`` (a T of 1 or 2 without nodes or metastases). The second is a proxy of stage I: where T2a
and T2b are told as one, stage II is among them. A value that is not known ("x", or the codes 5 of T and
3 of M) leaves the endpoint blank, unless the others decide it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ctprog_gui.core.shared.errors import CtprogError, InputError
from training.cohorts.copy import Row, copy_cohort

T4, EARLY = "t4", "t1_2_n0_m0"
# What each grade may be; all else is not known.
_KNOWN = {"t_stage": "01234", "n_stage": "0123", "m_stage": "01"}


def endpoints_of(t: str, n: str, m: str) -> tuple[str, str]:
    """``t4`` and ``t1_2_n0_m0`` as the table holds them: "0", "1", or "" where it can't be told."""
    grades = {
        name: int(text) if text in [*_KNOWN[name]] else None
        for name, text in zip(_KNOWN, (t.strip(), n.strip(), m.strip()), strict=True)
    }
    extent = grades["t_stage"]
    parts = (
        None if extent is None else extent in (1, 2),
        None if grades["n_stage"] is None else grades["n_stage"] == 0,
        None if grades["m_stage"] is None else grades["m_stage"] == 0,
    )
    early = "0" if False in parts else "" if None in parts else "1"
    return "" if extent is None else str(int(extent == 4)), early


def _add(rows: list[Row]) -> None:
    for row in rows:
        lacking = [name for name in _KNOWN if name not in row]
        if lacking:
            raise InputError(f"the cohort has no column {lacking[0]}")
        row[T4], row[EARLY] = endpoints_of(*(row[name] for name in _KNOWN))


def main(arguments: list[str]) -> int:
    """0, or 1 with one line where the input is at fault."""
    if len(arguments) != 2:
        print("python -m training.cohorts.tnm_endpoints COHORT.csv OUT.csv", file=sys.stderr)
        return 2
    try:
        count = copy_cohort(Path(arguments[0]), Path(arguments[1]), _add)
    except CtprogError as error:
        print(f"tnm_endpoints: {error}", file=sys.stderr)
        return 1
    print(f"{count} patients with {T4} and {EARLY}: {arguments[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
