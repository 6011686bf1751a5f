"""The runs of further seeds beside a run, and how much hangs on the seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from training.measure import Measure, measured
from training.run_folder import read_predictions

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
# What scores are worth among the patients of an index.
Worth = Callable[[Floats, Index], float]

_FOLDER = "seeds"


def seed_folder(run: Path, seed: int) -> Path:
    """Where the run of a further seed lies: a run like any other, on the same folds."""
    return run / _FOLDER / str(seed)


def further_scores(run: Path, patients: Sequence[str]) -> dict[int, Floats]:
    """Each further seed's out-of-fold risk scores of the given patients, in their order.

    Raises
    ------
    InputError
        If the run of a further seed isn't finished or holds other patients.
    """
    found = {}
    for folder in sorted((run / _FOLDER).glob("*"), key=lambda path: path.name):
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
    everyone = np.arange(len(next(iter(scores.values()))))
    found = []
    for name, of in worth.items():

        def mean(i: Index, of: Worth = of) -> float:
            return float(np.mean([of(score, i) for score in scores.values()]))

        each = [of(score, everyone) for score in scores.values()]
        found.append(measured(f"{name}, mean over {len(scores)} seeds", mean, samples))
        found.append(Measure("its SD over the seeds", float(np.std(each, ddof=1))))
        if volume is not None:

            def above(i: Index, of: Worth = of, mean: Callable[[Index], float] = mean) -> float:
                return mean(i) - of(volume, i)

            found.append(measured("the mean less the same of the ROI's volume", above, samples))
        found += [
            Measure(f"the same of seed {seed} alone", value) for seed, value in zip(scores, each, strict=True)
        ]
    return found
