"""Endpoints of 0 or 1 whose probability a known property of the image drives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.phantom.factors import FACTORS

MIXED = "mixed"
# What "--endpoint-driver" names, and the factor it is; mixed is one of its own for each endpoint.
DRIVERS = {"texture": "texture", "ring": "ring", "shape": "lobulation", MIXED: MIXED}
_OWN = {
    "lvi": "ring", "pi": "depth", "t4": "volume", "egfr": "texture", "kras": "lobulation", "alk": "ring",
    "tp53": "texture", "pik3ca": "spiculation", "ros1": "lobulation", "pdl1": "necrosis",
}  # fmt: skip
# About what is published for adenocarcinomas; the rare ones are rare on purpose.
PREVALENCE = {
    "lvi": 0.35, "pi": 0.25, "t4": 0.15, "egfr": 0.45, "kras": 0.2, "alk": 0.06, "tp53": 0.4,
    "pik3ca": 0.08, "ros1": 0.04, "pdl1": 0.3,
}  # fmt: skip


@dataclass(frozen=True)
class Endpoint:
    """One endpoint: ``P(1) = 1 / (1 + exp(−a − strength · z))`` with z the driver's score.

    `intercept` is the a that gives the prevalence asked for.
    """

    name: str
    driver: str
    strength: float
    intercept: float

    def probability(self, values: Mapping[str, float]) -> float:
        z = FACTORS[self.driver].score(values[self.driver])
        return float(1 / (1 + np.exp(-self.intercept - self.strength * z)))


def driver_of(name: str, driver: str) -> str:
    """The factor that drives an endpoint where the cohort's driver is `driver`."""
    return _OWN[name] if driver == MIXED else driver


def endpoint(name: str, driver: str, strength: float, population: Sequence[Mapping[str, float]]) -> Endpoint:
    """An endpoint with its usual prevalence in a population of factor values."""
    from scipy.optimize import brentq

    scores = np.array([FACTORS[driver].score(values[driver]) for values in population])

    def surplus(intercept: float) -> float:
        return float(np.mean(1 / (1 + np.exp(-intercept - strength * scores)))) - PREVALENCE[name]

    reach = 10 + 10 * abs(strength)
    return Endpoint(name, driver, strength, float(brentq(surplus, -reach, reach)))
