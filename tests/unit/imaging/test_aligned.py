"""Interpolating between aligned grids gives what a general resampling gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.imaging.aligned import AlignedInterpolation
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume

FLIPPED = (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
TURNED = (0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)


@st.composite
def grids(draw: st.DrawFn, direction: tuple[float, ...] | None = None) -> Geometry:
    size = tuple(draw(st.integers(1, 9)) for _ in range(3))
    spacing = tuple(draw(st.floats(0.5, 6)) for _ in range(3))
    origin = tuple(draw(st.floats(-15, 15)) for _ in range(3))
    return Geometry(size, spacing, origin, direction or Geometry(size, spacing).direction)


@settings(max_examples=60, deadline=None)
@given(source=grids(), target=grids(), seed=st.integers(0, 99))
def test_it_equals_resampling(source: Geometry, target: Geometry, seed: int) -> None:
    values = np.random.default_rng(seed).random(source.shape, dtype=np.float32)
    aligned = AlignedInterpolation.between(source, target)
    assert aligned is not None
    spread = aligned.spread(values)
    # A point on the very edge of the source may round to either side of it.
    step = source.inverse_matrix @ target.matrix
    for axis in range(3):
        at = step[axis, axis] * np.arange(target.size[axis]) + step[axis, 3]
        if min(np.abs(at + 0.5).min(), np.abs(at - source.size[axis] + 0.5).min()) < 1e-6:
            return
    expected = resample(Volume(values, source), target, outside=0.0).voxels
    np.testing.assert_allclose(spread, expected, atol=2e-6)
    assert aligned.total(values) == pytest.approx(float(spread.sum(dtype=np.float64)), rel=1e-5, abs=1e-6)


def test_reversed_axes_are_aligned_and_turned_ones_are_not() -> None:
    source = Geometry((5, 6, 7), (1.0, 2.0, 3.0), (4.0, 0.0, 18.0), FLIPPED)
    target = Geometry((4, 4, 4), (1.5, 2.5, 3.5), (0.2, 0.3, 0.4))
    values = np.random.default_rng(1).random(source.shape, dtype=np.float32)
    aligned = AlignedInterpolation.between(source, target)
    assert aligned is not None
    expected = resample(Volume(values, source), target, outside=0.0).voxels
    assert expected.max() > 0
    np.testing.assert_allclose(aligned.spread(values), expected, atol=2e-6)
    assert (
        AlignedInterpolation.between(Geometry((5, 6, 7), (1.0, 1.0, 1.0), direction=TURNED), target) is None
    )
