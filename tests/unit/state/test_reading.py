"""An open reading session: what comes next, what may be opened, what is barred, and whose work is whose."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_session import small_session, write_images

from ctprog_gui.commands.catalogue import COMMANDS, command
from ctprog_gui.core.reading_sessions.folder import SessionFolder
from ctprog_gui.core.roi.agreement import Agreement
from ctprog_gui.state.reading import ReadingState
from ctprog_gui.state.review import Ranking, ReviewState, volume_difference
from ctprog_gui.state.session import Session


@pytest.fixture
def folder(tmp_path: Path) -> SessionFolder:
    return small_session(tmp_path / "study", write_images(tmp_path / "images", 3), seed=2)


def open_for(name: str, folder: SessionFolder, *statuses: str) -> ReadingState:
    progress = folder.progress(name)
    for number, status in enumerate(statuses):
        progress = progress.with_result(number, status=status)
    reading = ReadingState()
    reading.begin(folder, name, progress)
    return reading


@pytest.mark.parametrize(
    ("statuses", "after", "expected"),
    [
        ((), None, 0),
        (("done", "flagged", "in progress"), None, 2),
        (("in progress", "done", "done"), 2, 3),
        (("in progress", "done", "done", "done"), 3, 0),
        (("done", "done", "flagged", "done"), 0, None),
    ],
)
def test_the_next_is_the_first_unfinished_one_behind(folder, statuses, after, expected) -> None:
    assert open_for("A", folder, *statuses).next_open(after) == expected


def test_what_is_done_stays_closed_to_a_blind_reader_who_reads_again(folder, tmp_path) -> None:
    reading = open_for("A", folder, "done", "flagged", "done")
    reading.number = 3
    assert [reading.may_open(number) for number in range(4)] == [False, True, False, True]
    assert (reading.neighbour(-1), reading.neighbour(1)) == (1, None)
    once = small_session(tmp_path / "once", write_images(tmp_path / "images", 3), repeat_fraction=0)
    assert open_for("A", once, "done").may_open(0)
    opened = small_session(tmp_path / "open", write_images(tmp_path / "images", 3), blind_to_readers=False)
    assert open_for("A", opened, "done").may_open(0)


def test_each_reading_has_work_of_its_own(folder: SessionFolder) -> None:
    keys = []
    for name in ("A", "B", "C"):
        reading = open_for(name, folder)
        for number, result in enumerate(reading.progress.results):
            reading.number = number
            sha256 = folder.session.case(result.case).sha256
            keys.append(reading.key(sha256))
            # An image that is not the reading's keeps its own.
            assert reading.key("0" * 64) == "0" * 64
            assert reading.key(sha256) == reading.key(sha256) != sha256
    assert len(set(keys)) == len(keys) == 4 + 4 + 3


def test_what_is_barred_says_why_and_nothing_is_without_a_session(folder: SessionFolder) -> None:
    session = Session()
    assert not any(session.reading.barred(one.id) for one in COMMANDS)
    session.reading.begin(folder, "A", folder.progress("A"))
    barred = {one.id for one in COMMANDS if session.reading.barred(one.id)}
    assert {"file.open", "file.demo", "roi.load", "roi.second.load", "prognosis.predict"} <= barred
    assert not {"roi.undo", "roi.new", "view.reset", "file.quit", "file.reading-done"} & barred
    assert not command("file.open").available(session)
    session.reading.begin(folder, "C", folder.progress("C"))
    # Who settles may look at readers, not at models.
    assert session.reading.barred("roi.load") == ""
    assert session.reading.barred("prognosis.predict")
    session.reading.end()
    assert command("file.open").available(session)


def test_every_barred_command_is_one() -> None:
    from ctprog_gui.state import reading

    named = {*reading._OPENING, *reading._READERS, *reading._MODELS}
    assert named <= {one.id for one in COMMANDS}


def test_cases_are_ranked_by_disagreement_and_what_waits_comes_last() -> None:
    review = ReviewState()
    review.figures = {
        0: Agreement(0.9, 1.0, 0.9, 100.0, 150.0),
        2: Agreement(0.5, 8.0, 0.4, 100.0, 110.0),
        3: Agreement(0.0, None, 0.0, 0.0, 90.0),
        4: Agreement(0.7, 9.0, 0.6, 100.0, 100.0),
    }
    assert review.ranked(5) == (3, 2, 4, 0, 1)
    review.ranking = Ranking.HD95
    assert review.ranked(5) == (3, 4, 2, 0, 1)
    review.ranking = Ranking.VOLUME
    assert review.ranked(5) == (3, 0, 2, 4, 1)
    assert volume_difference(review.figures[0]) == pytest.approx(0.4)
    assert volume_difference(Agreement(1.0, 0.0, 1.0, 0.0, 0.0)) == 0
