"""Scissors: what they cut on a slice and through the volume, and what they leave alone."""

from __future__ import annotations

import numpy as np
from grids import make_grid, orientations, study_on
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.core.roi.layers import Overlap
from ctprog_gui.core.roi.outlined import outlined
from ctprog_gui.core.roi.scissors import Cut, Scissors
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Limit, Tool

SIZE = (7, 8, 6)


@settings(deadline=None, max_examples=120)
@given(
    orientations(),
    st.sampled_from(list(Plane)),
    st.sampled_from(list(Cut)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 10**6),
)
def test_a_cut_changes_what_it_says_and_nothing_else(
    axes, plane, cut, through, limited, locked, seed
) -> None:
    rng = np.random.default_rng(seed)
    grid = make_grid(axes, SIZE)
    hu = rng.integers(-100, 100, grid.shape).astype(np.int16)
    session = Session()
    session.show(study_on(grid, hu))
    roi = session.roi
    other, own = rng.random(grid.shape) < 0.3, rng.random(grid.shape) < 0.4
    roi.add(Mask(other, grid, "other"))
    roi.set_locked(1, locked)
    roi.add(Mask(own, grid, "own"), Overlap.NEVER)
    other, own = roi.mask_of(1).voxels, roi.mask_of(2).voxels
    session.tools.tool = Tool.SCISSORS
    session.tools.scissors = Scissors(cut, through)
    session.tools.limit = Limit(limited, HuRange(0, 200))
    stack = session.study.planes[plane]
    number = int(rng.integers(stack.count))
    corners = rng.uniform(-2, np.array(grid.size) + 1, (5, 3))
    corners[:, stack.axis] = number
    points = grid.index_to_patient(corners)

    session.sketch.begin(plane, number, erase=True)
    for point in points:
        session.sketch.add(point)
    closed = session.sketch.close()
    # Nothing is cut before it is accepted.
    assert np.array_equal(roi.mask_of(2).voxels, own)
    assert closed == (session.proposal.current is not None)
    session.accept()

    drawn = outlined(stack, number, points)
    shape = np.zeros(grid.shape, bool)
    if drawn is not None:
        shape[drawn[0]] = drawn[1]
    along = 2 - stack.axis
    reached = np.zeros(grid.shape, bool)
    np.moveaxis(reached, along, 0)[slice(None) if through else number] = True
    shape = np.broadcast_to(shape.any(axis=along, keepdims=True), grid.shape)
    may = reached & (~limited | ((hu >= 0) & (hu <= 200)))
    if cut is Cut.FILL_INSIDE:
        expected = own | (shape & may & ~(other & locked))
    else:
        expected = own & ~((shape if cut is Cut.ERASE_INSIDE else ~shape) & may)
    found = roi.mask_of(2).voxels
    assert np.array_equal(found, expected)
    assert np.array_equal(roi.mask_of(1).voxels, other & ~(found & ~own))
    assert closed == bool((expected != own).any())
    if closed:
        roi.undo()
        assert np.array_equal(roi.mask_of(2).voxels, own)
        roi.redo()
        assert np.array_equal(roi.mask_of(2).voxels, expected)


def test_scissors_work_within_the_region_not_the_volume() -> None:
    grid = make_grid(np.eye(3), (200, 200, 200), (1.0, 1.0, 1.0))
    session = Session()
    session.show(study_on(grid, np.zeros(grid.shape, np.int16)))
    voxels = np.zeros(grid.shape, bool)
    voxels[90:110, 80:120, 95:105] = True
    session.roi.add(Mask(voxels, grid, "ROI"))
    stack = session.study.planes[Plane.AXIAL]
    whole = grid.index_to_patient([(1, 1, 100), (198, 1, 100), (198, 198, 100), (1, 198, 100)])
    for cut in (Cut.ERASE_INSIDE, Cut.ERASE_OUTSIDE):
        _, inside = Scissors(cut, through=True).work_box(stack, 100, whole, session.roi.extent(1))
        assert inside.shape == (20, 40, 10)
        assert inside.all()
    assert Scissors().work_box(stack, 5, whole, session.roi.extent(1)) is None
