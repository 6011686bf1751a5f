"""Fitting attention and risk of a ROI on cached measures: few parameters, ridge, no early stopping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctprog_gui.core.cohort.clinical import LEAST_PATIENTS
from ctprog_gui.core.inference.roi_attention import RoiMeasurements
from ctprog_gui.core.inference.slice_attention import months_lost, survival_of
from ctprog_gui.core.networks.registry import build_roi_head
from ctprog_gui.core.networks.roi_attention import RoiAttentionHead
from ctprog_gui.core.networks.spec import RoiAttentionSpec
from ctprog_gui.core.survival.concordance import concordance
from ctprog_gui.core.survival.targets import MonthlyTargets
from training.cohorts.splits import dealt
from training.configuration.experiment import RidgeConfig
from training.losses import likelihood_loss, ranking_loss

Index = NDArray[np.int64]
_ITERATIONS = 60


@dataclass(frozen=True, eq=False)
class RoiFeatures:
    """The measures of all patients with their monthly targets.

    `features` is (patient, slice, measure), `log_area` (patient, slice), `log_volume` (patient,);
    `clinical` (patient, clinical number), NaN where it is not known; `stratum` numbers each
    patient's stratum.
    """

    features: Tensor
    log_area: Tensor
    log_volume: Tensor
    clinical: Tensor
    bin: Tensor
    observed: Tensor
    stratum: Tensor
    targets: MonthlyTargets

    @classmethod
    def of(
        cls,
        measured: Sequence[RoiMeasurements],
        targets: MonthlyTargets,
        stratum: Index,
        clinical: NDArray[np.float32] | None = None,
    ) -> RoiFeatures:
        """Slices without ROI are left out, and shorter tumours padded with slices of no area."""
        longest = max(int(torch.isfinite(one.log_area).sum()) for one in measured)
        features = torch.zeros(len(measured), longest, measured[0].features.shape[1])
        log_area = torch.full((len(measured), longest), float("-inf"))
        for i, one in enumerate(measured):
            there = torch.isfinite(one.log_area)
            count = int(there.sum())
            features[i, :count] = one.features[there].cpu()
            log_area[i, :count] = one.log_area[there].cpu()
        return cls(
            features,
            log_area,
            torch.stack([one.log_volume.cpu() for one in measured]),
            torch.zeros(len(measured), 0) if clinical is None else torch.from_numpy(clinical),
            torch.from_numpy(targets.bin),
            torch.from_numpy(targets.observed),
            torch.from_numpy(stratum),
            targets,
        )

    def inputs(self, index: Index) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Some patients, for a head."""
        chosen = torch.from_numpy(index)
        parts = (self.features, self.log_area, self.log_volume, self.clinical)
        features, log_area, log_volume, clinical = (part[chosen] for part in parts)
        return features, log_area, log_volume, clinical


