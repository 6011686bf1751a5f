"""From which score on a patient is called high-risk."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.survival.maximal import (
    Candidates,
    candidate_cuts,
    hothorn_lausen_p,
    lausen_1992_p,
    lausen_1994_p,
    permutation_p,
)
from ctprog_gui.core.survival.sample import FollowUp


@dataclass(frozen=True)
class CutoffChoice:
    """A cut-off (above it is high), how it was chosen, and whether on the very patients it is shown on."""

    value: float
    rule: str
    in_sample: bool


@dataclass(frozen=True, eq=False)
class SelectedCutoff:
    """The candidate with the largest standardised log-rank statistic, and what the search costs.

    `p_uncorrected` is that of one cut fixed beforehand; it is too small for a cut that was searched
    for, and stands here to be compared. The others correct for the search, see `select_cutoff`.
    """

    choice: CutoffChoice
    statistic: float
    p_uncorrected: float
    p_lausen_1992: float
    p_lausen_1994: float
    p_permutation: float
    candidates: Candidates

    def p_hothorn_lausen(self) -> float:
        """An upper limit from exact distributions (Hothorn and Lausen, Comput Stat Data Anal 2003).

        Close for some tens of patients, loose for hundreds, where it also takes seconds.

        Raises
        ------
        ValueError
            For more than 500 patients.
        """
        return hothorn_lausen_p(self.candidates)


def median_cutoff(risk_score: ArrayLike) -> CutoffChoice:
    """The median score. It looks at no outcome, but a p-value on the same patients is in-sample still."""
    return CutoffChoice(
        float(np.median(np.asarray(risk_score, dtype=np.float64))),
        "median of the training cohort's out-of-fold scores",
        in_sample=True,
    )


def select_cutoff(
    follow_up: FollowUp,
    risk_score: ArrayLike,
    *,
    least_share: float = 0.1,
    permutations: int = 2000,
    seed: int = 0,
) -> SelectedCutoff:
    """The cut that parts the patients' survival most, with at least `least_share` of them a side.

    Cuts are the scores themselves: a patient at the cut is low. The statistic is the linear rank
    statistic of log-rank scores, standardised under permutation, as in R's ``maxstat``.

    Returns
    -------
    SelectedCutoff
        With p-values for the largest of all statistics: of the limiting Brownian bridge (Lausen and
        Schumacher, Biometrics 1992); of an improved Bonferroni inequality for the cuts at hand
        (Lausen, Sauerbrei and Schumacher 1994); and of `permutations` of the outcomes, which needs
        no approximation. The cut is in-sample: a hazard ratio or log-rank p on the same patients is
        too good, whichever of these is small.

    Raises
    ------
    ValueError
        If there is no death, scores are not finite, or no cut leaves enough patients on each side.
    """
    candidates = candidate_cuts(follow_up, risk_score, least_share)
    best = int(np.argmax(np.abs(candidates.statistic)))
    statistic = float(abs(candidates.statistic[best]))
    return SelectedCutoff(
        CutoffChoice(
            float(candidates.cut[best]),
            f"largest log-rank statistic with at least {100 * least_share:g} % of the patients a side",
            in_sample=True,
        ),
        statistic,
        erfc(statistic / sqrt(2)),
        lausen_1992_p(statistic, least_share),
        lausen_1994_p(statistic, candidates.low, follow_up.n),
        permutation_p(candidates, permutations, seed),
        candidates,
    )
