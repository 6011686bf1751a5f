"""How often the patient who dies first was given the higher risk."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.survival.censoring import Censoring, fit_censoring
from ctprog_gui.core.survival.pairs import Index, count_below, pair_counts, time_order
from ctprog_gui.core.survival.sample import Floats, FollowUp

# Comparing a death with everybody at once is quicker than sorting up to so many deaths a time step.
_FEW = 6


def concordance(follow_up: FollowUp, risk: ArrayLike, stratum: ArrayLike | None = None) -> float:
    """Harrell's C for scores where higher is worse.

    Estimand: P(risk_i > risk_j | T_i < T_j). A pair counts if the earlier time is a death; of two
    equal times a death comes before a censoring, and two deaths do not count. Equal risks count
    half. 0.5 where no pair counts. With `stratum`, a label a patient, only pairs of the same
    stratum count. What it estimates depends on the censoring; `uno_concordance` does not.

    Takes O(n log n). Equal to R's ``concordance`` and to lifelines; scikit-survival also takes
    scores less than 1e-8 apart as equal.

    Raises
    ------
    ValueError
        If the scores are not one finite number a patient, or there are not as many labels.

    Source: Harrell et al., JAMA 1982; ties as in Therneau and Watson, 2015.
    """
    counts = pair_counts(follow_up, risk, stratum)
    pairs = int(counts.longer.sum())
    return float(counts.lower.sum() + 0.5 * counts.equal.sum()) / pairs if pairs else 0.5


def uno_concordance(
    follow_up: FollowUp,
    risk: ArrayLike,
    *,
    until: float | None = None,
    censoring: Censoring | None = None,
) -> float:
    """Uno's C: Harrell's pairs, each weighted by 1 / G(T_i−)² of the death that is its earlier time.

    Estimand: P(risk_i > risk_j | T_i < T_j, T_i < until), whatever the censoring, as long as it is
    independent of death and of the score. G(t) is the probability of not being censored by t.

    Parameters
    ----------
    until
        Deaths from this time on do not count; without it the last deaths, whose weights are largest,
        can decide the result.
    censoring
        G of the training patients, where they are others; else it is estimated from `follow_up`.

    Returns
    -------
    float
        Equal risks count half; 0.5 where no pair counts.

    Raises
    ------
    ValueError
        As `concordance`; and if a death lies where, under `censoring`, nobody is observed.

    Source: Uno et al., Stat Med 2011, eq. 6. R: ``concordance(timewt = "n/G2")``.
    """
    counts = pair_counts(follow_up, risk)
    time = follow_up.time[counts.death]
    observed = (censoring or fit_censoring(follow_up)).before(time)
    counted = counts.longer > 0
    if until is not None:
        counted &= time < until
    if (observed[counted] <= 0).any():
        raise ValueError("a death lies beyond the follow-up that the censoring was estimated from")
    weight = np.where(counted, 1.0 / np.where(counted, observed, 1.0) ** 2, 0.0)
    pairs = float(weight @ counts.longer)
    return float(weight @ (counts.lower + 0.5 * counts.equal)) / pairs if pairs else 0.5


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
        True: also a death and a censoring in the same month (Antolini, Boracchi, Biganzoli 2005;
        pycox's ``antolini``).

    Returns
    -------
    float
        Equal incidences count as discordant in both. 0.5 where no pair counts.

    Raises
    ------
    ValueError
        If the incidences are not one row of finite numbers a patient, or a step is negative.
    """
    cif, steps = _predicted(follow_up, incidence, step)
    lower, _, longer = _per_step(follow_up, cif, steps, censored_ties=censored_ties)
    return lower / longer if longer else 0.5


