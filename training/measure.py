"""One figure with its interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.statistics.resampling import quantile_interval

Statistic = Callable[[NDArray[np.int64]], float]


@dataclass(frozen=True)
class Measure:
    """One figure; the interval is a percentile bootstrap over patients, where there is one."""

    name: str
    value: float
    lower: float | None = None
    upper: float | None = None

    @property
    def text(self) -> str:
        interval = f" ({self.lower:.3f} to {self.upper:.3f})" if self.lower is not None else ""
        return f"{self.value:.3f}{interval}"


def measured(name: str, statistic: Statistic, samples: Sequence[NDArray[np.int64]]) -> Measure:
    """A statistic of the patients, and its 2.5th and 97.5th percentile over samples of their indices."""
    value = statistic(np.arange(len(samples[0])))
    low, high = quantile_interval([statistic(sample) for sample in samples])
    return Measure(name, value, low, high)
