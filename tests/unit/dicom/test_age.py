from __future__ import annotations

import pytest

from ctprog_gui.core.dicom.reading import age_in_years


@pytest.mark.parametrize(
    ("age", "born", "seen", "years"),
    [
        ("083Y", "", "20080918", 83.0),
        ("083Y", "19200101", "20080918", 83.0),  # what the header says of the age goes first
        ("018M", "", "", 1.5),
        ("", "19600229", "20100301", 50.0),
        ("83", "19600301", "20100301", 50.0),  # no age string
        ("", "", "20100301", None),
        ("", "20100301", "20090301", None),
        ("", "196003", "20100301", None),
    ],
)
def test_the_age_at_the_study(age: str, born: str, seen: str, years: float | None) -> None:
    assert age_in_years(age, born, seen) == (None if years is None else pytest.approx(years, abs=0.01))
