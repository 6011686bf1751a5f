"""Telling how far a task is, and stopping it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.core.shared.errors import Cancelled
from ctprog_gui.core.shared.progress import Progress

unit = st.floats(0, 1)
spans = st.tuples(unit, unit).map(sorted)


def test_a_report_carries_fraction_and_text() -> None:
    told: list[tuple[float, str]] = []
    Progress(lambda fraction, text: told.append((fraction, text))).report(0.25, "Reading")
    assert told == [(0.25, "Reading")]


def test_without_a_listener_reports_go_nowhere() -> None:
    Progress().report(0.5, "unheard")


@given(st.floats(allow_nan=False))
def test_what_is_told_lies_between_nothing_and_all(fraction: float) -> None:
    told: list[float] = []
    Progress(lambda done, _: told.append(done)).report(fraction)
    assert 0.0 <= told[0] <= 1.0


@given(spans, spans, unit, unit)
def test_parts_of_parts_keep_order_and_stay_inside(
    outer: list[float], inner: list[float], first: float, second: float
) -> None:
    told: list[float] = []
    whole = Progress(lambda done, _: told.append(done))
    part = whole.part(*outer).part(*inner)
    for fraction in sorted((first, second)):
        part.report(fraction)
    assert outer[0] - 1e-12 <= told[0] <= told[1] + 1e-12
    assert told[1] <= outer[1] + 1e-12


def test_consecutive_parts_meet() -> None:
    told: list[float] = []
    whole = Progress(lambda done, _: told.append(done))
    whole.part(0.0, 0.3).report(1.0)
    whole.part(0.3, 1.0).report(0.0)
    assert told == [pytest.approx(0.3)] * 2


@pytest.mark.parametrize("stopped", ["the whole", "the part"])
def test_cancelling_either_cancels_both(stopped: str) -> None:
    whole = Progress()
    part = whole.part(0.2, 0.4).part(0.0, 0.5)
    (whole if stopped == "the whole" else part).cancel()
    assert whole.is_cancelled
    assert part.is_cancelled
    with pytest.raises(Cancelled):
        whole.check()
    with pytest.raises(Cancelled):
        part.check()


def test_a_cancelled_task_tells_nothing_more() -> None:
    told: list[float] = []
    progress = Progress(lambda done, _: told.append(done))
    progress.cancel()
    with pytest.raises(Cancelled):
        progress.report(0.5)
    assert told == []


def test_a_listener_may_cancel_the_task_it_listens_to() -> None:
    progress = Progress(lambda done, _: progress.cancel() if done >= 0.5 else None)
    progress.report(0.4)
    progress.report(0.5)
    with pytest.raises(Cancelled):
        progress.report(0.6)
