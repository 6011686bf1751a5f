from __future__ import annotations

import csv
from pathlib import Path

import pytest

from training.cohorts.tnm_endpoints import endpoints_of, main


@pytest.mark.parametrize(
    ("t", "n", "m", "t4", "early"),
    [
        ("1", "0", "0", "0", "1"),
        ("2", "0", "0", "0", "1"),
        ("3", "0", "0", "0", "0"),
        ("4", "2", "0", "1", "0"),
        ("1", "1", "0", "0", "0"),
        ("1", "0", "1", "0", "0"),
        # Codes and blanks for "not known": the others may decide all the same.
        ("5", "0", "0", "", ""),
        ("5", "3", "0", "", "0"),
        ("1", "0", "3", "0", ""),
        ("1", "", "0", "0", ""),
        ("x", "0", "1", "", "0"),
    ],
)
def test_endpoints_follow_from_the_grades(t: str, n: str, m: str, t4: str, early: str) -> None:
    assert endpoints_of(t, n, m) == (t4, early)


def test_the_columns_are_added_and_the_paths_still_lead_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.nii.gz").touch()
    cohort, out = tmp_path / "cohort.csv", tmp_path / "elsewhere" / "cohort.csv"
    out.parent.mkdir()
    head = "patient_id,image,time_months,event"
    cohort.write_text(f"{head},t_stage,n_stage,m_stage\np,a.nii.gz,3,1,4,0,0\n")
    assert main([str(cohort), str(out)]) == 0
    with out.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["t4"], row["t1_2_n0_m0"], row["image"]) == ("1", "0", "../a.nii.gz")
    cohort.write_text(f"{head}\np,a.nii.gz,3,1\n")
    assert main([str(cohort), str(tmp_path / "none.csv")]) == 1
    assert "no column t_stage" in capsys.readouterr().err
    assert main([]) == 2
