"""The pictures of a run come from its files, and the same files give the same bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.shared.run_events import append_event
from ctprog_gui.core.survival.sample import FollowUp
from training.evaluation.figures import write_figures
from training.fitting.run_folder import write_predictions


def make_run(folder: Path, patients: int) -> Path:
    """Predictions that are right about a known exponential hazard, and two folds' curves."""
    folder.mkdir()
    rng = np.random.default_rng(3)
    hazard = 0.04 * np.exp(rng.normal(size=patients))
    time, censored = rng.exponential(1 / hazard), rng.uniform(10, 60, patients)
    follow_up = FollowUp(np.minimum(time, censored).clip(0.1), time <= censored)
    survival = np.exp(-np.outer(hazard, np.arange(25)))
    names = [f"p{number}" for number in range(patients)]
    write_predictions(
        folder / "predictions.csv",
        names,
        [n % 2 for n in range(patients)],
        (1 - survival[:, 1:]).sum(axis=1),
        follow_up,
        survival,
    )
    for epoch in range(3):
        for fold in (0, 1):
            append_event(
                folder / "events.jsonl", "fit", 1, 1, fold=fold, epoch=epoch, metrics={"loss": 2.0 - epoch}
            )
    return folder


def test_every_figure_in_both_forms_and_the_same_bytes_again(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", 60)
    assert write_figures(run) == ["kaplan_meier", "calibration", "roc", "training"]
    drawn = {path.name: path.read_bytes() for path in (run / "figures").iterdir()}
    assert len(drawn) == 8
    write_figures(run)
    assert {path.name: path.read_bytes() for path in (run / "figures").iterdir()} == drawn


def test_what_there_is_too_little_for_is_left_out(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", 12)
    (run / "events.jsonl").unlink()
    assert write_figures(run) == ["kaplan_meier", "roc"]
    assert not (run / "figures" / "calibration.png").exists()


@pytest.mark.parametrize("header", ["s_0,s_6,s_12", "s_1,s_2"])
def test_curves_at_other_times_are_not_taken_for_months(tmp_path: Path, header: str) -> None:
    run = tmp_path / "run"
    run.mkdir()
    rng = np.random.default_rng(1)
    rows = [
        f"p{n},0,{rng.random()},{t},{int(rng.random() < 0.7)}," + ",".join("1" for _ in header.split(","))
        for n, t in enumerate(rng.uniform(1, 40, 60))
    ]
    table = "\n".join([f"patient_id,fold,risk_score,time_months,event,{header}", *rows])
    (run / "predictions.csv").write_text(table + "\n")
    assert "calibration" not in write_figures(run)
