"""Endpoints as a prediction tells them: probability, interval, and what to hold both against."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ctprog_gui.core.inference.bundle import EndpointParts
from ctprog_gui.core.inference.endpoints import EndpointAnswer
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.inference.reading import Reading


def with_endpoints(prediction: Prediction, parts: EndpointParts, reading: Reading) -> Prediction:
    """The prediction with what was read of each endpoint, of the ring, and which one is traced."""
    labels = {one.name: one.label for one in parts.spec.endpoints}
    width_mm, spacing_mm = parts.spec.radiomics.ring_mm, parts.spec.radiomics.spacing_mm
    ring = None if width_mm is None else {"width_mm": width_mm}
    if ring is not None and spacing_mm is not None:
        ring["spacing_mm"] = spacing_mm
    return replace(
        prediction,
        endpoints={one.name: _row(one, labels[one.name], parts) for one in reading.endpoints},
        ring=ring,
        saliency_endpoint=reading.traced,
    )


def _row(answer: EndpointAnswer, label: str, parts: EndpointParts) -> dict[str, Any]:
    """One of ``endpoints``.

    ``prevalence`` is the share of positives among the ``patients`` that it was fitted on, ``auc`` how
    well the models told them apart out of fold, ``percentile`` the place of the probability among
    theirs. ``log_odds`` is of the probability, and the sum of ``base_log_odds`` (a patient with the
    training set's mean of everything) and the endpoint's contributions. ``rad_score_sds`` are the
    ``rad_scores`` in standard deviations of the training patients' from their mean.
    """
    fitted = parts.calibration.endpoints[answer.name]
    return {
        "label": label,
        "probability": answer.pooled,
        # A classifier that is certain is taken with a little doubt, and one that all agree with too.
        "lower": min(float(answer.probability.min()), answer.pooled),
        "upper": max(float(answer.probability.max()), answer.pooled),
        "interval_kind": parts.spec.interval_kind,
        "prevalence": fitted.prevalence,
        "patients": fitted.patients,
        "positives": fitted.positives,
        "auc": {"value": fitted.auc.value, "lower": fitted.auc.lower, "upper": fitted.auc.upper},
        "percentile": parts.cohort.percentile(answer.name, answer.pooled),
        "log_odds": answer.log_odds,
        "base_log_odds": answer.base,
        "rad_scores": answer.rad_scores,
        "rad_score_sds": answer.standard_scores,
    }
