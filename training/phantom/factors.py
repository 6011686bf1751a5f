"""What differs from patient to patient, and may drive how they die."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ctprog_gui.core.phantom.case import CaseParameters
from ctprog_gui.core.shared.errors import InputError

# Factor to log hazard ratio per standard deviation.
Effects = Mapping[str, float]


@dataclass(frozen=True)
class Factor:
    """A property on a scale of standard deviations: (value − centre) / spread.

    Centre and spread are about the mean and the standard deviation of the drawn patients; for a
    property spread over orders of magnitude, of its logarithm.
    """

    centre: float
    spread: float
    what: str
    logarithm: bool = False

    def score(self, value: float) -> float:
        return (float(np.log(value) if self.logarithm else value) - self.centre) / self.spread


FACTORS: dict[str, Factor] = {
    "volume": Factor(float(np.log(14_000)), 1.0, "volume of the ROI as drawn, in mm³", logarithm=True),
    "texture": Factor(40.0, 20.0, "standard deviation of the HU inside the tumour"),
    "lobulation": Factor(0.175, 0.072, "relative depth of the lobules"),
    "edge": Factor(2.5, 0.87, "width of the margin in mm"),
    "height": Factor(0.5, 0.26, "place in the lung, 0 low to 1 high"),
    "depth": Factor(0.55, 0.144, "place in the lung, 0 central to 1 at the chest wall"),
    "spiculation": Factor(0.5, 0.29, "length of the strands at the margin, 0 to 1"),
    "necrosis": Factor(0.25, 0.144, "share of the volume that is dead"),
    "ring": Factor(90.0, 52.0, "HU added to the lung within 6 mm of the tumour"),
    "washout": Factor(15.0, 11.5, "HU that the tumour gains from the arterial to the venous phase"),
    "age": Factor(66.0, 9.0, "years"),
    "male": Factor(0.6, 0.49, "1 for a man"),
    "smoker": Factor(0.55, 0.5, "1 for a smoker"),
    "ki67": Factor(45.0, 23.0, "Ki-67 index in %"),
    "n_stage": Factor(0.55, 0.87, "0 to 3"),
    "m_stage": Factor(0.13, 0.34, "0 or 1"),
    "stage": Factor(2.0, 1.0, "1 to 4, from T, N and M"),
}
# Lie in the image only where they are asked for: without them it is the first edition's.
OPTIONAL = ("spiculation", "necrosis", "ring", "washout")


@dataclass(frozen=True)
class Traits:
    """A patient's properties before the image is drawn.

    `values` has one for each factor that the image doesn't decide; `chance_n` and `chance_m` are
    the uniform numbers that nodes and metastases are decided with.
    """

    parameters: CaseParameters
    values: Mapping[str, float] = field(default_factory=dict)
    chance_n: float = 1.0
    chance_m: float = 1.0

    def complete(self, volume_mm3: float, diameter_mm: float | None, *, resected: bool) -> dict[str, float]:
        """The value of every factor, and ``t_stage``.

        Parameters
        ----------
        volume_mm3, diameter_mm
            Of the ROI: its volume and its longest diameter; without the second there is no stage.
        resected
            None of the patients has metastases.
        """
        size = FACTORS["volume"].score(volume_mm3)
        spread = 1 / (1 + np.exp(0.8 - 0.6 * size))
        share = self.chance_n / spread
        nodes = 0 if share >= 1 else 1 if share < 0.4 else 2 if share < 0.85 else 3
        metastases = int(not resected and self.chance_m < 1 / (1 + np.exp(2.0 - 0.5 * size)))
        found = {**self.values, "volume": volume_mm3, "n_stage": nodes, "m_stage": metastases}
        if diameter_mm is not None:
            extent = t_stage(diameter_mm)
            found |= {"t_stage": extent, "stage": stage(extent, nodes, metastases, diameter_mm)}
        return found


def draw_parameters(rng: np.random.Generator) -> CaseParameters:
    """A tumour at random: all properties are independent of each other.

    ln volume is normal around 14 cm³ (SD 1, kept in 0.7 to 140 cm³), texture uniform in 5 to
    75 HU; shape, edge and place do not enter the default hazard.
    """
    volume = float(np.exp(np.clip(rng.normal(np.log(14_000), 1.0), np.log(700), np.log(140_000))))
    return CaseParameters(
        volume_mm3=volume,
        texture_hu=float(rng.uniform(5, 75)),
        lobulation=float(rng.uniform(0.05, 0.3)),
        edge_mm=float(rng.uniform(1.0, 4.0)),
        side="left" if rng.random() < 0.5 else "right",
        height=float(rng.uniform(0.05, 0.95)),
        depth=float(rng.uniform(0.3, 0.8)),
        azimuth_deg=float(rng.uniform(-45, 50)),
    )


def draw_traits(tumour: np.random.Generator, others: np.random.Generator, varying: Collection[str]) -> Traits:
    """A patient at random.

    Parameters
    ----------
    tumour, others
        Random streams. All that the second decides is drawn whether it is used or not, so a
        property stays what it is when another is asked for.
    varying
        Those of `OPTIONAL` that this cohort's images have.
    """
    parameters = draw_parameters(tumour)
    drawn = {
        "spiculation": float(others.uniform(0, 1)),
        "necrosis": float(others.uniform(0, 0.5)),
        "ring": float(others.uniform(0, 180)),
        "washout": float(others.uniform(-5, 35)),
        "age": float(np.clip(others.normal(66, 9), 35, 92)),
        "male": float(others.random() < 0.6),
        "smoker": float(others.random() < 0.55),
        "ki67": float(others.uniform(5, 85)),
    }
    chances = float(others.random()), float(others.random())
    values = {name: value for name, value in drawn.items() if name not in OPTIONAL or name in varying}
    parameters = replace(
        parameters,
        spiculation=values.get("spiculation"),
        necrosis=values.get("necrosis", 0.0),
        ring_hu=values.get("ring", 0.0),
    )
    values |= {
        "texture": parameters.texture_hu,
        "lobulation": parameters.lobulation,
        "edge": parameters.edge_mm,
        "height": parameters.height,
        "depth": parameters.depth,
    }
    return Traits(parameters, values, *chances)


def t_stage(diameter_mm: float) -> int:
    """T by size alone (8th edition): up to 30, 50, 70 mm, and more."""
    return 1 + sum(diameter_mm > limit for limit in (30, 50, 70))


def stage(t: int, n: int, m: int, diameter_mm: float) -> int:
    """Stage group I to IV as 1 to 4 (8th edition); T2 counts as T2a up to 40 mm."""
    if m:
        return 4
    if n == 0:
        small = t == 1 or (t == 2 and diameter_mm <= 40)
        return 1 if small else 2 if t <= 3 else 3
    return 2 if n == 1 and t <= 2 else 3


def parse_effects(text: str) -> dict[str, float]:
    """Log hazard ratios per standard deviation from ``volume=0.8,texture=0.5``.

    Raises
    ------
    InputError
        If the text has another form, or names an unknown factor or one twice.
    """
    effects: dict[str, float] = {}
    for part in text.split(","):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if name not in FACTORS:
            raise InputError(f"there is no factor {name!r}; there are {', '.join(FACTORS)}")
        if name in effects:
            raise InputError(f"the factor {name} is named twice")
        try:
            effects[name] = float(number)
        except ValueError:
            effects[name] = float("nan")
        if not equals or not np.isfinite(effects[name]):
            raise InputError(f"{part.strip()!r} is not of the form {name}=number")
    return effects
