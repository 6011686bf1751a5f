"""The loop that every system is fitted by."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from ctprog_gui.core.shared.errors import CtprogError
from training.optimisation.processes import Processes
from training.optimisation.state import Keeper, LoopState
from training.optimisation.stopping import Stop

Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True, eq=False)
class Fit:
    """What differs from system to system.

    Parameters
    ----------
    network
        On its device, its weights drawn. Everything that is fitted is in it.
    batches
        Called as ``batches(epoch, rng)``: the batches of an epoch, of any type. `rng` is the
        loop's, and the only source of chance besides torch's own generator. In several processes
        each gets all batches; it takes ``processes.own(len(batch))`` of one.
    loss
        Called as ``loss(network, batch)``: the loss of a batch, and counts to be summed over the
        epoch (pairs, say). It calls the network that it is given, and gathers its outputs
        (`Processes.gather`) where there are several processes.
    schedule
        Stepped after each step of the optimizer.
    validate
        Called after each epoch with the network in evaluation.
    watch
        The value of `validate` (higher is better) by which the best epoch is kept and by which the
        fit stops early. Without it the last epoch is kept.
    generator
        One of torch that `batches` draws from besides; its state goes into the checkpoint.
    """

    network: nn.Module
    optimizer: torch.optim.Optimizer
    batches: Callable[[int, np.random.Generator], Iterable[Any]]
    loss: Callable[[nn.Module, Any], tuple[Tensor, dict[str, float]]]
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None
    validate: Callable[[nn.Module], dict[str, float]] | None = None
    watch: str | None = None
    generator: torch.Generator | None = None


@dataclass(frozen=True)
class LoopOptions:
    """How long and how.

    Parameters
    ----------
    patience
        Epochs without a better watched value after which the fit stops; None: never.
    accumulate
        Batches a step of the optimizer; their gradients are averaged.
    clip_norm
        The norm that gradients are scaled down to, if they are longer.
    precision
        ``bfloat16``: the network runs under autocast; weights and optimizer stay in float32.
    """

    epochs: int
    patience: int | None = None
    accumulate: int = 1
    clip_norm: float | None = None
    precision: Precision = "float32"


@dataclass(frozen=True)
class EpochReport:
    """One epoch: mean loss of its batches, summed counts, validation, and whether it is the best so far."""

    epoch: int
    loss: float
    counts: dict[str, float] = field(default_factory=dict)
    validation: dict[str, float] = field(default_factory=dict)
    is_best: bool = True


@dataclass(frozen=True)
class LoopResult:
    """Epochs that were fitted in all; the kept one and its watched value."""

    epochs: int
    best_epoch: int
    best_value: float


def run_loop(
    fit: Fit,
    options: LoopOptions,
    *,
    seed: int,
    keeper: Keeper | None = None,
    stop: Stop | None = None,
    processes: Processes | None = None,
    on_epoch: Callable[[EpochReport], None] | None = None,
    on_step: Callable[[int, int, float], None] | None = None,
) -> LoopResult:
    """Fit a network; it ends with the weights of the best epoch, or of the last where none is watched.

    With a `keeper` the fit goes on where its checkpoint left it, and ends with the bits of an
    unbroken one. A checkpoint stands behind an epoch, so at most an epoch and the keeper's interval
    are done again.

    Parameters
    ----------
    seed
        Of the generator that `batches` gets. torch's own is seeded by who draws the weights.
    on_epoch
        Called behind each epoch and its validation, with the network still in evaluation.
    on_step
        Called as ``on_step(epoch, step, loss)`` with the number of the batch from 1 on and the
        epoch's mean loss so far.

    Raises
    ------
    KeyboardInterrupt
        Between two steps, if `stop` was asked for.
    CtprogError
        If a loss is not finite.
    """
    stop, processes = stop or Stop(), processes or Processes()
    rng = np.random.default_rng(seed)
    state = LoopState()
    if keeper is not None:
        state = keeper.restore(fit.network, fit.optimizer, fit.schedule, rng, processes, fit.generator)
    if processes.rank > 0 and state.epoch == 0:
        # Dropout must not strike the same places in each process's part of a batch.
        torch.manual_seed(torch.initial_seed() + processes.rank)
    device = next(fit.network.parameters()).device
    wrapped = processes.wrap(fit.network, device)
    with stop.deferred():
        while state.epoch < options.epochs and not _is_enough(state, options):
            loss, counts = _run_epoch(
                fit, wrapped, options, state.epoch, rng, device, stop, processes, on_step
            )
            fit.network.eval()
            validation = {} if fit.validate is None else fit.validate(fit.network)
            is_best = _note(state, fit, validation)
            if on_epoch is not None:
                on_epoch(EpochReport(state.epoch, loss, counts, validation, is_best))
            state.epoch += 1
            if keeper is not None:
                asked = processes.any(stop.asked or keeper.is_due(), device)
                if asked and not (state.epoch == options.epochs and not stop.asked):
                    keeper.save(
                        state, fit.network, fit.optimizer, fit.schedule, rng, processes, fit.generator
                    )
        stop.check()
    if state.best is not None:
        fit.network.load_state_dict(state.best)
    fit.network.eval()
    return LoopResult(state.epoch, state.best_epoch, state.best_value)


def _run_epoch(
    fit: Fit,
    wrapped: nn.Module,
    options: LoopOptions,
    epoch: int,
    rng: np.random.Generator,
    device: torch.device,
    stop: Stop,
    processes: Processes,
    on_step: Callable[[int, int, float], None] | None,
) -> tuple[float, dict[str, float]]:
    """One pass over the batches: mean loss, summed counts."""
    wrapped.train()
    autocast = torch.autocast(device.type, torch.bfloat16, enabled=options.precision == "bfloat16")
    total, number, counts = 0.0, 0, dict[str, float]()
    fit.optimizer.zero_grad(set_to_none=True)
    for group in _groups(fit.batches(epoch, rng), options.accumulate):
        for i, batch in enumerate(group):
            if processes.any(stop.asked, device):
                raise KeyboardInterrupt
            last = i + 1 == len(group)
            with nullcontext() if last or processes.count == 1 else wrapped.no_sync():  # type: ignore[operator]  # DDP, where it is wrapped
                with autocast:
                    loss, seen = fit.loss(wrapped, batch)
                (loss / len(group)).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            value = float(loss.detach())
            if not math.isfinite(value):
                raise CtprogError(f"the loss is {value} in epoch {epoch + 1}, batch {number + 1}: {_ADVICE}")
            total, number = total + value, number + 1
            for name, count in seen.items():
                counts[name] = counts.get(name, 0.0) + count
            if last:
                if options.clip_norm is not None:
                    nn.utils.clip_grad_norm_(fit.network.parameters(), options.clip_norm)
                fit.optimizer.step()
                if fit.schedule is not None:
                    fit.schedule.step()
                fit.optimizer.zero_grad(set_to_none=True)
            if on_step is not None:
                on_step(epoch, number, total / number)
    return total / max(number, 1), counts


_ADVICE = "try a smaller learning rate, clip_norm, or float32"


def _groups(batches: Iterable[Any], size: int) -> Iterable[list[Any]]:
    """Batches by `size`, the last group as it comes."""
    group: list[Any] = []
    for batch in batches:
        group.append(batch)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _note(state: LoopState, fit: Fit, validation: dict[str, float]) -> bool:
    """Keep the weights if this epoch is the best so far; of two equal ones the earlier is kept."""
    if fit.watch is None:
        state.best_epoch = state.epoch
        return True
    value = validation[fit.watch]
    # What can't be told is no better than anything.
    value = float("-inf") if math.isnan(value) else value
    if state.best is None or value > state.best_value:
        state.best = {name: part.detach().clone() for name, part in fit.network.state_dict().items()}
        state.best_value, state.best_epoch, state.since = value, state.epoch, 0
        return True
    state.since += 1
    return False


def _is_enough(state: LoopState, options: LoopOptions) -> bool:
    return options.patience is not None and state.since >= options.patience
