"""ROC, DeLong, net benefit and exact shares: R's pROC and dcurves on their own data, and cases by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from ctprog_gui.core.statistics.delong import areas, compare_paired, compare_unpaired
from ctprog_gui.core.statistics.net_benefit import net_benefit
from ctprog_gui.core.statistics.proportion import exact_proportion
from ctprog_gui.core.statistics.roc import auc, roc_curve

MARKERS = ("s100b", "wfns", "ndka")


@pytest.fixture(scope="module")
def wanted(shared_data: Path) -> dict[str, Any]:
    path = shared_data / "reference_values" / "reference_values.json"
    value: dict[str, Any] = json.loads(path.read_text())["aSAH"]
    return value


@pytest.fixture(scope="module")
def asah(shared_data: Path) -> tuple[np.ndarray, np.ndarray]:
    """The three markers as (marker, patient), and who had a poor outcome."""
    with (shared_data / "reference_values" / "aSAH.csv").open() as file:
        rows = list(csv.DictReader(file))
    values = np.array([[float(row[name]) for row in rows] for name in MARKERS])
    return values, np.array([row["outcome"] == "Poor" for row in rows])


def test_areas_and_intervals(asah: Any, wanted: dict[str, Any]) -> None:
    found = areas(*asah)
    assert found.auc == pytest.approx([wanted["auc"][name] for name in MARKERS], rel=1e-10)
    for i, name in enumerate(MARKERS):
        assert found.covariance[i, i] == pytest.approx(wanted["var_delong"][name], rel=1e-9)
        low, middle, high = wanted["ci95_delong"][name]
        assert (*found.interval(i), found.auc[i]) == pytest.approx((low, high, middle), rel=1e-10)
        assert auc(asah[0][i], asah[1]) == pytest.approx(middle, rel=1e-10)
    assert found.covariance[0, 1] == pytest.approx(wanted["cov"]["s100b_wfns"], rel=1e-9)
    assert found.covariance[0, 2] == pytest.approx(wanted["cov"]["s100b_ndka"], rel=1e-9)


@pytest.mark.parametrize("pair", ["s100b_wfns", "s100b_ndka", "wfns_ndka"])
def test_paired_comparison(asah: Any, wanted: dict[str, Any], pair: str) -> None:
    first, second = (asah[0][MARKERS.index(name)] for name in pair.split("_"))
    expected = wanted[f"test_{pair}"]
    found = compare_paired(first, second, asah[1])
    assert (found.statistic, found.p) == pytest.approx((expected["stat"], expected["p"]), rel=1e-9)
    assert (found.lower, found.upper) == pytest.approx(expected["ci"], rel=1e-9)


def test_unpaired_comparison(asah: Any, wanted: dict[str, Any]) -> None:
    (s100b, wfns, _), poor = asah
    found, expected = compare_unpaired(s100b, poor, wfns, poor), wanted["unpaired_s100b_wfns"]
    assert (found.statistic, found.p) == pytest.approx((expected["stat"], expected["p"]), rel=1e-9)


def test_youden(asah: Any, wanted: dict[str, Any]) -> None:
    threshold, sensitivity, specificity = roc_curve(asah[0][0], asah[1]).youden()
    expected = wanted["youden_s100b"]
    assert threshold == pytest.approx(expected["threshold"])
    assert sensitivity == pytest.approx(expected["sensitivity"], rel=1e-10)
    assert specificity == pytest.approx(expected["specificity"], rel=1e-10)


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40))
def test_auc_is_that_of_scikit_learn_and_the_area_of_the_curve(rows: list[tuple[int, bool]]) -> None:
    value, positive = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    if positive.all() or not positive.any():
        assert np.isnan(auc(value, positive))
        with pytest.raises(ValueError, match="positives and negatives"):
            roc_curve(value, positive)
        return
    assert auc(value, positive) == pytest.approx(roc_auc_score(positive, value))
    curve = roc_curve(value, positive)
    assert np.trapezoid(curve.sensitivity, 1 - curve.specificity) == pytest.approx(auc(value, positive))


@pytest.mark.parametrize(
    ("value", "positive", "reason"),
    [
        ([1, 2, 3], [0, 1], "3 values for 2 labels"),
        ([1, np.nan, 3], [0, 1, 1], "not a number"),
        ([1, 2, 3], [0, 1, 2], "neither 0 nor 1"),
    ],
)
def test_what_auc_refuses(value: list[float], positive: list[int], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        auc(value, positive)


def test_delong_of_one_kind_of_patient() -> None:
    with pytest.raises(ValueError, match="two positives"):
        areas([1, 2, 3], [0, 0, 1])


def test_a_marker_against_itself_does_not_differ() -> None:
    value, positive = [1, 5, 2, 7, 3, 8], [0, 1, 0, 0, 1, 1]
    found = compare_paired(value, value, positive)
    assert (found.difference, found.p) == (0, 1)


def test_binary_decision_curves(shared_data: Path) -> None:
    folder = shared_data / "reference_values" / "decision_curves"
    with (folder / "df_binary.csv").open() as file:
        rows = list(csv.DictReader(file))
    cancer = np.array([row["cancer"] == "TRUE" for row in rows])
    age = np.array([[float(row["age"])] for row in rows])
    # dcurves turns a variable that is no probability into one by logistic regression.
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(age - age.mean(), cancer)
    of_age = model.predict_proba(age - age.mean())[:, 1]
    given_by = {"all": np.ones(len(rows)), "none": np.zeros(len(rows)), "age": of_age}
    with (folder / "r_simple_binary_dca_result_df.csv").open() as file:
        expected = [row for row in csv.DictReader(file) if row["threshold"] != "0"]
    for name, probability in given_by.items():
        mine = [row for row in expected if row["variable"] == name]
        found = net_benefit(probability, cancer, [float(row["threshold"]) for row in mine])
        assert found == pytest.approx([float(row["net_benefit"]) for row in mine], rel=1e-9, abs=1e-12)


def test_net_benefit_refuses_a_threshold_of_one() -> None:
    with pytest.raises(ValueError, match="threshold"):
        net_benefit([0.2, 0.8], [0, 1], [0.5, 1.0])


def test_exact_share_by_hand() -> None:
    # 0 of 10: the upper limit solves (1 − p)^10 = 0.025.
    found = exact_proportion(0, 10)
    assert (found.lower, found.upper) == pytest.approx((0, 1 - 0.025**0.1))
    mirrored = exact_proportion(10, 10)
    assert (mirrored.lower, mirrored.upper) == pytest.approx((0.025**0.1, 1))
    # Clopper and Pearson's interval of 81 of 263, as Agresti and textbooks print it.
    found = exact_proportion(81, 263)
    assert (found.lower, found.upper) == pytest.approx((0.2527, 0.3676), abs=5e-5)
    with pytest.raises(ValueError, match="no share"):
        exact_proportion(3, 2)
