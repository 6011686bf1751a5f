"""Against R: survival's lung data, numbers computed with survfit, survdiff, coxph and concordance."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ctprog_gui.core.statistics.resampling import optimism
from ctprog_gui.core.survival.concordance import comparable_pairs, concordance, uno_concordance
from ctprog_gui.core.survival.cox import CoxFit, fit_cox
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.logrank import logrank, logrank_of_groups
from ctprog_gui.core.survival.proportionality import Transform, proportionality_test
from ctprog_gui.core.survival.sample import FollowUp

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def expected(shared_data: Path) -> dict[str, Any]:
    path = shared_data / "reference_values" / "reference_values.json"
    value: dict[str, Any] = json.loads(path.read_text())
    return value


@pytest.fixture(scope="module")
def lung(shared_data: Path) -> Rows:
    with (shared_data / "reference_values" / "lung.csv").open() as file:
        return list(csv.DictReader(file))


def _follow_up(rows: Rows) -> FollowUp:
    time = np.array([float(row["time"]) for row in rows])
    return FollowUp(time, np.array([row["status"] == "2" for row in rows]))


def _covariates(rows: Rows) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([[float(row[name]) for name in ("age", "sex", "ph.ecog")] for row in rows])


def _complete(rows: Rows) -> Rows:
    return [row for row in rows if "NA" not in (row["age"], row["sex"], row["ph.ecog"])]


def test_kaplan_meier_and_its_log_log_interval(lung: Rows, expected: dict[str, Any]) -> None:
    for wanted in expected["lung_km_times_loglog"]:
        sex = wanted["strata"].removeprefix("sex=")
        curve = kaplan_meier(_follow_up([row for row in lung if row["sex"] == sex]))
        at = np.searchsorted(curve.months, wanted["time"], side="right") - 1
        found = [curve.probability[at], curve.lower[at], curve.upper[at]]
        assert found == pytest.approx([wanted["surv"], wanted["lower"], wanted["upper"]], rel=1e-8)


def test_kaplan_meier_with_r_s_own_interval(lung: Rows, expected: dict[str, Any]) -> None:
    for wanted in expected["lung_km_times"]:
        sex = wanted["strata"].removeprefix("sex=")
        curve = kaplan_meier(_follow_up([row for row in lung if row["sex"] == sex]), "log")
        at = np.searchsorted(curve.months, wanted["time"], side="right") - 1
        found = [curve.probability[at], curve.standard_error[at], curve.lower[at], curve.upper[at]]
        names = ("surv", "se", "lower", "upper")
        assert found == pytest.approx([wanted[name] for name in names], rel=1e-8)


@pytest.mark.parametrize(("block", "until"), [("lung_km_by_sex", 1022.0), ("lung_rmst730", 730.0)])
def test_median_and_restricted_mean(lung: Rows, expected: dict[str, Any], block: str, until: float) -> None:
    for wanted in expected[block]:
        sex = wanted["_row"].removeprefix("sex=")
        group = _follow_up([row for row in lung if row["sex"] == sex])
        curve = kaplan_meier(group, "log")
        assert curve.median() == (wanted["median"], wanted["0.95LCL"], wanted["0.95UCL"])
        assert curve.restricted_mean(until) == pytest.approx((wanted["rmean"], wanted["se(rmean)"]), rel=1e-9)
        assert (group.n, group.events) == (wanted["n.start"], wanted["events"])


def test_number_at_risk(lung: Rows, expected: dict[str, Any]) -> None:
    for wanted in expected["lung_km_times"]:
        sex = wanted["strata"].removeprefix("sex=")
        group = _follow_up([row for row in lung if row["sex"] == sex])
        assert group.at_risk(wanted["time"]) == wanted["n.risk"]


def test_logrank(lung: Rows, expected: dict[str, Any]) -> None:
    men, women = (_follow_up([row for row in lung if row["sex"] == sex]) for sex in "12")
    found, wanted = logrank(men, women), expected["lung_logrank"]
    assert found.chi_square == pytest.approx(wanted["chisq"], rel=1e-8)
    assert found.p == pytest.approx(wanted["p"], rel=1e-8)
    assert found.expected == pytest.approx(wanted["exp"], rel=1e-8)


def test_peto_and_peto(lung: Rows, expected: dict[str, Any]) -> None:
    found = logrank_of_groups(_follow_up(lung), [row["sex"] for row in lung], rho=1)
    assert found.test.value == pytest.approx(expected["lung_peto_rho1"]["chisq"], rel=1e-9)


def test_cox_with_efron_ties(lung: Rows, expected: dict[str, Any]) -> None:
    rows, wanted = _complete(lung), expected["lung_cox"]
    fit = fit_cox(_follow_up(rows), _covariates(rows))
    assert fit.coefficient == pytest.approx(list(wanted["coef"].values()), rel=1e-7)
    assert fit.standard_error == pytest.approx(list(wanted["se"].values()), rel=1e-7)
    assert fit.log_likelihood == pytest.approx(wanted["loglik"], rel=1e-10)
    assert fit.z == pytest.approx(list(wanted["z"].values()), rel=1e-7)
    assert fit.p == pytest.approx(list(wanted["p"].values()), rel=1e-6)
    for test, name in ((fit.likelihood_ratio_test, "lrt"), (fit.score_test, "score")):
        assert (test.value, test.freedom) == pytest.approx(
            (wanted[name]["test"], wanted[name]["df"]), rel=1e-9
        )
        assert test.p == pytest.approx(wanted[name]["pvalue"], rel=1e-9)
    # R prints Wald's statistic with two decimals.
    assert fit.wald_test.value == pytest.approx(wanted["wald"]["test"], abs=5e-3)
    assert concordance(_follow_up(rows), fit.linear_predictor(_covariates(rows))) == pytest.approx(
        wanted["concordance"]["C"], rel=1e-9
    )
    cases = expected["lung_cox_pred_age60_sex1_ecog1"]
    survival = fit.survival([60, 1, 1], [case["time"] for case in cases])
    assert survival == pytest.approx([case["surv"] for case in cases], rel=1e-7)
    _, lower, upper = fit.survival_interval([60, 1, 1], [case["time"] for case in cases])
    assert lower == pytest.approx([case["lower"] for case in cases], rel=1e-7)
    assert upper == pytest.approx([case["upper"] for case in cases], rel=1e-7)


@pytest.mark.parametrize("transform", ["km", "rank", "identity", "log"])
def test_proportionality(lung: Rows, expected: dict[str, Any], transform: Transform) -> None:
    rows = _complete(lung)
    found = proportionality_test(_follow_up(rows), _covariates(rows), transform)
    wanted = expected[f"lung_zph_{transform}"]
    for test, row in zip((*found.column, found.together), wanted, strict=True):
        assert (test.value, test.p) == pytest.approx((row["chisq"], row["p"]), rel=2e-8)
        assert test.freedom == row["df"]


def test_baseline_hazard_at_zero_covariates(lung: Rows, expected: dict[str, Any]) -> None:
    rows = _complete(lung)
    fit = fit_cox(_follow_up(rows), _covariates(rows))
    first = expected["lung_basehaz_first"]
    # R's basehaz(centered = TRUE) of this fit agrees with zero covariates shifted to the means.
    at_zero = fit.baseline * np.exp(-fit.mean @ fit.coefficient)
    assert fit.baseline_time[:5] == pytest.approx([row["time"] for row in first])
    assert at_zero[:5] == pytest.approx([row["hazard"] for row in first], rel=1e-6)


def test_concordance_of_the_linear_predictor(lung: Rows, expected: dict[str, Any]) -> None:
    rows = _complete(lung)
    follow_up, x = _follow_up(rows), _covariates(rows)
    risk = x @ fit_cox(follow_up, x).coefficient
    assert concordance(follow_up, risk) == pytest.approx(expected["lung_concordance"]["c"], rel=1e-8)
    counts = expected["lung_concordance"]["counts"]
    assert comparable_pairs(follow_up) == sum(counts[name] for name in ("concordant", "discordant", "tied.x"))
    assert uno_concordance(follow_up, risk) == pytest.approx(expected["lung_uno_nG2"]["c"], rel=1e-8)


def test_optimism_is_that_of_rms_validate(lung: Rows, expected: dict[str, Any]) -> None:
    """200 resamples in R and 200 others here: the means agree within their Monte-Carlo error."""
    rows = _complete(lung)
    follow_up, x = _follow_up(rows), _covariates(rows)

    def fit(index: NDArray[np.int64]) -> CoxFit:
        return fit_cox(follow_up.where(index), x[index])

    def dxy(model: CoxFit, index: NDArray[np.int64]) -> float:
        return 2 * concordance(follow_up.where(index), model.linear_predictor(x[index])) - 1

    def slope(model: CoxFit, index: NDArray[np.int64]) -> float:
        return float(fit_cox(follow_up.where(index), model.linear_predictor(x[index])).coefficient[0])

    wanted = {row["_row"]: row for row in expected["rms_validate_lung_B200_seed1"]}
    for measure, name, error in ((dxy, "Dxy", 0.012), (slope, "Slope", 0.05)):
        found = optimism(fit, measure, follow_up.n, count=200, seed=1)
        assert found.apparent == pytest.approx(wanted[name]["index.orig"], rel=1e-7)
        assert found.optimism == pytest.approx(wanted[name]["optimism"], abs=error)
        assert found.corrected == pytest.approx(wanted[name]["index.corrected"], abs=error)


def test_coefficients_of_rms(lung: Rows, expected: dict[str, Any]) -> None:
    rows = _complete(lung)
    wanted = expected["rms_nomogram_lung"]
    fit = fit_cox(_follow_up(rows), _covariates(rows))
    # cph stops earlier than coxph does: four digits are the same.
    assert fit.coefficient == pytest.approx(list(wanted["coef"].values()), rel=3e-4)
