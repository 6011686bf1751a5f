"""Losses against values worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from training.losses import deephit_loss, likelihood_loss, ranking_loss

# Two months and beyond: patient 0 dies in month 0, patient 1 is known alive after month 0,
# patient 2 outlives the horizon.
PMF = torch.tensor([[0.5, 0.3, 0.2], [0.2, 0.5, 0.3], [0.1, 0.2, 0.7]], dtype=torch.float64)
BIN = torch.tensor([0, 1, 2])
OBSERVED = torch.tensor([True, False, False])


def test_likelihood() -> None:
    # P(month 0) = .5; S(1) = .5 + .3; beyond = .7.
    expected = -(math.log(0.5) + math.log(0.8) + math.log(0.7)) / 3
    assert likelihood_loss(PMF.log(), BIN, OBSERVED).item() == pytest.approx(expected)


def test_alive_from_the_start_costs_nothing() -> None:
    loss = likelihood_loss(PMF.log(), torch.tensor([0, 0, 0]), torch.tensor([False, False, False]))
    assert loss.item() == pytest.approx(0, abs=1e-12)


def test_ranking_compares_both_at_the_earlier_death() -> None:
    # F_0(0) = .5 against F_1(0) = .2 and F_2(0) = .1; no other patient is seen to die.
    loss, pairs = ranking_loss(PMF.log(), BIN, OBSERVED, sigma=0.1)
    assert pairs == 2
    assert loss.item() == pytest.approx((math.exp(-3) + math.exp(-4)) / 2)


def test_equal_months_are_no_pair() -> None:
    loss, pairs = ranking_loss(PMF.log(), torch.tensor([1, 1, 1]), torch.tensor([True, True, False]))
    assert (loss.item(), pairs) == (0.0, 0)


def test_the_terms_are_weighted() -> None:
    whole, pairs = deephit_loss(PMF.log(), BIN, OBSERVED, alpha=2.0, beta=3.0, sigma=0.1)
    likelihood = likelihood_loss(PMF.log(), BIN, OBSERVED)
    ranking, _ = ranking_loss(PMF.log(), BIN, OBSERVED, 0.1)
    assert whole.item() == pytest.approx((2 * likelihood + 3 * ranking).item())
    assert pairs == 2


@pytest.mark.parametrize("observed", [OBSERVED, torch.tensor([False] * 3), torch.tensor([True] * 3)])
def test_gradients_are_finite_even_where_a_probability_vanishes(observed: torch.Tensor) -> None:
    logits = torch.tensor([[40.0, 0.0, -40.0]] * 3, requires_grad=True)
    loss, _ = deephit_loss(torch.log_softmax(logits, dim=1), BIN, observed)
    loss.backward()
    assert torch.isfinite(loss)
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_weights_are_how_often_a_patient_counts() -> None:
    """Patient 0 twice and patient 2 not at all, as weights and written out."""
    weight = torch.tensor([2.0, 1.0, 0.0], dtype=torch.float64)
    drawn = torch.tensor([0, 0, 1])
    written = PMF[drawn].log(), BIN[drawn], OBSERVED[drawn]
    assert likelihood_loss(PMF.log(), BIN, OBSERVED, weight).item() == pytest.approx(
        likelihood_loss(*written).item()
    )
    assert ranking_loss(PMF.log(), BIN, OBSERVED, weight=weight)[0].item() == pytest.approx(
        ranking_loss(*written)[0].item()
    )


def test_pairs_are_compared_within_a_stratum() -> None:
    loss, pairs = ranking_loss(PMF.log(), BIN, OBSERVED, stratum=torch.tensor([0, 1, 0]))
    assert pairs == 1
    assert loss.item() == pytest.approx(math.exp(-4))
