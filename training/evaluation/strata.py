"""A cohort of several collections: what a model is worth within each, and what it knows of which is which.

Collections differ in whom they hold, how long they were followed and how they were scanned. A
model that reads the scanner ranks patients of different collections well and is worth nothing
within one; pairs of the same collection can't be won that way.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.statistics.roc import auc
from ctprog_gui.core.survival.concordance import concordance
from ctprog_gui.core.survival.cox import fit_cox
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.sample import FollowUp
from training.evaluation.measure import Estimate, Measure, measured

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
CALIBRATED_MONTHS = (12, 24)
_RIDGE = 1.0
# Of fewer, a slope says nothing.
_LEAST_DEATHS = 10


def _auc_of(value: Floats, positive: NDArray[np.bool_], i: Index) -> float:
    return auc(value[i], positive[i])


def write_strata(
    path: Path, patients: Sequence[str], stratum: Sequence[str], volume_mm3: Sequence[float], means: Floats
) -> None:
    """``strata.csv``: patient_id, stratum, roi_volume_mm3, and the patient's mean measures m_0 …"""
    header = ["patient_id", "stratum", "roi_volume_mm3", *(f"m_{i}" for i in range(means.shape[1]))]
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for patient, label, volume, row in zip(patients, stratum, volume_mm3, means, strict=True):
            writer.writerow([patient, label, volume, *(f"{value:.6g}" for value in row)])


def read_strata(path: Path, patients: Sequence[str]) -> tuple[NDArray[np.str_], Floats, Floats]:
    """Stratum, ROI volume and mean measures of the given patients, in their order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["patient_id"]: row for row in csv.DictReader(file)}
    chosen = [rows[patient] for patient in patients]
    names = [name for name in chosen[0] if name.startswith("m_")]
    return (
        np.array([row["stratum"] for row in chosen]),
        np.array([float(row["roi_volume_mm3"]) for row in chosen]),
        np.array([[float(row[name]) for name in names] for row in chosen]),
    )


@dataclass(frozen=True, eq=False)
class PairsWithin:
    """Concordance of scores, of the patients that an index names."""

    follow_up: FollowUp
    stratum: NDArray[np.str_]
    fold: Index

    def same(self, risk: Floats, i: Index) -> float:
        """Over pairs of one stratum."""
        return concordance(self.follow_up.where(i), risk[i], self.stratum[i])

    def any(self, risk: Floats, i: Index) -> float:
        """Over all pairs."""
        return concordance(self.follow_up.where(i), risk[i])

    def over_folds(self, risk: Floats, i: Index, *, within: bool) -> float:
        """The mean over the folds of `same` or `any`."""
        parts = [i[self.fold[i] == k] for k in np.unique(self.fold[i])]
        return float(np.mean([(self.same if within else self.any)(risk, part) for part in parts]))


def strata_measures(
    pairs: PairsWithin,
    volume: Floats,
    means: Floats,
    score: Floats,
    survival: Floats,
    samples: Sequence[Index],
) -> list[Measure]:
    """Concordance within strata first, then all pairs, beside the volume's; the source; calibration.

    The volume is the baseline without a model: nothing is fitted to it. Means over folds compare
    patients of one fold, whose heads are the same. `means` is (patient, measure).
    """
    same, over_folds = pairs.same, pairs.over_folds
    follow_up, stratum, fold = pairs.follow_up, pairs.stratum, pairs.fold
    found = []
    for name, of in (
        ("C-index, same source, mean over folds", partial(over_folds, within=True)),
        ("C-index, same source, all folds together", same),
        ("C-index, all pairs, mean over folds", partial(over_folds, within=False)),
    ):
        own, peer = (Estimate.of(partial(of, risk), samples) for risk in (score, volume))
        found += [own.measure(name), peer.measure("the same of the ROI's volume")]
        found.append(own.less(peer).measure("their difference"))
    labels = sorted(set(stratum.tolist()))
    if len(labels) == 2:
        second = stratum == labels[1]
        told = _out_of_fold_probability(means, second, fold)
        for name, value in (
            ("the risk score", score),
            ("the ROI's volume", volume),
            ("the model's measures, logistic ridge out-of-fold", told),
        ):
            found.append(
                measured(
                    f"AUC for {labels[1]} against {labels[0]} of {name}",
                    partial(_auc_of, value, second),
                    samples,
                )
            )
    for month in CALIBRATED_MONTHS:
        if month < survival.shape[1]:
            found += _calibration(month, survival[:, month], follow_up, stratum, samples)
    return found


def _calibration(
    month: int,
    probability: Floats,
    follow_up: FollowUp,
    stratum: NDArray[np.str_],
    samples: Sequence[Index],
) -> list[Measure]:
    """Of all and of each stratum: level (predicted survival less the Kaplan–Meier estimate) and slope.

    The slope is the coefficient of log(−log S) in a Cox model: 1 where predictions differ as much
    as survival does, above 1 where they differ too little.
    """
    hazard = np.log(-np.log(np.clip(probability, 1e-6, 1 - 1e-6)))

    def level(i: Index) -> float:
        return float(probability[i].mean() - kaplan_meier(follow_up.where(i)).at(month))

    def slope(i: Index) -> float:
        if np.count_nonzero(follow_up.event[i]) < _LEAST_DEATHS:
            return float("nan")
        try:
            return float(fit_cox(follow_up.where(i), hazard[i]).coefficient[0])
        except ValueError:  # predictions that are all the same, or part the dead from the living
            return float("nan")

    found = []
    kinds = {f"S({month}): predicted less observed": level}
    if month == CALIBRATED_MONTHS[-1]:
        # The curves differ by one number, so the slopes of all months say much the same.
        kinds[f"S({month}): slope"] = slope
    for name, of in kinds.items():
        for label in ("all", *sorted(set(stratum.tolist()))):

            def told(i: Index, of: Callable[[Index], float] = of, label: str = label) -> float:
                own = i if label == "all" else i[stratum[i] == label]
                return of(own) if own.size else float("nan")

            if np.isfinite(told(np.arange(follow_up.n))):
                found.append(measured(f"{name}, {label}", told, samples))
    return found


def _out_of_fold_probability(x: Floats, positive: NDArray[np.bool_], fold: Index) -> Floats:
    """Log odds by a ridge logistic regression that was fitted to the other folds."""
    told = np.zeros(len(x))
    for k in sorted(set(fold.tolist())):
        train = fold != k
        mean, spread = x[train].mean(axis=0), x[train].std(axis=0)
        standard = (x - mean) / np.where(spread > 0, spread, 1.0)
        told[~train] = _logistic(standard[train], positive[train], standard[~train])
    return told


def _logistic(x: Floats, positive: NDArray[np.bool_], new: Floats) -> Floats:
    """Newton's method; the intercept is not held back."""
    design = np.column_stack([np.ones(len(x)), x])
    ridge = np.diag([0.0, *[_RIDGE] * x.shape[1]])
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        gradient = design.T @ (positive - p) - ridge @ beta
        step = np.linalg.solve((design * (p * (1 - p))[:, None]).T @ design + ridge, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return np.column_stack([np.ones(len(new)), new]) @ beta