def fit_roi_head(
    spec: RoiAttentionSpec,
    data: RoiFeatures,
    train: Index,
    config: RidgeConfig,
    ridge: float,
    *,
    seed: int | None,
    scale: float = 1.0,
    level: int | None = None,
) -> RoiAttentionHead:
    """Minimise α L1 + β L2 and ridge penalties over the training patients by L-BFGS.

    Pairs are ranked within a stratum and each stratum has a baseline of its own while the risk is
    fitted, so that what tells one collection from another (its follow-up, its scanner) is no
    signal. The risk is then multiplied by `scale` (see `Tuned`) and held, and the head's one
    baseline fitted by L1 to all training
    patients or to those of the stratum `level` alone: a level between two collections whose
    patients live differently long fits neither. With a `seed` the patients are weighted as in a
    bootstrap sample of each stratum.
    """
    torch.manual_seed(0)
    head = build_roi_head(spec)
    chosen = torch.from_numpy(train)
    inputs = data.inputs(train)
    _standardise(head, *inputs)
    weight = torch.ones(len(train))
    if seed is not None:
        weight = _bootstrap(data.stratum[chosen].numpy(), np.random.default_rng(seed))
    bin_, observed = data.bin[chosen], data.observed[chosen]
    _, stratum = torch.unique(data.stratum[chosen], return_inverse=True)
    baselines = torch.zeros(int(stratum.max()) + 1, spec.bins + 1, requires_grad=True)
    seen = spec.encoder.feature_size
    together = _columns_of_one_value(spec.clinical)

    def whole() -> Tensor:
        measured, _ = head.look(*inputs)
        log_pmf = head.log_pmf(measured @ head.risk, baselines[stratum])
        likelihood = likelihood_loss(log_pmf, bin_, observed, weight)
        ranking, _ = ranking_loss(log_pmf, bin_, observed, config.sigma, weight=weight, stratum=stratum)
        loss = config.alpha * likelihood + config.beta * ranking + _smooth(baselines)
        squares = head.risk.square()
        # Together the measures, which say much the same, are held back as the one volume is; so are
        # together the numbers of one clinical value.
        loss = loss + ridge * ((seen + 1) * squares[:seen].sum() + squares[seen])
        loss = loss + ridge * config.clinical_ridge * (together * squares[seen + 1 :]).sum()
        loss = loss + config.attention_ridge * head.attention.square().sum()
        return loss + config.shape_ridge * head.shape.square().mean()

    _minimise(whole, [head.risk, head.attention, head.shape, baselines])
    with torch.no_grad():
        head.risk.mul_(scale)
        risk = head.look(*inputs)[0] @ head.risk

    counted = weight if level is None else weight * (data.stratum[chosen] == level)

    def levelled() -> Tensor:
        log_pmf = head.log_pmf(risk)
        return likelihood_loss(log_pmf, bin_, observed, counted) + _smooth(head.baseline)

    _minimise(levelled, [head.baseline])
    return head.eval().requires_grad_(False)


@dataclass(frozen=True)
class Tuned:
    """What cross-validation inside the training patients says about a fit.

    Parameters
    ----------
    ridge
        The candidate with the best concordance within strata.
    scores
        What each candidate scored: the mean over the inner folds.
    scale
        What the risk is to be multiplied by, so that survival differs between patients as much as
        it did among patients who were not in the fit. Penalty and ranking loss set the risk's
        size otherwise, and neither asks for that.
    """

    ridge: float
    scores: dict[float, float]
    scale: float


def tune(spec: RoiAttentionSpec, data: RoiFeatures, train: Index, config: RidgeConfig, *, seed: int) -> Tuned:
    """Choose the ridge and the scale of the risk in repeated cross-validation inside `train`."""
    scores = {ridge: 0.0 for ridge in config.ridge}
    told: dict[float, list[tuple[Index, Tensor]]] = {ridge: [] for ridge in config.ridge}
    rounds = config.inner_folds * config.inner_repeats
    for repeat in range(config.inner_repeats):
        rng = np.random.default_rng([seed, 2, repeat])
        inner = dealt(data.targets.observed[train], config.inner_folds, rng)
        for number in range(config.inner_folds):
            inside, outside = train[inner != number], train[inner == number]
            for ridge in config.ridge:
                head = fit_roi_head(spec, data, inside, config, ridge, seed=None)
                scores[ridge] += (
                    concordance(
                        data.targets.follow_up.where(outside),
                        months_lost(predict_roi(head, data, outside)[0]),
                        data.stratum[torch.from_numpy(outside)].numpy(),
                    )
                    / rounds
                )
                told[ridge].append((outside, _log_odds(head, data, outside)))
    best = max(scores, key=lambda ridge: scores[ridge])
    index = np.concatenate([outside for outside, _ in told[best]])
    return Tuned(best, scores, _scale(data, index, torch.cat([odds for _, odds in told[best]])))


def _log_odds(head: RoiAttentionHead, data: RoiFeatures, index: Index) -> Tensor:
    """What the risk adds to the log odds of the months: (patient, bins + 1)."""
    with torch.no_grad():
        risk = head.look(*data.inputs(index))[0] @ head.risk
        return risk.unsqueeze(1) * (head.ramp + head.shape)


