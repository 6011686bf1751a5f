"""Training as a process of its own: started, followed by its files, stopped, found again.

The process does not belong to the window: it goes on when the window closes, and a window that is
opened later follows it by what it writes. Nothing of the training package is imported here.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from ctprog_gui.core.shared.errors import CtprogError, InputError
from ctprog_gui.core.shared.places import user_data
from ctprog_gui.core.shared.run_events import read_events
from ctprog_gui.core.shared.writing import write_json
from ctprog_gui.state.language import tr
from ctprog_gui.state.training import Phase, TrainingJob, TrainingState

TRAIN = (sys.executable, "-m", "training")
POLL_MS = 400
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_PROGRESS = re.compile(r"\s*(\d+) % (.*)")
_SAYS = "ctprog-train: "
# What is read of a log's end: some lines of progress, and the last word.
_TAIL_BYTES = 4096


def shipped_configs() -> list[Path]:
    """Configurations whose runs become bundles, by name."""
    package = find_spec("training")
    folders = list(package.submodule_search_locations or []) if package else []
    found = [path for folder in folders for path in sorted(Path(folder, "configs").glob("*.yaml"))]
    return [path for path in found if "\nbundle:" in path.read_text(encoding="utf-8")]


class TrainingProcess(QObject):
    """Keeps the training state in step with the newest run that was started from a window."""

    installed = Signal(str)  # the bundle's name

    def __init__(self, state: TrainingState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._child: subprocess.Popen[bytes] | None = None
        self._read = 0
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.poll)

    def attach(self) -> None:
        """Follow the newest run of earlier windows, running or not."""
        job = _newest()
        if job is None:
            return
        self._read = 0
        self._state.begin(job)
        self.poll()
        if self._state.phase.is_active:
            self._timer.start()

    def start(self, config: Path, cohort: Path, name: str) -> None:
        """Fit a configuration on a cohort and install what comes out.

        Raises
        ------
        InputError
            If the name can't be a bundle's or is taken, a file isn't there, or a run is going on.
        """
        if self._state.phase.is_active:
            raise InputError(tr("a training run is going on; cancel it first"))
        if not NAME.fullmatch(name):
            raise InputError(
                tr("a name has small letters, digits, - and _, and begins with a letter or digit")
            )
        for path in (config, cohort):
            if not path.is_file():
                raise InputError(tr("{path} is not there").format(path=path))
        folder = user_data() / "training" / name
        bundle = user_data() / "bundles" / name
        if folder.exists() or bundle.exists():
            raise InputError(tr("there is a run or a bundle called {name} already").format(name=name))
        self._launch(TrainingJob(name, config.resolve(), cohort.resolve(), folder, bundle), resume=False)

    def resume(self) -> None:
        """Go on with a run that was cancelled or failed."""
        if self._state.job is not None and self._state.phase in (Phase.CANCELLED, Phase.FAILED):
            begun = (self._state.job.run / "config.yaml").is_file()
            self._launch(self._state.job, resume=begun)

    def cancel(self) -> None:
        """Ask the run to stop behind the step it is in; asked again, at once. What is finished stays."""
        job = self._state.job
        if job is None or not self._state.phase.is_active:
            return
        self._state.move_to(Phase.STOPPING)
        if self._is_alive(job):
            if sys.platform == "win32":
                os.kill(job.pid, signal.CTRL_BREAK_EVENT)
            else:
                os.kill(job.pid, signal.SIGINT)

    def close(self) -> None:
        """Stop following; the run goes on."""
        self._timer.stop()

    def poll(self) -> None:
        """Take in what the run wrote since."""
        job = self._state.job
        if job is None:
            return
        # Asked first: what is read afterwards is all that an ended process wrote.
        alive = self._is_alive(job)
        events, self._read = read_events(job.run / "events.jsonl", self._read)
        self._state.take(events)
        tail = _tail(job.log)
        told = [found for line in tail if (found := _PROGRESS.fullmatch(line))]
        if told:
            self._state.report(int(told[-1][1]) / 100, told[-1][2])
        if not alive:
            self._timer.stop()
            self._end(job, tail)

    def _end(self, job: TrainingJob, tail: list[str]) -> None:
        if (job.bundle / "checksums.sha256").is_file():
            was_active = self._state.phase.is_active
            self._state.report(1.0, tr("Finished"))
            self._state.move_to(Phase.DONE)
            if was_active:
                self.installed.emit(job.name)
            return
        said = [line.removeprefix(_SAYS) for line in tail if line.startswith(_SAYS)]
        if said and said[-1] == "interrupted":
            self._state.move_to(Phase.CANCELLED)
        else:
            self._state.move_to(Phase.FAILED, said[-1] if said else tr("it ended without a word"))

    def _launch(self, job: TrainingJob, *, resume: bool) -> None:
        command = [*TRAIN, "fit", str(job.config), "--cohort", str(job.cohort), "--out", str(job.run)]
        command += ["--set", f"name={job.name}", "--export", str(job.bundle)]
        command += ["--resume"] if resume else []
        job.folder.mkdir(parents=True, exist_ok=True)
        try:
            with job.log.open("wb") as log:
                # A session of its own: Ctrl-C in the window's terminal is not meant for it.
                self._child = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                )
            job = replace(job, pid=self._child.pid, born=_born(self._child.pid))
            write_json(job.folder / "job.json", job.to_json())
        except OSError as error:
            raise InputError(
                tr("cannot start training: {why}").format(why=error.strerror or error)
            ) from error
        self._state.begin(job, keep_curves=resume)
        self._timer.start()

    def _is_alive(self, job: TrainingJob) -> bool:
        if self._child is not None and self._child.pid == job.pid:
            return self._child.poll() is None
        return job.pid > 0 and _born(job.pid) == job.born != ""


def _newest() -> TrainingJob | None:
    jobs = sorted((user_data() / "training").glob("*/job.json"), key=lambda path: path.stat().st_mtime)
    for path in reversed(jobs):
        try:
            return TrainingJob.from_json(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, CtprogError):
            continue
    return None


def _born(pid: int) -> str:
    """When a process began, in whatever unit the system counts; "" if there is none."""
    try:
        # The 22nd field, counted behind the name, which may hold blanks (proc(5)).
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        if Path("/proc/self/stat").exists():
            return ""
        try:
            os.kill(pid, 0)
        except OSError:
            return ""
        return "alive"
    return "" if fields[0] == "Z" else fields[19]


def _tail(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            return file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return []
