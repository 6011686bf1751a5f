"""Distances to a cohort, and what is told of a case that is unlike it."""

from __future__ import annotations

import numpy as np
import pytest

from ctprog_gui.core.imaging.acquisition import Acquisition
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.inference.likeness import (
    HISTOGRAM_EDGES_HU,
    CohortEmbedding,
    CohortHistograms,
    Likeness,
    Sight,
    hu_histogram,
)


def peak(hu: float) -> np.ndarray:
    return hu_histogram(np.full(10, hu))


def cohort(**changes: object) -> Likeness:
    """Histograms around 40 HU, two features of which the second varies ten times as much."""
    histograms = CohortHistograms(np.array([np.cumsum(peak(hu)) for hu in (15, 40, 40, 65)]), neighbours=2)
    embedding = CohortEmbedding(
        np.array([1.0, 0.0]), np.array([0.1, 1.0]), np.array([[1.0, 0.0]]), np.array([1.0]), 1.0
    )
    parts = {
        "ranges": {"roi_volume_mm3": (1000.0, 5000.0), "slice_spacing_mm": (3.0, 3.0)},
        "kernels": None,
        "histograms": histograms,
        "histogram_limit_hu": 30.0,
        "embedding": embedding,
        "embedding_limit": 2.0,
        "cases": 4,
        "flagged_share": 0.05,
    }
    return Likeness(**{**parts, **changes})  # type: ignore[arg-type]  # a test's mixed bag


def sight(volume: float = 2000.0, hu: float = 40.0, features: tuple[float, float] = (1.0, 0.0)) -> Sight:
    grid = Geometry((4, 4, 4), (0.7, 0.7, 3.0))
    seen = Sight({"roi_volume_mm3": volume}, peak(hu), np.array(features), names=("rim", "size"))
    return seen.acquired(grid, Acquisition(kernel="B30f"))


def test_a_histogram_counts_what_lies_outside_at_the_ends() -> None:
    found = hu_histogram(np.array([-2000, -1000, 0, 3000]))
    assert found.sum() == pytest.approx(1.0)
    assert found[0] == 0.5
    assert found[-1] == 0.25
    assert found[np.searchsorted(HISTOGRAM_EDGES_HU, 0)] == 0.25


def test_the_distance_of_histograms_is_how_far_voxels_would_have_to_move() -> None:
    histograms = CohortHistograms(np.cumsum(peak(0.0))[None], neighbours=1)
    assert histograms.distance(peak(0.0)) == 0.0
    assert histograms.distance(peak(100.0)) == pytest.approx(100.0)
    half = (peak(0.0) + peak(100.0)) / 2
    assert histograms.distance(half) == pytest.approx(50.0)


def test_the_distance_of_features_is_mahalanobis() -> None:
    rng = np.random.default_rng(3)
    mixing = rng.normal(size=(3, 3))
    covariance = mixing @ mixing.T
    sd = np.sqrt(np.diag(covariance))
    variance, axes = np.linalg.eigh(covariance / np.outer(sd, sd))
    embedding = CohortEmbedding(np.ones(3), sd, axes.T, variance, 1.0)
    case = rng.normal(size=3)
    expected = np.sqrt((case - 1) @ np.linalg.inv(covariance) @ (case - 1) / 3)
    assert embedding.distance(case) == pytest.approx(expected)


def test_a_case_like_the_cohort_is_told_what_was_not_compared() -> None:
    found = cohort().compare(sight())
    assert [one.what for one in found.findings] == [
        "volume of the ROI",
        "slice spacing",
        "HU histogram",
        "what the network sees",
    ]
    assert found.unlike == ()
    assert found.not_known == ("tube voltage", "reconstruction kernel")


def test_each_thing_that_is_unlike_is_told_with_its_amount() -> None:
    (volume,) = cohort().compare(sight(volume=9000.0)).unlike
    assert volume.detail == "volume of the ROI 9 mL (fitted on 1 to 5 mL)"
    (histogram,) = cohort().compare(sight(hu=-60.0)).unlike
    assert "100 HU from its nearest" in histogram.detail
    (seen,) = cohort().compare(sight(features=(1.4, 0.1))).unlike
    assert "most of all rim +4.0 SD" in seen.detail
    (kernel,) = cohort(kernels=frozenset({"B70f"})).compare(sight()).unlike
    assert kernel.detail == "reconstruction kernel B30f (fitted on B70f)"


def test_a_header_that_is_off_in_its_last_digits_is_not_unlike() -> None:
    grid = Geometry((4, 4, 4), (0.7, 0.7, 2.9999))
    assert cohort().compare(sight().acquired(grid, Acquisition())).unlike == ()