def _scale(data: RoiFeatures, index: Index, odds: Tensor) -> float:
    """The factor of the log odds under which the follow-up is most likely, each stratum with a baseline."""
    chosen = torch.from_numpy(index)
    bin_, observed = data.bin[chosen], data.observed[chosen]
    _, stratum = torch.unique(data.stratum[chosen], return_inverse=True)
    log_scale = torch.zeros((), requires_grad=True)
    baselines = torch.zeros(int(stratum.max()) + 1, odds.shape[1], requires_grad=True)

    def loss() -> Tensor:
        log_pmf = torch.log_softmax(baselines[stratum] + log_scale.exp() * odds, dim=1)
        # Held near 1 where the patients are few or the risk tells nothing.
        return likelihood_loss(log_pmf, bin_, observed) + _smooth(baselines) + 1e-3 * log_scale.square()

    _minimise(loss, [log_scale, baselines])
    return float(log_scale.detach().exp())


def _smooth(baseline: Tensor) -> Tensor:
    """Months without a death would send their log odds to −∞."""
    return 1e-3 * baseline.diff(dim=-1).square().sum()


def predict_roi(
    head: RoiAttentionHead, data: RoiFeatures, index: Index
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Survival at months 0 … horizon (patient, month) and attention (patient, padded slice)."""
    with torch.inference_mode():
        log_pmf, weights = head(*data.inputs(index))
    return survival_of(log_pmf), weights.double().numpy()


def _bootstrap(stratum: Index, rng: np.random.Generator) -> Tensor:
    """How often each patient is drawn, each stratum being sampled for itself: none goes empty."""
    weight = np.zeros(len(stratum), np.float32)
    for label in np.unique(stratum):
        own = np.flatnonzero(stratum == label)
        weight[own] = np.bincount(rng.integers(len(own), size=len(own)), minlength=len(own))
    return torch.from_numpy(weight)


def _columns_of_one_value(names: Sequence[str]) -> Tensor:
    """For each clinical number, how many of them its value became: a category's ``name=level`` share one."""
    own = [name.partition("=")[0] for name in names]
    count = Counter(own)
    return torch.tensor([float(count[name]) for name in own])


def _standardise(
    head: RoiAttentionHead, features: Tensor, log_area: Tensor, log_volume: Tensor, clinical: Tensor
) -> None:
    _standardise_clinical(head, clinical.double())
    rows = features[torch.isfinite(log_area)].double()
    head.feature_mean.copy_(rows.mean(dim=0))
    head.feature_sd.copy_(rows.std(dim=0).clamp(min=1e-3))
    head.volume_mean.copy_(log_volume.double().mean())
    head.volume_sd.copy_(log_volume.double().std().clamp(min=1e-3))


def _standardise_clinical(head: RoiAttentionHead, clinical: Tensor) -> None:
    """Mean and scale over whom a number is known of; 0 as the scale of one that too few patients differ in.

    A yes or no that some few patients have would get a weight that says how these fared.
    """
    for number in range(clinical.shape[1]):
        column = clinical[:, number]
        known = column[~column.isnan()]
        values, counts = torch.unique(known, return_counts=True)
        spread = float(known.std(correction=0)) if len(known) else 0.0
        rare = len(values) == 2 and int(counts.min()) < LEAST_PATIENTS
        head.clinical_mean[number] = known.mean() if len(known) else 0.0
        head.clinical_scale[number] = 0.0 if rare or spread < 1e-6 else 1.0 / spread


def _minimise(loss: Callable[[], Tensor], parameters: list[Tensor]) -> None:
    optimizer = torch.optim.LBFGS(
        parameters, max_iter=_ITERATIONS, history_size=20, line_search_fn="strong_wolfe"
    )

    def closure() -> float:
        optimizer.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return float(value.detach())

    optimizer.step(closure)  # type: ignore[no-untyped-call]  # torch leaves it untyped
