"""Drawing, editing and undoing measures, and one undo for them and the regions."""

from __future__ import annotations

import json

import numpy as np
import pytest
from grids import make_grid, study_on
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.annotations.annotation import Annotation, Kind
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.journal import Record
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.services.measure_history import Kept, from_json, to_json
from ctprog_gui.state.session import Session


@pytest.fixture
def session() -> Session:
    session = Session()
    session.show(study_on(make_grid(np.eye(3), (40, 40, 10))))
    return session


def draw(session: Session, kind: Kind, *points: tuple[float, float, float]) -> Annotation:
    assert session.study is not None
    stack = session.study.planes[Plane.AXIAL]
    state = session.annotations
    state.begin(kind, stack, points[0], stack.right_lps, stack.towards_viewer_lps)
    for number, point in enumerate(points[1:], start=1):
        state.draw(point, at=number)
    made = state.finish()
    assert made is not None
    return made


def test_a_draft_becomes_a_measure_with_a_name_of_its_own(session: Session) -> None:
    one = draw(session, Kind.LENGTH, (0, 0, 110), (5, 0, 110))
    two = draw(session, Kind.LENGTH, (0, 0, 110), (7, 0, 110))
    assert [one.name, two.name] == ["Length 1", "Length 2"]
    assert session.annotations.items == (one, two)
    assert session.annotations.selected == two
    session.annotations.remove(one.uid)
    assert draw(session, Kind.LENGTH, (0, 0, 110), (9, 0, 110)).name == "Length 3"


def test_a_click_without_a_drag_is_no_length(session: Session) -> None:
    stack = session.study.planes[Plane.AXIAL]
    state = session.annotations
    state.begin(Kind.LENGTH, stack, (0, 0, 110), stack.right_lps, stack.towards_viewer_lps)
    state.draw((0, 0, 110), at=1)
    assert state.finish() is None
    assert (state.items, state.undo_name) == ((), None)


def test_an_edit_is_one_step_however_many_moves_it_took(session: Session) -> None:
    made = draw(session, Kind.LENGTH, (0, 0, 110), (5, 0, 110))
    state = session.annotations
    state.begin_edit("Move Length 1")
    for x in range(6, 20):
        state.put(made.with_handle(1, (x, 0, 110)))
    state.finish_edit()
    assert state.items[0].points_mm[1] == (19, 0, 110)
    assert state.undo_name == "Move Length 1"
    state.undo()
    assert state.items == (made,)
    state.undo()
    assert state.items == ()
    state.redo()
    state.redo()
    assert state.items[0].points_mm[1] == (19, 0, 110)


def test_moves_that_change_nothing_are_no_step(session: Session) -> None:
    made = draw(session, Kind.LENGTH, (0, 0, 110), (5, 0, 110))
    session.annotations.begin_edit("Move")
    session.annotations.put(made)
    session.annotations.finish_edit()
    assert session.annotations.undo_name == "Length"


def test_one_undo_goes_back_through_regions_and_measures_in_their_order(session: Session) -> None:
    grid = session.study.volume.geometry
    voxels = np.zeros(grid.shape, bool)
    voxels[2, 2, 2] = True
    draw(session, Kind.LENGTH, (0, 0, 110), (5, 0, 110))
    session.roi.add(Mask(voxels, grid, "GTV"))
    draw(session, Kind.PROBE, (1, 1, 110))
    names = []
    while (name := session.undoing.undo_name) is not None:
        names.append(name)
        session.undoing.undo()
    assert names == ["HU probe", "Add GTV", "Length"]
    assert (session.annotations.items, session.roi.segments) == ((), ())
    back = []
    while (name := session.undoing.redo_name) is not None:
        back.append(name)
        session.undoing.redo()
    assert back == names[::-1]
    assert len(session.annotations.items) == 2


