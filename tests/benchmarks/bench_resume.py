"""``ctprog-train fit`` resumed after a kill, against the missing half alone.

Twelve phantom chests, prepared beforehand; almost all of the time goes into pretraining the encoder,
which is killed (SIGKILL) when half of its epochs are told. What the same command with ``--resume``
takes is held against a fit of half as many epochs in another folder, both from the command line,
with their start and with the heads of all folds. The median ratio of seven rounds; `cpu_ratio` is
the same of the processors' time, which other work on the machine touches less.
Run as ``python tests/benchmarks/bench_resume.py``; prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from ctprog_gui.core.shared.run_events import read_events
from training.phantom.cohort import write_cohort

ROUNDS, EPOCHS, GOAL = 7, 60, 1.1
CONFIG = """
system: slice_attention
name: resumed
folds: 2
preprocessing: {spacing_mm: [2.5, 2.5, 5.0], slice_size: [96, 128], fit: pad}
network: {encoder: {widths: [16, 32, 64, 128]}, hidden: 16, shared_layers: 1, cause_layers: 1}
pretraining: {epochs: EPOCHS, batch_size: 32, monitor_every: 0}
fit: {epochs: 5}
bundle: {license: Apache-2.0, intended_use: Benchmarks., trained_on: Phantoms., synthetic: true}
"""


def command(folder: Path, out: Path, *more: str) -> list[str]:
    fit = [sys.executable, "-m", "training", "fit", str(folder / "config.yaml"), "--device", "cpu"]
    return [*fit, "--cohort", str(folder / "cohort/cohort.csv"), "--out", str(out), "--threads", "1", *more]


def seconds(arguments: list[str]) -> tuple[float, float]:
    """How long a command takes, by the clock and by the processors."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def kill_at_half(folder: Path, out: Path) -> None:
    running = subprocess.Popen(command(folder, out), stdout=subprocess.DEVNULL)
    while sum(event["stage"] == "pretrain" for event in read_events(out / "events.jsonl")[0]) < EPOCHS // 2:
        if running.poll() is not None:
            raise AssertionError("it ended before it could be killed")
        time.sleep(0.02)
    running.kill()
    running.wait()


def forget_encoders(folder: Path) -> None:
    for name in ("encoders", "features"):
        shutil.rmtree(folder / "home" / "cache" / name, ignore_errors=True)


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="ctprog-resume-") as name:
        folder = Path(name)
        os.environ["CTPROG_HOME"] = str(folder / "home")
        write_cohort(folder / "cohort", 12, seed=5)
        (folder / "config.yaml").write_text(CONFIG.replace("EPOCHS", str(EPOCHS)))
        half = ("--set", f"pretraining.epochs={EPOCHS // 2}")
        seconds(command(folder, folder / "warm", "--set", "pretraining.epochs=1"))
        rounds = []
        for number in range(ROUNDS):
            killed, alone = folder / f"killed_{number}", folder / f"alone_{number}"
            forget_encoders(folder)
            kill_at_half(folder, killed)
            pair = [command(folder, killed, "--resume"), command(folder, alone, *half)]
            # By turns, so that work beside this one does not fall on the same side.
            found = [seconds(one) for one in (pair if number % 2 else pair[::-1])]
            rounds.append(found if number % 2 else found[::-1])
    ratios = np.median([np.divide(*found) for found in rounds], axis=0)
    resumed, alone_s = np.median(np.array(rounds), axis=0)[:, 0]
    return [
        {
            "name": "fit: resumed after a kill at half, against the missing half alone",
            "ours_s": round(float(resumed), 4),
            "peer_s": round(float(alone_s), 4),
            "ratio": round(float(ratios[0]), 3),
            "cpu_ratio": round(float(ratios[1]), 3),
            "goal": GOAL,
        }
    ]


if __name__ == "__main__":
    print(json.dumps(run()))
