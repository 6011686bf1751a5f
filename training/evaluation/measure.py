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


@dataclass(frozen=True, eq=False)
class Estimate:
    """A statistic of the patients, and of each sample of their indices: what a `Measure` sums up."""

    value: float
    draws: NDArray[np.float64]

    @classmethod
    def of(cls, statistic: Statistic, samples: Sequence[NDArray[np.int64]]) -> Estimate:
        drawn = np.array([statistic(sample) for sample in samples], dtype=np.float64)
        return cls(statistic(np.arange(len(samples[0]))), drawn)

    @classmethod
    def mean(cls, estimates: Sequence[Estimate]) -> Estimate:
        """Of estimates on the same samples."""
        draws = np.mean([one.draws for one in estimates], axis=0)
        return cls(float(np.mean([one.value for one in estimates])), draws)

    def less(self, other: Estimate) -> Estimate:
        """The paired difference: both on the same samples."""
        return Estimate(self.value - other.value, self.draws - other.draws)

    def measure(self, name: str) -> Measure:
        """With the 2.5th and 97.5th percentile over the samples."""
        low, high = quantile_interval(self.draws)
        return Measure(name, self.value, low, high)


def measured(name: str, statistic: Statistic, samples: Sequence[NDArray[np.int64]]) -> Measure:
    """A statistic of the patients with its interval."""
    return Estimate.of(statistic, samples).measure(name)