def test_the_order_comes_back_from_how_many_steps_of_regions_lay_below_each_measure(session: Session) -> None:
    grid = session.study.volume.geometry
    voxels = np.zeros(grid.shape, bool)
    voxels[2, 2, 2] = True
    for name in ("A", "B"):
        session.roi.add(Mask(voxels, grid, name))
    draw(session, Kind.LENGTH, (0, 0, 110), (5, 0, 110))
    session.roi.add(Mask(voxels, grid, "C"))
    draw(session, Kind.PROBE, (1, 1, 110))
    session.undoing.undo()
    draw(session, Kind.PROBE, (1, 1, 111))
    assert session.undoing.regions_before() == [2, 3]
    # A history of regions that was shortened meanwhile keeps what is left of the order.
    session.undoing.restore([2, 3])
    assert session.undoing.regions_before() == [2, 3]
    session.roi.undo()
    session.undoing.restore([2, 3])
    assert session.undoing.regions_before() == [2, 2]
    names = []
    while (name := session.undoing.undo_name) is not None:
        names.append(name)
        session.undoing.undo()
    assert names == ["HU probe", "Length", "Add B", "Add A"]


def test_a_history_that_does_not_lead_to_the_measures_is_none(session: Session) -> None:
    draw(session, Kind.LENGTH, (0, 0, 110), (5, 0, 110))
    draw(session, Kind.PROBE, (1, 1, 110))
    told = to_json(kept_of(session))
    items = session.annotations.items
    kept = from_json(json.loads(json.dumps(told)), items)
    assert (tuple(kept.done), kept.regions) == (session.annotations.done, [0, 0])
    assert from_json(told, items[:1]).done == []
    assert from_json(None, items) == Kept()
    told["steps"][0]["after"] = [7]
    with pytest.raises(InputError, match="history of measures"):
        from_json(told, items)


def kept_of(session: Session) -> Kept:
    measures, undoing = session.annotations, session.undoing
    return Kept(measures.done, measures.undone, undoing.regions_before(), undoing.regions_ahead())


def all_names(session: Session) -> tuple[list[str], list[str]]:
    """What undo takes back one after the other, and then redo brings back."""
    back, forth = [], []
    while (name := session.undoing.undo_name) is not None:
        back.append(name)
        session.undoing.undo()
    while (name := session.undoing.redo_name) is not None:
        forth.append(name)
        session.undoing.redo()
    return back, forth


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(["measure", "region", "undo", "redo", "undo"]), max_size=14))
def test_a_restart_changes_nothing_in_what_undo_and_redo_bring(done: list[str]) -> None:
    grid = make_grid(np.eye(3), (12, 12, 6))
    voxels = np.zeros(grid.shape, bool)
    voxels[2, 2, 2] = True
    session = Session()
    session.show(study_on(grid))
    records: list[Record] = []
    saved = {"items": (), "history": None}
    session.roi.recorded.connect(records.append)

    def save() -> None:
        # As the file does: at each step of measures, not at those of regions.
        saved["items"] = session.annotations.items
        saved["history"] = json.loads(json.dumps(to_json(kept_of(session))))

    session.annotations.kept.connect(save)
    for number, what in enumerate(done):
        if what == "measure":
            draw(session, Kind.LENGTH, (0, 0, 110), (number + 1, 0, 110))
        elif what == "region":
            session.roi.add(Mask(voxels, grid, f"ROI {number}"))
        else:
            getattr(session.undoing, what)()

    again = Session()
    again.show(study_on(grid))
    again.roi.restore(records)
    kept = from_json(saved["history"], saved["items"])
    again.annotations.restore(saved["items"], kept.done, kept.undone)
    again.undoing.restore(kept.regions, kept.regions_ahead)
    assert again.undoing.redo_name == session.undoing.redo_name
    assert all_names(again) == all_names(session)
    assert again.annotations.items == session.annotations.items
    assert again.roi.segments == session.roi.segments


def test_after_a_new_step_nothing_undone_comes_back(session: Session) -> None:
    grid = session.study.volume.geometry
    draw(session, Kind.LENGTH, (0, 0, 110), (5, 0, 110))
    session.undoing.undo()
    session.roi.add(Mask(np.ones(grid.shape, bool), grid, "GTV"))
    assert session.undoing.redo_name is None
    # And a history that was stepped through by itself loses its turn.
    draw(session, Kind.PROBE, (1, 1, 110))
    session.annotations.undo()
    assert session.undoing.undo_name == "Add GTV"


def test_another_case_begins_without_measures(session: Session) -> None:
    draw(session, Kind.LENGTH, (0, 0, 110), (5, 0, 110))
    session.show(study_on(make_grid(np.eye(3))))
    assert session.annotations.items == ()
    assert session.undoing.undo_name is None
