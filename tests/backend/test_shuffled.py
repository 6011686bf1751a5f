from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.shared.errors import InputError
from training.cohorts.copy import Row, copy_cohort
from training.cohorts.shuffled import main


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    path = tmp_path / "cohort" / "cohort.csv"
    (path.parent / "images").mkdir(parents=True)
    lines = ["patient_id,image,roi,time_months,event,age"]
    for n in range(20):
        (path.parent / f"images/{n}.nii.gz").touch()
        lines.append(f"p{n},images/{n}.nii.gz,,{n + 1.5},{n % 2},{50 + n}")
    path.write_text("\n".join(lines))
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_outcomes_change_hands_together_and_all_else_stays(cohort: Path, tmp_path: Path) -> None:
    out = tmp_path / "elsewhere" / "null.csv"
    out.parent.mkdir()
    assert main([str(cohort), str(out), "5"]) == 0
    before, after = rows_of(cohort), rows_of(out)
    outcomes = [[(row["time_months"], row["event"]) for row in rows] for rows in (before, after)]
    assert outcomes[0] != outcomes[1]
    assert sorted(outcomes[0]) == sorted(outcomes[1])
    assert [(r["patient_id"], r["age"]) for r in before] == [(r["patient_id"], r["age"]) for r in after]
    found, expected = ([r.image.resolve() for r in read_cohort(one).rows] for one in (out, cohort))
    assert found == expected


def test_a_seed_deals_the_same_again(cohort: Path, tmp_path: Path) -> None:
    texts = []
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert main([str(cohort), str(tmp_path / name), seed]) == 0
        texts.append((tmp_path / name).read_text())
    assert texts[0] == texts[1] != texts[2]


def test_what_cannot_be_shuffled_is_said(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(cohort), str(cohort), "1"]) == 1
    assert main([str(tmp_path / "gone.csv"), str(tmp_path / "x.csv"), "1"]) == 1
    assert capsys.readouterr().err.count("\n") == 2
    assert main([str(cohort), str(tmp_path / "y.csv"), "1", "--column", "egfr"]) == 1
    assert "no column egfr" in capsys.readouterr().err
    assert not (tmp_path / "y.csv").exists()
    with pytest.raises(SystemExit, match="2"):
        main([str(cohort)])


def test_a_column_is_dealt_among_those_alike_in_another(cohort: Path, tmp_path: Path) -> None:
    out = tmp_path / "null.csv"
    assert main([str(cohort), str(out), "5", "--column", "age", "--within", "event"]) == 0
    before, after = rows_of(cohort), rows_of(out)
    assert [r["time_months"] for r in before] == [r["time_months"] for r in after]
    assert [r["age"] for r in before] != [r["age"] for r in after]
    for event in "01":
        ages = [sorted(r["age"] for r in rows if r["event"] == event) for rows in (before, after)]
        assert ages[0] == ages[1]


def test_only_paths_are_led_back_to_the_images(tmp_path: Path) -> None:
    """A region's name and a column of the cohort's own that begin like a path's stay as they are."""
    row = {
        "patient_id": "p",
        "image": "a.nii.gz",
        "roi": "r.nii.gz",
        "roi_name": "GTV-1",
        "image_venous": "v.nii.gz",
        "roi_venous": "w.nii.gz",
        "roi_name_venous": "GTV-2",
        "roi_volume_mm3": "1250.5",
        "roi_art": "by hand",
        "images": "3",
        "time_months": "3",
        "event": "1",
    }
    for name in "arvw":
        (tmp_path / f"{name}.nii.gz").touch()
    cohort, out = tmp_path / "cohort.csv", tmp_path / "elsewhere" / "cohort.csv"
    cohort.write_text(f"{','.join(row)}\n{','.join(row.values())}\n")
    assert copy_cohort(cohort, out, lambda rows: None) == 1
    (found,), (before,) = rows_of(out), read_cohort(cohort).rows
    changed = {name for name in row if found[name] != row[name]}
    assert changed == {"image", "roi", "image_venous", "roi_venous"}
    (after,) = read_cohort(out).rows
    assert after.roi is not None
    assert after.roi.resolve() == before.roi
    assert (after.roi_name, after.other) == ("GTV-1", before.other)
    assert {name: (files.image.resolve(), files.roi_name) for name, files in after.phases.items()} == {
        name: (files.image, files.roi_name) for name, files in before.phases.items()
    }


def test_a_change_that_leaves_no_cohort_is_refused_and_nothing_written(cohort: Path, tmp_path: Path) -> None:
    def break_outcome(rows: list[Row]) -> None:
        rows[3]["event"] = "perhaps"

    out = tmp_path / "elsewhere" / "broken.csv"
    with pytest.raises(InputError, match="line 5, event: 'perhaps'"):
        copy_cohort(cohort, out, break_outcome)
    assert not list(out.parent.iterdir())
