"""Whole shapes given to segments: steps, locks, overlap, proposals, outlines."""

from __future__ import annotations

import numpy as np
import pytest
from grids import make_grid, study_on
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.core.roi.journal import Record
from ctprog_gui.core.roi.layers import Overlap
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.session import Session
from ctprog_gui.state.splitting import MOST, split_islands
from ctprog_gui.state.stroke import Limit, Tool

GRID = make_grid(np.eye(3), (6, 5, 4))
BOX = (slice(1, 4), slice(0, 4), slice(2, 6))
whole = arrays(np.bool_, GRID.shape)
inside = arrays(np.bool_, (3, 4, 4))
policies = st.sampled_from(list(Overlap))


def state(first: np.ndarray, second: np.ndarray, *, locked: bool = False) -> RoiState:
    """Two segments, the second active; the first perhaps locked."""
    roi = RoiState()
    roi.show(GRID)
    roi.add(Mask(first, GRID, "first"))
    roi.set_locked(1, locked)
    roi.add(Mask(second, GRID, "second"))
    return roi


@settings(deadline=None)
@given(whole, whole, inside, st.booleans(), policies)
def test_a_shape_lands_where_it_may_and_nowhere_else(first, second, shape, locked, policy) -> None:
    roi = state(first, second, locked=locked)
    roi.overlap = policy
    before = [roi.mask_of(n).voxels for n in (1, 2)]
    landing = roi.landing(2, BOX, shape)
    changed = roi.reshape("Shape", 2, BOX, shape)
    after = [roi.mask_of(n).voxels for n in (1, 2)]
    outside = np.ones(GRID.shape, bool)
    outside[BOX] = False
    for was, now in zip(before, after, strict=True):
        assert np.array_equal(now[outside], was[outside])
    kept = locked or policy is not Overlap.OVERWRITE
    assert np.array_equal(after[0][BOX], before[0][BOX] & (kept | ~shape))
    # What was shown is what was made.
    assert np.array_equal(after[1][BOX], landing)
    taken = before[0][BOX] & kept & (policy is not Overlap.ALLOW)
    assert np.array_equal(after[1][BOX], shape & ~taken)
    assert changed == any((now != was).any() for was, now in zip(before, after, strict=True))


@settings(deadline=None)
@given(whole, whole, st.lists(inside, min_size=1, max_size=6), policies)
def test_undoing_all_and_redoing_all_is_nothing(first, second, shapes, policy) -> None:
    roi = state(first, second)
    roi.overlap = policy

    def now() -> bytes:
        return b"".join(np.packbits(roi.mask_of(n).voxels).tobytes() for n in (1, 2))

    steps = [now()]
    for shape in shapes:
        if roi.reshape("Shape", 2, BOX, shape):
            steps.append(now())
    for expected in steps[-2::-1]:
        roi.undo()
        assert now() == expected
    for expected in steps[1:]:
        roi.redo()
        assert now() == expected


def test_a_locked_segment_keeps_its_shape() -> None:
    roi = state(np.zeros(GRID.shape, bool), np.ones(GRID.shape, bool))
    roi.set_locked(2, True)
    before = roi.labels.copy()
    assert not roi.reshape("Shape", 2, BOX, np.zeros((3, 4, 4), bool))
    assert np.array_equal(roi.labels, before)
    assert roi.landing(2, BOX, np.zeros((3, 4, 4), bool)).all()


def session_with(voxels: np.ndarray, hu: np.ndarray | None = None) -> Session:
    session = Session()
    session.show(study_on(GRID, hu))
    session.roi.add(Mask(voxels, GRID, "ROI"))
    return session


@settings(deadline=None)
@given(whole, inside)
def test_a_proposal_changes_nothing_until_it_is_accepted(voxels, shape) -> None:
    session = session_with(voxels)
    before = session.roi.labels.copy()
    session.proposal.show("Shape", 1, BOX, shape)
    assert np.array_equal(session.roi.labels, before)
    told = session.proposal.current.added, session.proposal.current.removed
    session.accept()
    now = session.roi.labels
    assert told == (np.count_nonzero(now > before), np.count_nonzero(now < before))
    assert np.array_equal(now[BOX] == 1, shape)
    assert session.proposal.current is None


