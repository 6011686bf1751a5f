"""Maximally selected rank statistics: every cut of a score, and how large the largest is by chance."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, pi
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.survival.pairs import finite_scores
from ctprog_gui.core.survival.sample import Floats, FollowUp

Index = NDArray[np.int64]
_NORMAL = NormalDist()
# Into so many steps the log-rank scores are rounded where sums of them are counted.
_STEPS = 60
_COUNTED = 500
# Permutations taken at once: some MB of scores.
_AT_ONCE = 250


@dataclass(frozen=True, eq=False)
class Candidates:
    """Each `cut`, how many patients are not above it (`low`), and its standardised `statistic`.

    Positive where those above the cut die sooner. `score` holds the patients' log-rank scores by
    rising risk score.
    """

    cut: Floats
    low: Index
    statistic: Floats
    score: Floats


def logrank_scores(follow_up: FollowUp) -> Floats:
    """a_i = δ_i − Σ over patients j with T_j ≤ T_i of δ_j / (n − R_j + 1), R_j the highest of tied ranks.

    Observed less expected deaths of each patient; they sum to about 0. Source: Hothorn and Lausen 2003.
    """
    ordered = np.sort(follow_up.time)
    rank = np.searchsorted(ordered, follow_up.time, side="right")
    hazard = follow_up.event / (follow_up.n - rank + 1)
    by_time = np.argsort(follow_up.time, kind="stable")
    cumulative = np.concatenate([[0.0], np.cumsum(hazard[by_time])])
    scores: Floats = follow_up.event - cumulative[rank]
    return scores


def candidate_cuts(follow_up: FollowUp, risk_score: ArrayLike, least_share: float) -> Candidates:
    """Every distinct score that leaves at least `least_share` of the patients on each side.

    Raises
    ------
    ValueError
        As `select_cutoff`.
    """
    risk = finite_scores(risk_score, follow_up.n)
    if not 0 < least_share < 0.5:
        raise ValueError(f"a least share of {least_share:g} a side is not between 0 and ½")
    if follow_up.events == 0:
        raise ValueError("a cut-off needs at least one death")
    order = np.argsort(risk, kind="stable")
    score, ordered = logrank_scores(follow_up)[order], risk[order]
    n = follow_up.n
    low = np.flatnonzero(np.diff(ordered)) + 1
    low = low[(low >= least_share * n - 1e-9) & (n - low >= least_share * n - 1e-9)]
    if low.size == 0:
        raise ValueError(f"no cut leaves {100 * least_share:g} % of the patients on each side")
    return Candidates(ordered[low - 1], low, _standardised(np.cumsum(score)[low - 1], low, score), score)


def lausen_1992_p(statistic: float, least_share: float) -> float:
    """P of the largest |statistic|, by its limit for continuous scores; at most 1.

    4 φ(b)/b + φ(b) (b − 1/b) log((1 − ε)² / ε²). Source: Lausen and Schumacher, Biometrics 1992, eq. 7.
    """
    b = statistic
    if b <= 1:
        return 1.0
    density = _NORMAL.pdf(b)
    odds = ((1 - least_share) / least_share) ** 2
    return min(1.0, max(0.0, 4 * density / b + density * (b - 1 / b) * log(odds)))


def lausen_1994_p(statistic: float, low: Index, n: int) -> float:
    """P of the largest |statistic| over cuts with `low` patients below, by an improved Bonferroni inequality.

    Source: Lausen, Sauerbrei and Schumacher 1994 (in Dirschedl and Ostermann), after Worsley 1982.
    """
    b = statistic
    first, second = low[:-1].astype(float), low[1:].astype(float)
    t = np.sqrt(1 - first * (n - second) / ((n - first) * second))
    joined = float((exp(-(b**2) / 2) / pi * (t - (b**2 / 4 - 1) * t**3 / 6)).sum())
    return min(1.0, max(0.0, 2 * (1 - _NORMAL.cdf(b)) + joined))


def permutation_p(candidates: Candidates, permutations: int, seed: int) -> float:
    """P of the largest |statistic| by permuting outcomes over scores: (1 + as large) / (1 + all)."""
    rng = np.random.default_rng(seed)
    low, score = candidates.low, candidates.score
    observed = float(np.abs(candidates.statistic).max())
    as_large = 0
    for begin in range(0, permutations, _AT_ONCE):
        rows = min(_AT_ONCE, permutations - begin)
        drawn = rng.permuted(np.broadcast_to(score, (rows, score.size)), axis=1)
        sums = np.cumsum(drawn, axis=1)[:, low - 1]
        largest = np.abs(_standardised(sums, low, score)).max(axis=1)
        as_large += int(np.count_nonzero(largest >= observed - 1e-9))
    return (1 + as_large) / (1 + permutations)


def hothorn_lausen_p(candidates: Candidates) -> float:
    """An upper limit of P of the largest |statistic|, from the exact distribution at each cut.

    The scores are rounded to steps, as in R, and all sums of m of them counted (Streitberg and
    Röhmel 1986), which gives P(|T_m| ≥ b) for each m. From their total is taken what was counted
    before: sums that are beyond b at one cut and stay beyond it at the next whatever patients lie
    between. b is the largest statistic of the rounded scores.

    Raises
    ------
    ValueError
        For more than 500 patients, whose sums are too many to count.

    Source: Hothorn and Lausen, Comput Stat Data Anal 2003.
    """
    score = candidates.score
    if score.size > _COUNTED:
        raise ValueError(f"{score.size} patients are too many for exact distributions ({_COUNTED} at most)")
    spread = float(np.ptp(score))
    if spread == 0:
        return 1.0
    whole = np.round((score - score.min()) / spread * min(_STEPS, score.size)).astype(np.int64)
    low = candidates.low
    sums = np.cumsum(whole)[low - 1].astype(float)
    observed = float(np.abs(_standardised(sums, low, whole.astype(float))).max())
    return exact_bound(observed, whole, low)


def exact_bound(statistic: float, scores: Index, low: Index) -> float:
    """The limit of `hothorn_lausen_p` for whole scores from 0 on, and cuts with `low` patients below."""
    chance = _sum_chances(scores, low)
    value = np.arange(chance.shape[1], dtype=float)
    ordered = np.concatenate([[0], np.cumsum(np.sort(scores))])
    highest = np.concatenate([[0], np.cumsum(np.sort(scores)[::-1])])
    total = 0.0
    before: NDArray[np.bool_] | None = None
    for row, m in enumerate(low):
        each = np.array([m])
        z = _standardised(value[:, None], each, scores.astype(float))[:, 0]
        beyond = np.abs(z) >= statistic - 1e-9
        total += float(chance[row][beyond].sum())
        if before is not None:
            between = int(m - low[row - 1])
            # The least and the most that the patients between the cuts may add.
            least = np.minimum(value + ordered[between], value[-1]).astype(np.int64)
            most = np.minimum(value + highest[between], value[-1]).astype(np.int64)
            # A low sum is beyond on the one side, where z is positive; a high one on the other.
            certain = before & (((z[most] > 0) & beyond[most]) | ((z[least] < 0) & beyond[least]))
            total -= float(chance[row - 1][certain].sum())
        before = beyond
    return min(1.0, total)


def _sum_chances(scores: Index, low: Index) -> Floats:
    """(cut, sum): the chance that `low` patients drawn from all have this sum of scores.

    Every patient is drawn with probability ½ on the way, so that no count overflows, and the draws of
    each size are then taken by themselves.
    """
    most, total = int(low.max()), int(scores.sum())
    chance = np.zeros((most + 1, total + 1))
    chance[0, 0] = 1.0
    reached = 0
    for i, s in enumerate(np.sort(scores)):
        top = min(i + 1, most)
        block = chance[: top + 1, : reached + s + 1]
        drawn = 0.5 * block[:-1, : reached + 1].copy()
        block *= 0.5
        block[1:, s:] += drawn
        reached += int(s)
    wanted = chance[low]
    return np.asarray(wanted / wanted.sum(axis=1, keepdims=True), dtype=np.float64)


def _standardised(sums: Floats, low: Index, score: Floats) -> Floats:
    """Sums of the scores of `low` patients, by their mean and SD under permutation; the sign is turned."""
    n = score.size
    mean = low / n * score.sum()
    variance = low * (n - low) / (n**2 * (n - 1)) * (n * (score**2).sum() - score.sum() ** 2)
    z: Floats = (mean - sums) / np.sqrt(variance)
    return z
