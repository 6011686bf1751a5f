"""The ranking loss, which sums over bins, against a loop over all pairs in numpy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from training.losses import deephit_loss, likelihood_loss, ranking_loss

Floats = NDArray[np.float64]
Index = NDArray[np.int64]


def looped(
    pmf: Floats, bin_: Index, observed: NDArray[np.bool_], sigma: float, weight: Floats, stratum: Index
) -> tuple[float, int]:
    """Eq. 5 and 6 as printed, but for F_j at i's time."""
    total, counted, pairs = 0.0, 0.0, 0
    for i in range(len(pmf)):
        for j in range(len(pmf)):
            count = weight[i] * weight[j]
            if observed[i] and bin_[i] < bin_[j] and stratum[i] == stratum[j] and count > 0:
                until = bin_[i] + 1
                total += count * math.exp(-(pmf[i, :until].sum() - pmf[j, :until].sum()) / sigma)
                counted += count
                pairs += 1
    return (total / counted if pairs else 0.0), pairs


def drawn(n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    logits = torch.from_numpy(rng.normal(scale=2, size=(n, 8)))
    bin_ = torch.from_numpy(rng.integers(8, size=n))
    return logits, bin_, torch.from_numpy(rng.random(n) < 0.6) & (bin_ < 7)


@pytest.mark.parametrize("sigma", [1.0, 0.1, 0.01])
@pytest.mark.parametrize("strata", [None, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_sums_over_bins_are_sums_over_pairs(sigma: float, strata: int | None, weighted: bool) -> None:
    logits, bin_, observed = drawn(40, 1)
    rng = np.random.default_rng(2)
    weight = rng.integers(0, 3, size=40) * 0.5 if weighted else np.ones(40)
    stratum = rng.integers(strata, size=40) * 7 - 3 if strata else np.zeros(40, dtype=np.int64)
    expected, pairs = looped(
        logits.softmax(dim=1).numpy(), bin_.numpy(), observed.numpy(), sigma, weight, stratum
    )
    found, counted = ranking_loss(
        torch.log_softmax(logits, dim=1),
        bin_,
        observed,
        sigma,
        weight=torch.from_numpy(weight) if weighted else None,
        stratum=torch.from_numpy(stratum) if strata else None,
    )
    assert found.item() == pytest.approx(expected, rel=1e-12)
    assert counted == pairs > 30


def test_the_gradient_is_that_of_the_sum() -> None:
    logits, bin_, observed = drawn(12, 3)
    weight, stratum = torch.rand(12, dtype=torch.float64), torch.tensor([0, 1] * 6)

    def loss(x: torch.Tensor) -> torch.Tensor:
        log_pmf = torch.log_softmax(x, dim=1)
        value, _ = ranking_loss(log_pmf, bin_, observed, 0.2, weight=weight, stratum=stratum)
        return value + likelihood_loss(log_pmf, bin_, observed, weight)

    assert torch.autograd.gradcheck(loss, logits.requires_grad_(True))


def test_single_precision_keeps_six_digits() -> None:
    logits, bin_, observed = drawn(600, 4)
    log_pmf = torch.log_softmax(logits, dim=1)
    exact, _ = deephit_loss(log_pmf, bin_, observed)
    single, _ = deephit_loss(log_pmf.float(), bin_, observed)
    assert single.item() == pytest.approx(exact.item(), rel=1e-6)


def test_a_narrow_sigma_stays_in_range() -> None:
    """exp(F / σ) of one patient is beyond float32 here; of the difference it is not."""
    pmf = torch.tensor([[0.98, 0.01, 0.01], [0.97, 0.01, 0.02]])
    log_pmf = pmf.log().requires_grad_(True)
    loss, pairs = ranking_loss(log_pmf, torch.tensor([0, 2]), torch.tensor([True, False]), sigma=0.005)
    loss.backward()
    assert (loss.item(), pairs) == (pytest.approx(math.exp(-2), rel=1e-4), 1)
    assert log_pmf.grad is not None
    assert torch.isfinite(log_pmf.grad).all()


@pytest.mark.parametrize("weight", [None, torch.zeros(6, dtype=torch.float64)])
def test_no_pair_is_said_and_teaches_nothing(weight: torch.Tensor | None) -> None:
    logits, bin_, _ = drawn(6, 5)
    observed = torch.zeros(6, dtype=torch.bool) if weight is None else bin_ < 7
    x = logits.requires_grad_(True)
    loss, pairs = ranking_loss(torch.log_softmax(x, dim=1), bin_, observed, weight=weight)
    loss.backward()
    assert (loss.item(), pairs) == (0.0, 0)
    assert x.grad is not None
    assert not x.grad.any()
