"""Where two regions differ, by hand and as laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.disagreement import BOTH, ONLY_A, ONLY_B, SETTLED, disagreement

GRID = Geometry((5, 6, 7), (1.0, 1.0, 2.0))
REGIONS = hnp.arrays(bool, GRID.shape, elements=st.booleans())


@given(REGIONS, REGIONS)
def test_classes_and_settled_shapes_are_set_algebra(a: np.ndarray, b: np.ndarray) -> None:
    found = disagreement(Mask(a, GRID), Mask(b, GRID))
    if found is None:
        assert not (a | b).any()
        return
    assert found.count(ONLY_A, ONLY_B, BOTH) == np.count_nonzero(a | b)
    assert found.count(ONLY_A, ONLY_B) == np.count_nonzero(a ^ b)
    for how, expected in zip(SETTLED, (a, b, a | b, a & b), strict=True):
        whole = np.zeros(GRID.shape, bool)
        whole[found.box] = found.settled(how)
        assert np.array_equal(whole, expected)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_worst_slice_has_most_voxels_of_one_reader_only(axis: int) -> None:
    a, b = (np.zeros((7, 7, 7), bool) for _ in range(2))
    # Both agree largely on slice 2; on slice 4 one more voxel is one reader's alone than on slice 5.
    for region in (a, b):
        np.moveaxis(region, axis, 0)[2] = True
    np.moveaxis(a, axis, 0)[5, 1, 1:3] = True
    np.moveaxis(b, axis, 0)[4, 1, 1:4] = True
    grid = Geometry((7, 7, 7), (1.0, 1.0, 1.0))
    assert disagreement(Mask(a, grid), Mask(b, grid)).worst_slice(axis) == 4
    same = disagreement(Mask(a, grid), Mask(a, grid))
    assert same.worst_slice(axis) == 2
