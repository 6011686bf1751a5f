"""The loop, alone: what it keeps, when it ends, and that an interrupted fit ends with the same bits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ctprog_gui.core.shared.errors import CtprogError, InputError
from training.optimisation.loop import EpochReport, Fit, LoopOptions, run_loop
from training.optimisation.processes import Processes
from training.optimisation.state import Keeper, LoopState
from training.optimisation.stopping import Stop

X = torch.linspace(-1, 1, 64).unsqueeze(1)
Y = (2 * X + 0.5).squeeze(1)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Matrices this small are not worth sharing."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def made(
    *,
    batch: int = 8,
    schedule: bool = True,
    scores: list[float] | None = None,
    watch: str | None = None,
    spoil: bool = False,
) -> Fit:
    """A small regression with dropout, so that torch's generator matters too."""
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(1, 8), nn.BatchNorm1d(8), nn.Dropout(0.2), nn.ReLU(), nn.Linear(8, 1))
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.01)
    given = iter(scores or [])

    def batches(epoch: int, rng: np.random.Generator) -> Iterator[Tensor]:
        order = torch.from_numpy(rng.permutation(len(X)))
        yield from order.split(batch)

    def loss(net: nn.Module, chosen: Tensor) -> tuple[Tensor, dict[str, float]]:
        error = (net(X[chosen]).squeeze(1) - Y[chosen]).square().mean()
        return error * (float("nan") if spoil else 1.0), {"seen": len(chosen)}

    def validate(net: nn.Module) -> dict[str, float]:
        assert not net.training
        if scores is not None:
            return {"score": next(given)}
        with torch.no_grad():
            return {"score": -float((net(X).squeeze(1) - Y).square().mean())}

    steps = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=8 * 8) if schedule else None
    return Fit(network, optimizer, batches, loss, steps, validate, watch)


def weights(fit: Fit) -> dict[str, Any]:
    return {name: value.numpy().tobytes() for name, value in fit.network.state_dict().items()}


def test_the_best_epoch_is_kept_and_of_two_equal_ones_the_earlier() -> None:
    told: list[EpochReport] = []
    fit = made(scores=[0.5, 0.7, 0.7, 0.6, 0.6], watch="score")
    found = run_loop(fit, LoopOptions(epochs=9, patience=3), seed=1, on_epoch=told.append)
    assert (found.epochs, found.best_epoch, found.best_value) == (5, 1, 0.7)
    assert [report.is_best for report in told] == [True, True, False, False, False]
    short = made(scores=[0.5, 0.7], watch="score")
    run_loop(short, LoopOptions(epochs=2), seed=1)
    assert weights(short) == weights(fit)


def test_a_watched_value_that_is_no_number_is_never_the_best() -> None:
    fit = made(scores=[float("nan"), 0.4, float("nan"), 0.3], watch="score")
    found = run_loop(fit, LoopOptions(epochs=4), seed=1)
    assert (found.best_epoch, found.best_value) == (1, 0.4)


def test_without_a_watched_value_the_last_epoch_is_kept() -> None:
    told: list[EpochReport] = []
    found = run_loop(made(), LoopOptions(epochs=4), seed=1, on_epoch=told.append)
    assert (found.epochs, found.best_epoch) == (4, 3)
    assert [report.counts for report in told] == [{"seen": 64}] * 4
    assert told[-1].loss < 0.5 * told[0].loss


def test_accumulated_batches_step_as_one() -> None:
    """Without batch statistics and chance, four batches of 16 accumulated are one of 64."""

    def plain(batch: int, accumulate: int) -> nn.Module:
        fit = made(batch=batch, schedule=False)
        network = nn.Linear(1, 1)
        nn.init.zeros_(network.weight)
        nn.init.zeros_(network.bias)
        sgd = torch.optim.SGD(network.parameters(), lr=0.1)
        whole = Fit(network, sgd, fit.batches, fit.loss)
        run_loop(whole, LoopOptions(epochs=3, accumulate=accumulate), seed=1)
        return network

    one, four, apart = plain(64, 1), plain(16, 4), plain(16, 1)
    assert torch.allclose(one.weight, four.weight, atol=1e-6)
    assert not torch.allclose(one.weight, apart.weight, atol=1e-3)


def test_gradients_are_scaled_down_to_their_longest() -> None:
    network = nn.Linear(1, 1)
    before = torch.cat([p.detach().flatten().clone() for p in network.parameters()])
    fit = made(batch=64)
    sgd = torch.optim.SGD(network.parameters(), lr=1.0)
    run_loop(Fit(network, sgd, fit.batches, fit.loss), LoopOptions(epochs=1, clip_norm=1e-3), seed=1)
    after = torch.cat([p.detach().flatten() for p in network.parameters()])
    assert float((after - before).norm()) == pytest.approx(1e-3, rel=1e-3)


