"""The adaptive brush: what it leaves alone, and how well it follows an edge."""

from __future__ import annotations

import numpy as np
import pytest
from grids import make_grid, study_on
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import label

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.adaptive import like_pointer, two_densities
from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Stroke

SHAPE = (4, 9, 8)
GRID = make_grid(np.eye(3), SHAPE[::-1], (1.0, 1.0, 1.5))
brushes = arrays(np.bool_, SHAPE)
images = arrays(np.int16, SHAPE, elements=st.integers(-1000, 400))
places = st.tuples(*[st.floats(-1.0, float(size)) for size in SHAPE])


@given(images, brushes, places)
def test_it_touches_a_joined_part_of_the_brush(hu, brushed, at) -> None:
    found = like_pointer(hu, brushed, at)
    assert not (found & ~brushed).any()
    assert label(found)[1] <= 1 or np.array_equal(found, brushed)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(60, 800), st.booleans())
def test_across_an_edge_it_takes_the_pointers_side(seed, contrast, dense) -> None:
    """Noise of 10 HU; the contrast is at least six of its standard deviations."""
    rng = np.random.default_rng(seed)
    inside = np.zeros(SHAPE, bool)
    inside[:, :, 3:] = True
    hu = np.where(inside, contrast, 0) + rng.normal(0, 10, SHAPE)
    at = (2, 4, 6 if dense else 1)
    found = like_pointer(hu, np.ones(SHAPE, bool), at)
    wrong = (found != (inside if dense else ~inside)).mean()
    assert wrong < 0.02


@pytest.mark.parametrize("seed", range(20))
def test_noise_alone_is_no_edge(seed: int) -> None:
    rng = np.random.default_rng(seed)
    brushed = rng.random(SHAPE) < 0.9
    brushed[2, 4, 4] = True
    for values in (rng.normal(40, 20, SHAPE), rng.uniform(0, 100, SHAPE)):
        assert two_densities(values[brushed]) is None
        assert np.array_equal(like_pointer(values, brushed, (2, 4, 4)), brushed)


def test_the_cut_lies_half_way() -> None:
    values = np.array([-850] * 40 + [30] * 10)
    assert two_densities(values) == pytest.approx(-410)
    assert two_densities(np.array([5, 5, 5])) is None


@settings(deadline=None, max_examples=60)
@given(
    images,
    brushes,
    brushes,
    st.lists(places, min_size=1, max_size=3),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_a_stroke_changes_no_more_than_the_plain_brush_would(
    hu, own, other, way, erase, ball, limited
) -> None:
    after = {}
    for adaptive in (False, True):
        session = Session()
        session.show(study_on(GRID, hu))
        session.roi.add(Mask(other, GRID, "other"))
        session.roi.set_locked(1, True)
        session.roi.add(Mask(own, GRID, "own"))
        before = session.roi.labels.copy()
        volume = session.study.volume
        stroke = Stroke(
            session.roi,
            3.0,
            None if ball else 2,
            erase=erase,
            within=(volume, HuRange(-500, 200)) if limited else None,
            alike=volume if adaptive else None,
        )
        for place in way:
            stroke.to(GRID.index_to_patient(place[::-1]))
        stroke.finish()
        after[adaptive] = session.roi.labels.copy()
        if (after[adaptive] != before).any():
            session.roi.undo()
            assert np.array_equal(session.roi.labels, before)
            session.roi.redo()
            assert np.array_equal(session.roi.labels, after[adaptive])
    changed = after[True] != before
    assert np.array_equal(after[True][changed], after[False][changed])
    assert not (changed & (before == 1)).any()
    if limited:
        assert not changed[(hu < -500) | (hu > 200)].any()
