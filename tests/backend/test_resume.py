"""A run that was interrupted, by whatever, ends as one that was not."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tiny_run import Tiny

from ctprog_gui.core.shared.run_events import read_events
from training.fitting.run_folder import RunFolder

RESULTS = (
    "predictions.csv",
    "attention.csv",
    "encoder.safetensors",
    "features.safetensors",
    "folds/0/checkpoint.safetensors",
    "folds/0/predictions.csv",
    "folds/1/checkpoint.safetensors",
    "folds/1/predictions.csv",
)


def require_same(run: Path, other: Path) -> None:
    for name in RESULTS:
        assert (run / name).read_bytes() == (other / name).read_bytes(), name
    assert not [path for path in run.rglob("*") if "partial" in path.name or "unfinished" in path.name]


def at(monkeypatch: pytest.MonkeyPatch, stage: str, fold: int | None, step: int, act: Any) -> None:
    """Do something once, when a certain event was told: the second epoch of a fit."""
    tell = RunFolder.event
    done = False

    def event(self: RunFolder, told: str, number: int, of: int, **rest: Any) -> None:
        nonlocal done
        tell(self, told, number, of, **rest)
        here = (told, rest.get("fold"), rest.get("epoch")) == (stage, fold, 1)
        if here and (fold is None or number == step) and not done:
            done = True
            act()

    monkeypatch.setattr(RunFolder, "event", event)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_in_the_second_fold(
    tiny_home: Tiny,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: signal.Signals,
) -> None:
    at(monkeypatch, "fit", 1, 2, lambda: signal.raise_signal(number))
    assert tiny_home.fit(tmp_path / "run") == 130
    assert capsys.readouterr().err == "ctprog-train: interrupted\n"
    # One more Ctrl-C while the process ends says nothing more.
    assert signal.getsignal(number) is signal.SIG_IGN
    signal.signal(number, signal.default_int_handler)
    run = tmp_path / "run"
    assert not (run / "predictions.csv").exists()
    # The first head of the fold is done, the second stands behind its second epoch.
    left = {path.name for path in (run / "folds/1/unfinished").iterdir()}
    assert left == {"head_0.safetensors", "state_1.safetensors"}
    finished = {path: path.stat().st_mtime_ns for path in (run / "folds/0").iterdir()}
    told = len(read_events(run / "events.jsonl")[0])
    assert tiny_home.fit(run, "--resume") == 0
    require_same(run, tiny_home.run)
    # What was finished was not done again.
    assert {path: path.stat().st_mtime_ns for path in (run / "folds/0").iterdir()} == finished
    again = read_events(run / "events.jsonl")[0][told:]
    assert [(e["stage"], e["fold"], e["step"], e["epoch"]) for e in again] == [
        ("resume", None, 1, None),
        ("fit", 1, 2, 2),
    ]


def test_stopped_while_the_encoder_is_pretrained(
    tiny_home: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing kept from the other run's pretraining.
    monkeypatch.setenv("CTPROG_HOME", str(tiny_home.without_encoders(tmp_path / "home")))
    told: list[int] = []

    def stop_once() -> None:
        told.append(1)
        signal.raise_signal(signal.SIGINT)

    tell = RunFolder.event

    def event(self: RunFolder, stage: str, step: int, of: int, **rest: Any) -> None:
        tell(self, stage, step, of, **rest)
        if stage == "pretrain" and not told:
            stop_once()

    monkeypatch.setattr(RunFolder, "event", event)
    run = tmp_path / "run"
    assert tiny_home.fit(run) == 130
    assert (run / "pretraining.safetensors").is_file()
    assert not (run / "encoder.safetensors").exists()
    assert tiny_home.fit(run, "--resume") == 0
    require_same(run, tiny_home.run)
    assert not (run / "pretraining.safetensors").exists()


def test_ctrl_c_twice_stops_at_once_and_keeps_what_was_finished(
    tiny_home: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice() -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("the second Ctrl-C did not stop the run")

    at(monkeypatch, "fit", 1, 1, twice)
    run = tmp_path / "run"
    assert tiny_home.fit(run) == 130
    assert (run / "folds/0/predictions.csv").read_bytes() == (
        tiny_home.run / "folds/0/predictions.csv"
    ).read_bytes()
    assert tiny_home.fit(run, "--resume") == 0
    require_same(run, tiny_home.run)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_killed_in_the_second_fold(tiny_home: Tiny, tmp_path: Path) -> None:
    """No chance to say goodbye, and the last line of the events is torn."""
    run = tmp_path / "run"
    command = [sys.executable, "-m", "training", "fit", str(tiny_home.folder / "config.yaml")]
    command += ["--cohort", str(tiny_home.table), "--out", str(run), "--device", "cpu", "--threads", "1"]
    # Long enough to be found within the second fold.
    settings = ("--set", "fit.epochs=150", "--set", "fit.patience=150")
    process = subprocess.Popen([*command, *settings], stdout=subprocess.DEVNULL)
    try:
        seen, until = 0, time.monotonic() + 120
        while time.monotonic() < until and process.poll() is None:
            events, _ = read_events(run / "events.jsonl")
            seen = sum(event["fold"] == 1 for event in events)
            if seen:
                break
            time.sleep(0.05)
        assert seen
    finally:
        process.kill()
        process.wait()
    assert not (run / "predictions.csv").exists()
    with (run / "events.jsonl").open("ab") as file:
        file.write(b'{"time": "20')
    assert tiny_home.fit(run, "--resume", *settings) == 0
    assert tiny_home.fit(tmp_path / "unbroken", *settings) == 0
    require_same(run, tmp_path / "unbroken")
    for line in (run / "events.jsonl").read_text().splitlines():
        json.loads(line)


def test_a_finished_run_stays_as_it_is(tiny_home: Tiny, tmp_path: Path) -> None:
    run = shutil.copytree(tiny_home.run, tmp_path / "run")
    before = {name: (run / name).stat().st_mtime_ns for name in RESULTS if name.startswith("folds")}
    assert tiny_home.fit(run, "--resume") == 0
    assert {name: (run / name).stat().st_mtime_ns for name in before} == before
    require_same(run, tiny_home.run)


def test_another_run_is_not_gone_on_with(
    tiny_home: Tiny, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = shutil.copytree(tiny_home.run, tmp_path / "run")
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*") if path.is_file()}
    assert tiny_home.fit(run, "--resume", "--set", "fit.sigma=0.2") == 1
    assert "fit.sigma is 0.1 there, 0.2 here" in one_line(capsys)
    table = tiny_home.table.with_name("changed.csv")
    lines = tiny_home.table.read_text().splitlines()
    table.write_text("\n".join([lines[0], *lines[2:], lines[1]]) + "\n")
    assert tiny_home.fit(run, "--resume", "--cohort", str(table)) == 1
    assert "begun on another cohort" in one_line(capsys)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    assert tiny_home.fit(tmp_path / "mine", "--resume") == 1
    assert "holds something that is no run" in one_line(capsys)
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*") if path.is_file()} == before


def test_another_fit_s_checkpoint_is_refused(
    tiny_home: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at(monkeypatch, "fit", 1, 1, lambda: signal.raise_signal(signal.SIGINT))
    run = tmp_path / "run"
    assert tiny_home.fit(run) == 130
    state = run / "folds/1/unfinished/state_0.safetensors"
    content = bytearray(state.read_bytes())
    key = content.index(b'\\"key\\": \\"') + len(b'\\"key\\": \\"')
    content[key : key + 4] = b"beef"
    state.write_bytes(content)
    capsys.readouterr()
    assert tiny_home.fit(run, "--resume") == 1
    assert "checkpoint of another configuration" in one_line(capsys)


def test_killed_as_it_began(tiny_home: Tiny, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    shutil.copy(tiny_home.run / "environment.json", run)
    assert tiny_home.fit(run, "--resume") == 0
    require_same(run, tiny_home.run)


def test_a_disk_that_fills_leaves_the_finished_fold(
    tiny_home: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, write = tmp_path / "run", Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if "folds/1" in self.as_posix():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        assert tiny_home.fit(run) == 1
    assert "No space left on device" in one_line(capsys)
    assert (run / "folds/0/predictions.csv").read_bytes() == (
        tiny_home.run / "folds/0/predictions.csv"
    ).read_bytes()
    assert not list((run / "folds").rglob(".partial*"))
    assert tiny_home.fit(run, "--resume") == 0
    require_same(run, tiny_home.run)


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error
