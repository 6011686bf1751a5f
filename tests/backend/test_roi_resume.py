"""A run on tumour cubes that was interrupted ends as one that was not."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from tiny_run import Tiny

from training.__main__ import main
from training.fitting.run_folder import RunFolder

CONFIG = """
system: slice_attention
design: roi_cube
name: tiny-roi
seeds: [3, 4]
folds: 2
heads_per_fold: 2
preprocessing: {side: 24, spacing_mm: 3.0}
network: {widths: [4, 4, 8, 8], ring: 2}
pretraining: {epochs: 3, share: 1.0, batch_size: 8}
fit: {ridge: [0.03, 1.0], inner_folds: 2}
bundle: {license: Apache-2.0, intended_use: Tests., trained_on: Phantoms., synthetic: true, limits: [Tiny.]}
"""


def fit(tiny: Tiny, out: Path, *more: str) -> int:
    config = out.parent / "roi.yaml"
    config.write_text(CONFIG)
    arguments = ["fit", str(config), "--cohort", str(tiny.table), "--out", str(out), "--threads", "1"]
    return main([*arguments, *more])


def results(run: Path) -> dict[str, bytes]:
    kinds = (".safetensors", ".csv")
    files = [path for path in sorted(run.rglob("*")) if path.suffix in kinds]
    return {path.relative_to(run).as_posix(): path.read_bytes() for path in files}


def test_interrupted_three_times(
    tiny_home: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(tiny_home, tmp_path / "unbroken") == 0
    monkeypatch.setenv("CTPROG_HOME", str(tiny_home.without_encoders(tmp_path / "home")))
    # In the pretraining of the further seed, between its folds, and in the pretraining of the first.
    places = [("4", "pretrain", None, 1), ("4", "choose", 1, None), ("run", "pretrain", None, 0)]
    tell = RunFolder.event

    def event(self: RunFolder, stage: str, step: int, of: int, **rest: Any) -> None:
        tell(self, stage, step, of, **rest)
        if places and places[0] == (self.path.name, stage, rest.get("fold"), rest.get("epoch")):
            places.pop(0)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(RunFolder, "event", event)
    run = tmp_path / "run"
    assert fit(tiny_home, run) == 130
    assert (run / "seeds/4/pretraining.safetensors").is_file()
    for number in (1, 2):
        signal.signal(signal.SIGINT, signal.default_int_handler)
        assert fit(tiny_home, run, "--resume") == 130, number
    assert not places
    signal.signal(signal.SIGINT, signal.default_int_handler)
    finished = {
        path: path.stat().st_mtime_ns for path in (run / "seeds/4/folds").rglob("*") if path.is_file()
    }
    assert fit(tiny_home, run, "--resume") == 0
    assert results(run) == results(tmp_path / "unbroken")
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    capsys.readouterr()
    assert fit(tiny_home, run, "--resume", "--set", "fit.sigma=0.2") == 1
    assert "fit.sigma is 0.1 there, 0.2 here" in capsys.readouterr().err
    shutil.rmtree(run)
