"""Nothing half-written stands under a final name."""

from __future__ import annotations

import json
import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.core.shared import writing
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import only_one, replacing, set_aside, write_json


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_takes_its_name_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "down" / "roi.nii.gz"
    with replacing(target) as partial:
        # Writers choose the format by the ending, and the rename must stay on one file system.
        assert partial.name.endswith("roi.nii.gz")
        assert partial.parent == target.parent
        partial.write_bytes(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert left_in(target.parent) == ["roi.nii.gz"]


def test_an_ordinary_file_comes_out(tmp_path: Path) -> None:
    with replacing(tmp_path / "a") as partial:
        partial.write_text("a")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644


@pytest.mark.parametrize("error", [ValueError("bug"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "result.json"
    target.write_text("old")

    def write() -> None:
        with replacing(target) as partial:
            partial.write_text("half")
            raise error

    with pytest.raises(type(error)):
        write()
    assert target.read_text() == "old"
    assert left_in(tmp_path) == ["result.json"]


def test_a_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    def write() -> None:
        with replacing(tmp_path / "result.json"):
            raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match=r"^cannot write .*result\.json: No space left on device$"):
        write()
    assert left_in(tmp_path) == []


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError, match="cannot write"), replacing(tmp_path / "taken" / "x"):
        pytest.fail("the block must not run")


def test_a_folder_under_the_final_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(InputError, match="cannot write"):
        write_json(tmp_path / "x", {})
    assert left_in(tmp_path) == ["x"]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_json_does_not_have_are_refused(tmp_path: Path, number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "x.json", {"risk": [number]})
    assert left_in(tmp_path) == []


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(value=values)
def test_json_comes_back_as_it_went(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.getbasetemp() / "round_trip.json"
    try:
        write_json(path, value)
    except UnicodeEncodeError:
        # A lone surrogate is no text.
        return
    assert json.loads(path.read_text(encoding="utf-8")) == value


def test_json_is_legible(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"name": "Größe", "axes": ["x"]})
    assert (tmp_path / "x.json").read_text("utf-8") == '{\n  "name": "Größe",\n  "axes": [\n    "x"\n  ]\n}\n'


def test_what_several_look_at_and_replace_at_once_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PATIENCE_S", 30.0)
    target = tmp_path / "progress.json"
    write_json(target, 0)

    def add_one(_: int) -> None:
        with only_one(target):
            held = json.loads(target.read_text())
            time.sleep(0.002)
            write_json(target, held + 1)

    with ThreadPoolExecutor(4) as several:
        list(several.map(add_one, range(24)))
    assert json.loads(target.read_text()) == 24
    assert left_in(tmp_path) == ["progress.json"]


def test_who_stays_in_is_told_and_who_died_there_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PATIENCE_S", 0.05)
    target = tmp_path / "progress.json"
    with only_one(target), pytest.raises(InputError, match="is being saved by another"), only_one(target):
        raise AssertionError("two are in")
    (guard,) = [tmp_path / ".progress.json.saving"]
    guard.touch()
    os.utime(guard, (0, 0))
    with only_one(target):
        write_json(target, 1)
    assert left_in(tmp_path) == ["progress.json"]


def test_a_file_is_set_aside_or_left(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "a.unreadable").mkdir()
    assert not set_aside(tmp_path / "a.json")
    assert left_in(tmp_path) == ["a.json", "a.unreadable"]
    (tmp_path / "a.unreadable").rmdir()
    assert set_aside(tmp_path / "a.json")
    assert left_in(tmp_path) == ["a.unreadable"]
    assert not set_aside(tmp_path / "a.json")
