"""Rows of a cohort in a bundle, in an order that tells nothing of its patients.

An order by identifiers, hashed or not, can be made again by whoever has the list of them, and then names each
row's patient. Here the rows' own values decide, which say nothing that the rows do not.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def cohort_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A reference cohort as CSV: rows under keys that are their numbers, by the values of the first columns.

    Parameters
    ----------
    rows
        Each as long as `columns`: a figure as it is to be written, or nothing where it is not known.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["patient_key", *columns, "split"])
    for number, row in enumerate(sorted(rows, key=_by_value), 1):
        writer.writerow([f"k{number:04d}", *row, "train"])
    return text.getvalue()


def _by_value(row: Sequence[str]) -> tuple[tuple[bool, float], ...]:
    return tuple((not cell, float(cell or 0)) for cell in row)


def in_order_of_values(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    """Rows (case, value) ordered by their first value, where that is equal by the second, and so on."""
    return rows[np.lexsort(rows.T[::-1])]
