"""Fitting one attention head on cached features."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctprog_gui.core.inference.slice_attention import survival_of
from ctprog_gui.core.networks.registry import build_head
from ctprog_gui.core.networks.slice_attention import SliceAttentionHead
from ctprog_gui.core.networks.spec import SliceAttentionSpec
from ctprog_gui.core.survival.concordance import time_dependent_concordance
from ctprog_gui.core.survival.targets import MonthlyTargets
from training.config import FitConfig
from training.losses import deephit_loss


@dataclass(frozen=True)
class EpochReport:
    """One epoch of one fit; `pairs` is the number of comparable pairs the ranking loss saw."""

    epoch: int
    loss: float
    pairs: int
    validation_ctd: float


class FeatureSet:
    """Patients' slice vectors, padded to the longest, with their monthly targets."""

    def __init__(self, features: Sequence[Tensor], targets: MonthlyTargets) -> None:
        longest = max(len(f) for f in features)
        self.features = torch.zeros(len(features), longest, features[0].shape[1])
        self.valid = torch.zeros(len(features), longest, dtype=torch.bool)
        for i, one in enumerate(features):
            self.features[i, : len(one)] = one
            self.valid[i, : len(one)] = True
        self.bin = torch.from_numpy(targets.bin)
        self.observed = torch.from_numpy(targets.observed)
        self.targets = targets

    def moments(self, index: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of each feature over the slices of some patients."""
        rows = self.features[index][self.valid[index]].double()
        return rows.mean(dim=0).float(), rows.std(dim=0).clamp(min=1e-3).float()


def fit_head(
    spec: SliceAttentionSpec,
    data: FeatureSet,
    train: NDArray[np.int64],
    validation: NDArray[np.int64],
    config: FitConfig,
    *,
    seed: int,
    on_epoch: Callable[[EpochReport], None] | None = None,
) -> SliceAttentionHead:
    """Fit by AdamW on the training patients and keep the epoch with the best validation C-td.

    Stops after `patience` epochs without a better one. Of two equal epochs the earlier is kept.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    head = build_head(spec)
    mean, spread = data.moments(train)
    head.feature_mean.copy_(mean)
    head.feature_sd.copy_(spread)
    optimizer = torch.optim.AdamW(
        head.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    )
    best, best_score, since = copy.deepcopy(head.state_dict()), -1.0, 0
    for epoch in range(config.epochs):
        head.train()
        total, pairs, batches = 0.0, 0, 0
        order = rng.permutation(train)
        for start in range(0, len(order), config.batch_size):
            batch = torch.from_numpy(order[start : start + config.batch_size])
            log_pmf, _ = head(data.features[batch], data.valid[batch])
            loss, seen = deephit_loss(
                log_pmf,
                data.bin[batch],
                data.observed[batch],
                alpha=config.alpha,
                beta=config.beta,
                sigma=config.sigma,
            )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            total, pairs, batches = total + float(loss.detach()), pairs + seen, batches + 1
        score = concordance_of(head, data, validation)
        if on_epoch is not None:
            on_epoch(EpochReport(epoch, total / batches, pairs, score))
        if score > best_score:
            best, best_score, since = copy.deepcopy(head.state_dict()), score, 0
        else:
            since += 1
            if since >= config.patience:
                break
    head.load_state_dict(best)
    return head.eval()


def predict(
    head: SliceAttentionHead, data: FeatureSet, index: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Survival at months 0 … horizon (patient, month) and attention (patient, padded slice)."""
    head.eval()
    chosen = torch.from_numpy(index)
    with torch.inference_mode():
        log_pmf, weights = head(data.features[chosen], data.valid[chosen])
    return survival_of(log_pmf), weights.double().numpy()


def concordance_of(head: SliceAttentionHead, data: FeatureSet, index: NDArray[np.int64]) -> float:
    """C-td (eq. 7) of some patients; 0.5 where no pair can be compared."""
    survival, _ = predict(head, data, index)
    return time_dependent_concordance(
        data.targets.follow_up.where(index),
        1.0 - survival[:, 1:],
        data.targets.bin[index],
        censored_ties=False,
    )
