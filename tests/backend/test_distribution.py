"""The same fit in several processes, and folds on a cluster."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import two_processes
from tiny_run import Tiny

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.run_events import read_events
from training.fitting.cross_validation import cross_validate
from training.fitting.ray_cluster import _attempt, _require_room
from training.fitting.run_folder import RunFolder
from training.optimisation.processes import Processes, joined

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """What one process finds, and what two find."""
    folder = tmp_path_factory.mktemp("two")
    script = Path(two_processes.__file__)
    run_two(folder, str(script), str(folder / "out.json"))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        one = two_processes.everything(Processes())
    finally:
        torch.set_num_threads(threads)
    return one, json.loads((folder / "out.json").read_text())


def run_two(folder: Path, *arguments: str, home: Path | None = None) -> None:
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    if home is not None:
        environment["CTPROG_HOME"] = str(home)
    done = subprocess.run(
        [*TORCHRUN, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["plain", "accumulated", "contrastive"])
def test_two_processes_follow_the_curve_of_one_with_the_whole_batch(
    both: tuple[dict[str, Any], dict[str, Any]], kind: str
) -> None:
    """Equal up to the order of sums: 1e-5 in the loss over 4 epochs; the pairs and negatives are the same."""
    one, two = both
    assert two["count"] == 2
    assert [row[1] for row in two[kind]["curve"]] == [row[1] for row in one[kind]["curve"]]
    losses = [[row[0] for row in found[kind]["curve"]] for found in (one, two)]
    assert losses[1] == pytest.approx(losses[0], abs=1e-5)
    assert losses[0][-1] < losses[0][0] - 0.05
    assert two[kind]["weights"] == pytest.approx(one[kind]["weights"], abs=1e-3)


def test_no_thread_of_the_processes_is_left_when_they_part(
    both: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    """One that lets go of a tensor while the interpreter ends aborts a fit that is done."""
    assert both[1]["threads"] == []


def test_a_batch_is_shared_out_in_order() -> None:
    for size in (1, 2, 5, 12):
        shares = [Processes(rank, 3).own(size) for rank in range(3)]
        assert [i for share in shares for i in range(size)[share]] == list(range(size))
        lengths = [share.stop - share.start for share in shares]
        assert max(lengths) - min(lengths) <= 1


def test_one_process_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined(torch.device("cpu")) as (processes, device):
        assert (processes.count, device.type) == (1, "cpu")
        rows = torch.ones(3, 2)
        assert processes.gather(rows) is rows
        assert processes.any(True, device)
        assert not processes.any(False, device)


def test_fit_under_torchrun(tiny: Tiny, tmp_path: Path) -> None:
    """The encoder learns in both processes together; the folds are shared out."""
    home = tiny.without_encoders(tmp_path / "home")
    arguments = ["-m", "training", "fit", str(tiny.folder / "config.yaml"), "--cohort", str(tiny.table)]
    arguments += ["--out", str(tmp_path / "run"), "--device", "cpu", "--threads", "1"]
    run_two(tmp_path, *arguments, home=home)

    def curve(run: Path) -> list[float]:
        events, _ = read_events(run / "events.jsonl")
        return [event["metrics"]["loss"] for event in events if event["stage"] == "pretrain"]

    assert len(curve(tmp_path / "run")) == 2
    assert curve(tmp_path / "run") == pytest.approx(curve(tiny.run), abs=1e-3)
    told, _ = read_events(tmp_path / "run" / "events.jsonl")
    assert {event["fold"] for event in told if event["stage"] == "fit"} == {0, 1}
    assert json.loads((tmp_path / "run" / "environment.json").read_text())["processes"] == 2
    assert (tmp_path / "run" / "report.md").is_file()


def test_folds_on_ray_are_those_of_this_machine(tiny_home: Tiny, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    run = shutil.copytree(tiny_home.run, tmp_path / "run")
    shutil.rmtree(run / "folds")
    (run / "predictions.csv").unlink()
    assert tiny_home.fit(run, "--resume", "--engine", "ray") == 0
    for name in ("predictions.csv", "folds/0/checkpoint.safetensors", "folds/1/checkpoint.safetensors"):
        assert (run / name).read_bytes() == (tiny_home.run / name).read_bytes()


def test_ray_and_torchrun_exclude_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Processes, "wait", lambda self: None)
    run = RunFolder(tmp_path / "run")
    with pytest.raises(InputError, match="without torchrun"):
        cross_validate(lambda *_: None, run, [0, 1], engine="ray", processes=Processes(0, 2))


def test_what_a_fold_fails_of_comes_back_from_ray_as_a_line() -> None:
    def fails(job: int) -> None:
        raise InputError(f"job {job}\nis broken")

    assert _attempt(fails, 3) == "job 3 is broken"
    assert _attempt(lambda job: None, 3) is None


def test_a_cluster_without_room_is_not_waited_for() -> None:
    nodes = [{"CPU": 2.0}, {"CPU": 1.0, "GPU": 1.0}]
    _require_room(nodes, 2, 0)
    _require_room(nodes, 1, 1)
    for cpus, gpus in ((3, 0), (2, 1)):
        with pytest.raises(InputError, match="no machine of the Ray cluster"):
            _require_room(nodes, cpus, gpus)
