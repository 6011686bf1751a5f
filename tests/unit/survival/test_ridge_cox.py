from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.survival.cox import fit_cox
from ctprog_gui.core.survival.ridge_cox import RidgeCox
from ctprog_gui.core.survival.sample import FollowUp


def sample(n: int = 120, p: int = 4, seed: int = 1) -> tuple[FollowUp, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p))
    hazard = np.exp(x[:, 0] - 0.5 * x[:, 1])
    # Whole months, so that there are ties.
    time = np.ceil(rng.exponential(20 / hazard))
    censored = rng.uniform(5, 60, n)
    return FollowUp(np.minimum(time, np.ceil(censored)), time <= censored), x


def test_next_to_no_penalty_is_cox() -> None:
    follow_up, x = sample()
    found = RidgeCox(follow_up, x).coefficient(1e-9)
    assert found == pytest.approx(fit_cox(follow_up, x).coefficient, abs=1e-6)


@pytest.mark.parametrize("p", [4, 300])
@pytest.mark.parametrize("penalty", [0.01, 0.3])
def test_it_agrees_with_scikit_survival(p: int, penalty: float) -> None:
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.util import Surv

    follow_up, x = sample(p=p)
    # There the penalty is alpha/2 · β·β beside the sum over patients, not the mean.
    oracle = CoxPHSurvivalAnalysis(alpha=penalty * follow_up.n, ties="efron", tol=1e-12, n_iter=200)
    oracle.fit(x, Surv.from_arrays(follow_up.event, follow_up.time))
    assert RidgeCox(follow_up, x).coefficient(penalty) == pytest.approx(oracle.coef_, abs=1e-6)


def test_at_the_maximum_nothing_is_gained_in_any_direction() -> None:
    """In strata, with weights: the gradient of ℓ/n is λ w β."""
    follow_up, x = sample(150, 6)
    stratum = np.array(["a", "b", "b"] * 50)
    weight = np.array([1.0, 2.0, 0.5, 1.0, 4.0, 1.0])
    beta = RidgeCox(follow_up, x, weight=weight, stratum=stratum).coefficient(0.02)

    def value(b: np.ndarray) -> float:
        total = 0.0
        for label in ("a", "b"):
            t, d, z = (part[stratum == label] for part in (follow_up.time, follow_up.event, x @ b))
            for when in np.unique(t[d]):
                own = d & (t == when)
                at_risk, tied = np.exp(z[t >= when]).sum(), np.exp(z[own]).sum()
                total += z[own].sum()
                total -= sum(np.log(at_risk - k / own.sum() * tied) for k in range(own.sum()))
        return total / len(x) - 0.01 * float(weight @ b**2)

    for axis in range(6):
        step = np.zeros(6)
        step[axis] = 1e-4
        slope = (value(beta + step) - value(beta - step)) / 2e-4
        assert slope == pytest.approx(0, abs=1e-6)


@settings(deadline=None, max_examples=15)
@given(st.floats(0.05, 20), st.integers(0, 3))
def test_a_weight_is_a_scale(factor: float, column: int) -> None:
    follow_up, x = sample(60)
    weight = np.ones(4)
    weight[column] = factor**2
    scaled = x.copy()
    scaled[:, column] /= factor
    one = RidgeCox(follow_up, x, weight=weight).coefficient(0.1)
    two = RidgeCox(follow_up, scaled).coefficient(0.1)
    assert x @ one == pytest.approx(scaled @ two, abs=1e-5)


def test_what_makes_no_sense_is_refused() -> None:
    follow_up, x = sample(20)
    with pytest.raises(ValueError, match="positive"):
        RidgeCox(follow_up, x).coefficient(0.0)
    with pytest.raises(ValueError, match="shape"):
        RidgeCox(follow_up, x[:5])
    with pytest.raises(ValueError, match="nobody died"):
        RidgeCox(FollowUp(follow_up.time, np.zeros(20, bool)), x)
    with pytest.raises(ValueError, match="weights"):
        RidgeCox(follow_up, x, weight=[1, 1, 0, 1])
    x[0, 0] = np.nan
    with pytest.raises(ValueError, match="not a number"):
        RidgeCox(follow_up, x)
