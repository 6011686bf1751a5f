from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.run_events import KEYS, append_event, mend, read_events


def test_what_was_told_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    assert read_events(path) == ([], 0)
    append_event(path, "fit", 1, 5, fold=2, epoch=0, metrics={"loss": 0.5, "note": "größer"})
    append_event(path, "resume", 1, 1)
    events, end = read_events(path)
    assert all(tuple(event) == KEYS for event in events)
    assert {key: events[0][key] for key in KEYS[1:]} == {
        "stage": "fit",
        "fold": 2,
        "epoch": 0,
        "step": 1,
        "of": 5,
        "metrics": {"loss": 0.5, "note": "größer"},
    }
    assert (events[1]["fold"], events[1]["metrics"]) == (None, {})
    append_event(path, "fit", 2, 5)
    (last,), whole = read_events(path, end)
    assert last["step"] == 2
    assert whole == path.stat().st_size


def test_a_line_that_is_not_complete_is_left_until_it_is(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    append_event(path, "fit", 1, 2)
    size = path.stat().st_size
    append_event(path, "fit", 2, 2)
    whole = path.read_bytes()
    path.write_bytes(whole[: size + 20])
    events, end = read_events(path)
    assert [event["step"] for event in events] == [1]
    assert end == size
    path.write_bytes(whole)
    assert [event["step"] for event in read_events(path, end)[0]] == [2]


def test_what_is_torn_is_cut_off_and_what_is_no_event_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    mend(path)
    assert not path.exists()
    append_event(path, "fit", 1, 2)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"time": "2')
    mend(path)
    assert path.read_bytes() == whole
    mend(path)
    assert path.read_bytes() == whole
    path.write_bytes(b'\x00\xff\n[1, 2]\n{"stage": "fit"}\n' + whole)
    assert [event["step"] for event in read_events(path)[0]] == [1]
    path.write_bytes(b'{"torn')
    mend(path)
    assert path.read_bytes() == b""


def _tell(path: Path, fold: int) -> None:
    for step in range(200):
        append_event(path, "fit", step, 200, fold=fold, metrics={"text": "x" * 300})


def test_several_processes_tell_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_tell, args=(path, fold)) for fold in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    events = [json.loads(line) for line in path.read_text().splitlines()]
    for fold in range(2):
        assert [event["step"] for event in events if event["fold"] == fold] == list(range(200))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    os.symlink("/dev/full", path)  # noqa: PTH211
    with pytest.raises(InputError, match="No space left on device"):
        append_event(path, "fit", 1, 1)
