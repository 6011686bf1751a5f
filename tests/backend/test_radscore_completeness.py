"""Patients and features without values are left out by name; what is known of the others is used."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import balls
import numpy as np
import pytest

from ctprog_gui.core.cohort.table import OUTCOME
from ctprog_gui.core.shared.errors import InputError
from training.__main__ import main
from training.radscore.completeness import complete_features, left_out_remarks
from training.radscore.predictions import read_endpoint_predictions
from training.radscore.table import RegionFeatures


def region(values: list[list[float]]) -> RegionFeatures:
    table = np.array(values)
    return RegionFeatures(tuple(f"f{n}" for n in range(table.shape[1])), table)


def test_who_has_no_features_of_a_region_goes_and_a_single_blank_costs_the_feature() -> None:
    nan = np.nan
    tumour = region([[1, 2, 3], [nan, nan, nan], [4, nan, 6], [7, 8, 9]])
    ring = region([[1, 2], [3, 4], [5, 6], [nan, nan]])
    found = complete_features({"tumour": tumour, "ring": ring})
    assert found.there.tolist() == [0, 2]
    assert found.left_out == {"tumour": (1,), "ring": (3,)}
    assert found.blank == {"tumour": ("f1",), "ring": ()}
    assert found.tables["tumour"].names == ("f0", "f2")
    assert found.tables["tumour"].values.tolist() == [[1, 3], [4, 6]]
    assert found.tables["ring"].values.tolist() == [[1, 2], [5, 6]]
    assert left_out_remarks({"tumour": ["b"], "ring": []}, found.blank) == [
        "Left out, for they have no features of the tumour: b",
        "Features of the tumour left out, for a patient lacks them: f1",
    ]


def test_nobody_or_nothing_left_is_refused() -> None:
    nan = np.nan
    with pytest.raises(InputError, match="no patient has features of the tumour"):
        complete_features({"tumour": region([[nan, nan]])})
    with pytest.raises(InputError, match="no feature of the tumour is known of all 2"):
        complete_features({"tumour": region([[nan, 1], [2, nan]])})


def test_a_fit_goes_without_one_voxel_and_an_empty_ring_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, one such patient took all of the region's features from every fold that fitted to it."""
    monkeypatch.setenv("CTPROG_HOME", str(tmp_path / "home"))
    cohort = balls.write_balls(tmp_path)
    rng = np.random.default_rng(3)
    with cohort.open(newline="") as file:
        rows = list(csv.DictReader(file))
    # An endpoint needs no outcomes.
    balls.write_table(cohort, [{k: v for k, v in row.items() if k not in OUTCOME} for row in rows])
    told = {row["patient_id"]: row["egfr"] == "1" for row in rows}
    lines = [["patient_id", "original_x_0", "original_x_1", "ring_original_x_0"]]
    for number, (patient, positive) in enumerate(told.items()):
        values = [f"{v:.4f}" for v in (rng.normal(3.0 * positive), rng.normal(), rng.normal())]
        if number == 4:
            values[:2] = ["", ""]
        if number == 5:
            values[2] = ""
        if number == 6:
            values[1] = ""
        lines.append([patient, *values])
    with (tmp_path / "features.csv").open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    text = balls.CONFIG.replace("{inner_folds: 3}", f"{{table: {tmp_path}/features.csv, inner_folds: 3}}")
    (tmp_path / "config.yaml").write_text(text)
    run = tmp_path / "run"
    arguments = ["fit", str(tmp_path / "config.yaml"), "--cohort", str(cohort), "--out", str(run)]
    assert main([*arguments, "--threads", "1", "--device", "cpu"]) == 0
    assert set(told) - set(read_endpoint_predictions(run / "predictions.csv").patients) == {"p04", "p05"}
    environment = json.loads((run / "environment.json").read_text())
    assert environment["left_out_without_features"] == {"tumour": ["p04"], "ring": ["p05"]}
    assert environment["features_left_out"] == {"tumour": ["original_x_1"], "ring": []}
    report = (run / "report.md").read_text()
    assert "no features of the tumour: p04." in report
    for fold in ("0", "1"):
        fitted = json.loads((run / "folds" / fold / "fitted.json").read_text())
        assert fitted["rad_scores"]["tumour"]["features"] == ["original_x_0"]
