"""Shapley values: what must hold whatever the model is, and sums worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.radscore.shapley import shapley_values

SINGLES = [[0], [1], [2], [3]]


def wavy(rows: np.ndarray) -> np.ndarray:
    """No sum of its inputs; the fourth is not looked at."""
    return np.tanh(rows[:, 0] * rows[:, 1]) + np.where(rows[:, 2] > 0, rows[:, 0], 1.0)


def test_of_a_line_it_is_slope_times_distance() -> None:
    rng = np.random.default_rng(1)
    slope, rows, reference = rng.normal(size=4), rng.normal(size=(5, 4)), rng.normal(size=4)
    found = shapley_values(lambda x: x @ slope, rows, reference, SINGLES)
    assert found == pytest.approx((rows - reference) * slope)
    together = shapley_values(lambda x: x @ slope, rows, reference, [[0, 3], [2], [1]])
    assert together[:, 0] == pytest.approx(found[:, 0] + found[:, 3])
    assert together[:, 1:] == pytest.approx(found[:, [2, 1]])


def test_a_product_is_shared_out_by_hand() -> None:
    """x·y from (1, 2) to (3, 5): alone x brings 4 and y 3, both 13; so 4 + 6/2 and 3 + 6/2."""
    found = shapley_values(
        lambda r: r[:, 0] * r[:, 1], np.array([[3.0, 5.0]]), np.array([1.0, 2.0]), [[0], [1]]
    )
    assert found.tolist() == [[7.0, 6.0]]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_shares_sum_to_what_changed_and_who_is_not_asked_has_none(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, reference = rng.normal(size=(3, 4)), rng.normal(size=4)
    found = shapley_values(wavy, rows, reference, SINGLES)
    assert found.sum(axis=1) == pytest.approx(wavy(rows) - wavy(reference[None]))
    assert not found[:, 3].any()


def test_groups_hold_each_input_once() -> None:
    with pytest.raises(ValueError, match="each input"):
        shapley_values(wavy, np.zeros((1, 4)), np.zeros(4), [[0, 1], [1, 2, 3]])
    with pytest.raises(ValueError, match="too many"):
        shapley_values(lambda x: x.sum(axis=1), np.zeros((1, 13)), np.zeros(13), [[i] for i in range(13)])
