"""Fitting one attention head on cached features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ctprog_gui.core.inference.slice_attention import survival_of
from ctprog_gui.core.networks.registry import build_head
from ctprog_gui.core.networks.slice_attention import SliceAttentionHead
from ctprog_gui.core.networks.spec import SliceAttentionSpec
from ctprog_gui.core.survival.concordance import time_dependent_concordance
from ctprog_gui.core.survival.targets import MonthlyTargets, monthly_targets
from training.configuration.experiment import SliceFitConfig
from training.configuration.parts import Initial
from training.fitting.feature_file import FittingData
from training.losses import deephit_loss
from training.optimisation.loop import EpochReport, Fit, run_loop
from training.optimisation.state import Keeper
from training.optimisation.stopping import Stop

Index = NDArray[np.int64]


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

    def moments(self, index: Index) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of each feature over the slices of some patients."""
        rows = self.features[index][self.valid[index]].double()
        return rows.mean(dim=0).float(), rows.std(dim=0).clamp(min=1e-3).float()


def feature_set(data: FittingData, bins: int) -> FeatureSet:
    """The features padded, with monthly targets."""
    return FeatureSet(data.features, monthly_targets(data.follow_up, bins))


def fit_head(
    spec: SliceAttentionSpec,
    data: FeatureSet,
    train: Index,
    validation: Index,
    config: SliceFitConfig,
    *,
    seed: int,
    start: dict[str, Tensor] | None = None,
    keeper: Keeper | None = None,
    stop: Stop | None = None,
    on_epoch: Callable[[EpochReport], None] | None = None,
) -> SliceAttentionHead:
    """Fit by AdamW on the training patients and keep the epoch with the best validation C-td.

    Stops after `patience` epochs without a better one. Of two equal epochs the earlier is kept.
    On the CPU: a head is small, and a GPU's cumulative sums are not the same bits twice.
    `start` is the state of a head to begin with, whose standardisation is kept.
    Each epoch tells ``comparable_pairs``, the number of pairs that the ranking loss saw.
    """
    head = begin_head(spec, data, train, seed, start, config.initial)
    optimizer = torch.optim.AdamW(
        _groups(head, config), lr=config.learning_rate, weight_decay=config.weight_decay
    )

    def batches(epoch: int, rng: np.random.Generator) -> Iterator[Tensor]:
        order = rng.permutation(train)
        for start in range(0, len(order), config.batch_size):
            yield torch.from_numpy(order[start : start + config.batch_size])

    def loss(network: nn.Module, batch: Tensor) -> tuple[Tensor, dict[str, float]]:
        log_pmf, _ = network(data.features[batch], data.valid[batch])
        value, pairs = deephit_loss(
            log_pmf.float(),
            data.bin[batch],
            data.observed[batch],
            alpha=config.alpha,
            beta=config.beta,
            sigma=config.sigma,
        )
        return value, {"comparable_pairs": pairs}

    def validate(network: nn.Module) -> dict[str, float]:
        return {"validation_ctd": concordance_of(head, data, validation)}

    run_loop(
        Fit(head, optimizer, batches, loss, validate=validate, watch="validation_ctd"),
        config.loop(config.patience),
        seed=seed,
        keeper=keeper,
        stop=stop,
        on_epoch=on_epoch,
    )
    return head


def _groups(head: SliceAttentionHead, config: SliceFitConfig) -> list[dict[str, Any]]:
    """The head's parameters; the attention's with a learning rate of its own, where it has one."""
    if config.attention_rate == 1 or head.attention is None:
        return [{"params": list(head.parameters())}]
    rate = config.attention_rate * config.learning_rate
    return [
        {"params": list(head.risk.parameters())},
        {"params": list(head.attention.parameters()), "lr": rate},
    ]


def begin_head(
    spec: SliceAttentionSpec,
    data: FeatureSet,
    train: Index,
    seed: int,
    start: dict[str, Tensor] | None = None,
    initial: Initial = "pytorch",
) -> SliceAttentionHead:
    """A head with the training patients' standardisation and weights of the seed; or as another was."""
    torch.manual_seed(seed)
    head = build_head(spec)
    if initial == "he":
        head.risk.start_he()
    if start is not None:
        head.load_state_dict(start)
        return head
    mean, spread = data.moments(train)
    head.feature_mean.copy_(mean)
    head.feature_sd.copy_(spread)
    return head


def predict(
    head: SliceAttentionHead, data: FeatureSet, index: Index
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Survival at months 0 … horizon (patient, month) and attention (patient, padded slice)."""
    head.eval()
    chosen = torch.from_numpy(index)
    with torch.inference_mode():
        log_pmf, weights = head(data.features[chosen], data.valid[chosen])
    return survival_of(log_pmf), weights.double().numpy()


def concordance_of(head: SliceAttentionHead, data: FeatureSet, index: Index) -> float:
    """C-td (eq. 7) of some patients; 0.5 where no pair can be compared."""
    survival, _ = predict(head, data, index)
    return time_dependent_concordance(
        data.targets.follow_up.where(index),
        1.0 - survival[:, 1:],
        data.targets.bin[index],
        censored_ties=False,
    )
