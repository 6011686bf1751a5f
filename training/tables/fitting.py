"""DeepHit on encoded columns: one network, and what several of them say together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from ctprog_gui.core.inference.slice_attention import survival_of
from ctprog_gui.core.networks.deephit import DeepHit
from ctprog_gui.core.survival.concordance import time_dependent_concordance
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.sample import FollowUp
from training.cohorts.splits import validation_of
from training.configuration.experiment import TableConfig
from training.losses import deephit_loss, likelihood_loss
from training.optimisation.loop import EpochReport, Fit, run_loop
from training.optimisation.stopping import Stop
from training.tables.encoding import Encoding
from training.tables.grid import TimeGrid
from training.tables.reading import PatientTable

Index = NDArray[np.int64]
Floats = NDArray[np.float64]
_LEAST_MASS = 1e-3


@dataclass(frozen=True, eq=False)
class TableModel:
    """Networks of one encoding and one grid; they answer with their mean curve."""

    encoding: Encoding
    grid: TimeGrid
    networks: tuple[DeepHit, ...]

    def survival(self, table: PatientTable, index: Index, months: ArrayLike) -> Floats:
        """S at `months` of some patients, (patient, month)."""
        x = torch.from_numpy(self.encoding.matrix(table)[index]).float()
        curves = [self.grid.survival_at(at_cuts(one, x), months) for one in self.networks]
        mean: Floats = np.mean(curves, axis=0)
        return mean


def fit_table(
    table: PatientTable,
    train: Index,
    config: TableConfig,
    *,
    seed: int,
    networks: int,
    stop: Stop | None = None,
    on_epoch: Callable[[int, EpochReport], None] | None = None,
) -> TableModel:
    """Fit networks that differ in their seed and in who chooses their epoch.

    Encoding and cuts are learnt from all of `train`; each network takes a share of it out to choose
    its epoch by.

    Parameters
    ----------
    on_epoch
        Called with the number of the network and what its epoch gave.
    """
    follow_up = table.follow_up
    encoding = Encoding.of(table, train)
    grid = TimeGrid.of(follow_up.where(train), config.network.bins, config.network.cuts)
    x = torch.from_numpy(encoding.matrix(table)).float()
    bins, died = (torch.from_numpy(part) for part in grid.targets(follow_up))
    found = []
    for number in range(networks):
        own = seed + number
        part, validation = validation_of(train, follow_up.event, config.fit.validation_share, own)
        torch.manual_seed(own)
        network = _drawn(x.shape[1], grid, follow_up.where(train), config)
        fit = _fit(network, config, x, bins, died, part, validation, grid, follow_up)

        run_loop(
            fit,
            config.fit.loop(config.fit.patience),
            seed=own,
            stop=stop,
            on_epoch=None if on_epoch is None else partial(on_epoch, number),
        )
        found.append(network)
    return TableModel(encoding, grid, tuple(found))


def ctd_at_deaths(follow_up: FollowUp, survival: Floats, grid: TimeGrid) -> float:
    """Antolini's C-td at the exact times of death, from S at the cuts of a grid (patient, cut).

    Each pair is compared at the earlier death, where both curves are interpolated; a death after
    the last cut is compared there. 0.5 where no pair counts.
    """
    incidence = 1.0 - grid.survival_at(survival, follow_up.time)
    return time_dependent_concordance(follow_up, incidence, np.arange(follow_up.n), censored_ties=True)


def at_cuts(network: nn.Module, x: Tensor) -> Floats:
    """S at the cuts, (patient, cut), from encoded columns."""
    network.eval()
    with torch.inference_mode():
        return survival_of(network(x))


def _drawn(inputs: int, grid: TimeGrid, follow_up: FollowUp, config: TableConfig) -> DeepHit:
    """A network with random weights that starts at the training part's Kaplan–Meier curve."""
    net = config.network
    network = DeepHit(
        inputs,
        hidden=net.hidden,
        shared_layers=net.shared_layers,
        cause_layers=net.cause_layers,
        dropout=net.dropout,
        bins=grid.bins,
    )
    curve = kaplan_meier(follow_up)
    survival = np.array([*(curve.at(cut) for cut in grid.cuts), 0.0])
    mass = np.maximum(-np.diff(survival), _LEAST_MASS)
    with torch.no_grad():
        network.out.bias.copy_(torch.from_numpy(np.log(mass / mass.sum())))
    return network


def _fit(
    network: DeepHit,
    config: TableConfig,
    x: Tensor,
    bins: Tensor,
    died: Tensor,
    train: Index,
    validation: Index,
    grid: TimeGrid,
    follow_up: FollowUp,
) -> Fit:
    options = config.fit
    judges = follow_up.where(validation)
    chosen = torch.from_numpy(validation)

    def batches(epoch: int, rng: np.random.Generator) -> Iterator[Tensor]:
        order = rng.permutation(train)
        for start in range(0, len(order), options.batch_size):
            yield torch.from_numpy(order[start : start + options.batch_size])

    def loss(network: nn.Module, batch: Tensor) -> tuple[Tensor, dict[str, float]]:
        value, pairs = deephit_loss(
            network(x[batch]).float(),
            bins[batch],
            died[batch],
            alpha=options.alpha,
            beta=options.beta,
            sigma=options.sigma,
        )
        return value, {"comparable_pairs": pairs}

    def validate(network: nn.Module) -> dict[str, float]:
        with torch.inference_mode():
            log_pmf = network(x[chosen])
            likelihood = -float(likelihood_loss(log_pmf, bins[chosen], died[chosen]))
        ctd = ctd_at_deaths(judges, survival_of(log_pmf), grid)
        return {"validation_ctd": ctd, "validation_likelihood": likelihood}

    optimizer = torch.optim.AdamW(
        network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
    )
    return Fit(network, optimizer, batches, loss, validate=validate, watch=options.watch)
