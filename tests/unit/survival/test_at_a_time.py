"""Figures at one time: AUC, Brier score, net benefit, pseudo-observations; R, scikit-survival, by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sksurv.metrics import brier_score as theirs_brier
from sksurv.metrics import cumulative_dynamic_auc
from sksurv.metrics import integrated_brier_score as theirs_integrated
from sksurv.util import Surv

from ctprog_gui.core.statistics.resampling import bootstrap
from ctprog_gui.core.survival.brier import brier_score, integrated_brier_score
from ctprog_gui.core.survival.concordance import concordance
from ctprog_gui.core.survival.concordance_error import concordance_error
from ctprog_gui.core.survival.cox import fit_cox
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.net_benefit_at import net_benefit_at
from ctprog_gui.core.survival.pseudo import pseudo_survival
from ctprog_gui.core.survival.roc_at_time import auc_at, roc_at
from ctprog_gui.core.survival.sample import FollowUp


def _sample(seed: int, n: int = 150, tied: bool = False) -> tuple[FollowUp, np.ndarray]:
    rng = np.random.default_rng(seed)
    risk = np.round(rng.normal(size=n), 1)
    death, lost = rng.exponential(10 * np.exp(-risk)), rng.exponential(15, n)
    time = np.minimum(death, lost)
    return FollowUp(np.ceil(time) if tied else time, death <= lost), risk


@pytest.fixture(scope="module")
def expected(shared_data: Path) -> dict[str, Any]:
    path = shared_data / "reference_values" / "reference_values.json"
    value: dict[str, Any] = json.loads(path.read_text())
    return value


@pytest.fixture(scope="module")
def lung_fit(shared_data: Path) -> tuple[FollowUp, np.ndarray]:
    """The complete rows of the lung data, and the linear predictor of age, sex and ph.ecog."""
    with (shared_data / "reference_values" / "lung.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["ph.ecog"] != "NA"]
    follow_up = FollowUp(
        np.array([float(row["time"]) for row in rows]), np.array([row["status"] == "2" for row in rows])
    )
    x = np.array([[float(row[name]) for name in ("age", "sex", "ph.ecog")] for row in rows])
    return follow_up, fit_cox(follow_up, x).linear_predictor(x)


def test_auc_is_that_of_time_roc(lung_fit: tuple[FollowUp, np.ndarray], expected: dict[str, Any]) -> None:
    follow_up, risk = lung_fit
    wanted = expected["timeROC_lung_lp"]
    assert auc_at(follow_up, risk, wanted["times"])[1:] == pytest.approx(wanted["AUC"][1:], rel=1e-9)
    # Somebody died on day 180 itself; timeROC counts such a death as neither case nor control, which
    # a censoring on that day does here.
    left_out = FollowUp(follow_up.time, follow_up.event & (follow_up.time != 180))
    assert auc_at(left_out, risk, [180])[0] == pytest.approx(wanted["AUC"][0], rel=1e-9)
    assert auc_at(follow_up, risk, [180])[0] == pytest.approx(wanted["AUC"][0], abs=0.005)


def test_standard_errors(lung_fit: tuple[FollowUp, np.ndarray], expected: dict[str, Any]) -> None:
    follow_up, risk = lung_fit
    assert concordance_error(follow_up, risk) == pytest.approx(expected["lung_concordance"]["se"], rel=1e-9)
    assert concordance_error(follow_up, risk, uno=True) == pytest.approx(
        expected["lung_uno_nG2"]["se"], rel=1e-9
    )
    found = bootstrap(lambda i: concordance(follow_up.where(i), risk[i]), follow_up.n, count=400, seed=1)
    assert found.standard_error == pytest.approx(expected["lung_concordance"]["se"], rel=0.1)
    # timeROC's are from an expansion; the bootstrap's error is some 4 %.
    wanted = expected["timeROC_lung_lp"]
    for k, month in enumerate(wanted["times"]):
        drawn = bootstrap(
            lambda i, month=month: float(auc_at(follow_up.where(i), risk[i], [month])[0]),
            follow_up.n,
            count=400,
            seed=k,
        )
        assert drawn.standard_error == pytest.approx(wanted["se"][k], rel=0.12)


def test_error_within_strata_is_of_their_pairs() -> None:
    follow_up, risk = _sample(1, 60, tied=True)
    label = np.arange(60) % 2
    alone = FollowUp(np.array([1.0, 2, 3, 4]), np.array([1, 1, 0, 0]))
    assert concordance_error(alone, [4, 3, 2, 1]) == 0
    assert np.isnan(concordance_error(alone, [4, 3, 2, 1], stratum=[0, 1, 2, 3]))
    assert concordance_error(follow_up, risk, label) > concordance_error(follow_up, risk)
    with pytest.raises(ValueError, match="2 stratum labels"):
        concordance_error(alone, [4, 3, 2, 1], stratum=[0, 1])


@pytest.mark.parametrize("seed", range(3))
def test_auc_and_brier_without_tied_times_are_those_of_scikit_survival(seed: int) -> None:
    follow_up, risk = _sample(seed)
    months = np.quantile(follow_up.time, [0.2, 0.5, 0.7])
    outcome = Surv.from_arrays(follow_up.event, follow_up.time)
    assert auc_at(follow_up, risk, months) == pytest.approx(
        cumulative_dynamic_auc(outcome, outcome, risk, months)[0]
    )
    survival = np.exp(-np.outer(np.exp(risk), months / 10))
    assert brier_score(follow_up, survival, months) == pytest.approx(
        theirs_brier(outcome, outcome, survival, months)[1]
    )
    assert integrated_brier_score(follow_up, survival, months) == pytest.approx(
        theirs_integrated(outcome, outcome, survival, months)
    )
    # One column of scores a month.
    assert auc_at(follow_up, 1 - survival, months) == pytest.approx(auc_at(follow_up, risk, months))


def test_the_area_of_the_curve_at_a_time() -> None:
    follow_up, risk = _sample(4, tied=True)
    curve = roc_at(follow_up, risk, 6)
    area = np.trapezoid(curve.sensitivity, 1 - curve.specificity)
    assert area == pytest.approx(auc_at(follow_up, risk, 6)[0])
    assert curve.sensitivity[[0, -1]].tolist() == [0, 1]
    assert curve.specificity[[0, -1]] == pytest.approx([1, 0])


def test_auc_where_there_is_nobody_to_compare() -> None:
    follow_up = FollowUp(np.array([2.0, 3, 4]), np.array([1, 0, 0]))
    assert np.isnan(auc_at(follow_up, [1, 2, 3], [1, 4])).all()
    assert auc_at(follow_up, [1, 2, 3], [2]).tolist() == [0]
    with pytest.raises(ValueError, match="deaths by then"):
        roc_at(follow_up, [1, 2, 3], 1)
    with pytest.raises(ValueError, match="shape"):
        auc_at(follow_up, [1, 2], [2])
    with pytest.raises(ValueError, match="finite"):
        auc_at(follow_up, [1, 2, np.nan], [2])
    with pytest.raises(ValueError, match="one finite score"):
        roc_at(follow_up, [1, 2], 2)


def test_brier_by_hand_and_what_it_refuses() -> None:
    follow_up = FollowUp(np.array([1.0, 2, 3, 4]), np.array([1, 0, 1, 0]))
    # G(3−) = G(3) = 2/3: the first counts 1, those after the censoring 3/2 each.
    survival = np.array([[0.2], [0.5], [0.4], [0.9]])
    wanted = (0.2**2 + 1.5 * 0.4**2 + 1.5 * 0.1**2) / 4
    assert brier_score(follow_up, survival, 3) == pytest.approx([wanted])
    with pytest.raises(ValueError, match="between 0 and 1"):
        brier_score(follow_up, survival + 0.2, 3)
    with pytest.raises(ValueError, match="shape"):
        brier_score(follow_up, survival, [2, 3])
    with pytest.raises(ValueError, match="two rising months"):
        integrated_brier_score(follow_up, survival, 3)


def test_survival_decision_curves(shared_data: Path) -> None:
    folder = shared_data / "reference_values" / "decision_curves"
    with (folder / "df_surv.csv").open() as file:
        rows = list(csv.DictReader(file))
    follow_up = FollowUp(
        np.array([float(row["ttcancer"]) for row in rows]),
        np.array([row["cancer"] == "TRUE" for row in rows]),
    )
    given_by = {
        "all": np.ones(len(rows)),
        "none": np.zeros(len(rows)),
        # Unchanged at every threshold of R's table but 0, which would treat all.
        "famhistory": np.array([float(row["famhistory"]) for row in rows]),
    }
    with (folder / "r_simple_surv_dca_result_df.csv").open() as file:
        wanted = [row for row in csv.DictReader(file) if row["threshold"] != "0"]
    assert {row["variable"] for row in wanted} == set(given_by)
    for name, probability in given_by.items():
        mine = [row for row in wanted if row["variable"] == name]
        found = net_benefit_at(follow_up, probability, 1.5, [float(row["threshold"]) for row in mine])
        assert found == pytest.approx([float(row["net_benefit"]) for row in mine], rel=1e-9, abs=1e-12)


def test_net_benefit_where_the_treated_are_not_followed() -> None:
    follow_up = FollowUp(np.array([1.0, 2, 3, 9]), np.array([0, 0, 1, 0]))
    found = net_benefit_at(follow_up, [0.9, 0.8, 0.2, 0.1], 5, [0.0, 0.5, 0.95])
    # Of all, one of two at risk dies at 3; of the two with high risk nobody is seen until 5; nobody.
    assert found[0] == pytest.approx(0.5)
    assert np.isnan(found[1])
    assert found[2] == 0
    with pytest.raises(ValueError, match="between 0 and 1"):
        net_benefit_at(follow_up, [0.9, 0.8, 0.2, 1.1], 5, [0.5])
    with pytest.raises(ValueError, match="2 probabilities for 4"):
        net_benefit_at(follow_up, [0.9, 0.8], 5, [0.5])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=2, max_size=15), st.integers(0, 7))
def test_pseudo_observations_are_those_of_leaving_out(rows: list[tuple[int, bool]], month: int) -> None:
    follow_up = FollowUp(np.array([r[0] for r in rows]), np.array([r[1] for r in rows]))
    n = follow_up.n
    wanted = [
        n * kaplan_meier(follow_up).at(month)
        - (n - 1) * kaplan_meier(follow_up.where(np.arange(n) != i)).at(month)
        for i in range(n)
    ]
    assert pseudo_survival(follow_up, month) == pytest.approx(wanted, abs=1e-9)


def test_pseudo_observations_need_two_patients() -> None:
    with pytest.raises(ValueError, match="two patients"):
        pseudo_survival(FollowUp(np.array([1.0]), np.array([1])), 1)
