"""The law by which a phantom patient dies: stated, so that the best possible score is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.shared.errors import InputError
from training.phantom.factors import FACTORS, Effects

Floats = NDArray[np.float64]
# Weibull shape and scale in months of the two groups whose hazards cross: many deaths at once and
# few later, or the other way round. The curves meet at 19 months. Under the default censoring and
# beside the volume, a Cox model's coefficient for the group is 0 (to 0.03, on 20 000 patients).
_EARLY, _LATE = (0.7, 26.0), (2.4, 21.0)
MEAN_MONTHS = 24.0


@dataclass(frozen=True)
class Law:
    """How one patient dies: ``S(t) = exp(−(t / scale)^shape · e^η)``, t in months."""

    log_hazard: float
    shape: float
    scale_months: float

    def survival(self, months: ArrayLike) -> Floats:
        """S(t)."""
        cumulative = (np.asarray(months, dtype=np.float64) / self.scale_months) ** self.shape
        survival: Floats = np.exp(-cumulative * np.exp(self.log_hazard))
        return survival

    def draw(self, rng: np.random.Generator) -> float:
        """A time of death in months, never 0."""
        death = self.scale_months * (rng.exponential() / np.exp(self.log_hazard)) ** (1.0 / self.shape)
        return max(float(death), 1e-3)

    def mean_months(self) -> float:
        """Expected months lived of the first 24."""
        months = np.linspace(0, MEAN_MONTHS, 961)
        return float(np.trapezoid(self.survival(months), months))


@dataclass(frozen=True)
class Hazard:
    """A proportional hazard of chosen factors over a Weibull baseline.

    The log relative hazard is the sum of effect times standard score over the factors
    (`training.phantom.factors`), so an effect is a log hazard ratio per standard deviation. The
    default is ::

        η = 0.9 · (ln V − ln 14 cm³) / 1.0 + 0.7 · (texture − 40 HU) / 20 HU

    with V the tumour's volume as drawn.

    Parameters
    ----------
    effects
        Factor to log hazard ratio.
    shape, scale_months
        Of the baseline; 1 is a constant (exponential) hazard.
    crossing
        A factor, or None. Patients whose score of it is positive die early or not at all (shape
        0.7), the others late (shape 2.4): the two groups' hazards cross, and no score orders the
        patients at all times.
    """

    effects: Effects = field(default_factory=lambda: {"volume": 0.9, "texture": 0.7})
    shape: float = 1.2
    scale_months: float = 26.0
    crossing: str | None = None

    def law(self, values: Mapping[str, float]) -> Law:
        """The law of a patient with these values of the factors."""
        log_hazard = sum(effect * FACTORS[name].score(values[name]) for name, effect in self.effects.items())
        shape, scale = self.shape, self.scale_months
        if self.crossing is not None:
            shape, scale = _EARLY if FACTORS[self.crossing].score(values[self.crossing]) > 0 else _LATE
        return Law(float(log_hazard), shape, scale)

    def risk(self, law: Law) -> float:
        """The oracle's score, higher is worse.

        η; where hazards cross, minus the expected months lived of the first 24.
        """
        return law.log_hazard if self.crossing is None else -law.mean_months()


@dataclass(frozen=True)
class Censoring:
    """When follow-up ends, independent of everything else about the patient.

    The earliest of what is given: a uniform time, an exponential one, an administrative end.
    """

    uniform_months: tuple[float, float] | None = (6.0, 60.0)
    rate_per_month: float = 0.0
    horizon_months: float = np.inf

    def draw(self, rng: np.random.Generator) -> float:
        ends = [self.horizon_months]
        if self.uniform_months is not None:
            ends.append(float(rng.uniform(*self.uniform_months)))
        if self.rate_per_month > 0:
            ends.append(float(rng.exponential()) / self.rate_per_month)
        return min(ends)


def censoring_of(share: float, horizon_months: float | None, deaths: Sequence[float] | Floats) -> Censoring:
    """Exponential censoring that leaves a share of the patients censored, in expectation.

    Parameters
    ----------
    share
        0 to 1; 0 for none beside the administrative end.
    horizon_months
        The administrative end, or None.
    deaths
        Times of death of a reference population under the same law.

    Raises
    ------
    InputError
        If the share is out of range, or the administrative end alone censors more.
    """
    if not 0 <= share < 1:
        raise InputError(
            f"the share of censored patients is {share:g}; it must be at least 0 and less than 1"
        )
    horizon = np.inf if horizon_months is None else horizon_months
    if not horizon > 0:
        raise InputError(f"follow-up must end after month 0, not at {horizon:g}")
    times = np.asarray(deaths, dtype=np.float64)

    def censored(rate: float) -> float:
        return 1 - float(np.mean((times <= horizon) * np.exp(-rate * times)))

    least = censored(0.0)
    if share == 0:
        return Censoring(None, 0.0, horizon)
    if share < least - 0.005:
        raise InputError(
            f"an end of follow-up at {horizon:g} months censors {100 * least:.0f} % by itself: "
            f"{100 * share:.0f} % can't be had"
        )
    from scipy.optimize import brentq

    # Censored at rate 1000 a month: nobody is seen to die.
    rate = 0.0 if share <= least else float(brentq(lambda r: censored(r) - share, 0.0, 1000.0))
    return Censoring(None, rate, horizon)
