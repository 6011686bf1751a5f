"""How much each input, or group of inputs, moved what a model says: Shapley values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# 2^12 coalitions are as many as are worth asking a model about.
MOST_GROUPS = 12
_ROWS_AT_ONCE = 65_536


def shapley_values(
    model: Callable[[Floats], Floats], inputs: Floats, reference: Floats, groups: Sequence[Sequence[int]]
) -> Floats:
    """Each group's share of model(inputs) − model(reference): (patient, group); rows sum to that.

    A group's value is the mean, over all orders in which the groups may be told to the model, of what
    telling it changes; what is not told yet is as in the reference. All coalitions are asked about, so
    the values are exact for this reference.

    Parameters
    ----------
    model
        (row, input) to (row,).
    inputs
        (patient, input)
    reference
        (input,), as the mean of the patients that the model was fitted to.
    groups
        Places of inputs; each input in one of them.

    Raises
    ------
    ValueError
        If the groups don't hold each input once, or there are more than `MOST_GROUPS`.

    Source: Shapley 1953; Lundberg and Lee, NeurIPS 2017, with one reference ("baseline Shapley").
    """
    count = len(groups)
    if sorted(i for group in groups for i in group) != list(range(inputs.shape[1])):
        raise ValueError("each input must be in one group")
    if count > MOST_GROUPS:
        raise ValueError(f"{count} groups are too many to ask about every coalition of")
    told = (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1
    of_input = np.zeros((len(told), inputs.shape[1]), np.bool_)
    for number, group in enumerate(groups):
        of_input[:, list(group)] = told[:, [number]]
    size = told.sum(axis=1)
    orders = np.array([factorial(s) * factorial(count - s - 1) for s in range(count)]) / factorial(count)
    found = np.zeros((len(inputs), count))
    step = max(1, _ROWS_AT_ONCE // len(told))
    for start in range(0, len(inputs), step):
        part = inputs[start : start + step]
        asked = np.where(of_input[None], part[:, None], reference)
        worth = model(asked.reshape(-1, inputs.shape[1])).reshape(len(part), len(told))
        for number in range(count):
            without = np.flatnonzero(~told[:, number])
            gain = worth[:, without + (1 << number)] - worth[:, without]
            found[start : start + step, number] = gain @ orders[size[without]]
    return found
