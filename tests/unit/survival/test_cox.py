"""Cox and its tests against lifelines, finite differences, and cases with an answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter

from ctprog_gui.core.survival.cox import fit_cox
from ctprog_gui.core.survival.partial_likelihood import partial_likelihood, risk_sets
from ctprog_gui.core.survival.proportionality import proportionality_test
from ctprog_gui.core.survival.sample import FollowUp


def _tied(seed: int, n: int = 120) -> tuple[FollowUp, np.ndarray]:
    """Follow-up in whole months, so that most times are tied, and three covariates."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(60, 9, n), rng.integers(0, 2, n), rng.normal(size=n)])
    death = rng.exponential(12 * np.exp(-0.03 * (x[:, 0] - 60) - 0.6 * x[:, 1]))
    lost = rng.exponential(20, n)
    return FollowUp(np.ceil(np.minimum(death, lost)), death <= lost), x


@pytest.mark.parametrize("seed", [0, 1])
def test_a_fit_with_ties_is_that_of_lifelines(seed: int) -> None:
    follow_up, x = _tied(seed)
    table = pd.DataFrame(x, columns=["a", "b", "c"]).assign(t=follow_up.time, e=follow_up.event)
    theirs = CoxPHFitter().fit(table, "t", "e", fit_options={"precision": 1e-10})
    ours = fit_cox(follow_up, x)
    # lifelines stops some 1e-6 before the maximum.
    assert ours.coefficient == pytest.approx(theirs.params_.to_numpy(), rel=1e-5)
    assert ours.standard_error == pytest.approx(theirs.standard_errors_.to_numpy(), rel=1e-5)
    assert ours.covariance == pytest.approx(theirs.variance_matrix_.to_numpy(), rel=1e-5)
    assert ours.log_likelihood[1] == pytest.approx(theirs.log_likelihood_, rel=1e-10)


def test_derivatives_are_those_of_the_value() -> None:
    follow_up, x = _tied(2, 60)
    sets = risk_sets(follow_up, (x - x.mean(axis=0)) / x.std(axis=0))
    beta, step = np.array([0.2, -0.5, 0.1]), 1e-5
    here = partial_likelihood(sets, beta)
    for i, unit in enumerate(np.eye(3) * step):
        up, down = partial_likelihood(sets, beta + unit), partial_likelihood(sets, beta - unit)
        assert (up.value - down.value) / (2 * step) == pytest.approx(here.gradient[i], rel=1e-6, abs=1e-6)
        assert -(up.gradient - down.gradient) / (2 * step) == pytest.approx(here.information()[i], rel=1e-6)


def test_large_linear_predictors_do_not_overflow() -> None:
    follow_up, x = _tied(3, 30)
    sets = risk_sets(follow_up, x)
    value = partial_likelihood(sets, np.array([0.0, 2000.0, 0.0])).value
    assert np.isfinite(value)


def test_survival_of_several_patients_is_that_of_each() -> None:
    follow_up, x = _tied(4)
    fit = fit_cox(follow_up, x)
    months = [0.0, 5, 12, 99]
    together = fit.survival(x[:4], months)
    for row, patient in zip(together, x[:4], strict=True):
        alone, lower, upper = fit.survival_interval(patient, months)
        assert row == pytest.approx(fit.survival(patient, months))
        assert row == pytest.approx(alone)
        assert (lower <= alone).all()
        assert (alone <= upper).all()
    assert together[:, 0].tolist() == [1] * 4


def test_a_hazard_that_turns_round_is_found_and_a_constant_one_is_not() -> None:
    rng = np.random.default_rng(5)
    n = 400
    x = rng.integers(0, 2, n).astype(float)
    # The one group dies early, the other late.
    turned = FollowUp(np.where(x == 1, rng.weibull(0.6, n), rng.weibull(2.5, n)) * 10, rng.random(n) < 0.9)
    constant = FollowUp(rng.exponential(10 * np.exp(-0.5 * x)), rng.random(n) < 0.8)
    for transform in ("km", "rank", "identity", "log"):
        assert proportionality_test(turned, x, transform).together.p < 1e-4
        assert proportionality_test(constant, x, transform).together.p > 0.01
    found = proportionality_test(turned, x)
    # With one covariate both tests are the same, and the residuals fall as the hazard ratio does.
    assert found.column[0].value == pytest.approx(found.together.value)
    assert np.corrcoef(found.transformed, found.scaled_residual[:, 0])[0, 1] < -0.2
    assert (np.diff(found.time) >= 0).all()
    assert found.scaled_residual.shape == (turned.events, 1)
    # Schoenfeld residuals sum to 0 at the maximum: their scaled mean is the coefficient.
    assert found.scaled_residual.mean() == pytest.approx(fit_cox(turned, x).coefficient[0], abs=1e-6)


def test_proportionality_says_why_it_cannot_test() -> None:
    x = [0.0, 1, 2, 0]
    with pytest.raises(ValueError, match="death at time 0"):
        proportionality_test(FollowUp(np.array([0.0, 1, 2, 3]), np.array([1, 1, 0, 1])), x, "log")
    with pytest.raises(ValueError, match="all deaths are at one time"):
        proportionality_test(FollowUp(np.array([2.0, 2, 2, 3]), np.array([1, 1, 0, 0])), x)
    with pytest.raises(ValueError, match="'sqrt'"):
        proportionality_test(
            FollowUp(np.array([1.0, 2, 2, 3]), np.array([1, 1, 0, 0])),
            x,
            "sqrt",
        )


def test_covariates_that_depend_on_each_other() -> None:
    follow_up, x = _tied(6, 40)
    with pytest.raises(ValueError, match=r"dependent|maximum|converge"):
        fit_cox(follow_up, np.column_stack([x[:, 1], x[:, 1], x[:, 1]]))
    with pytest.raises(ValueError, match="one finite row"):
        fit_cox(follow_up, x[:-1])
    with pytest.raises(ValueError, match="one finite row"):
        fit_cox(follow_up, np.where(np.arange(40) == 3, np.nan, x[:, 0]))
