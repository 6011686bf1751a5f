"""Undo is exact, and bounded in bytes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.edit import merged, tight_box, write
from ctprog_gui.core.roi.history import History, Step
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.stroke import Stroke

GRID = Geometry((20, 18, 12), (1.0, 1.0, 2.0))


def test_an_atom_holds_only_what_changed_and_goes_both_ways():
    labels = np.zeros((6, 7, 8), np.uint8)
    labels[2, 3, 4] = 5
    where = np.zeros((3, 3, 3), bool)
    where[1, :, 1] = True
    before = labels.copy()
    atom = write(labels, (slice(1, 4), slice(2, 5), slice(3, 6)), where, 2)
    assert atom.corner == (2, 2, 4)
    assert atom.shape == (1, 3, 1)
    after = labels.copy()
    assert labels[2, 2:5, 4].tolist() == [2, 2, 2]
    atom.revert(labels)
    assert np.array_equal(labels, before)
    atom.apply(labels)
    assert np.array_equal(labels, after)
    assert write(labels, (slice(1, 4), slice(2, 5), slice(3, 6)), where, 2) is None


strokes = st.lists(
    st.tuples(
        st.sampled_from(["paint", "erase", "other", "lock", "undo", "redo"]),
        st.floats(0.5, 5),
        st.one_of(st.none(), st.integers(0, 2)),
        st.lists(st.tuples(*(st.floats(-2, n + 1) for n in GRID.size)), min_size=1, max_size=3),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(strokes=strokes)
def test_any_way_back_and_forth_through_the_history_is_exact(strokes):
    roi = RoiState()
    roi.show(GRID)
    first, second = roi.add_empty("first"), roi.add_empty("second")
    base = len(roi.history)
    states = [roi.labels.copy()]
    at = 0
    for what, radius, axis, points in strokes:
        if what == "undo" and at > 0:
            roi.undo()
            at -= 1
        elif what == "redo" and at < len(states) - 1:
            roi.redo()
            at += 1
        elif what == "other":
            roi.activate(second.label if roi.active.label == first.label else first.label)
        elif what == "lock":
            roi.set_locked(first.label, not roi.segments[0].locked)
        elif what in ("paint", "erase"):
            before = roi.labels.copy()
            stroke = Stroke(roi, radius, axis, erase=what == "erase")
            for point in points:
                stroke.to(GRID.index_to_patient(point))
            stroke.finish()
            if not np.array_equal(before, roi.labels):
                states = [*states[: at + 1], roi.labels.copy()]
                at += 1
        assert np.array_equal(roi.labels, states[at])
        for segment in roi.segments:
            box, inside = roi.extent(segment.label), roi.labels == segment.label
            assert np.array_equal(roi.mask_of(segment.label).voxels, inside)
            assert not inside.any() or box is not None
    while len(roi.history) > base:
        roi.undo()
    assert not roi.labels.any()
    for _ in states[1:]:
        roi.redo()
    assert np.array_equal(roi.labels, states[-1])


def test_a_locked_segment_is_neither_painted_over_nor_erased():
    roi = RoiState()
    roi.show(GRID)
    voxels = np.zeros(GRID.shape, bool)
    voxels[4:8, 4:12, 4:12] = True
    locked = roi.add(Mask(voxels, GRID, "locked"))
    roi.set_locked(locked.label, True)
    stroke = Stroke(roi, 6.0, None, erase=True)
    stroke.to(GRID.index_to_patient((8, 8, 6)))
    stroke.finish()
    roi.add_empty("other")
    stroke = Stroke(roi, 6.0, None, erase=False)
    stroke.to(GRID.index_to_patient((8, 8, 6)))
    stroke.finish()
    assert np.array_equal(roi.mask_of(locked.label).voxels, voxels)
    assert roi.mask_of(roi.active.label).count > 0


def test_removing_and_adding_segments_can_be_undone():
    roi = RoiState()
    roi.show(GRID)
    voxels = np.zeros(GRID.shape, bool)
    voxels[3:5] = True
    segment = roi.add(Mask(voxels, GRID, "one"))
    roi.remove(segment.label)
    assert roi.segments == ()
    roi.undo()
    assert roi.segments == (segment,)
    assert np.array_equal(roi.mask_of(segment.label).voxels, voxels)
    roi.undo()
    assert roi.segments == ()
    assert not roi.labels.any()


def test_the_history_forgets_the_oldest_when_its_bytes_run_over():
    history: History[tuple] = History(max_bytes=10_000)
    labels = np.zeros((4, 40, 40), np.uint8)
    for n in range(50):
        where = np.zeros(labels.shape, bool)
        where[n % 4] = True
        atom = write(labels, tuple(slice(0, s) for s in labels.shape), where, n % 250 + 1)
        history.push(Step(f"step {n}", (atom,), (), ()))
        assert history.bytes <= 10_000
    assert 1 < len(history) < 50
    assert history.undo_name == "step 49"


def test_a_hundred_large_strokes_fit():
    """A hundred balls of 30 mm in a 1 mm grid stay well inside the bound, under 1.5 bytes a voxel."""
    grid = Geometry((128, 128, 128), (1.0, 1.0, 1.0))
    roi = RoiState()
    roi.show(grid)
    roi.add_empty("painted")
    rng = np.random.default_rng(7)
    changed = 0
    for _ in range(100):
        before = int(np.count_nonzero(roi.labels))
        stroke = Stroke(roi, 15.0, None, erase=False)
        for point in rng.uniform(20, 108, (2, 3)):
            stroke.to(grid.index_to_patient(point))
        stroke.finish()
        changed += int(np.count_nonzero(roi.labels)) - before
    strokes = [s for s in roi.history._done if s.atoms]
    assert len(strokes) >= 60  # later strokes may change nothing
    assert sum(s.bytes for s in strokes) <= 1.5 * changed + 1000 * len(strokes)
    for _ in strokes:
        roi.undo()
    assert not roi.labels.any()


def test_the_tight_box():
    where = np.zeros((5, 6, 7), bool)
    assert tight_box(where) is None
    where[1, 2, 3] = where[3, 2, 6] = True
    assert tight_box(where) == (slice(1, 4), slice(2, 3), slice(3, 7))


def test_undo_in_the_middle_of_a_stroke_ends_the_stroke_first():
    roi = RoiState()
    roi.show(GRID)
    roi.add_empty("painted")
    stroke = Stroke(roi, 3.0, None, erase=False)
    stroke.to(GRID.index_to_patient((8, 8, 6)))
    roi.undo()
    assert not roi.labels.any()
    assert [s.name for s in roi.segments] == ["painted"]
    # The hand moves on, but the stroke is over.
    stroke.to(GRID.index_to_patient((12, 8, 6)))
    stroke.finish()
    assert not roi.labels.any()
    roi.redo()
    assert roi.labels.any()


def test_an_open_stroke_belongs_to_the_case_that_is_left():
    roi = RoiState()
    roi.show(GRID)
    roi.add_empty("painted")
    records = []
    roi.recorded.connect(records.append)
    stroke = Stroke(roi, 3.0, None, erase=False)
    stroke.to(GRID.index_to_patient((8, 8, 6)))
    roi.show(Geometry((4, 4, 4), (1.0, 1.0, 1.0)))
    assert [record.facts["name"] for record in records] == ["Paint"]
    stroke.to((0, 0, 0))
    stroke.finish()
    assert roi.labels is None
    assert len(roi.history) == 0
    assert len(records) == 1


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.uint8, (4, 6, 7), elements=st.integers(0, 2)),
    st.lists(st.tuples(arrays(np.bool_, (2, 3, 4)), *[st.integers(0, 2)] * 3), min_size=1, max_size=6),
)
def test_one_atom_for_many_of_a_stroke_is_as_exact_and_no_larger(labels, dabs) -> None:
    before = labels.copy()
    atoms = []
    for where, z, y, x in dabs:
        atom = write(labels, (slice(z, z + 2), slice(y, y + 3), slice(x, x + 4)), where, 3)
        if atom is not None:
            atoms.append(atom)
    after = labels.copy()
    one = merged(atoms)
    assert sum(a.bytes for a in one) <= sum(a.bytes for a in atoms)
    for atom in reversed(one):
        atom.revert(labels)
    assert np.array_equal(labels, before)
    for atom in one:
        atom.apply(labels)
    assert np.array_equal(labels, after)
