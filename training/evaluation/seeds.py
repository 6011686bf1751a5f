"""The runs of further seeds beside a run, and how much hangs on the seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from training.evaluation.measure import Estimate, Measure
from training.fitting.run_folder import read_predictions

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
# What scores are worth among the patients of an index.
Worth = Callable[[Floats, Index], float]

# Where in a run the runs of further seeds lie.
SEEDS = "seeds"


def seed_folder(run: Path, seed: int) -> Path:
    """Where the run of a further seed lies: a run like any other, on the same folds."""
    return run / SEEDS / str(seed)


def further_scores(run: Path, patients: Sequence[str]) -> dict[int, Floats]:
    """Each further seed's out-of-fold risk scores of the given patients, in their order.

    Raises
    ------
    InputError
        If the run of a further seed isn't finished or holds other patients.
    """
    found = {}
    for folder in sorted((run / SEEDS).glob("*"), key=lambda path: path.name):
        path = folder / "predictions.csv"
        if not path.is_file():
            raise InputError(f"{folder} holds no finished run")
        others, _, score, *_ = read_predictions(path)
        if others != list(patients):
            raise InputError(f"{folder} holds other patients than {run}")
        found[int(folder.name)] = score
    return found


def seed_measures(
    scores: dict[int, Floats], worth: dict[str, Worth], volume: Floats | None, samples: Sequence[Index]
) -> list[Measure]:
    """For each kind of worth the mean over the seeds, its spread, what it is above the volume's; each seed's.

    The interval of a mean over seeds is over samples of the patients, the seeds held fixed; the SD
    beside it is over the seeds, the patients held fixed.
    """
    found = []
    for name, of in worth.items():
        each = {seed: Estimate.of(partial(of, score), samples) for seed, score in scores.items()}
        mean = Estimate.mean(list(each.values()))
        found.append(mean.measure(f"{name}, mean over {len(each)} seeds"))
        spread = float(np.std([one.value for one in each.values()], ddof=1))
        found.append(Measure("its SD over the seeds", spread))
        if volume is not None:
            above = mean.less(Estimate.of(partial(of, volume), samples))
            found.append(above.measure("the mean less the same of the ROI's volume"))
        found += [Measure(f"the same of seed {seed} alone", one.value) for seed, one in each.items()]
    return found
