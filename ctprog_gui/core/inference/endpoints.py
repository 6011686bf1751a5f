"""Endpoints of one bundle: RadScores, heads and classifiers of the folds, and what moved each answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctprog_gui.core.inference.bundle import Bundle, EndpointParts
from ctprog_gui.core.inference.classifiers import Classifiers
from ctprog_gui.core.inference.endpoint_schema import EndpointDescription, FoldScores, RegionScore
from ctprog_gui.core.inference.slice_attention import load_heads
from ctprog_gui.core.networks.radscore_head import RadscoreHead
from ctprog_gui.core.radiomics.words import unit_of
from ctprog_gui.core.shared.errors import BundleError

Floats = NDArray[np.float64]
Radiomics = Mapping[str, Mapping[str, float]]

# A forest may be certain; log odds are taken as if it had a thousandth of doubt.
_LEAST = 1e-3
# A RadScore so close to its background has the slope there instead of a difference.
_CLOSE, _STEP = 1e-4, 1e-2


class MissingFeature(ValueError):
    """A feature of a RadScore that the region does not have."""


@dataclass(frozen=True, eq=False)
class EndpointAnswer:
    """What the folds' models say of one endpoint.

    Parameters
    ----------
    probability
        (fold,)
    log_odds, base
        Mean over the folds, of the answer and of a patient with the training set's mean of everything.
    rad_scores
        Mean over the folds of each region's RadScore.
    standard_scores
        The same, in standard deviations of the training patients' from their mean.
    usual
        By region and feature: mean and standard deviation over the training patients, mean over the
        folds that took the feature, and the unit.
    contributions
        By source (a region, or ``patch``) and feature: what each adds to the log odds from `base` on.
    """

    name: str
    probability: Floats
    log_odds: float
    base: float
    rad_scores: dict[str, float]
    standard_scores: dict[str, float]
    usual: dict[tuple[str, str], tuple[float, float, str]]
    contributions: dict[tuple[str, str], float]

    @property
    def pooled(self) -> float:
        """One probability: that of the folds' mean log odds."""
        return float(1 / (1 + np.exp(-self.log_odds)))


class EndpointModel:
    """One endpoint's models, a fold each.

    Raises
    ------
    BundleError
        If heads, scores and classifiers do not fit together.
    """

    def __init__(self, bundle: Bundle, parts: EndpointParts, described: EndpointDescription) -> None:
        spec = parts.spec
        self.described = described
        self.regions: tuple[str, ...] = spec.regions
        self._folds = parts.scores.endpoints[described.name]
        size, beside = spec.encoder_spec.feature_size, len(self.regions)
        name = described.models.heads
        self.heads = [
            head.eval().requires_grad_(False)
            for head in load_heads(bundle, [name], lambda: RadscoreHead(size, spec.deep, beside))
        ]
        if len(self.heads) != len(self._folds):
            raise BundleError(
                f"bundle {bundle.name}: {name} has not one head for each fold of {spec.rad_scores}"
            )
        self._usual = _usual(self._folds, in_hu=not spec.settings.normalise)
        self._classifiers = Classifiers(
            bundle, described.models.classifiers, len(self._folds), spec.deep + beside
        )

    def standard_scores(self, radiomics: Radiomics) -> Floats:
        """Each fold's RadScores as its classifier takes them: (fold, region).

        Raises
        ------
        MissingFeature
            If a feature of a score is not a number.
        """
        rows = []
        for fold in self._folds:
            raw = [_parts(score, radiomics[region]).sum() for region, score in fold.regions.items()]
            rows.append((np.array(raw) - fold.level) / fold.spread)
        return np.stack(rows)

    @torch.inference_mode()
    def answer(self, features: Tensor, radiomics: Radiomics) -> EndpointAnswer:
        """The folds' answers on the encoder's vector (feature,) and the regions' features by name.

        Contributions are Shapley values on the log odds between the patch as a whole and the regions,
        each against the training patients' mean; a region's part goes to the features of its RadScore
        in proportion to their terms, as the score is linear in them. Where the classifier is linear
        that is its exact SHAP value feature by feature.

        Source: Lundberg and Lee 2017; Shrikumar et al. 2017 for the chain through a linear part.
        """
        scores = self.standard_scores(radiomics)
        plans = []
        for k, (head, fold) in enumerate(zip(self.heads, self._folds, strict=True)):
            deep = head.deep_features(features[None])[0].double().numpy()
            plans.append(_Coalitions(deep, scores[k], fold))
        found = self._classifiers.probability([plan.inputs for plan in plans])
        probability, odds, bases = [], [], []
        added: dict[tuple[str, str], float] = {}
        raw = dict.fromkeys(self.regions, 0.0)
        for values, plan, fold in zip(found, plans, self._folds, strict=True):
            probability.append(values[plan.everything])
            log_odds = _log_odds(values)
            odds.append(log_odds[plan.everything])
            bases.append(log_odds[0])
            patch, slopes = plan.attribute(log_odds)
            share = 1 / len(plans)
            added["patch", "patch"] = added.get(("patch", "patch"), 0.0) + share * patch
            for slope, spread, (region, score) in zip(slopes, fold.spread, fold.regions.items(), strict=True):
                terms = _parts(score, radiomics[region])
                raw[region] += share * float(terms.sum())
                for name, term in zip(score.features, terms, strict=True):
                    key = region, name
                    added[key] = added.get(key, 0.0) + share * slope * term / spread
        return EndpointAnswer(
            self.described.name,
            np.array(probability),
            float(np.mean(odds)),
            float(np.mean(bases)),
            raw,
            dict(zip(self.regions, map(float, scores.mean(axis=0)), strict=True)),
            self._usual,
            added,
        )

    def pull(self, features: Tensor, scores: Floats) -> Tensor:
        """Gradient of the heads' own answer, mean over the folds, by the encoder's vector (1, feature).

        Of the networks' last layers: a classifier that took their place need not have a gradient.
        """
        with torch.enable_grad():
            vector = features.clone().requires_grad_(True)
            answers = []
            for head, row in zip(self.heads, scores, strict=True):
                beside = torch.from_numpy(row.astype(np.float32))[None]
                logits = head(vector[None], beside)[0]
                answers.append(logits[1] - logits[0])
            (pull,) = torch.autograd.grad(torch.stack(answers).mean(), vector)
        return pull[None]


