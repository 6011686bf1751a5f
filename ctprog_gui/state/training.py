"""A training run as the window follows it: what was asked, how far it is, its curves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from psygnal import Signal

from ctprog_gui.core.shared.run_events import Curves, add_to_curves


class Phase(Enum):
    """Where a run stands; a cancelled or failed one can be gone on with."""

    IDLE = "idle"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def is_active(self) -> bool:
        return self in (Phase.RUNNING, Phase.STOPPING)


@dataclass(frozen=True)
class TrainingJob:
    """What was asked; it is kept on disk, so that a window opened later finds the run.

    `born` tells the process from a later one that has the same number.
    """

    name: str
    config: Path
    cohort: Path
    folder: Path
    bundle: Path
    pid: int = 0
    born: str = ""

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    def to_json(self) -> dict[str, Any]:
        return {key: str(part) if isinstance(part, Path) else part for key, part in asdict(self).items()}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> TrainingJob:
        paths = {key: Path(value[key]) for key in ("config", "cohort", "folder", "bundle")}
        return cls(name=str(value["name"]), pid=int(value["pid"]), born=str(value["born"]), **paths)


class TrainingState:
    """Changes of the run, its progress, and its curves are announced apart: they differ in how often."""

    changed = Signal()
    progressed = Signal()
    curves_changed = Signal()

    def __init__(self) -> None:
        self.job: TrainingJob | None = None
        self.phase = Phase.IDLE
        self.reason = ""
        self.fraction = 0.0
        self.text = ""
        self.curves: Curves = {}

    def begin(self, job: TrainingJob, *, keep_curves: bool = False) -> None:
        """Another run is followed; or the same one goes on."""
        self.job = job
        self.reason = ""
        self.fraction, self.text = 0.0, ""
        if not keep_curves:
            self.curves = {}
            self.curves_changed.emit()
        self.move_to(Phase.RUNNING)
        self.progressed.emit()

    def move_to(self, phase: Phase, reason: str = "") -> None:
        if (phase, reason) != (self.phase, self.reason):
            self.phase, self.reason = phase, reason
            self.changed.emit()

    def report(self, fraction: float, text: str) -> None:
        if (fraction, text) != (self.fraction, self.text):
            self.fraction, self.text = fraction, text
            self.progressed.emit()

    def take(self, events: Iterable[dict[str, Any]]) -> None:
        """Add lines of ``events.jsonl``; an epoch that is told again is replaced."""
        if add_to_curves(self.curves, events):
            self.curves_changed.emit()