@pytest.mark.parametrize(
    "event",
    ["rejected", "painted", "undone", "another active", "locked", "another locked", "policy", "another case"],
)
def test_a_proposal_does_not_outlive_what_it_was_made_of(event: str) -> None:
    session = session_with(np.ones(GRID.shape, bool))
    session.roi.add_empty("other")
    session.roi.activate(1)
    session.proposal.show("Shape", 1, BOX, np.zeros((3, 4, 4), bool))
    match event:
        case "rejected":
            assert session.reject()
        case "painted":
            session.roi.begin_stroke("Paint")
            session.roi.paint(BOX, np.ones((3, 4, 4), bool), erase=True)
        case "undone":
            session.roi.undo()
        case "another active":
            session.roi.activate(2)
        case "locked":
            session.roi.set_locked(1, True)
        case "another locked":
            session.roi.set_locked(2, True)
        case "policy":
            session.roi.overlap = Overlap.NEVER
        case "another case":
            session.show(study_on(GRID))
    assert session.proposal.current is None
    assert not session.reject()


def test_islands_become_segments_in_one_step() -> None:
    voxels = np.zeros(GRID.shape, bool)
    voxels[0, 0, 0:2] = voxels[2, 2, 0:3] = voxels[3, 4, 5] = True
    session = session_with(voxels)
    steps = len(session.roi.history)
    assert split_islands(session) == "ROI becomes 3 segments: the largest island stays."
    # Shown first: each part as what it would be, and nothing made.
    assert [int(c.shape.sum()) for c in session.proposal.current.changes] == [3, 2, 1]
    assert len(session.roi.segments) == 1
    session.accept()
    assert [s.name for s in session.roi.segments] == ["ROI", "ROI 2", "ROI 3"]
    assert [session.roi.mask_of(n).count for n in (1, 2, 3)] == [3, 2, 1]
    assert len(session.roi.history) == steps + 1
    session.roi.undo()
    assert [s.name for s in session.roi.segments] == ["ROI"]
    assert np.array_equal(session.roi.labels == 1, voxels)
    session.roi.redo()
    assert [session.roi.mask_of(n).count for n in (1, 2, 3)] == [3, 2, 1]


def test_dust_is_not_split() -> None:
    grid = make_grid(np.eye(3), (60, 3, 3))
    voxels = np.zeros(grid.shape, bool)
    voxels[1, 1, : 2 * (MOST + 1) : 2] = True
    session = Session()
    session.show(study_on(grid))
    session.roi.add(Mask(voxels, grid, "dust"))
    with pytest.raises(InputError, match="21 islands"):
        split_islands(session)


@pytest.mark.parametrize(("tool", "name"), [(Tool.POLYGON, "Polygon"), (Tool.FREEHAND, "Freehand")])
def test_an_outline_paints_and_erases_within_the_range(tool: Tool, name: str) -> None:
    hu = np.zeros(GRID.shape, np.int16)
    hu[:, :, 3:] = 100
    session = session_with(np.zeros(GRID.shape, bool), hu)
    session.tools.tool = tool
    session.tools.limit = Limit(True, HuRange(50, 200))
    stack = session.study.planes[Plane.AXIAL]
    corners = GRID.index_to_patient([(-0.4, -0.4, 2), (5.4, -0.4, 2), (5.4, 4.4, 2), (-0.4, 4.4, 2)])
    for erase in (False, True):
        session.sketch.begin(Plane.AXIAL, 2, erase=erase)
        for corner in corners:
            session.sketch.add(corner)
        session.accept()
        expected = np.zeros(GRID.shape, bool)
        expected[2, :, 3:] = not erase
        assert stack.axis == 2
        assert np.array_equal(session.roi.labels == 1, expected)
    assert session.roi.history.undo_name == f"Erase by {name.lower()}"
    session.roi.undo()
    assert session.roi.history.undo_name == name


def test_an_outline_goes_with_its_tool_corner_by_corner_and_with_the_case() -> None:
    session = session_with(np.zeros(GRID.shape, bool))
    session.tools.tool = Tool.POLYGON
    session.sketch.begin(Plane.AXIAL, 1, erase=False)
    session.sketch.add((0, 0, 0))
    session.sketch.add((1, 0, 0))
    session.sketch.take_back()
    assert len(session.sketch.points_mm) == 1
    session.sketch.take_back()
    assert session.sketch.plane is None
    for leave in (lambda: setattr(session.tools, "tool", Tool.BRUSH), lambda: session.show(None)):
        session.tools.tool = Tool.POLYGON
        session.sketch.begin(Plane.AXIAL, 1, erase=False)
        leave()
        assert session.sketch.plane is None


def test_status_and_order_come_back_from_the_journal() -> None:
    kept: list[Record] = []
    roi = RoiState()
    roi.recorded.connect(kept.append)
    roi.show(GRID)
    for name in "abc":
        roi.add_empty(name)
    roi.set_status(2, "flagged")
    roi.move(3, -2)
    with pytest.raises(ValueError, match="status"):
        roi.set_status(1, "perfect")
    again = RoiState()
    again.show(GRID)
    again.restore(kept)
    assert [s.name for s in again.segments] == ["c", "a", "b"]
    assert again.segments[2].status == "flagged"
