"""Where numbers stand: within the view and apart from each other."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.rendering.label_places import Label, label_places

VIEW, GAP = (400.0, 300.0), 10.0
PIXEL = st.tuples(st.floats(0, VIEW[0]), st.floats(0, VIEW[1]))
LABEL = st.builds(Label, st.floats(20, 90), st.floats(10, 45), st.lists(PIXEL, min_size=1, max_size=4))


def boxes(labels: list[Label]) -> list[tuple[float, float, float, float]]:
    places = label_places(labels, VIEW, GAP)
    return [(x, y, x + one.width, y + one.height) for one, (x, y) in zip(labels, places, strict=True)]


@given(st.lists(LABEL, max_size=4))
def test_labels_lie_in_the_view_and_apart(labels: list[Label]) -> None:
    """Four of at most 90 × 45 pixels always find room in 400 × 300."""
    found = boxes(labels)
    for left, bottom, right, top in found:
        assert left >= 0
        assert bottom >= 0
        assert right <= VIEW[0] + 1e-9
        assert top <= VIEW[1] + 1e-9
    for one, two in combinations(found, 2):
        assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]


def test_right_of_the_measure_where_there_is_room_else_left_of_it() -> None:
    assert label_places([Label(60, 20, [(100, 150), (200, 160)])], VIEW, GAP) == [(210, 150)]
    assert label_places([Label(60, 20, [(100, 150), (380, 160)])], VIEW, GAP) == [(30, 140)]
    # As wide as the view: above it.
    assert label_places([Label(60, 20, [(20, 150), (390, 160)])], VIEW, GAP) == [(340, 170)]


def test_what_is_out_of_sight_is_not_pulled_into_it_and_an_unseen_handle_is_no_place() -> None:
    assert label_places([Label(60, 20, [(500, 150)])], VIEW, GAP) == [(510, 140)]
    assert label_places([Label(60, 20, [(200, 150), (900, 150)])], VIEW, GAP) == [(210, 140)]
