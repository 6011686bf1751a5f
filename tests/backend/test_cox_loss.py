"""Cox's loss against the survival core, lifelines, a loop, and its own derivative."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import torch
from lifelines import CoxPHFitter

from ctprog_gui.core.survival.concordance import comparable_pairs
from ctprog_gui.core.survival.cox import fit_cox
from ctprog_gui.core.survival.sample import FollowUp
from training.losses import cox_loss


def drawn(n: int, seed: int) -> tuple[torch.Tensor, FollowUp]:
    """Covariates, and follow-up in a few whole months, so that many die together."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    time = np.ceil(6 * rng.exponential(size=n) * np.exp(-0.5 * x[:, 0]))
    return torch.from_numpy(x), FollowUp(np.minimum(time, 12), (rng.random(n) < 0.7) & (time <= 12))


def tensors(follow_up: FollowUp) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.from_numpy(follow_up.time), torch.from_numpy(follow_up.event)


def minimum(
    x: torch.Tensor,
    follow_up: FollowUp,
    *,
    weight: torch.Tensor | None = None,
    stratum: torch.Tensor | None = None,
) -> np.ndarray:
    beta = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([beta], max_iter=100, tolerance_grad=1e-10, tolerance_change=1e-14)

    def closure() -> float:
        optimizer.zero_grad()
        loss, _ = cox_loss(x @ beta, *tensors(follow_up), weight=weight, stratum=stratum)
        loss.backward()
        return float(loss.detach())

    optimizer.step(closure)
    return beta.detach().numpy()


def test_the_value_and_the_minimum_are_those_of_the_survival_core() -> None:
    x, follow_up = drawn(120, 1)
    fitted = fit_cox(follow_up, x.numpy())
    at_zero, pairs = cox_loss(torch.zeros(120, dtype=torch.float64), *tensors(follow_up))
    assert at_zero.item() * follow_up.events == pytest.approx(-fitted.log_likelihood[0], rel=1e-12)
    assert pairs == comparable_pairs(follow_up)
    assert minimum(x, follow_up) == pytest.approx(fitted.coefficient, abs=1e-6)


def test_weights_and_strata_are_those_of_lifelines() -> None:
    x, follow_up = drawn(150, 2)
    rng = np.random.default_rng(3)
    weight, stratum = rng.integers(1, 4, size=150), rng.integers(2, size=150)
    table = pd.DataFrame(x.numpy(), columns=["a", "b", "c"])
    table = table.assign(time=follow_up.time, event=follow_up.event, weight=weight, stratum=stratum)
    fitter = CoxPHFitter().fit(table, "time", "event", weights_col="weight", strata=["stratum"])
    found = minimum(x, follow_up, weight=torch.from_numpy(weight).double(), stratum=torch.from_numpy(stratum))
    assert found == pytest.approx(fitter.params_.to_numpy(), abs=1e-5)


def test_tied_deaths_by_hand() -> None:
    """Two die at 1 and one outlives them: log(a + b + c) and log(c + (a + b) / 2)."""
    log_hazard = torch.tensor([0.0, math.log(2), math.log(3)], dtype=torch.float64)
    loss, pairs = cox_loss(log_hazard, torch.tensor([1.0, 1.0, 2.0]), torch.tensor([True, True, False]))
    assert loss.item() == pytest.approx((math.log(6) + math.log(4.5) - math.log(2)) / 2)
    assert pairs == 2


def test_the_gradient_is_that_of_the_likelihood() -> None:
    x, follow_up = drawn(20, 4)
    weight, stratum = torch.rand(20, dtype=torch.float64), torch.tensor([0, 1] * 10)

    def loss(log_hazard: torch.Tensor) -> torch.Tensor:
        return cox_loss(log_hazard, *tensors(follow_up), weight=weight, stratum=stratum)[0]

    assert torch.autograd.gradcheck(loss, x[:, 0].clone().requires_grad_(True))


def test_a_constant_changes_nothing_and_large_hazards_stay_in_range() -> None:
    x, follow_up = drawn(50, 5)
    hazard = (30 * x[:, 0]).float()
    loss, _ = cox_loss(hazard, *tensors(follow_up))
    exact, _ = cox_loss(hazard.double() + 500, *tensors(follow_up))
    assert loss.item() == pytest.approx(exact.item(), rel=1e-5)


def test_who_weighs_nothing_is_not_there() -> None:
    x, follow_up = drawn(30, 6)
    weight = torch.ones(30, dtype=torch.float64)
    weight[::3] = 0
    there = weight > 0
    time, observed = tensors(follow_up)
    hazard = x[:, 0].clone().requires_grad_(True)
    loss, pairs = cox_loss(hazard, time, observed, weight=weight)
    alone, fewer = cox_loss(x[there, 0], time[there], observed[there])
    assert (loss.item(), pairs) == (pytest.approx(alone.item()), fewer)
    loss.backward()
    assert hazard.grad is not None
    assert torch.isfinite(hazard.grad).all()


@pytest.mark.parametrize(
    ("observed", "stratum"),
    [([False, False], None), ([False, True], None), ([True, True], [0, 1])],
    ids=["nobody died", "the last one died", "each alone in its stratum"],
)
def test_no_pair_is_said_and_teaches_nothing(observed: list[bool], stratum: list[int] | None) -> None:
    hazard = torch.tensor([0.3, -0.2], requires_grad=True)
    loss, pairs = cox_loss(
        hazard,
        torch.tensor([1.0, 2.0]),
        torch.tensor(observed),
        stratum=None if stratum is None else torch.tensor(stratum),
    )
    loss.backward()
    assert (loss.item(), pairs) == (0.0, 0)
    assert hazard.grad is not None
    assert not hazard.grad.any()


def test_wrong_arguments() -> None:
    three, two = torch.zeros(3), torch.tensor([True, False])
    with pytest.raises(ValueError, match="one value a patient"):
        cox_loss(three, three, two)
    with pytest.raises(ValueError, match="negative"):
        cox_loss(torch.zeros(2), torch.zeros(2), two, weight=torch.tensor([1.0, -1.0]))
