from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.shared.errors import InputError


def _table(folder: Path, text: str) -> Path:
    (folder / "a.nii.gz").touch()
    (folder / "b.nii.gz").touch()
    path = folder / "cohort.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_table(tmp_path: Path) -> None:
    path = _table(
        tmp_path,
        "\ufeffpatient_id,image,time_months,event,roi,fold,egfr,age\n"
        "p1,a.nii.gz,3.5,1,b.nii.gz,0,1,63\n"
        "p2,b.nii.gz,20,0,,1,,58\n",
    )
    cohort = read_cohort(path)
    first, second = cohort.rows
    assert first.image == tmp_path / "a.nii.gz"
    assert first.roi == tmp_path / "b.nii.gz"
    assert (first.fold, second.fold, second.roi) == (0, 1, None)
    assert first.other == {"egfr": "1", "age": "63"}
    assert cohort.follow_up.event.tolist() == [True, False]


def test_all_bad_cells_are_told_at_once_by_line_and_column(tmp_path: Path) -> None:
    path = _table(
        tmp_path,
        "patient_id,image,time_months,event,fold,split,alk\n"
        "p1,a.nii.gz,0,1,0,train,\n"
        "p1,gone.nii.gz,5,2,x,test,maybe\n"
        ",b.nii.gz,five,1,0,train,0\n",
    )
    with pytest.raises(InputError) as raised:
        read_cohort(path)
    text = str(raised.value)
    for expected in (
        "line 2, time_months: '0'",
        "line 3, patient_id: the same as in line 2",
        "line 3, image: gone.nii.gz isn't there",
        "line 3, event: '2'",
        "line 3, fold: 'x'",
        "line 3, split: 'test'",
        "line 3, alk: 'maybe'",
        "line 4, patient_id: empty",
        "line 4, time_months: 'five'",
    ):
        assert expected in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("patient_id,image,event\np,a.nii.gz,1\n", "lacks the column time_months"),
        ("patient_id,image,time_months,event,event\np,a.nii.gz,1,1,1\n", "two columns 'event'"),
        ("patient_id,image,time_months,event\n", "no patients"),
        ("patient_id,image,time_months,event\np,a.nii.gz,1\n", "not as many cells"),
        ("patient_id,image,time_months,event\np,a.nii.gz,1,1,9\n", "not as many cells"),
        ("patient_id,image,time_months,event\np,a.nii.gz,nan,1\n", "not a positive number"),
    ],
)
def test_bad_tables(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read_cohort(_table(tmp_path, text))


def test_without_outcomes_a_table_is_read_and_gives_no_follow_up(tmp_path: Path) -> None:
    text = "patient_id,image,egfr\np1,a.nii.gz,1\n"
    cohort = read_cohort(_table(tmp_path, text), outcome=False)
    assert cohort.rows[0].endpoint("egfr") is True
    assert np.isnan(cohort.rows[0].time_months)
    with pytest.raises(InputError, match="line 2: survival needs time_months and event"):
        _ = cohort.follow_up
    with pytest.raises(InputError, match="lacks the column time_months, event"):
        read_cohort(tmp_path / "cohort.csv")
    # What is there is checked: both or neither.
    half = "patient_id,image,time_months,event\np1,a.nii.gz,,\np2,a.nii.gz,4,\n"
    with pytest.raises(InputError, match="line 3, event: '' is neither") as raised:
        read_cohort(_table(tmp_path, half), outcome=False)
    assert "line 2" not in str(raised.value)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.csv"):
        read_cohort(tmp_path / "gone.csv")


def test_phases_regions_and_endpoints(tmp_path: Path) -> None:
    path = _table(
        tmp_path,
        "patient_id,image,roi,roi_name,time_months,event,image_arterial,roi_arterial,image_venous,"
        "roi_name_arterial,egfr,roi_volume\n"
        "p1,a.nii.gz,b.nii.gz,GTV-1,3.5,1,b.nii.gz,a.nii.gz,a.nii.gz,tumour,1,1234\n"
        "p2,a.nii.gz,,,3.5,0,,,,,,\n",
    )
    first, second = read_cohort(path).rows
    assert (first.line, second.line) == (2, 3)
    assert (first.roi_name, second.roi_name) == ("GTV-1", None)
    assert list(first.phases) == ["arterial", "venous"]
    arterial = first.phases["arterial"]
    assert (arterial.image, arterial.roi) == (tmp_path / "b.nii.gz", tmp_path / "a.nii.gz")
    assert arterial.roi_name == "tumour"
    assert first.phases["venous"].roi is None
    assert second.phases == {}
    assert first.other == {"egfr": "1", "roi_volume": "1234"}
    assert (first.endpoint("egfr"), second.endpoint("egfr"), second.endpoint("alk")) == (True, None, None)
    with pytest.raises(KeyError):
        first.endpoint("age")


def test_bad_phases_and_folders(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    path = _table(
        tmp_path,
        "patient_id,image,time_months,event,fold,image_arterial,roi_arterial,roi_venous,"
        "image_venous\n"
        "p1,empty,3,1,0,gone.nii.gz,,b.nii.gz,\n"
        "p1,a.nii.gz,3,1,1,,,,\n",
    )
    with pytest.raises(InputError) as raised:
        read_cohort(path)
    for expected in (
        "line 2, image: empty is an empty folder",
        "line 2, image_arterial: gone.nii.gz isn't there",
        "line 2, roi_venous: a ROI, but image_venous is empty",
        "line 3, patient_id: the same as in line 2 (folds 0 and 1)",
    ):
        assert expected in str(raised.value)
