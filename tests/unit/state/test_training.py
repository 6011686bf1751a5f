"""What the window knows of a training run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ctprog_gui.core.shared.run_events import Line
from ctprog_gui.state.training import Phase, TrainingJob, TrainingState

JOB = TrainingJob("a", Path("/c.yaml"), Path("/t.csv"), Path("/jobs/a"), Path("/bundles/a"), 7, "42")


def event(fold: int | None, epoch: int | None, **metrics: Any) -> dict[str, Any]:
    return {
        "time": "",
        "stage": "fit",
        "fold": fold,
        "epoch": epoch,
        "step": 1,
        "of": 1,
        "metrics": metrics,
    }


@pytest.fixture
def state() -> TrainingState:
    return TrainingState()


def test_a_job_reads_back_as_written() -> None:
    assert TrainingJob.from_json(JOB.to_json()) == JOB
    assert JOB.run == Path("/jobs/a/run")


def test_events_become_a_line_a_fold_and_the_later_telling_counts(state: TrainingState) -> None:
    told: list[str] = []
    state.curves_changed.connect(lambda: told.append("curves"))
    state.take([event(0, 0, loss=2.0), event(1, 0, loss=3.0, note="x"), event(0, 1, loss=1.5)])
    state.take([event(0, 1, loss=1.25)])
    assert state.curves == {"loss": {Line("fit", 0, 1): {0: 2.0, 1: 1.25}, Line("fit", 1, 1): {0: 3.0}}}
    assert told == ["curves", "curves"]
    state.take([event(0, None, patients=3)])
    assert told == ["curves", "curves"]


def test_a_run_begins_anew_or_goes_on(state: TrainingState) -> None:
    state.begin(JOB)
    state.take([event(0, 0, loss=2.0)])
    state.move_to(Phase.CANCELLED)
    state.begin(JOB, keep_curves=True)
    assert state.phase.is_active
    assert state.curves
    state.begin(JOB)
    assert not state.curves


def test_only_changes_are_announced(state: TrainingState) -> None:
    told: list[str] = []
    state.begin(JOB)
    state.changed.connect(lambda: told.append("changed"))
    state.progressed.connect(lambda: told.append("progressed"))
    for _ in range(2):
        state.report(0.5, "half")
        state.move_to(Phase.FAILED, "why")
    assert told == ["progressed", "changed"]
