"""The log-rank test of two or more groups, weighted and stratified if asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ctprog_gui.core.statistics.chi_square import ChiSquare
from ctprog_gui.core.survival.sample import Floats, FollowUp


@dataclass(frozen=True)
class LogRank:
    """χ² with one degree of freedom and its p; observed and expected deaths of both groups."""

    chi_square: float
    p: float
    observed: tuple[float, float]
    expected: tuple[float, float]


@dataclass(frozen=True, eq=False)
class GroupTest:
    """The groups by rising label, their patients, observed and expected deaths (weighted), and the test."""

    label: tuple[str, ...]
    patients: tuple[int, ...]
    observed: Floats
    expected: Floats
    test: ChiSquare


def logrank(first: FollowUp, second: FollowUp) -> LogRank:
    """Test whether two groups' hazards are equal (Mantel 1966; hypergeometric variance).

    Without a death in either group χ² is 0 and p is 1.
    """
    both = FollowUp(np.concatenate([first.time, second.time]), np.concatenate([first.event, second.event]))
    found = logrank_of_groups(both, np.repeat([0, 1], [first.n, second.n]))
    (o1, o2), (e1, e2) = found.observed, found.expected
    test = found.test
    return LogRank(test.value, test.p, (float(o1), float(o2)), (float(e1), float(e2)))


def logrank_of_groups(
    follow_up: FollowUp, group: ArrayLike, *, stratum: ArrayLike | None = None, rho: float = 0.0
) -> GroupTest:
    """Test whether the hazards of all groups are equal, within each stratum.

    At each time of death the deaths of a group are compared with those expected from its share of
    the patients at risk; variance as of hypergeometric draws; sums over times and strata.

    Parameters
    ----------
    group, stratum
        A label a patient.
    rho
        Deaths are weighted by S(t−)^rho of the stratum's pooled Kaplan–Meier curve (Harrington and
        Fleming 1982): 0 is the log-rank test, 1 Peto and Peto's modification of Gehan's test.

    Returns
    -------
    GroupTest
        With as many degrees of freedom as groups that expect a death, less one. Without a
        death, or where no two groups are ever at risk together, χ² is 0 with p = 1.

    Raises
    ------
    ValueError
        If there are fewer than two groups, or not as many labels as patients.

    Source: Mantel 1966; Kalbfleisch and Prentice 2002, sec. 1.5; R: ``survdiff``.
    """
    labels, member = np.unique(np.asarray(group), return_inverse=True)
    if member.shape != (follow_up.n,):
        raise ValueError(f"{member.size} group labels for {follow_up.n} patients")
    if labels.size < 2:
        raise ValueError("a log-rank test needs at least two groups")
    strata = np.zeros(follow_up.n) if stratum is None else np.asarray(stratum)
    if strata.shape != (follow_up.n,):
        raise ValueError(f"{strata.size} stratum labels for {follow_up.n} patients")
    k = int(labels.size)
    observed, expected, variance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for one in np.unique(strata):
        chosen = strata == one
        o, e, v = _compare(follow_up.where(chosen), member[chosen], k, rho)
        observed, expected, variance = observed + o, expected + e, variance + v
    return GroupTest(
        tuple(str(label) for label in labels),
        tuple(np.bincount(member, minlength=k).tolist()),
        observed,
        expected,
        _test(observed, expected, variance),
    )


def _compare(
    follow_up: FollowUp, member: np.ndarray[tuple[int], np.dtype[np.int64]], k: int, rho: float
) -> tuple[Floats, Floats, Floats]:
    """Observed and expected deaths of each group, and the differences' covariance, in one stratum."""
    times = np.unique(follow_up.time[follow_up.event])
    # (group, time)
    n = np.zeros((k, times.size))
    d = np.zeros((k, times.size))
    for j in range(k):
        ordered = np.sort(follow_up.time[member == j])
        n[j] = ordered.size - np.searchsorted(ordered, times, side="left")
        died = follow_up.time[(member == j) & follow_up.event]
        d[j] = np.bincount(np.searchsorted(times, died), minlength=times.size)
    all_n, all_d = n.sum(axis=0), d.sum(axis=0)
    weight = np.ones(times.size)
    if rho:
        survival = np.concatenate([[1.0], np.cumprod(1 - all_d / all_n)[:-1]])[: times.size]
        weight = survival**rho
    share = n / all_n
    # The last patient at risk leaves nothing to chance.
    spread = np.where(all_n > 1, all_d * (all_n - all_d) / np.maximum(all_n - 1, 1), 0.0) * weight**2
    covariance = np.diag(share @ spread) - (share * spread) @ share.T
    return d @ weight, share @ (all_d * weight), covariance


def _test(observed: Floats, expected: Floats, variance: Floats) -> ChiSquare:
    counted = np.flatnonzero(expected > 0)
    if counted.size < 2:
        return ChiSquare(0.0, 1)
    # The differences sum to 0: one group is left out.
    kept = counted[:-1]
    away, spread = (observed - expected)[kept], variance[np.ix_(kept, kept)]
    # Groups that are never at risk together with another add nothing; then the rank is lower.
    if np.linalg.matrix_rank(spread, hermitian=True) < kept.size:
        rank = int(np.linalg.matrix_rank(variance, hermitian=True))
        away, spread = observed - expected, variance
        return ChiSquare(max(0.0, float(away @ np.linalg.pinv(spread, hermitian=True) @ away)), max(rank, 1))
    return ChiSquare(float(away @ np.linalg.solve(spread, away)), kept.size)