def adjusted_time_dependent_concordance(follow_up: FollowUp, incidence: ArrayLike, step: ArrayLike) -> float:
    """C-td that gives half a point for equal incidences and counts pairs of equal time too.

    As `time_dependent_concordance` with `censored_ties`, but equal incidences are half right; a
    pair of a death and a censoring at the same time counts twice; and so does a pair of two deaths
    at the same time: right if their incidences are equal, else half right. Equal times must have
    equal steps. This is what pycox calls ``adj_antolini``, after step 3 of Ishwaran et al. 2008, sec. 5.1.
    Raises as `time_dependent_concordance`.
    """
    cif, steps = _predicted(follow_up, incidence, step)
    lower, equal, longer = _per_step(follow_up, cif, steps, censored_ties=True)
    strict_lower, strict_equal, strict_longer = _per_step(follow_up, cif, steps, censored_ties=False)
    right = 2 * (lower + 0.5 * equal) - (strict_lower + 0.5 * strict_equal)
    pairs = 2 * longer - strict_longer
    # Both ways round, hence n (n − 1); where both incidences are equal the other half is added.
    dead = np.flatnonzero(follow_up.event & (steps < cif.shape[1]))
    own = cif[dead, steps[dead]]
    tied = _pairs_of_equal(follow_up.time[dead])
    same = _pairs_of_equal(follow_up.time[dead], own)
    right += 0.5 * tied + 0.5 * same
    pairs += tied
    return right / pairs if pairs else 0.5


def comparable_pairs(follow_up: FollowUp) -> int:
    """How many pairs Harrell's C counts."""
    sorted_by = time_order(follow_up)
    place = np.flatnonzero(follow_up.event[sorted_by.order])
    return int((sorted_by.stop[place] - sorted_by.start[place]).sum())


def _predicted(follow_up: FollowUp, incidence: ArrayLike, step: ArrayLike) -> tuple[Floats, Index]:
    cif = np.asarray(incidence, dtype=np.float64)
    steps = np.asarray(step, dtype=np.int64)
    if cif.ndim != 2 or cif.shape[0] != follow_up.n or steps.shape != (follow_up.n,):
        raise ValueError(
            f"C-td needs a row of incidences and a step for each of {follow_up.n} patients, "
            f"not {cif.shape} and {steps.shape}"
        )
    if not np.isfinite(cif).all():
        raise ValueError("a predicted incidence is not a finite number")
    if steps.min() < 0:
        raise ValueError("a time step is negative")
    return cif, steps


def _per_step(follow_up: FollowUp, cif: Floats, steps: Index, *, censored_ties: bool) -> tuple[int, int, int]:
    """Over all deaths: how many live longer with a lower incidence, with the same, and altogether.

    Deaths of one step look at one column. A few are compared with everybody; many at one time look
    at the same patients, who sorted once answer all of them; many at several times are asked of a
    wavelet matrix.
    """
    sorted_by = time_order(follow_up, censored_ties=censored_ties)
    order = sorted_by.order
    place = np.flatnonzero(follow_up.event[order] & (steps[order] < cif.shape[1]))
    start = sorted_by.start[place]
    step = steps[order[place]]
    lower = equal = 0
    by_step = np.argsort(step, kind="stable")
    for chosen in np.split(by_step, np.flatnonzero(np.diff(step[by_step])) + 1):
        if chosen.size == 0:
            continue
        first = int(start[chosen].min())
        # Who stands before the earliest of them is compared with none of these deaths.
        column = cif[order[first:], step[chosen[0]]]
        own = cif[order[place[chosen]], step[chosen[0]]]
        begins = start[chosen] - first
        if chosen.size <= _FEW:
            alive = [column[begin:] for begin in begins]
            below = sum(int(np.count_nonzero(a < o)) for a, o in zip(alive, own, strict=True))
            upto = sum(int(np.count_nonzero(a <= o)) for a, o in zip(alive, own, strict=True))
        elif begins.min() == begins.max():
            ordered = np.sort(column)
            below = int(np.searchsorted(ordered, own, side="left").sum())
            upto = int(np.searchsorted(ordered, own, side="right").sum())
        else:
            ordered = np.sort(column)
            rank = np.searchsorted(ordered, column).astype(np.int64)
            bound = np.searchsorted(ordered, own).astype(np.int64)
            less, same = count_below(rank, begins, bound)
            # A rank is the first place of its value; another value that would go there is not equal.
            known = np.append(ordered, np.nan)[bound] == own
            below = int(less.sum())
            upto = below + int(same[known].sum())
        lower += below
        equal += upto - below
    return lower, equal, int((sorted_by.stop[place] - start).sum())


def _pairs_of_equal(*columns: NDArray[np.float64]) -> int:
    """How many ordered pairs of different rows agree in every column."""
    if columns[0].size == 0:
        return 0
    counts = np.unique(np.stack(columns, axis=1), axis=0, return_counts=True)[1]
    return int((counts * (counts - 1)).sum())
