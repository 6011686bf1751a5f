"""Table 1 of an endpoint: numbers, levels, blanks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from ctprog_gui.core.cohort.table import PatientRow
from training.radscore.characteristics import characteristics, write_known, write_table1


def test_positives_stand_beside_negatives(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    label = np.arange(40) % 4 == 0
    age = np.round(rng.normal(60, 8, 40) + 10 * label, 1)
    sex = np.where(rng.random(40) < 0.5, "male", "female")
    rows = []
    for i in range(40):
        known = {"age": "" if i == 3 else str(age[i]), "sex": str(sex[i]), "t_stage": "2", "egfr": "1"}
        rows.append(PatientRow(f"p{i}", tmp_path / "x", 1.0, True, other=known))
    write_known(tmp_path / "known.csv", rows, label)
    found = {one.name: one for one in characteristics(tmp_path / "known.csv")}
    assert list(found) == ["patients", "age", "sex: female", "sex: male", "t_stage: 2"]
    assert (found["patients"].positive, found["patients"].negative) == ("10", "30")
    there = np.arange(40) != 3
    expected = stats.mannwhitneyu(age[label], age[~label & there]).pvalue
    assert found["age"].p == pytest.approx(expected)
    assert found["age"].positive == f"{age[label].mean():.1f} ± {age[label].std(ddof=1):.1f}"
    table = [[int((sex[k] == s).sum()) for s in ("female", "male")] for k in (label, ~label)]
    by_hand = stats.chi2_contingency(table, correction=False).pvalue
    assert found["sex: female"].p == pytest.approx(by_hand)
    assert found["sex: male"].p is None
    assert found["sex: male"].positive == f"{table[0][1]} ({10 * table[0][1]} %)"
    # The same for all has nothing to be tested.
    assert found["t_stage: 2"].p is None
    write_table1(tmp_path / "table1.csv", list(found.values()))
    assert (tmp_path / "table1.csv").read_text().count("\n") == 6


def test_parts_of_a_split_are_told_apart_and_their_prevalence_tested(tmp_path: Path) -> None:
    """Before, Table 1 of a fit by the table's own split mixed who was fitted to with who was predicted."""
    label = np.array([True] * 12 + [False] * 4 + [True] * 3 + [False] * 11)
    rows = [
        PatientRow(
            f"p{i}", tmp_path / "x", 1.0, True, split="train" if i < 16 else "external", other={"sex": "male"}
        )
        for i in range(30)
    ]
    write_known(tmp_path / "known.csv", rows, label, by_split=True)
    found = characteristics(tmp_path / "known.csv")
    heads = [one for one in found if one.name == "patients"]
    assert [(one.part, one.positive, one.negative) for one in heads] == [
        ("train", "12", "4"),
        ("external", "3", "11"),
    ]
    assert heads[0].p is None
    assert heads[1].p == pytest.approx(stats.fisher_exact([[12, 4], [3, 11]]).pvalue)
    write_table1(tmp_path / "table1.csv", found)
    assert (tmp_path / "table1.csv").read_text().splitlines()[0].startswith("part,characteristic,")
