"""Fitting Deep-RadScore's last layers to a label, the encoder frozen."""

from __future__ import annotations

import copy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ctprog_gui.core.networks.radscore_head import RadscoreHead
from training.cohorts.splits import validation_of
from training.configuration.radscore import RadscoreHeadConfig

Index = NDArray[np.int64]
Bools = NDArray[np.bool_]


def fit_radscore_head(
    features: Tensor,
    scores: Tensor,
    label: Bools,
    options: RadscoreHeadConfig,
    *,
    seed: int,
) -> RadscoreHead:
    """The head with the least cross-entropy on patients set aside; kinds weigh the same.

    Parameters
    ----------
    features
        (patient, feature), of the frozen encoder.
    scores
        (patient, RadScore), standardised; without columns the head is of the network alone.
    label
        (patient,)

    Source: Zhang et al. 2024: a quarter of the training patients is set aside to choose by.
    """
    generator = torch.Generator().manual_seed(seed)
    train, validation = validation_of(np.arange(len(label)), label, options.validation_share, seed)
    target = torch.from_numpy(label.astype(np.int64))
    share = float(label[train].mean())
    weight = torch.tensor([0.5 / max(1 - share, 1e-6), 0.5 / max(share, 1e-6)])
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        head = RadscoreHead(features.shape[1], options.deep, scores.shape[1])
    head.mean.copy_(features[train].mean(dim=0))
    head.scale.copy_(features[train].std(dim=0).clamp_min(1e-6))
    optimizer = torch.optim.AdamW(
        head.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
    )
    best, since, kept = float("inf"), 0, copy.deepcopy(head.state_dict())
    for _ in range(options.epochs):
        head.train()
        order = torch.from_numpy(train)[torch.randperm(len(train), generator=generator)]
        for batch in torch.split(order, options.batch_size):
            # A feature is left out of a batch now and then, so that none is leant on alone.
            left = torch.rand(features.shape[1], generator=generator) >= options.dropout
            optimizer.zero_grad()
            loss = functional.cross_entropy(
                head(torch.where(left, features[batch], head.mean), scores[batch]), target[batch], weight
            )
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            optimizer.step()
        head.eval()
        with torch.no_grad():
            held = functional.cross_entropy(
                head(features[validation], scores[validation]), target[validation], weight
            )
        if float(held) < best:
            best, since, kept = float(held), 0, copy.deepcopy(head.state_dict())
        else:
            since += 1
            if since >= options.patience:
                break
    head.load_state_dict(kept)
    return head.eval().requires_grad_(False)
