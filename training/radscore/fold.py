"""Deep-RadScore and the two models it is held against, fitted on some patients and asked about others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctprog_gui.core.networks.radscore_head import RadscoreHead
from training.cohorts.splits import dealt
from training.configuration.radscore import ClassifierName, RadscoreModelConfig
from training.radscore.classifiers import Choice, choose_classifier, make_classifier
from training.radscore.deep import fit_radscore_head
from training.radscore.selection import RadScore, SelectionOptions, fit_rad_score
from training.radscore.table import RegionFeatures

Index = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Model = Literal["radiomics", "deep", "deep_radscore"]
MODELS: tuple[Model, ...] = get_args(Model)
# As the paper's tables and figures call them.
NAMES: dict[Model, str] = {
    "radiomics": "Radiomics-Score",
    "deep": "Deep-CT",
    "deep_radscore": "Deep-RadScore",
}


@dataclass(frozen=True, eq=False)
class EndpointData:
    """What is known of each patient, in one order.

    Parameters
    ----------
    label
        (patient,)
    radiomics
        Features by region.
    features
        (patient, feature), of the frozen encoder on the patch.
    """

    label: Bools
    radiomics: dict[str, RegionFeatures]
    features: Tensor


@dataclass(frozen=True, eq=False)
class FoldModels:
    """All that was fitted on one set of patients.

    `level` and `spread` standardise each region's RadScore; `classifiers` are scikit-learn's.
    `travelling` is the fused model's classifier for a bundle: its name and itself, the chosen one
    unless that holds its patients' features; None where all that were tried do.
    """

    rad_scores: dict[str, RadScore]
    level: Floats
    spread: Floats
    heads: dict[Model, RadscoreHead]
    classifiers: dict[Model, Any]
    choices: dict[Model, Choice] = field(default_factory=dict)
    travelling: tuple[ClassifierName, Any] | None = None

    def inputs(self, data: EndpointData, chosen: Index) -> dict[Model, Floats]:
        """What each model's classifier decides by: (patient, input)."""
        scores = np.stack(
            [
                self.rad_scores[region].score(table.values[chosen], table.names)
                for region, table in data.radiomics.items()
            ],
            axis=1,
        )
        return _inputs(
            self.heads, data.features[torch.from_numpy(chosen)], (scores - self.level) / self.spread
        )

    def predict(self, data: EndpointData, chosen: Index) -> dict[Model, Floats]:
        """Each model's probability of the positive kind: (patient,)."""
        return {
            model: self.classifiers[model].predict_proba(inputs)[:, 1]
            for model, inputs in self.inputs(data, chosen).items()
        }


def input_names(regions: tuple[str, ...], deep: int) -> dict[Model, tuple[str, ...]]:
    """What each input of a model is called."""
    scores = tuple(f"RadScore, {region}" for region in regions)
    narrowed = tuple(f"deep {number + 1}" for number in range(deep))
    return {"radiomics": scores, "deep": narrowed, "deep_radscore": (*narrowed, *scores)}


def fit_fold(
    data: EndpointData,
    train: Index,
    config: RadscoreModelConfig,
    *,
    seed: int,
    chosen: Mapping[Model, ClassifierName] | None = None,
) -> FoldModels:
    """Select, weigh, narrow down, choose and fit, all on the patients `train`.

    What a later step is fitted to comes from inner folds that leave the patient out: RadScores and
    deep features of the patients that they were fitted on tell their label too well, and whatever is
    fitted next would lean on the part that overfits most. The heads of inner folds begin with the same
    weights as the one that is kept, so that their features mean the same. This is ours; the paper
    doesn't tell.

    Parameters
    ----------
    chosen
        Classifiers that were chosen on these patients before; nothing is tried again then, and no
        classifier is fitted for a bundle.

    Raises
    ------
    ValueError
        If a kind has too few patients for the inner folds.
    """
    label = data.label[train]
    options = SelectionOptions(
        least_values=config.radiomics.least_values,
        correlation=config.radiomics.correlation,
        rule=config.radiomics.rule,
        inner_folds=config.radiomics.inner_folds,
    )
    fitted, left_out = {}, []
    for region, table in data.radiomics.items():
        own = table.values[train]
        fitted[region] = fit_rad_score(own, table.names, label, options, seed=seed)
        if fitted[region].names:
            left_out.append(_left_out(own, table.names, label, options, seed))
        else:
            # The score is 0 for everybody it will ever be asked about, whatever the inner selections
            # found: those would teach the later steps to lean on an input that then stands still.
            left_out.append(np.zeros(len(train)))
    scores = np.stack(left_out, axis=1)
    level, spread = scores.mean(axis=0), scores.std(axis=0)
    # A region in which nothing was selected has a score of 0 for all.
    spread = np.where(spread > 1e-9, spread, 1.0)
    scores = (scores - level) / spread
    features = data.features[torch.from_numpy(train)]
    heads = _heads(features, scores, label, config, seed)
    part = dealt(label, options.inner_folds, np.random.default_rng([seed, 3]))
    inputs = _inputs(heads, features, scores)
    for number in range(options.inner_folds):
        there, held = np.flatnonzero(part != number), np.flatnonzero(part == number)
        inner = _heads(features[torch.from_numpy(there)], scores[there], label[there], config, seed)
        for model, found in _inputs(inner, features[torch.from_numpy(held)], scores[held]).items():
            inputs[model][held] = found
    choices, classifiers = {}, {}
    for model, values in inputs.items():
        choices[model] = (
            Choice(chosen[model], {})
            if chosen is not None
            else choose_classifier(
                values,
                label,
                names=config.choice.among,
                folds=config.choice.folds,
                repeats=config.choice.repeats,
                seed=seed,
            )
        )
        classifiers[model] = make_classifier(choices[model].name, seed=seed).fit(values, label)
    able = choices["deep_radscore"].travelling
    travelling = None
    if able is not None:
        travelling = able, make_classifier(able, seed=seed).fit(inputs["deep_radscore"], label)
    return FoldModels(fitted, level, spread, heads, classifiers, choices, travelling)


def _heads(
    features: Tensor, scores: Floats, label: Bools, config: RadscoreModelConfig, seed: int
) -> dict[Model, RadscoreHead]:
    """The head of the network alone, and that with the RadScores beside."""
    none = features.new_zeros((len(label), 0))
    beside = torch.from_numpy(scores.astype(np.float32))
    return {
        "deep": fit_radscore_head(features, none, label, config.head, seed=seed),
        "deep_radscore": fit_radscore_head(features, beside, label, config.head, seed=seed),
    }


def _left_out(
    features: Floats, names: tuple[str, ...], label: Bools, options: SelectionOptions, seed: int
) -> Floats:
    """Each patient's RadScore by selections that did not see the patient."""
    part = dealt(label, options.inner_folds, np.random.default_rng([seed, 2]))
    found = np.zeros(len(label))
    for number in range(options.inner_folds):
        one = fit_rad_score(features[part != number], names, label[part != number], options, seed=seed)
        found[part == number] = one.score(features[part == number], names)
    return found


def _inputs(heads: dict[Model, RadscoreHead], features: Tensor, scores: Floats) -> dict[Model, Floats]:
    beside = torch.from_numpy(scores.astype(np.float32))
    with torch.inference_mode():
        deep = heads["deep"].deep_features(features)
        fused = heads["deep_radscore"].inputs(features, beside)
    return {
        "radiomics": scores.copy(),
        "deep": deep.double().numpy(),
        "deep_radscore": fused.double().numpy(),
    }
