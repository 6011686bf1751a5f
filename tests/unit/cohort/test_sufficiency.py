from __future__ import annotations

from pathlib import Path

import pytest

from ctprog_gui.core.cohort.sufficiency import require_enough
from ctprog_gui.core.cohort.table import Cohort, PatientRow
from ctprog_gui.core.shared.errors import InputError


def _cohort(events: str) -> Cohort:
    rows = [PatientRow(f"p{n}", Path("x"), 1.0 + n, one == "1") for n, one in enumerate(events)]
    return Cohort(Path("cohort.csv"), tuple(rows))


def test_ten_events_are_enough() -> None:
    cohort = _cohort("1" * 10 + "0" * 6)
    require_enough(cohort)
    require_enough(cohort, [0, 1] * 8)


@pytest.mark.parametrize(
    ("events", "folds", "reason"),
    [
        ("1" * 9 + "0" * 9, None, "has 9 events among 18 patients; at least 10 are needed"),
        ("0" * 5, None, "has 0 events"),
        ("1" * 10 + "00", [0] * 5 + [1] * 5 + [2, 3], "no event in fold 2, 3"),
        ("1" * 10, [4] * 10, "all patients are in fold 4"),
    ],
)
def test_too_little_is_refused(events: str, folds: list[int] | None, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        require_enough(_cohort(events), folds)


def test_folds_of_other_patients_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="3 folds for 10 patients"):
        require_enough(_cohort("1" * 10), [0, 1, 2])
