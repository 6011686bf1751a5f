"""How often the patient who dies first was given the higher risk."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.survival.sample import FollowUp

Bools = NDArray[np.bool_]


def concordance(follow_up: FollowUp, risk: ArrayLike, stratum: ArrayLike | None = None) -> float:
    """Harrell's C for scores where higher is worse.

    Estimand: P(risk_i > risk_j | T_i < T_j). A pair counts if the earlier time is a death; of two
    equal times a death comes before a censoring, and two deaths do not count. Equal risks count
    half. 0.5 where no pair counts. With `stratum`, a label a patient, only pairs of the same
    stratum count.
    """
    scores = np.asarray(risk, dtype=np.float64)
    comparable = _before(follow_up, censored_ties=True)
    if stratum is not None:
        label = np.asarray(stratum)
        comparable &= label[:, None] == label[None, :]
    higher = scores[:, None] > scores[None, :]
    equal = scores[:, None] == scores[None, :]
    pairs = np.count_nonzero(comparable)
    good = np.count_nonzero(comparable & higher) + 0.5 * np.count_nonzero(comparable & equal)
    return good / pairs if pairs else 0.5


def time_dependent_concordance(
    follow_up: FollowUp, incidence: ArrayLike, step: ArrayLike, *, censored_ties: bool
) -> float:
    """C-td: each pair is compared at the time of the earlier death.

    Estimand: P(F(T_i | x_i) > F(T_i | x_j) | T_i < T_j, i died).

    Parameters
    ----------
    follow_up
        On the grid of the prediction (months as bins), so that ties are ties.
    incidence
        F(t) as (patient, time step).
    step
        For each patient the index into the time steps at which the pair is compared when that
        patient is the earlier one; a patient whose step lies beyond the last is never the earlier.
    censored_ties
        False: only pairs with strictly different times, as eq. 7 of the slice-attention paper.
        True: also a death and a censoring in the same month (Antolini, Boracchi, Biganzoli 2005).

    Returns
    -------
    float
        Equal incidences count as discordant in both. 0.5 where no pair counts.
    """
    cif = np.asarray(incidence, dtype=np.float64)
    steps = np.asarray(step, dtype=np.int64)
    first = _before(follow_up, censored_ties=censored_ties) & (steps < cif.shape[1])[:, None]
    # at[i, j] = F(T_i | x_j)
    at = cif[:, np.minimum(steps, cif.shape[1] - 1)].T
    higher = np.diag(at)[:, None] > at
    pairs = np.count_nonzero(first)
    return np.count_nonzero(first & higher) / pairs if pairs else 0.5


def comparable_pairs(follow_up: FollowUp) -> int:
    """How many pairs Harrell's C counts."""
    return int(np.count_nonzero(_before(follow_up, censored_ties=True)))


def _before(follow_up: FollowUp, *, censored_ties: bool) -> Bools:
    """[i, j]: i died, and before j."""
    time, event = follow_up.time, follow_up.event
    earlier = time[:, None] < time[None, :]
    if censored_ties:
        earlier |= (time[:, None] == time[None, :]) & ~event[None, :]
    result: Bools = event[:, None] & earlier
    return result
