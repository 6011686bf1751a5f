"""Survival from blocks of features by a ridge Cox, its penalties chosen on inner folds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.survival.concordance import concordance
from ctprog_gui.core.survival.partial_likelihood import partial_likelihood, risk_sets
from ctprog_gui.core.survival.ridge_cox import RidgeCox
from ctprog_gui.core.survival.sample import FollowUp
from training.cohorts.splits import dealt

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
# What tells a good penalty in inner folds.
Criterion = Literal["concordance", "partial_likelihood"]
# Values further from the mean than this many standard deviations count as this many.
_MOST_SD = 4.0


@dataclass(frozen=True, eq=False)
class SurvivalData:
    """Blocks (patient, feature) of the same patients; NaN where a value is not known.

    With `within_stratum` values are standardised among the patients of each stratum.
    """

    follow_up: FollowUp
    stratum: NDArray[np.str_]
    blocks: tuple[Floats, ...]
    within_stratum: bool = False


@dataclass(frozen=True)
class Penalties:
    """λ of `RidgeCox`, and the share of it that each block bears."""

    penalty: float
    weights: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Chosen:
    """The penalties that were taken, and what the criterion says of each candidate: more is better."""

    penalties: Penalties
    scores: dict[Penalties, float]


@dataclass(frozen=True, eq=False)
class Family:
    """Blocks that are fitted together, and the penalties to choose among: each λ with each share."""

    data: SurvivalData
    penalties: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]

    @property
    def candidates(self) -> tuple[Penalties, ...]:
        return tuple(Penalties(penalty, share) for share in self.weights for penalty in self.penalties)


def standardised_blocks(
    blocks: Sequence[Floats], train: Index, stratum: NDArray[np.str_] | None = None
) -> list[Floats]:
    """z-scores by the patients `train`; columns without spread among them left out.

    A value that is not known becomes 0, what the average patient has. Each block is divided by the
    root of its number of columns, so that a penalty weighs blocks alike, however many columns they have.

    Parameters
    ----------
    stratum
        A label a patient: mean and spread are those of the patients `train` of the same label.
    """
    found = []
    labels = np.zeros(len(blocks[0]), np.int64)
    if stratum is not None:
        labels = np.unique(stratum, return_inverse=True)[1]
    groups = [(labels == one, train[labels[train] == one]) for one in np.unique(labels)]
    for block in blocks:
        known = np.where(np.isfinite(block), block, np.nan)
        usable = np.all([np.isfinite(known[own]).sum(axis=0) > 1 for _, own in groups], axis=0)
        known = known[:, usable]
        z = np.empty_like(known)
        kept = np.ones(known.shape[1], np.bool_)
        for everybody, own in groups:
            mean, spread = np.nanmean(known[own], axis=0), np.nanstd(known[own], axis=0)
            kept &= spread > 1e-9 * np.maximum(1.0, np.nanmax(np.abs(known[own]), axis=0, initial=0.0))
            z[everybody] = (known[everybody] - mean) / np.where(spread > 0, spread, 1.0)
        z = np.clip(z[:, kept], -_MOST_SD, _MOST_SD)
        found.append(np.nan_to_num(z) / np.sqrt(max(1, int(kept.sum()))))
    return found


def risk_scores(
    data: SurvivalData, train: Index, weights: tuple[float, ...], penalties: Sequence[float]
) -> Iterator[tuple[float, Floats]]:
    """For each penalty the log relative hazard of all patients, fitted on `train`."""
    blocks = standardised_blocks(data.blocks, train, data.stratum if data.within_stratum else None)
    z = np.concatenate(blocks, axis=1)
    share = np.concatenate([np.full(b.shape[1], w) for b, w in zip(blocks, weights, strict=True)])
    model = RidgeCox(data.follow_up.where(train), z[train], weight=share, stratum=data.stratum[train])
    for penalty in penalties:
        score = z @ model.coefficient(penalty)
        yield penalty, score - score[train].mean()


def choose_penalties(
    data: SurvivalData,
    train: Index,
    penalties: Sequence[float],
    weights: Sequence[tuple[float, ...]],
    *,
    folds: int,
    repeats: int,
    seed: int,
    criterion: Criterion = "concordance",
) -> Chosen:
    """The candidate that is best by the mean of the criterion over inner folds of `train` and repeats.

    Parameters
    ----------
    criterion
        "concordance": the C-index within strata of the patients held out. "partial_likelihood": the log
        partial likelihood of all of `train` less that of those fitted to, at the coefficients of the
        latter (Verweij and van Houwelingen, Stat Med 1993).
    """
    found: dict[Penalties, list[float]] = {}
    for repeat in range(repeats):
        part = dealt(data.follow_up.event[train], folds, np.random.default_rng([seed, 4, repeat]))
        for number in range(folds):
            inner, held = train[part != number], train[part == number]
            for share in weights:
                for penalty, score in risk_scores(data, inner, share, penalties):
                    if criterion == "concordance":
                        value = concordance(data.follow_up.where(held), score[held], data.stratum[held])
                    else:
                        value = log_likelihood(data, train, score) - log_likelihood(data, inner, score)
                    found.setdefault(Penalties(penalty, share), []).append(value)
    scores = {one: float(np.nanmean(values)) for one, values in found.items()}
    return Chosen(max(scores, key=lambda one: scores[one]), scores)


def log_likelihood(data: SurvivalData, chosen: Index, score: Floats) -> float:
    """Log partial likelihood (Efron) of log relative hazards among the patients `chosen`, strata summed."""
    found = 0.0
    for label in np.unique(data.stratum[chosen]):
        own = chosen[data.stratum[chosen] == label]
        if data.follow_up.event[own].any():
            sets = risk_sets(data.follow_up.where(own), score[own][:, None])
            found += partial_likelihood(sets, np.ones(1)).value
    return found


def averaged_scores(families: Sequence[Family], train: Index, taken: Sequence[Sequence[Penalties]]) -> Floats:
    """The mean of the families' scores, each in standard deviations among `train`: (patient,).

    A family whose penalties are several is the mean over them, each in standard deviations too.
    A family that overfits spreads wider among the patients that it was fitted to than among others,
    and so counts for less among those.
    """
    found = []
    for family, own in zip(families, taken, strict=True):
        scores = [
            _in_deviations(score, train)
            for share in dict.fromkeys(one.weights for one in own)
            for _, score in risk_scores(
                family.data, train, share, [one.penalty for one in own if one.weights == share]
            )
        ]
        found.append(scores[0] if len(scores) == 1 else _in_deviations(np.mean(scores, axis=0), train))
    mean: Floats = np.mean(found, axis=0)
    return mean


def _in_deviations(score: Floats, train: Index) -> Floats:
    """In standard deviations among the patients `train`."""
    found: Floats = score / max(float(score[train].std()), 1e-12)
    return found


def hazard_scale(
    families: Sequence[Family],
    train: Index,
    taken: Sequence[Sequence[Penalties]],
    *,
    folds: int,
    seed: int,
) -> float:
    """Log hazard that a unit of `averaged_scores` stands for: Cox's slope in inner folds; not below 0.

    It has no part in how patients are ordered, only in how far their curves lie apart.
    """
    data = families[0].data
    part = dealt(data.follow_up.event[train], folds, np.random.default_rng([seed, 5]))
    left_out = np.zeros(len(train))
    for number in range(folds):
        score = averaged_scores(families, train[part != number], taken)
        left_out[part == number] = score[train[part == number]]
    model = RidgeCox(data.follow_up.where(train), left_out[:, None], stratum=data.stratum[train])
    return max(float(model.coefficient(1e-6)[0]), 1e-3)


def breslow_survival(follow_up: FollowUp, train: Index, score: Floats, months: Floats) -> Floats:
    """S(t) of all patients at `months`, (patient, month): Breslow's baseline over the patients `train`.

    Source: Breslow 1972, on the log relative hazards `score`.
    """
    time, event = follow_up.time[train], follow_up.event[train]
    relative = np.exp(score[train])
    deaths = np.unique(time[event])
    steps = np.array([event[time == t].sum() / relative[time >= t].sum() for t in deaths])
    hazard = np.concatenate([[0.0], np.cumsum(steps)])[np.searchsorted(deaths, months, side="right")]
    survival: Floats = np.exp(-np.multiply.outer(np.exp(score), hazard))
    return survival