def test_mixed_precision_runs_the_network_in_half_and_keeps_the_weights_whole() -> None:
    seen: list[torch.dtype] = []
    fit = made()

    def loss(net: nn.Module, chosen: Tensor) -> tuple[Tensor, dict[str, float]]:
        answer = net(X[chosen])
        seen.append(answer.dtype)
        return (answer.float().squeeze(1) - Y[chosen]).square().mean(), {}

    mixed = Fit(fit.network, fit.optimizer, fit.batches, loss)
    run_loop(mixed, LoopOptions(epochs=1, precision="bfloat16"), seed=1)
    assert set(seen) == {torch.bfloat16}
    assert {p.dtype for p in fit.network.parameters()} == {torch.float32}


def test_a_loss_that_is_no_number_ends_the_fit() -> None:
    with pytest.raises(CtprogError, match="the loss is nan in epoch 1, batch 1"):
        run_loop(made(spoil=True), LoopOptions(epochs=1), seed=1)


@pytest.mark.parametrize("watch", [None, "score"])
@pytest.mark.parametrize("at", [(0, 3), (4, 1), (5, 8), (7, 8)])
def test_an_interrupted_fit_ends_with_the_same_bits(
    tmp_path: Path, at: tuple[int, int], watch: str | None
) -> None:
    options = LoopOptions(epochs=8, accumulate=2, clip_norm=1.0)
    unbroken = made(watch=watch)
    run_loop(unbroken, options, seed=5)
    stop = Stop()
    keeper = Keeper(tmp_path / "state.safetensors", "key", every_s=0, share=math.inf)

    def on_step(epoch: int, step: int, loss: float) -> None:
        if (epoch, step) == at:
            stop.ask()

    with pytest.raises(KeyboardInterrupt):
        run_loop(made(watch=watch), options, seed=5, keeper=keeper, stop=stop, on_step=on_step)
    resumed = made(watch=watch)
    if at[0] > 0:
        # What the checkpoint restores; before the first there is the seed alone.
        torch.manual_seed(99)
    told: list[EpochReport] = []
    found = run_loop(resumed, options, seed=5, keeper=keeper, on_epoch=told.append)
    assert weights(resumed) == weights(unbroken)
    assert found.epochs == 8
    assert len(told) == 8 - (at[0] + (at[1] == 8))


def test_a_fit_that_was_killed_goes_on_from_its_last_checkpoint(tmp_path: Path) -> None:
    """No chance to say goodbye: the state of the last epoch that was saved is enough."""
    unbroken = made()
    run_loop(unbroken, LoopOptions(epochs=8), seed=5)
    keeper = Keeper(tmp_path / "state.safetensors", "key", every_s=0, share=math.inf)

    class Killed(BaseException):
        pass

    def on_step(epoch: int, step: int, loss: float) -> None:
        if (epoch, step) == (3, 5):
            raise Killed

    with pytest.raises(Killed):
        run_loop(made(), LoopOptions(epochs=8), seed=5, keeper=keeper, on_step=on_step)
    resumed = made()
    run_loop(resumed, LoopOptions(epochs=8), seed=5, keeper=keeper)
    assert weights(resumed) == weights(unbroken)
    keeper.clear()
    assert not list(tmp_path.iterdir())


def test_checkpoints_take_a_small_share_of_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("training.optimisation.state.time.monotonic", lambda: now)

    def slow(*_: Any) -> None:
        nonlocal now
        now += 3.0

    monkeypatch.setattr("training.optimisation.state.write_tensors", slow)
    fit, keeper = made(), Keeper(tmp_path / "state.safetensors", "key", every_s=1.0, _last=now)
    due = []
    for _ in range(2):
        due.append(keeper.is_due())
        now += 1.0
        due.append(keeper.is_due())
        rng = np.random.default_rng(1)
        keeper.save(LoopState(), fit.network, fit.optimizer, fit.schedule, rng, Processes())
        now += 149.0
    # After a second, and then not for fifty times the three seconds that saving took.
    assert due == [False, True, False, True]


def test_another_fits_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    fit, keeper = made(), Keeper(path, "one")
    rng = np.random.default_rng(1)
    keeper.save(LoopState(), fit.network, fit.optimizer, fit.schedule, rng, Processes())
    with pytest.raises(InputError, match="another configuration or other data"):
        run_loop(made(), LoopOptions(epochs=1), seed=1, keeper=Keeper(path, "two"))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match="no checkpoint of a fit"):
        run_loop(made(), LoopOptions(epochs=1), seed=1, keeper=keeper)


def test_a_second_signal_stops_at_once() -> None:
    stop = Stop()
    with stop.deferred():
        stop.ask()
        with pytest.raises(KeyboardInterrupt):
            stop.ask()
    with pytest.raises(KeyboardInterrupt):
        stop.check()
    with pytest.raises(KeyboardInterrupt):
        Stop().ask()
