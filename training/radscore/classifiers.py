"""The seven classifiers that are tried for an endpoint, and which of them is taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.statistics.roc import auc
from training.configuration.radscore import ClassifierName as Name

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NAMES: tuple[Name, ...] = get_args(Name)
# A classifier that holds its patients' features may not leave for a bundle.
STORES_PATIENTS = frozenset[Name](("knn", "svm"))


def make_classifier(name: Name, *, seed: int = 0) -> Any:
    """One of the seven, behind a z-score of its inputs, with ``fit`` and ``predict_proba``.

    Support vectors get their probabilities by Platt's scaling over inner folds.
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    made: dict[Name, Callable[[], Any]] = {
        "svm": lambda: CalibratedClassifierCV(SVC(), cv=5, ensemble=False),
        "knn": lambda: KNeighborsClassifier(15),
        "rf": lambda: RandomForestClassifier(200, min_samples_leaf=5, random_state=seed),
        "nb": GaussianNB,
        "lr": lambda: LogisticRegression(max_iter=1000),
        # Full batches: with a few hundred patients the optimiser of second order settles quickest.
        "mlp": lambda: MLPClassifier((8,), alpha=1.0, solver="lbfgs", max_iter=2000, random_state=seed),
        "lda": LinearDiscriminantAnalysis,
    }
    return make_pipeline(StandardScaler(), made[name]())


@dataclass(frozen=True)
class Choice:
    """The classifier that was taken, and the mean AUC of each over the repeated folds; `values` are all."""

    name: Name
    auc: dict[Name, float]
    values: dict[Name, tuple[float, ...]] = field(default_factory=dict)

    @property
    def travelling(self) -> Name | None:
        """The best that holds no patients' features; None where each that was tried does."""
        able = [name for name in self.auc if name not in STORES_PATIENTS]
        if self.name in able or not able:
            return self.name if able else None
        return max(able, key=lambda name: self.auc[name])


def choose_classifier(
    inputs: Floats,
    label: Bools,
    *,
    names: Sequence[Name] = NAMES,
    folds: int = 5,
    repeats: int = 10,
    seed: int = 0,
) -> Choice:
    """The classifier of the highest mean AUC over repeated stratified folds of these patients.

    Inputs that are the same for everybody tell nothing: their AUC is ½, and the choice is "lr", whose
    probability is then the share of positives.

    Parameters
    ----------
    inputs
        (patient, input)
    label
        (patient,)

    Raises
    ------
    ValueError
        If a kind has fewer patients than there are folds.

    Source: Zhang et al. 2024, "Deep learning radiomics architecture": 5 folds, 10 repeats.
    """
    from sklearn.model_selection import RepeatedStratifiedKFold

    fewest = int(min(label.sum(), (~label).sum()))
    if fewest < folds:
        raise ValueError(f"{fewest} patients of one kind are too few for {folds} folds")
    dealt = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=seed)
    parts = list(dealt.split(inputs, label))
    found: dict[Name, float] = {}
    each: dict[Name, tuple[float, ...]] = {}
    for name in names:
        values = []
        for train, test in parts:
            if not np.ptp(inputs[train], axis=0).any():
                values.append(0.5)
                continue
            fitted = make_classifier(name, seed=seed).fit(inputs[train], label[train])
            values.append(auc(fitted.predict_proba(inputs[test])[:, 1], label[test]))
        found[name], each[name] = float(np.mean(values)), tuple(float(value) for value in values)
    if not np.ptp(inputs, axis=0).any():
        return Choice("lr", found, each)
    return Choice(max(names, key=lambda name: found[name]), found, each)
