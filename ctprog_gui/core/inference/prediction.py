"""What a bundle says of a case: the ``predictions`` entries of result.json as values.

A part that the bundle does not give is None here and absent in JSON. This module imports neither
torch nor pydantic, because the window's process holds predictions too.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class SurvivalCurve:
    """S(t) at `months`, with a band where there is one; `interval_kind` says what the band is.

    `level` names the collection whose patients' survival the curve's height is fitted to, where it
    is not that of the whole reference cohort.
    """

    months: tuple[float, ...]
    probability: tuple[float, ...]
    lower: tuple[float, ...] | None = None
    upper: tuple[float, ...] | None = None
    interval_kind: str | None = None
    level: str | None = None

    def at(self, month: float) -> float:
        """S(month), on the line between the curve's points."""
        return float(np.interp(month, self.months, self.probability))


@dataclass(frozen=True)
class GroupCurve:
    """Kaplan–Meier estimate of one risk group of the reference cohort.

    `months` are the step times, starting at 0 and ending where the group's follow-up ends; lower and
    upper are the 95 % log-log interval; `at_risk` is the number at risk just before each time in
    `at_risk_months`.
    """

    group: str
    n: int
    events: int
    months: tuple[float, ...]
    probability: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    censored_months: tuple[float, ...]
    at_risk_months: tuple[float, ...]
    at_risk: tuple[int, ...]


@dataclass(frozen=True)
class HazardRatio:
    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Placement:
    """Where the patient stands in the reference cohort.

    `group_curve` maps "low" and "high" to the Kaplan–Meier curve of that risk group.
    """

    n: int
    events: int
    group_curve: dict[str, GroupCurve]
    logrank_p: float
    hazard_ratio: HazardRatio
    cutoff_in_sample: bool


@dataclass(frozen=True)
class RiskInterval:
    """How far the heads of an ensemble disagree on the score; `interval_kind` says what it is."""

    lower: float
    upper: float
    interval_kind: str


@dataclass(frozen=True)
class SliceAttention:
    """The weight of one slice of the series as read; the weights of all slices sum to 1."""

    slice_index: int
    z_mm: float
    weight: float


def key_slices(attention: tuple[SliceAttention, ...], count: int) -> list[SliceAttention]:
    """The slices of most weight, at least three apart, the heaviest first; ties in slice order."""
    chosen: list[SliceAttention] = []
    for row in sorted(attention, key=lambda r: (-r.weight, r.slice_index)):
        if row.weight <= 0 or len(chosen) == count:
            break
        if all(abs(row.slice_index - other.slice_index) >= 3 for other in chosen):
            chosen.append(row)
    return chosen


@dataclass(frozen=True)
class Caution:
    """Something the reader must know before the number: a code and one line."""

    code: str
    detail: str


@dataclass(frozen=True)
class Prediction:
    """One bundle's answer for one case.

    `cube` tells what part of the patient a system saw that looks at the tumour's surroundings
    alone: ``centre_mm`` (LPS) and ``side_mm``. `likeness` holds the case against the cohort: a list
    ``checks`` of ``what, value, unit, low, high, out``, ``not_known`` of the cohort, its number of
    ``cases``, and the share of them ``cohort_flagged`` that the same checks call unlike.

    `endpoints` by name have ``probability, lower, upper, interval_kind``, the training ``prevalence``
    and what else `core.inference.endpoint_rows` says; each of the `contributions` names its
    ``endpoint`` then. `ring` tells what was looked at around the ROI: ``width_mm``, and
    ``spacing_mm`` where the CT was resampled for it.
    `saliency_endpoint` is the endpoint whose answer the saliency is of, `saliency_short_mm` how far
    its map ends before the patch does, to the patient's left and the back.
    """

    bundle: str
    system: str
    bundle_sha256: str
    risk_score: float | None = None
    risk_interval: RiskInterval | None = None
    risk_group: str | None = None
    cutoff: float | None = None
    percentile: float | None = None
    survival: SurvivalCurve | None = None
    placement: Placement | None = None
    attention: tuple[SliceAttention, ...] | None = None
    saliency: str | None = None
    saliency_mass_in_roi: float | None = None
    endpoints: dict[str, Any] | None = None
    nomogram: dict[str, Any] | None = None
    contributions: tuple[dict[str, Any], ...] | None = None
    cube: dict[str, Any] | None = None
    likeness: dict[str, Any] | None = None
    ring: dict[str, Any] | None = None
    saliency_endpoint: str | None = None
    saliency_short_mm: tuple[float, float] | None = None
    warnings: tuple[Caution, ...] = ()
    roi_name: str | None = None
    roi_sha256: str | None = None

    @property
    def answers(self) -> bool:
        """Whether the bundle had an answer: a score, or probabilities of endpoints."""
        return self.risk_score is not None or self.endpoints is not None

    def to_json(self) -> dict[str, Any]:
        value = _plain(self)
        assert isinstance(value, dict)
        return value

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Prediction:
        """The inverse of `to_json`; unknown keys are ignored, as the contract lets keys be added."""
        known = {f.name: value[f.name] for f in fields(cls) if f.name in value}
        if "survival" in known:
            known["survival"] = SurvivalCurve(**_tuples(known["survival"]))
        if "risk_interval" in known:
            known["risk_interval"] = RiskInterval(**known["risk_interval"])
        if "placement" in known:
            known["placement"] = _placement(known["placement"])
        if "attention" in known:
            known["attention"] = tuple(SliceAttention(**row) for row in known["attention"])
        if "contributions" in known:
            known["contributions"] = tuple(known["contributions"])
        if "saliency_short_mm" in known:
            known["saliency_short_mm"] = tuple(known["saliency_short_mm"])
        known["warnings"] = tuple(Caution(**row) for row in known.get("warnings", ()))
        return cls(**known)


def _placement(value: dict[str, Any]) -> Placement:
    curves = {name: GroupCurve(**_tuples(curve)) for name, curve in value["group_curve"].items()}
    ratio = HazardRatio(**value["hazard_ratio"])
    return Placement(**{**value, "group_curve": curves, "hazard_ratio": ratio})


def _tuples(value: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        pairs = ((f.name, getattr(value, f.name)) for f in fields(value))
        return {name: _plain(part) for name, part in pairs if part is not None}
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value
