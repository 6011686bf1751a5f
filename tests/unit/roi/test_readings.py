"""Readers compared: who with whom, the figures, and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.__main__ import main
from ctprog_gui.core.imaging.files import write_mask
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.agreement import agreement
from ctprog_gui.core.roi.agreement_report import write_report
from ctprog_gui.core.roi.readings import compare_readings, overall, read_readings
from ctprog_gui.core.shared.errors import GeometryError, InputError
from ctprog_gui.core.statistics.agreement import bland_altman, icc

GRID = Geometry((30, 28, 20), (1.0, 1.0, 2.0))


def ball(radius_mm: float, shift_mm: float = 0.0, grid: Geometry = GRID) -> Mask:
    z, y, x = np.indices(grid.shape) * np.array(grid.spacing_mm[::-1])[:, None, None, None]
    inside = (z - 19) ** 2 + (y - 14) ** 2 + (x - 15 - shift_mm) ** 2 < radius_mm**2
    return Mask(inside, grid, "GTV")


# Reader B draws a little wider and off; A reads two cases again.
RADII = {"c1": 5.0, "c2": 7.5, "c3": 9.0, "c4": 11.0}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = ["case,reader,roi,repeat"]
    for case, radius in RADII.items():
        drawn = {("A", 1): ball(radius), ("B", 1): ball(radius + 0.6, 0.7)}
        if case in ("c1", "c3"):
            drawn["A", 2] = ball(radius + 0.2)
        for (reader, repeat), mask in drawn.items():
            write_mask(tmp_path / f"{case}-{reader}{repeat}.nii.gz", mask)
            rows.append(f"{case},{reader},{case}-{reader}{repeat}.nii.gz,{repeat}")
    path = tmp_path / "readings.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_first_readings_between_readers_and_repeats_within_one(table: Path) -> None:
    compared = compare_readings(read_readings(table))
    pairs = [(one.case, *one.pair) for one in compared]
    assert pairs == [
        ("c1", "A", "B"),
        ("c1", "A", "A"),
        ("c2", "A", "B"),
        ("c3", "A", "B"),
        ("c3", "A", "A"),
        ("c4", "A", "B"),
    ]
    assert compared[0].figures == agreement(ball(5.0), ball(5.6, 0.7))


def test_the_overall_figures_are_those_of_the_statistics(table: Path) -> None:
    compared = compare_readings(read_readings(table))
    between, within = overall(compared)
    volumes = np.array([(ball(r).volume_mm3, ball(r + 0.6, 0.7).volume_mm3) for r in RADII.values()])
    assert between.cases == 4
    assert float(between.icc.value) == pytest.approx(float(icc(volumes, "A,1").value))
    assert between.limits == bland_altman(volumes[:, 0], volumes[:, 1])
    dices = [one.figures.dice for one in compared if one.pair == ("A", "B")]
    assert between.dice == (np.median(dices), *np.percentile(dices, (25, 75)))
    # Two cases are too few for an ICC or limits, and none is made up.
    assert (within.cases, within.icc, within.limits) == (2, None, None)


def test_four_judges_at_once_as_r_has_it(shared_data: Path, tmp_path: Path) -> None:
    """Shrout and Fleiss's six subjects and four judges (1979, table 2), as volumes; R's psych gives ICC2."""
    judged = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    rows = json.loads((shared_data / "reference_values" / "reference_values.json").read_text())
    expected = next(row for row in rows["ICC_ShroutFleiss"] if row["type"] == "ICC2")
    grid = Geometry((4, 4, 4), (1.0, 1.0, 1.0))
    lines = ["case,reader,roi"]
    for case, volumes in enumerate(judged):
        for judge, volume in enumerate(volumes):
            name = f"{case}-{judge}.nii.gz"
            write_mask(tmp_path / name, Mask(np.arange(64).reshape(grid.shape) < volume, grid))
            lines.append(f"s{case},j{judge},{name}")
    (tmp_path / "readings.csv").write_text("\n".join(lines) + "\n")
    compared = compare_readings(read_readings(tmp_path / "readings.csv"))
    write_report(tmp_path / "out", compared, overall(compared))
    with (tmp_path / "out" / "overall.csv").open() as file:
        *pairs, whole = csv.DictReader(file)
    assert len(pairs) == 6
    assert (whole["first"], whole["cases"], whole["dice_median"]) == ("all readers", "6", "")
    found = [float(whole[f"volume_icc_a1_{name}"]) for name in ("value", "lower", "upper")]
    # The table has six digits.
    assert found == pytest.approx(
        [expected["ICC"], expected["lower bound"], expected["upper bound"]], rel=1e-5
    )


def test_an_empty_file_is_refused_by_name(tmp_path: Path, table: Path) -> None:
    write_mask(tmp_path / "c2-B1.nii.gz", Mask(ball(5.0).voxels & False, GRID, "GTV"))
    # It has no region to take: that is said rather than counted as agreement or its lack.
    with pytest.raises(InputError, match="c2-B1"):
        compare_readings(read_readings(table))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("c1,A,,", "line 2 lacks roi"),
        ("c1,A,x.nii.gz,0", "repeat is '0'"),
        ("c1,A,x.nii.gz,1\nc1,A,y.nii.gz,1", "read c1 twice"),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"case,reader,roi,repeat\n{line}\n")
    with pytest.raises(InputError, match=told):
        read_readings(path)


def test_readings_on_other_grids_are_refused(tmp_path: Path, table: Path) -> None:
    other = Geometry((30, 28, 20), (1.1, 1.0, 2.0))
    write_mask(tmp_path / "c3-B1.nii.gz", ball(9.0, grid=other))
    with pytest.raises(GeometryError):
        compare_readings(read_readings(table))


def test_the_command_writes_tables_and_a_page(table: Path, tmp_path: Path, capfd) -> None:
    out = tmp_path / "out"
    assert main(["agreement", str(table), "--out", str(out)]) == 0
    assert sorted(p.name for p in out.iterdir()) == ["agreement.png", "cases.csv", "overall.csv"]
    assert (out / "agreement.png").read_bytes().startswith(b"\x89PNG")
    with (out / "overall.csv").open() as file:
        between, within = csv.DictReader(file)
    compared = compare_readings(read_readings(table))
    assert float(between["volume_icc_a1_value"]) == pytest.approx(
        float(overall(compared)[0].icc.value), rel=1e-5
    )
    assert within["volume_icc_a1_value"] == ""
    with (out / "cases.csv").open() as file:
        assert [row["case"] for row in csv.DictReader(file)] == [one.case for one in compared]
    told = capfd.readouterr().out
    assert "A and B: 4 cases" in told
    assert "Research use only" in told


def test_one_reading_a_case_is_told_in_one_line(tmp_path: Path, capfd) -> None:
    write_mask(tmp_path / "a.nii.gz", ball(5.0))
    path = tmp_path / "t.csv"
    path.write_text("case,reader,roi\nc1,A,a.nii.gz\n")
    assert main(["agreement", str(path), "--out", str(tmp_path / "out")]) == 1
    assert capfd.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()
