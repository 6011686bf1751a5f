"""Cross-validation as a list of fits that do not know of each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import torch

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from training.fitting.run_folder import RunFolder
from training.optimisation.processes import Processes
from training.optimisation.stopping import Stop

Engine = Literal["local", "ray"]


@dataclass(frozen=True)
class FoldTask:
    """One fold to fit: all else is on disk, in `run`.

    `device` and `threads` are as the command line gave them.
    """

    run: Path
    fold: int
    device: str
    threads: int | None


# Reads the run, writes ``folds/K`` with ``predictions.csv`` as the last file. A function of a module,
# so that another process can be told of it by name.
FitFold = Callable[[FoldTask, Stop, Progress], None]


def cross_validate(
    fit_fold: FitFold,
    run: RunFolder,
    folds: Sequence[int],
    *,
    device: str = "cpu",
    threads: int | None = None,
    engine: Engine = "local",
    stop: Stop | None = None,
    processes: Processes | None = None,
    progress: Progress | None = None,
) -> None:
    """Fit each fold that isn't fitted yet.

    ``local``: one after the other; under torchrun each process takes its share of them. ``ray``: as
    tasks of a cluster. The results are the same bits, given the same threads and kind of processor.

    Raises
    ------
    InputError
        If a fold can't be fitted (those that were finished stay), or both Ray and torchrun are
        asked to spread the folds.
    """
    progress, stop, processes = progress or Progress(), stop or Stop(), processes or Processes()
    left = [FoldTask(run.path, fold, device, threads) for fold in folds if not run.is_fitted(fold)]
    # Before any process finishes a fold, so that all share out the same ones.
    processes.wait()
    if engine == "ray":
        if processes.count > 1:
            raise InputError("--engine ray spreads the folds itself: call it without torchrun")
        from training.fitting.ray_cluster import run_on_ray

        threads = threads or torch.get_num_threads()
        left = [replace(task, threads=threads) for task in left]
        finished = len(folds) - len(left)
        progress.report(finished / len(folds), f"Fitting {len(left)} folds on Ray")
        work = partial(_fit_apart, fit_fold)
        for task in run_on_ray(work, left, cpus=threads, gpus=float(device == "cuda")):
            finished += 1
            progress.report(finished / len(folds), f"Fold {task.fold} is fitted")
        return
    own = left[processes.rank :: processes.count]
    for number, task in enumerate(own):
        fit_fold(task, stop, progress.part(number / len(own), (number + 1) / len(own)))
        stop.check()
    processes.wait()


def _fit_apart(fit_fold: FitFold, task: FoldTask) -> None:
    """A fold in a process of its own, which is stopped by ending it: its checkpoint stays."""
    fit_fold(task, Stop(), Progress())
