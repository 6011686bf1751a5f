"""From which score on a patient is called high-risk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class CutoffChoice:
    """A cut-off (above it is high), how it was chosen, and whether on the very patients it is shown on."""

    value: float
    rule: str
    in_sample: bool


def median_cutoff(risk_score: ArrayLike) -> CutoffChoice:
    """The median score. It looks at no outcome, but a p-value on the same patients is in-sample still."""
    return CutoffChoice(
        float(np.median(np.asarray(risk_score, dtype=np.float64))),
        "median of the training cohort's out-of-fold scores",
        in_sample=True,
    )
