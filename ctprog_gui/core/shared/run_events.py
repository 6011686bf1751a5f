"""What happened in a run, one JSON a line, for whoever follows it.

A line goes to the operating system in one write, so several processes may append to one file. A
process that is killed may leave its last line torn: `read_events` passes over it, and `mend` cuts
it off before a run goes on. A run that goes on from a checkpoint tells some epochs again: the
later line counts.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctprog_gui.core.shared.errors import InputError

KEYS = ("time", "stage", "fold", "epoch", "step", "of", "metrics")


@dataclass(frozen=True, order=True)
class Line:
    """One line of a chart of a run: a fit of a stage, in a fold where it has one, else in -1."""

    stage: str
    fold: int
    head: int

    @property
    def title(self) -> str:
        return self.stage if self.fold < 0 else f"fold {self.fold}"


# A metric's values by line and epoch.
Curves = dict[str, dict[Line, dict[int, float]]]


def append_event(
    path: Path,
    stage: str,
    step: int,
    of: int,
    *,
    fold: int | None = None,
    epoch: int | None = None,
    metrics: dict[str, Any] | None = None,
) -> None:
    """Append one line, stamped with the time of day.

    Raises
    ------
    InputError
        If the file can't be written; a full disk, say.
    """
    line = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "stage": stage,
        "fold": fold,
        "epoch": epoch,
        "step": step,
        "of": of,
        "metrics": metrics or {},
    }
    data = (json.dumps(line) + "\n").encode()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            if os.write(handle, data) < len(data):
                raise OSError("no space left on device")
        finally:
            os.close(handle)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def read_events(path: Path, start: int = 0) -> tuple[list[dict[str, Any]], int]:
    """The events from byte `start` on, and the byte to go on from; a line not yet ended is left there.

    A line that is no event is passed over. A file that isn't there has no events.
    """
    try:
        with path.open("rb") as file:
            file.seek(start)
            data = file.read()
    except FileNotFoundError:
        return [], start
    whole = data[: data.rfind(b"\n") + 1]
    events = []
    for line in whole.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and set(KEYS) <= event.keys():
            events.append(event)
    return events, start + len(whole)


def mend(path: Path) -> None:
    """Cut off a last line that a killed process left torn."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        file.truncate(file.read().rfind(b"\n") + 1)


def add_to_curves(curves: Curves, events: Iterable[dict[str, Any]]) -> bool:
    """Put what events tell of epochs where it belongs; returns whether there was any.

    An epoch that is told again is replaced. Metrics that are no numbers are passed over.
    """
    new = False
    for event in events:
        if event["epoch"] is None:
            continue
        fold = -1 if event["fold"] is None else int(event["fold"])
        # What is fitted once for all folds counts its batches as steps.
        line = Line(event["stage"], fold, int(event["step"]) if fold >= 0 else 0)
        for metric, value in event["metrics"].items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                curves.setdefault(metric, {}).setdefault(line, {})[int(event["epoch"])] = float(value)
                new = True
    return new