class _Coalitions:
    """The rows that a fold's classifier is asked: every choice of players that are known, and slopes.

    Players are the patch (all deep features together) and each region; who is not known has the
    training patients' mean. A region's mean is that of its features, at which its RadScore is 0.
    """

    def __init__(self, deep: Floats, scores: Floats, fold: FoldScores) -> None:
        self._players = 1 + len(scores)
        self._away = scores - (0.0 - np.array(fold.level)) / fold.spread
        mean = np.concatenate([fold.background, scores - self._away])
        here = np.concatenate([deep, scores])
        first = [slice(0, len(deep)), *(slice(len(deep) + n, len(deep) + n + 1) for n in range(len(scores)))]
        rows = []
        for chosen in range(2**self._players):
            row = mean.copy()
            for player, part in enumerate(first):
                if chosen >> player & 1:
                    row[part] = here[part]
            rows.append(row)
        for n in range(len(scores)):
            for step in (_STEP, -_STEP):
                row = here.copy()
                row[len(deep) + n] += step
                rows.append(row)
        self.everything = 2**self._players - 1
        self.inputs = np.array(rows)

    def attribute(self, value: Floats) -> tuple[float, Floats]:
        """The patch's Shapley value, and each region's a unit of its standardised RadScore."""
        players = range(self._players)
        shapley = np.zeros(self._players)
        for player in players:
            others = [one for one in players if one != player]
            for count in range(self._players):
                weight = factorial(count) * factorial(self._players - count - 1) / factorial(self._players)
                for chosen in combinations(others, count):
                    without = sum(1 << one for one in chosen)
                    shapley[player] += weight * (value[without | 1 << player] - value[without])
        steps = value[2**self._players :].reshape(-1, 2)
        slope = (steps[:, 0] - steps[:, 1]) / (2 * _STEP)
        close = np.abs(self._away) < _CLOSE
        unit = np.where(close, slope, shapley[1:] / np.where(close, 1.0, self._away))
        return float(shapley[0]), unit


def _parts(score: RegionScore, features: Mapping[str, float]) -> Floats:
    """What each feature adds to a RadScore: (feature,)."""
    values = np.array([features[name] for name in score.features], np.float64)
    if not np.isfinite(values).all():
        lacking = score.features[int(np.flatnonzero(~np.isfinite(values))[0])]
        raise MissingFeature(f"the region has no {lacking}")
    terms: Floats = (values - score.mean) / score.scale * score.coefficient
    return terms


def _usual(folds: Sequence[FoldScores], *, in_hu: bool) -> dict[tuple[str, str], tuple[float, float, str]]:
    """Mean, standard deviation and unit of each feature of the folds' RadScores, by region and feature."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for fold in folds:
        for region, score in fold.regions.items():
            for name, mean, scale in zip(score.features, score.mean, score.scale, strict=True):
                found.setdefault((region, name), []).append((mean, scale))
    usual = {}
    for key, each in found.items():
        mean, sd = np.mean(each, axis=0)
        unit = unit_of(key[1])
        usual[key] = float(mean), float(sd), unit if in_hu or "HU" not in unit else ""
    return usual


def _log_odds(probability: Floats) -> Floats:
    held = np.clip(probability, _LEAST, 1 - _LEAST)
    found: Floats = np.log(held / (1 - held))
    return found


def contribution_rows(answers: Sequence[EndpointAnswer], radiomics: Radiomics) -> tuple[dict[str, Any], ...]:
    """The ``contributions`` of a prediction: endpoint by endpoint, the strongest before the others.

    A feature's row has what was ``measured``, ``mean`` and ``sd`` of the training patients, and a ``unit``
    where the feature has one.
    """
    rows: list[dict[str, Any]] = []
    for answer in answers:
        order = sorted(answer.contributions.items(), key=lambda item: -abs(item[1]))
        for (source, feature), value in order:
            row = {"endpoint": answer.name, "feature": feature, "value": value, "source": source}
            if source in radiomics:
                mean, sd, unit = answer.usual[source, feature]
                row |= {"measured": float(radiomics[source][feature]), "mean": mean, "sd": sd}
                if unit:
                    row["unit"] = unit
            rows.append(row)
    return tuple(rows)
