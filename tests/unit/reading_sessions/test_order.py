"""The order of a reader: what holds for every number of cases, and for one seed."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.core.reading_sessions.order import reading_order, repeated_cases

SESSIONS = st.tuples(
    st.integers(1, 40), st.floats(0, 1), st.integers(0, 2**31), st.text(min_size=1, max_size=9)
)


def drawn(count: int, fraction: float, seed: int, reader: str) -> tuple[list[str], list[str], list]:
    cases = [f"case-{number:03d}" for number in range(count)]
    again = repeated_cases(cases, fraction, seed)
    return cases, again, reading_order(cases, again, seed, reader)


@given(SESSIONS)
def test_it_is_a_permutation_plus_the_repeats(session) -> None:
    cases, again, order = drawn(*session)
    assert sorted(order) == sorted([(case, 1) for case in cases] + [(case, 2) for case in again])
    place = {reading: at for at, reading in enumerate(order)}
    assert all(place[case, 1] < place[case, 2] for case in again)
    # Rounded up, but for a fraction's last binary digit.
    assert -1e-6 < len(again) - session[1] * len(cases) < 1 + 1e-6


@given(SESSIONS)
def test_nobody_reads_a_case_twice_in_a_row_where_there_is_another(session) -> None:
    cases, _, order = drawn(*session)
    if len(cases) > 1:
        assert all(first[0] != second[0] for first, second in pairwise(order))


@given(SESSIONS)
def test_seed_and_reader_alone_decide(session) -> None:
    cases, again, order = drawn(*session)
    backwards = reading_order(cases[::-1], again[::-1], *session[2:])
    assert (drawn(*session)[2], backwards) == (order, order)


def test_readers_have_orders_of_their_own_and_repeat_the_same_cases() -> None:
    (_, again_a, a), (_, again_b, b) = drawn(20, 0.25, 3, "A"), drawn(20, 0.25, 3, "B")
    assert a != b
    assert again_a == again_b
    assert len(again_a) == 5
    assert drawn(20, 0.25, 4, "A")[2] != a


def test_between_the_two_readings_lie_half_the_cases() -> None:
    for seed in range(50):
        _, again, order = drawn(30, 0.3, seed, "A")
        place = {reading: at for at, reading in enumerate(order)}
        assert min(place[case, 2] - place[case, 1] - 1 for case in again) >= 15


def test_a_case_comes_first_as_often_as_any_other() -> None:
    first = Counter(drawn(6, 0.34, seed, "A")[2][0][0] for seed in range(600))
    # 600 / 6 = 100 each, with a standard deviation of 9: five of them either way.
    assert all(55 < first[f"case-{number:03d}"] < 145 for number in range(6))
