"""The law by which a phantom patient dies: stated, so that the best possible score is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Hazard:
    """A proportional hazard of two of the tumour's properties over a Weibull baseline.

    The log relative hazard (the oracle's risk) is ::

        η = volume_effect · (ln V − ln 14 cm³) / 1.0 + texture_effect · (texture − 40 HU) / 20 HU

    with V the tumour's volume as drawn; the divisors are about the spread of the drawn cohort, so
    the effects are log hazard ratios a standard deviation. ``S(t | η) = exp(−(t / scale)^shape ·
    e^η)``, t in months. Censoring is uniform, and independent of everything.
    """

    volume_effect: float = 0.9
    texture_effect: float = 0.7
    shape: float = 1.2
    scale_months: float = 26.0
    censoring_months: tuple[float, float] = (6.0, 60.0)

    def risk(self, volume_mm3: ArrayLike, texture_hu: ArrayLike) -> Floats:
        """η for tumours of given volume and texture."""
        volume = np.log(np.asarray(volume_mm3, dtype=np.float64) / 14_000.0)
        texture = (np.asarray(texture_hu, dtype=np.float64) - 40.0) / 20.0
        risk: Floats = self.volume_effect * volume + self.texture_effect * texture
        return risk

    def survival(self, risk: ArrayLike, months: ArrayLike) -> Floats:
        """S(t | η); broadcasts risk against months."""
        cumulative = (np.asarray(months, dtype=np.float64) / self.scale_months) ** self.shape
        survival: Floats = np.exp(-cumulative * np.exp(np.asarray(risk, dtype=np.float64)))
        return survival

    def draw(self, risk: float, rng: np.random.Generator) -> tuple[float, float]:
        """A time of death and a time of censoring, in months, never 0."""
        death = self.scale_months * (rng.exponential() / np.exp(risk)) ** (1.0 / self.shape)
        return max(float(death), 1e-3), float(rng.uniform(*self.censoring_months))
