"""The contrastive loss against its definition, and where it could break."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from training.losses import ntxent_loss


def by_definition(first: np.ndarray, second: np.ndarray, temperature: float) -> float:
    """Equation 1 of the paper, view by view, in double precision."""
    views = np.concatenate([first, second]).astype(np.float64)
    views /= np.linalg.norm(views, axis=1, keepdims=True)
    n, terms = len(first), []
    for i in range(2 * n):
        partner = (i + n) % (2 * n)
        similar = [np.exp(views[i] @ views[k] / temperature) for k in range(2 * n) if k != i]
        terms.append(-np.log(np.exp(views[i] @ views[partner] / temperature) / sum(similar)))
    return float(np.mean(terms))


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("count", [2, 7, 32])
def test_it_is_equation_1(count: int, temperature: float) -> None:
    rng = np.random.default_rng(count)
    first, second = rng.normal(size=(2, count, 5)).astype(np.float32)
    found = ntxent_loss(torch.from_numpy(first), torch.from_numpy(second), temperature)
    assert float(found) == pytest.approx(by_definition(first, second, temperature), rel=1e-5)


def test_a_perfect_match_is_the_least_and_neither_order_nor_length_matters() -> None:
    first = torch.eye(6) * 3
    least = ntxent_loss(first, first, 0.1)
    assert float(least) == pytest.approx(np.log(1 + 10 * np.exp(-10)), abs=1e-6)
    torch.manual_seed(1)
    second = torch.randn(6, 6)
    order = torch.randperm(6)
    assert torch.allclose(ntxent_loss(first, second), ntxent_loss(second[order] * 7, first[order]))
    assert float(ntxent_loss(first, first.roll(1, 0), 0.1)) > 9


@pytest.mark.parametrize("temperature", [0.1, 0.005, 1e-4])
def test_low_temperatures_overflow_nothing(temperature: float) -> None:
    """exp(1 / 0.005) is beyond float32."""
    torch.manual_seed(2)
    first = torch.randn(8, 4, requires_grad=True)
    second = torch.randn(8, 4)
    loss = ntxent_loss(first, second, temperature)
    loss.backward()
    assert torch.isfinite(loss)
    assert first.grad is not None
    assert torch.isfinite(first.grad).all()
    assert float(first.grad.abs().max()) > 0


def test_it_is_computed_in_float32_under_autocast_and_from_half() -> None:
    torch.manual_seed(3)
    first, second = torch.randn(2, 16, 32)
    whole = ntxent_loss(first, second)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = ntxent_loss(first, second)
    assert mixed.dtype == torch.float32
    assert float(mixed) == float(whole)
    halved = ntxent_loss(first.bfloat16(), second.bfloat16())
    assert halved.dtype == torch.float32
    assert float(halved) == pytest.approx(float(whole), rel=0.02)


def test_its_gradient_is_right() -> None:
    """In double precision the cast to float32 is all that the numerical gradient sees of an error."""
    torch.manual_seed(4)
    first, second = torch.randn(2, 3, 4)
    first.requires_grad_()
    ntxent_loss(first, second, 0.5).backward()
    step = 1e-3
    for i, j in ((0, 0), (1, 2), (2, 3)):
        moved = [by_definition(_moved(first, i, j, sign * step), second.numpy(), 0.5) for sign in (1, -1)]
        assert first.grad is not None
        assert float(first.grad[i, j]) == pytest.approx((moved[0] - moved[1]) / (2 * step), abs=1e-4)


def _moved(values: torch.Tensor, i: int, j: int, by: float) -> np.ndarray:
    moved = values.detach().double().numpy().copy()
    moved[i, j] += by
    return moved


@pytest.mark.parametrize(
    ("first", "second", "temperature", "reason"),
    [
        (torch.zeros(3, 2), torch.zeros(2, 2), 0.1, "same shape"),
        (torch.zeros(3), torch.zeros(3), 0.1, "same shape"),
        (torch.zeros(1, 2), torch.zeros(1, 2), 0.1, "two images"),
        (torch.zeros(3, 2), torch.zeros(3, 2), 0.0, "temperature"),
    ],
)
def test_what_is_no_contrast_is_refused(
    first: torch.Tensor, second: torch.Tensor, temperature: float, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        ntxent_loss(first, second, temperature)
