"""How each death's score stands among those who lived longer, without looking at every pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.survival.sample import FollowUp

Index = NDArray[np.int64]
# From so many patients on, sorting is quicker than comparing each with each.
_FEW = 250


@dataclass(frozen=True, eq=False)
class PairCounts:
    """One row a death.

    `death` is the patient's index; `longer` counts those known to live longer, `lower` those of
    them whose score is lower, and `equal` those whose score is the same.
    """

    death: Index
    longer: Index
    lower: Index
    equal: Index


@dataclass(frozen=True, eq=False)
class TimeOrder:
    """Patients by stratum, then time, of equal times the dead first.

    `order` holds patients' indices. Of the death at position p, the patients known to live longer
    stand at the positions from `start[p]` to `stop[p]`; where p is censored both are of no use.
    """

    order: Index
    start: Index
    stop: Index


def time_order(
    follow_up: FollowUp, stratum: ArrayLike | None = None, *, censored_ties: bool = True
) -> TimeOrder:
    """Sort the patients so that those who live longer than one of them lie in one run.

    Parameters
    ----------
    stratum
        A label a patient; who is of another stratum is not compared.
    censored_ties
        Whether a patient censored at the time of a death is known to live longer than it.

    Raises
    ------
    ValueError
        If there are not as many labels as patients.
    """
    label = _labels(stratum, follow_up.n)
    if label is None:
        label = np.zeros(follow_up.n, dtype=np.int64)
    order = np.lexsort((~follow_up.event, follow_up.time, label)).astype(np.int64)
    time, event, label = follow_up.time[order], follow_up.event[order], label[order]
    new_label = np.diff(label, prepend=-1) != 0
    new_time = new_label | (np.diff(time, prepend=-1.0) != 0)
    if censored_ties:
        new_time[1:] |= event[1:] != event[:-1]
    return TimeOrder(order, _ends(new_time), _ends(new_label))


def pair_counts(follow_up: FollowUp, score: ArrayLike, stratum: ArrayLike | None = None) -> PairCounts:
    """Count, for each death, those who live longer by how their score compares.

    Of equal times a death comes before a censoring, and two deaths are not compared. Few patients
    are compared one by one, more in O(n log n).

    Raises
    ------
    ValueError
        If the scores are not one finite number a patient.
    """
    scores = finite_scores(score, follow_up.n)
    label = _labels(stratum, follow_up.n)
    if follow_up.n <= _FEW:
        return by_comparing(follow_up, scores, label)
    return by_sorting(follow_up, scores, label)


def by_comparing(follow_up: FollowUp, scores: NDArray[np.float64], label: Index | None) -> PairCounts:
    """Every death against every patient: the quicker way for few, as folds and resamples of them are."""
    time, event = follow_up.time, follow_up.event
    death = np.flatnonzero(event)
    own = time[death, None]
    longer = (own < time) | ((own == time) & ~event)
    if label is not None:
        longer &= label[death, None] == label
    lower = longer & (scores < scores[death, None])
    equal = longer & (scores == scores[death, None])
    return PairCounts(death, *(part.sum(axis=1) for part in (longer, lower, equal)))


def by_sorting(follow_up: FollowUp, scores: NDArray[np.float64], label: Index | None) -> PairCounts:
    """With patients sorted by time and scores as ranks, how many entries from a place on are below a bound.

    `count_below` answers that for all deaths at once.
    """
    sorted_by = time_order(follow_up, label)
    place = np.flatnonzero(follow_up.event[sorted_by.order])
    start, stop = sorted_by.start[place], sorted_by.stop[place]
    rank = np.unique(scores, return_inverse=True)[1][sorted_by.order]
    if label is not None:
        # Ranks of later strata are higher: no patient of theirs is found below or equal.
        rank = np.unique(label[sorted_by.order] * (rank.max() + 1) + rank, return_inverse=True)[1]
    lower, equal = count_below(rank, start, rank[place])
    return PairCounts(sorted_by.order[place], stop - start, lower, equal)


def count_below(values: Index, start: Index, bound: Index) -> tuple[Index, Index]:
    """How many of ``values[start:]`` are below `bound`, and how many equal it; one row a question.

    A wavelet matrix (Claude and Navarro 2012), built and asked at once. The values are parted
    stably by one bit at a time, from the highest; a question's ``values[:start]``, as far as their
    higher bits are the bound's, end at `left` and begin at the `node` of the bound. Where the
    bound's bit is set, those without it are below. Takes O((n + questions) log max(values)), all
    of it vectorised.

    Parameters
    ----------
    values
        Not negative, as are the bounds; best dense, as ranks are.
    """
    size = int(max(values.max(initial=0), bound.max(initial=0))) + 1
    row = values.astype(np.int32)
    left = start.astype(np.intp)
    below = np.zeros(left.size, dtype=np.int64)
    # For each value that may be asked for: where its node begins, and the same count as `below`.
    every = np.arange(size)
    node = np.zeros(size, dtype=np.intp)
    below_node = np.zeros(size, dtype=np.int64)
    zeros_before = np.zeros(row.size + 1, dtype=np.intp)
    for bit in reversed(range((size - 1).bit_length())):
        zero = (row & (1 << bit)) == 0
        np.cumsum(zero, out=zeros_before[1:])
        left_zeros, node_zeros = zeros_before.take(left), zeros_before.take(node)
        up = (every & (1 << bit)) != 0
        below_node += node_zeros * up
        node = np.where(up, zeros_before[-1] + node - node_zeros, node_zeros)
        up = up.take(bound)
        left += zeros_before[-1] - left_zeros
        np.copyto(left, left_zeros, where=~up)
        below += left_zeros * up
        row = np.concatenate([np.compress(zero, row), np.compress(~zero, row)])
    count = np.bincount(values, minlength=size)
    all_below = np.cumsum(count) - count
    equal = count[bound] - (left - node[bound])
    return all_below[bound] - (below - below_node[bound]), equal.astype(np.int64)


def finite_scores(score: ArrayLike, n: int) -> NDArray[np.float64]:
    """The scores as an array of `n` finite numbers, or a ValueError."""
    scores = np.asarray(score, dtype=np.float64)
    if scores.shape != (n,):
        raise ValueError(f"{scores.size} risk scores for {n} patients")
    if not np.isfinite(scores).all():
        raise ValueError("a risk score is not a finite number")
    return scores


def _labels(stratum: ArrayLike | None, n: int) -> Index | None:
    """Labels as numbers from 0 on, in their order."""
    if stratum is None:
        return None
    given = np.asarray(stratum)
    if given.shape != (n,):
        raise ValueError(f"{given.size} stratum labels for {n} patients")
    return np.unique(given, return_inverse=True)[1].astype(np.int64)


def _ends(new: NDArray[np.bool_]) -> Index:
    """Where the run that each position is in ends (one past its last), from where runs begin."""
    begins = np.flatnonzero(new)
    ends = np.append(begins[1:], new.size)
    found: Index = ends[np.cumsum(new) - 1].astype(np.int64)
    return found
