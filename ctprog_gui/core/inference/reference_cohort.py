"""The patients that a bundle was fitted on, as its table tells of them: out-of-fold answers and outcomes."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.survival.sample import FollowUp

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ReferenceCohort:
    """Out-of-fold scores of the patients a bundle was fitted on, with their follow-up."""

    risk_score: Floats
    follow_up: FollowUp

    def percentile(self, score: float) -> float:
        """Share of the cohort below `score`, ties counted half, 0 to 100."""
        return _percentile(self.risk_score, score)

    @classmethod
    def read(cls, content: bytes) -> ReferenceCohort:
        """From the table's bytes; raises ValueError, KeyError or TypeError if they make no sense."""
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
        score = np.array([float(row["risk_score"]) for row in rows])
        if not np.isfinite(score).all():
            raise ValueError("a risk score is not finite")
        events = {"0": False, "1": True}
        follow_up = FollowUp(
            np.array([float(row["time_months"]) for row in rows]),
            np.array([events[row["event"]] for row in rows], dtype=np.bool_),
        )
        return cls(score, follow_up)


@dataclass(frozen=True, eq=False)
class EndpointCohort:
    """Out-of-fold probabilities of each endpoint, of the patients for whom it is known."""

    probability: dict[str, Floats]

    def percentile(self, endpoint: str, probability: float) -> float:
        """Share of the cohort with a lower probability, ties counted half, 0 to 100."""
        return _percentile(self.probability[endpoint], probability)

    @classmethod
    def read(cls, content: bytes, endpoints: Sequence[str]) -> EndpointCohort:
        """From columns ``p_<endpoint>``, blank where unknown; raises as `ReferenceCohort.read`."""
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
        found = {}
        for name in endpoints:
            values = np.array([float(row[f"p_{name}"]) for row in rows if row[f"p_{name}"]])
            if not values.size or not ((values >= 0) & (values <= 1)).all():
                raise ValueError(f"p_{name} is not made of probabilities")
            found[name] = values
        return cls(found)


def _percentile(values: Floats, one: float) -> float:
    below = np.count_nonzero(values < one)
    equal = np.count_nonzero(values == one)
    return 100.0 * (below + 0.5 * equal) / values.size
