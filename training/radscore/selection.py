"""From hundreds of radiomics features to one score: z-score, near-zero variance, correlation, LASSO."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.int64]
# Hundreds of features that go together need more turns than scikit-learn's thousand to settle.
_MOST_TURNS = 50_000
# How many penalties are tried at once, and without a lower error before no weaker ones are.
_STEP, _PATIENCE = 5, 10


@dataclass(frozen=True)
class SelectionOptions:
    """How features are narrowed down; all of it happens on the patients that are fitted to.

    Parameters
    ----------
    least_values
        Share of patients that must differ from the commonest value; below it a feature has near-zero
        variance.
    correlation
        Of two features whose absolute Pearson correlation is above this, the one that tells the label
        less is dropped.
    rule
        Which penalty is taken over the inner folds: of the least error ("min"), or the largest whose
        error is within one standard error of it ("1se").
    penalties, inner_folds
        Number of penalties on the path, and of folds they are compared over.
    """

    least_values: float = 0.05
    correlation: float = 0.9
    rule: Literal["min", "1se"] = "min"
    penalties: int = 50
    inner_folds: int = 5


@dataclass(frozen=True, eq=False)
class RadScore:
    """A linear score of a few features: Σ coefficient · (value − mean) / scale.

    `names` are those with a coefficient other than 0; there may be none, and then the score is 0 for
    everybody. `passed` counts the features left after each step: z-score, variance, correlation, LASSO.
    """

    names: tuple[str, ...]
    mean: Floats
    scale: Floats
    coefficient: Floats
    penalty: float
    passed: tuple[int, int, int, int]

    def contributions(self, features: Floats, names: Sequence[str]) -> Floats:
        """What each selected feature adds to the score: (patient, selected feature).

        Parameters
        ----------
        features
            (patient, feature), columns as `names` says; there may be more than are needed.

        Raises
        ------
        ValueError
            If a feature of the score is not among `names`, or one of its values is not a number.
        """
        place = {name: i for i, name in enumerate(names)}
        lacking = [name for name in self.names if name not in place]
        if lacking:
            raise ValueError(f"the score needs the feature {lacking[0]}")
        chosen = features[:, [place[name] for name in self.names]]
        if not np.isfinite(chosen).all():
            raise ValueError("a feature of the score is not a number")
        added: Floats = (chosen - self.mean) / self.scale * self.coefficient
        return added

    def score(self, features: Floats, names: Sequence[str]) -> Floats:
        """The score of each patient: (patient,). Raises as `contributions`."""
        found: Floats = self.contributions(features, names).sum(axis=1)
        return found

    def to_json(self) -> dict[str, Any]:
        return {
            "features": list(self.names),
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
            "coefficient": self.coefficient.tolist(),
            "penalty": self.penalty,
            "passed": list(self.passed),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> RadScore:
        mean, scale, coefficient = (
            np.array(value[key], np.float64) for key in ("mean", "scale", "coefficient")
        )
        a, b, c, d = value["passed"]
        return cls(tuple(value["features"]), mean, scale, coefficient, value["penalty"], (a, b, c, d))


def fit_rad_score(
    features: Floats,
    names: Sequence[str],
    label: Bools,
    options: SelectionOptions | None = None,
    *,
    seed: int = 0,
) -> RadScore:
    """Select features and weigh them, on these patients alone.

    The LASSO is that of least squares on the label as 0 and 1; penalties are compared by the squared
    error over stratified inner folds.

    Parameters
    ----------
    features
        (patient, feature); a feature that is not a number for some patient is passed over. Who lacks
        most is to be left out before; see `complete_features`.
    label
        (patient,)

    Raises
    ------
    ValueError
        If there are fewer patients of a kind than inner folds, or no feature is a number for all.

    Sources: Deep-RadScore (Zhang et al. 2024), Appendix E4 as its text tells it; Tibshirani, J R Stat
    Soc B 1996, for the LASSO.
    """
    options = options or SelectionOptions()
    fewest = int(min(label.sum(), (~label).sum()))
    if fewest < options.inner_folds:
        raise ValueError(f"{fewest} patients of one kind are too few for {options.inner_folds} inner folds")
    kept = np.flatnonzero(np.isfinite(features).all(axis=0))
    usable = kept.size
    if features.shape[1] and not usable:
        raise ValueError("no feature is a number for every patient")
    kept = kept[_varies(features[:, kept], options.least_values)]
    varied = kept.size
    mean, scale = features[:, kept].mean(axis=0), features[:, kept].std(axis=0)
    z = (features[:, kept] - mean) / scale
    apart = _uncorrelated(z, label, options.correlation)
    z, mean, scale, kept = z[:, apart], mean[apart], scale[apart], kept[apart]
    penalty, coefficient = _lasso(z, label.astype(np.float64), options, seed)
    there = np.flatnonzero(coefficient)
    return RadScore(
        tuple(names[i] for i in kept[there]),
        mean[there],
        scale[there],
        coefficient[there],
        penalty,
        (usable, varied, kept.size, there.size),
    )


def _varies(features: Floats, least: float) -> Bools:
    """Columns in which enough patients differ from the commonest value, by more than rounding."""
    found = np.zeros(features.shape[1], np.bool_)
    for column, values in enumerate(features.T):
        _, counts = np.unique(values, return_counts=True)
        spread = values.std() > 1e-9 * max(1.0, float(np.abs(values).max()))
        found[column] = spread and counts.max() <= (1 - least) * values.size
    return found


def _uncorrelated(z: Floats, label: Bools, most: float) -> Index:
    """Columns that are left when, from the one that tells the label best, its likenesses are dropped."""
    if z.shape[1] == 0:
        return np.zeros(0, np.int64)
    alike = np.abs(z.T @ z) / len(z)
    told = np.abs(z[label].mean(axis=0) - z[~label].mean(axis=0))
    left = np.ones(z.shape[1], np.bool_)
    chosen = []
    for column in np.argsort(-told, kind="stable"):
        if left[column]:
            chosen.append(int(column))
            left &= alike[column] <= most
    return np.array(sorted(chosen), np.int64)


def _lasso(z: Floats, y: Floats, options: SelectionOptions, seed: int) -> tuple[float, Floats]:
    """Penalty and coefficients of standardised columns.

    Penalties are tried from the strongest on, and no weaker ones once the error over the folds has not
    fallen for `_PATIENCE` of them: where features outnumber patients those cost most and predict worst.
    """
    from sklearn.linear_model import lasso_path
    from sklearn.model_selection import StratifiedKFold

    if z.shape[1] == 0:
        return 0.0, np.zeros(0)
    centred = y - y.mean()
    strongest = float(np.abs(z.T @ centred).max()) / len(y)
    penalties = strongest * np.geomspace(1.0, 0.01, options.penalties)
    parts = []
    for train, test in StratifiedKFold(options.inner_folds, shuffle=True, random_state=seed).split(z, y):
        middle, level = z[train].mean(axis=0), y[train].mean()
        parts.append((z[train] - middle, y[train] - level, z[test] - middle, y[test] - level))
    errors = np.full((options.inner_folds, options.penalties), np.inf)
    kept = [np.zeros(z.shape[1]) for _ in parts]
    for start in range(0, options.penalties, _STEP):
        chunk = slice(start, start + _STEP)
        for k, (there, known, held, true) in enumerate(parts):
            _, path, _ = lasso_path(
                there, known, alphas=penalties[chunk], coef_init=kept[k], max_iter=_MOST_TURNS
            )
            errors[k, chunk] = np.square(held @ path - true[:, None]).mean(axis=0)
            kept[k] = path[:, -1].copy()
        if min(start + _STEP, options.penalties) - 1 - int(np.argmin(errors.mean(axis=0))) >= _PATIENCE:
            break
    mean = errors.mean(axis=0)
    best = int(np.argmin(mean))
    if options.rule == "1se":
        bound = mean[best] + errors[:, best].std(ddof=1) / np.sqrt(options.inner_folds)
        best = int(np.argmax(mean <= bound))
    _, path, _ = lasso_path(z, centred, alphas=penalties[: best + 1], max_iter=_MOST_TURNS)
    coefficient: Floats = path[:, best]
    return float(penalties[best]), coefficient
