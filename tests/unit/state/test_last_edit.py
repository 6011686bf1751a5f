"""What the last edit did to a score, whenever the answers come."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.state.last_edit import LastEdit
from ctprog_gui.state.roi import RoiState

SHAPE = (3, 8, 8)
BOX = tuple(slice(0, n) for n in SHAPE)
WHERE = st.integers(0, 2**16).map(lambda seed: np.random.default_rng(seed).random(SHAPE) < 0.3)


def case() -> tuple[RoiState, LastEdit]:
    roi = RoiState()
    roi.show(Geometry(SHAPE[::-1], (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), tuple(np.eye(3).ravel())))
    roi.add_empty("Tumour")
    return roi, LastEdit(roi)


def size(roi: RoiState, label: int = 1) -> float:
    return float(np.count_nonzero(roi.inside(label, BOX)))


@given(st.data())
def test_it_is_against_the_state_before_the_edits_it_names(data: st.DataObject) -> None:
    """Strokes in parts, effects, undo and redo, with questions and their answers at any moment between."""
    roi, last = case()
    sizes, edits, pending, answered = [size(roi)], 0, None, None
    painted = False

    def complete() -> None:
        if edits == len(sizes):
            sizes.append(size(roi))

    for _ in range(data.draw(st.integers(1, 25))):
        what = data.draw(
            st.sampled_from(["press", "paint", "paint", "release", "shape", "undo", "redo", "ask", "answer"])
        )
        before = size(roi)
        heard: list[object] = []
        roi.changed.connect(heard.append)
        if what == "press":
            roi.finish_stroke()
            complete()
            roi.begin_stroke("Paint")
            painted = False
        elif what == "paint":
            roi.paint(BOX, data.draw(WHERE), erase=data.draw(st.booleans()))
            if heard and not painted:
                painted, edits = True, edits + 1
        elif what == "release":
            roi.finish_stroke()
            complete()
        elif what in ("shape", "undo", "redo"):
            roi.finish_stroke()
            complete()
            if what == "shape":
                roi.reshape("Shape", 1, BOX, data.draw(WHERE))
            elif roi.history.undo_name != "Add Tumour" or what == "redo":
                getattr(roi, what)()
            edits += bool(heard)
            complete()
        elif what == "ask":
            pending = size(roi)
            last.ask(1)
        elif pending is not None:
            answered, pending = pending, None
            last.answer("a", answered)
        roi.changed.disconnect(heard.append)
        if what in ("ask", "answer"):
            assert size(roi) == before
        told = last.before("a")
        if told is not None:
            assert told.score == sizes[edits - told.edits]
            assert told.edits >= 1
        if answered is not None:
            assert not last.holds("a", 1) or answered == size(roi)


def stroke(roi: RoiState, *sizes: int) -> None:
    """A stroke of several parts: the ROI has these sizes one after the other."""
    roi.begin_stroke("Paint")
    for count in sizes:
        where = np.zeros(SHAPE, bool)
        where.flat[:count] = True
        roi.paint(BOX, where, erase=False)
    roi.finish_stroke()


def scored(roi: RoiState, last: LastEdit, label: int = 1) -> None:
    last.ask(label)
    last.answer("a", size(roi, label))


def test_answers_within_a_stroke_do_not_move_what_it_is_held_against() -> None:
    roi, last = case()
    stroke(roi, 3)
    scored(roi, last)
    roi.begin_stroke("Paint")
    for count in (5, 9, 14):
        where = np.zeros(SHAPE, bool)
        where.flat[:count] = True
        roi.paint(BOX, where, erase=False)
        scored(roi, last)
    roi.finish_stroke()
    assert (last.before("a").score, last.before("a").edits) == (3, 1)
    # The next one is held against its own beginning.
    stroke(roi, 20)
    scored(roi, last)
    assert (last.before("a").score, last.before("a").edits) == (14, 1)


def test_strokes_quicker_than_the_answers_are_told_together() -> None:
    roi, last = case()
    stroke(roi, 3)
    scored(roi, last)
    stroke(roi, 5, 6)
    last.ask(1)
    stroke(roi, 8)
    last.answer("a", 6.0)
    # What was asked between two strokes is known by now: only the second is held against it.
    assert (last.before("a").score, last.before("a").edits) == (6, 1)
    stroke(roi, 9)
    stroke(roi, 12)
    scored(roi, last)
    assert (last.before("a").score, last.before("a").edits) == (6, 3)


@pytest.mark.parametrize("again", [False, True])
def test_two_segments_are_never_held_against_each_other(again: bool) -> None:
    roi, last = case()
    stroke(roi, 3)
    scored(roi, last)
    if again:
        # Another segment comes to the number of one that was removed.
        roi.remove(1)
        assert roi.add_empty("Node").label == 1
    else:
        roi.add_empty("Node")
    label = roi.active.label
    assert not last.holds("a", label)
    stroke(roi, 40)
    scored(roi, last, label)
    assert last.before("a") is None
    assert last.holds("a", label)
    first = size(roi, label)
    stroke(roi, 50)
    scored(roi, last, label)
    assert (last.before("a").score, last.before("a").edits) == (first, 1)
