"""Several segments smoothed at once: a partition before is one afterwards."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ctprog_gui.core.roi.joint_smoothing import JointSmoothing
from ctprog_gui.core.shared.progress import Cancelled, Progress

SAMPLING = (2.0, 1.0, 0.8)
SHAPE = (6, 8, 9)
maps = arrays(np.uint8, SHAPE, elements=st.integers(0, 3))
shapes = arrays(np.bool_, SHAPE)
sigmas = st.floats(0.3, 4.0)
NONE = np.zeros(SHAPE, dtype=bool)


@settings(deadline=None, max_examples=60)
@given(maps, sigmas)
def test_together_they_cover_what_all_of_them_as_one_would(labels: np.ndarray, sigma: float) -> None:
    smoothing = JointSmoothing(sigma)
    after = smoothing.apply(labels, NONE, NONE, SAMPLING)
    as_one = smoothing.apply((labels > 0).astype(np.uint8), NONE, NONE, SAMPLING)
    # No gap between two, and nothing that smoothing opens beyond what it does to one region.
    assert np.array_equal(after > 0, as_one > 0)
    assert set(np.unique(after)) <= {0, *np.unique(labels)}


@settings(deadline=None, max_examples=60)
@given(maps, shapes, shapes, sigmas)
def test_other_segments_and_frozen_voxels_stay_as_they_are(
    labels: np.ndarray, others: np.ndarray, frozen: np.ndarray, sigma: float
) -> None:
    after = JointSmoothing(sigma).apply(labels, others, frozen, SAMPLING)
    assert np.array_equal(after[others | frozen], labels[others | frozen])


@settings(deadline=None, max_examples=40)
@given(maps, st.permutations([1, 2, 3]), sigmas)
def test_no_segment_comes_before_another(labels: np.ndarray, order: list[int], sigma: float) -> None:
    renamed = np.array([0, *order], dtype=np.uint8)
    # Random maps have no exact ties but between voxels that see the same; those keep what they have.
    one = renamed[JointSmoothing(sigma).apply(labels, NONE, NONE, SAMPLING)]
    two = JointSmoothing(sigma).apply(renamed[labels], NONE, NONE, SAMPLING)
    assert np.mean(one != two) < 0.02


def halves(radius: float = 12.0) -> tuple[np.ndarray, np.ndarray]:
    """A ball cut in two by a plane, and how far each voxel of the grid of 1 mm is from its middle."""
    away = np.linalg.norm(np.indices((31, 31, 31)) - 15.0, axis=0)
    labels = np.where(away < radius, 1, 0).astype(np.uint8)
    labels[(labels > 0) & (np.indices(labels.shape)[2] >= 16)] = 2
    return labels, away


def test_two_halves_of_a_ball_stay_in_touch_and_their_border_stays_plane() -> None:
    labels, away = halves()
    nothing = np.zeros(labels.shape, dtype=bool)
    after = JointSmoothing(2.0).apply(labels, nothing, nothing, (1.0, 1.0, 1.0))
    assert set(np.unique(after)) == {0, 1, 2}
    # Where the border reaches the surface, a vote with the background would cut a notch.
    assert (after[away < 11.0] > 0).all()
    assert (after[:, :, :16] != 2).all()
    assert (after[:, :, 16:] != 1).all()
    # A ball of radius r loses about sigma² / r of its radius: the law of flow by mean curvature.
    lost = 12.0 - (3 * np.count_nonzero(after) / (4 * np.pi)) ** (1 / 3)
    assert lost == pytest.approx(2.0**2 / 12.0, abs=0.15)


def test_a_spur_goes_and_a_locked_neighbour_is_no_loss() -> None:
    labels, away = halves()
    nothing = np.zeros(labels.shape, dtype=bool)
    labels[15, 15, 27:31] = 2
    after = JointSmoothing(1.5).apply(labels, nothing, nothing, (1.0, 1.0, 1.0))
    assert not after[15, 15, 29:].any()
    # The second half is another's now: the first does not draw back from it.
    first = np.where(labels == 1, 1, 0).astype(np.uint8)
    beside = JointSmoothing(1.5).apply(first, labels == 2, nothing, (1.0, 1.0, 1.0))
    assert (beside[(first > 0) & (away < 11.0)] == 1).all()
    assert not beside[labels == 2].any()


def test_it_can_be_called_off() -> None:
    labels, _ = halves()
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        JointSmoothing(1.0).apply(labels, labels > 2, labels > 2, (1.0, 1.0, 1.0), progress)
