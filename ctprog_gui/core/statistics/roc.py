"""The ROC curve and the area under it; higher values speak for the positive kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class RocCurve:
    """Sensitivity and specificity where every value above a threshold is called positive.

    `threshold` falls from ∞, which calls nobody positive, through the midpoints between
    neighbouring values to −∞.
    """

    threshold: Floats
    sensitivity: Floats
    specificity: Floats

    def youden(self) -> tuple[float, float, float]:
        """Threshold, sensitivity and specificity where their sum is largest; the highest such threshold."""
        best = int(np.argmax(self.sensitivity + self.specificity))
        return float(self.threshold[best]), float(self.sensitivity[best]), float(self.specificity[best])


def auc(value: ArrayLike, positive: ArrayLike) -> float:
    """P(a positive's value is higher than a negative's), ties half; NaN where one kind is missing.

    Raises
    ------
    ValueError
        If there is not one value, that is a number, for each label.
    """
    values, labels = checked(value, positive)
    negatives = np.sort(values[~labels])
    pairs = negatives.size * int(labels.sum())
    if pairs == 0:
        return float("nan")
    below = np.searchsorted(negatives, values[labels], side="left").sum()
    upto = np.searchsorted(negatives, values[labels], side="right").sum()
    return float(below + upto) / (2 * pairs)


def roc_curve(value: ArrayLike, positive: ArrayLike) -> RocCurve:
    """The curve through every threshold that parts the values differently.

    Raises
    ------
    ValueError
        As `auc`; and if one kind is missing.
    """
    values, labels = checked(value, positive)
    if labels.all() or not labels.any():
        raise ValueError("a ROC curve needs positives and negatives")
    distinct = np.unique(values)[::-1]
    threshold = np.concatenate([[np.inf], (distinct[:-1] + distinct[1:]) / 2, [-np.inf]])
    above = [
        kind.size - np.searchsorted(kind, threshold, side="right")
        for kind in (np.sort(values[labels]), np.sort(values[~labels]))
    ]
    return RocCurve(threshold, above[0] / labels.sum(), 1 - above[1] / (~labels).sum())


def checked(value: ArrayLike, positive: ArrayLike) -> tuple[Floats, Bools]:
    """One number and one label (0 or 1) each, or a ValueError."""
    values, labels = np.asarray(value, dtype=np.float64), np.asarray(positive)
    if values.ndim != 1 or values.shape != labels.shape:
        raise ValueError(f"{values.size} values for {labels.size} labels")
    if np.isnan(values).any():
        raise ValueError("a value is not a number")
    if not np.isin(labels, (0, 1)).all():
        raise ValueError("a label is neither 0 nor 1")
    return values, labels.astype(np.bool_)
