"""The order of a bundle's cohort tells nothing of its patients."""

from __future__ import annotations

import csv
import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.cohorts.reported_rows import cohort_table, in_order_of_values

CELL = st.one_of(st.just(""), st.floats(-10, 10).map(repr))


@given(st.lists(st.tuples(CELL, CELL), max_size=12), st.randoms())
def test_rows_come_in_one_order_however_the_patients_were_listed(
    rows: list[tuple[str, str]], chance: np.random.Generator
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    told = list(csv.reader(io.StringIO(cohort_table(["a", "b"], shuffled))))
    again = list(csv.reader(io.StringIO(cohort_table(["a", "b"], rows))))
    assert [[cell and float(cell) for cell in row[1:3]] for row in told[1:]] == [
        [cell and float(cell) for cell in row[1:3]] for row in again[1:]
    ]
    assert sorted(tuple(row[1:3]) for row in told[1:]) == sorted(rows)
    assert [row[0] for row in told] == ["patient_key", *(f"k{n:04d}" for n in range(1, len(rows) + 1))]


def test_histograms_come_in_the_order_of_their_values() -> None:
    rows = np.array([[0.2, 1.0], [0.1, 0.9], [0.1, 0.3]])
    assert in_order_of_values(rows).tolist() == [[0.1, 0.3], [0.1, 0.9], [0.2, 1.0]]
