"""The range of inputs a model was fitted on, for the viewer's out-of-range check."""

from __future__ import annotations

from collections.abc import Sequence

from ctprog_gui.core.inference.slice_attention import feature_distance
from ctprog_gui.core.networks.slice_attention import SliceAttentionHead
from training.fitting.engine import FeatureSet
from training.preparation.images import PreparedImage


def training_ranges(
    images: Sequence[PreparedImage], data: FeatureSet, head: SliceAttentionHead
) -> dict[str, dict[str, float]]:
    """Lowest and highest value of each of the images' summaries over the cohort.

    To the summaries comes the distance of each patient's mean vector from the training mean, as
    `head` standardises it; inference measures it with the same head, the ensemble's first.
    """
    distances = [
        feature_distance(head, one[valid]) for one, valid in zip(data.features, data.valid, strict=True)
    ]
    return lowest_and_highest(
        [
            image.summary | {"feature_distance": distance}
            for image, distance in zip(images, distances, strict=True)
        ]
    )


def lowest_and_highest(rows: Sequence[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Range of each value over patients, all of whom have the same values."""
    return {
        name: {"low": min(row[name] for row in rows), "high": max(row[name] for row in rows)}
        for name in rows[0]
    }
