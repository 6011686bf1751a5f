"""Where a fit stands, on disk: an interrupted one goes on as if nothing had happened.

One safetensors file: weights, the best weights so far, the optimizer's moments and the states of
the random generators as tensors; what is no tensor as JSON in the file's header.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ctprog_gui.core.shared.errors import InputError
from training.optimisation.checkpoint import write_tensors
from training.optimisation.processes import Processes

_FORMAT = 1
# So often a fit is saved at most, and so rarely that saving takes at most this share of its time.
EVERY_S = 0.2
SHARE = 0.02


@dataclass
class LoopState:
    """What changes from epoch to epoch: `epoch` is the next one; the best value so far, and since when."""

    epoch: int = 0
    best: dict[str, Tensor] | None = None
    best_value: float = float("-inf")
    best_epoch: int = -1
    since: int = 0


@dataclass(eq=False)
class Keeper:
    """Saves a fit under `path` and finds it again.

    Parameters
    ----------
    key
        Names all that the fit depends on (configuration, data, fold, seed). A checkpoint under
        another key is refused.
    every_s
        Seconds between two checkpoints, at least.
    share
        Of the time, that saving may take.
    """

    path: Path
    key: str
    every_s: float = EVERY_S
    share: float = SHARE
    _last: float = field(default_factory=time.monotonic)
    _cost_s: float = 0.0

    def is_due(self) -> bool:
        """Whether a checkpoint is worth its time."""
        return time.monotonic() - self._last >= max(self.every_s, self._cost_s / self.share)

    def save(
        self,
        state: LoopState,
        network: nn.Module,
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler | None,
        rng: np.random.Generator,
        processes: Processes,
        generator: torch.Generator | None = None,
    ) -> None:
        """Write the state; in several processes all must call, and the first writes."""
        start = time.monotonic()
        tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
        tensors |= {f"best.{name}": value for name, value in (state.best or {}).items()}
        moments, numbers = _split(optimizer.state_dict()["state"])
        tensors |= moments
        device = next(network.parameters()).device
        states = {"cpu": torch.get_rng_state()}
        if device.type == "cuda":
            states["cuda"] = torch.cuda.get_rng_state(device)
        for name, own in states.items():
            for rank, one in enumerate(processes.gather_values(own.to(device))):
                tensors[f"random.{name}.{rank}"] = one
        if generator is not None:
            tensors["random.own"] = generator.get_state()
        header = {
            "format": _FORMAT,
            "key": self.key,
            "processes": processes.count,
            "epoch": state.epoch,
            "best_value": state.best_value,
            "best_epoch": state.best_epoch,
            "since": state.since,
            "has_best": state.best is not None,
            "optimizer": {"numbers": numbers, "groups": optimizer.state_dict()["param_groups"]},
            "schedule": None if schedule is None else schedule.state_dict(),
            "numpy": rng.bit_generator.state,
        }
        if processes.is_first:
            write_tensors(self.path, tensors, {"state": json.dumps(header)})
        self._last = time.monotonic()
        self._cost_s = self._last - start

    def restore(
        self,
        network: nn.Module,
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler | None,
        rng: np.random.Generator,
        processes: Processes,
        generator: torch.Generator | None = None,
    ) -> LoopState:
        """Put everything back as it was saved, or leave it as it is where nothing was saved.

        Raises
        ------
        InputError
            If the file is another fit's, or broken.
        """
        if not self.path.exists():
            return LoopState()
        header, tensors = _read(self.path)
        if header["key"] != self.key:
            raise InputError(f"{self.path} is a checkpoint of another configuration or other data")
        if header["processes"] != processes.count:
            raise InputError(
                f"{self.path} was saved by a fit in {header['processes']} processes, not {processes.count}"
            )
        network.load_state_dict(_under("network.", tensors))
        optimizer.load_state_dict(
            {
                "state": _joined(header["optimizer"]["numbers"], tensors),
                "param_groups": header["optimizer"]["groups"],
            }
        )
        if schedule is not None:
            schedule.load_state_dict(header["schedule"])
        rng.bit_generator.state = header["numpy"]
        torch.set_rng_state(tensors[f"random.cpu.{processes.rank}"])
        if generator is not None:
            generator.set_state(tensors["random.own"])
        device = next(network.parameters()).device
        if device.type == "cuda" and f"random.cuda.{processes.rank}" in tensors:
            torch.cuda.set_rng_state(tensors[f"random.cuda.{processes.rank}"], device)
        return LoopState(
            epoch=header["epoch"],
            best=_under("best.", tensors) if header["has_best"] else None,
            best_value=header["best_value"],
            best_epoch=header["best_epoch"],
            since=header["since"],
        )

    def clear(self) -> None:
        """Forget the fit: what it gave has been written elsewhere."""
        self.path.unlink(missing_ok=True)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="pt") as file:
            header = json.loads((file.metadata() or {})["state"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, json.JSONDecodeError) as error:
        raise InputError(f"{path} is no checkpoint of a fit: {error}") from error
    if header.get("format") != _FORMAT:
        raise InputError(f"{path} is a checkpoint of another version of CTProg")
    return header, tensors


def _split(state: dict[int, dict[str, Any]]) -> tuple[dict[str, Tensor], dict[str, dict[str, Any]]]:
    """An optimizer's state as tensors by name, and as numbers."""
    tensors: dict[str, Tensor] = {}
    numbers: dict[str, dict[str, Any]] = {}
    for parameter, values in state.items():
        numbers[str(parameter)] = {}
        for name, value in values.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{parameter}.{name}"] = value
            else:
                numbers[str(parameter)][name] = value
    return tensors, numbers


def _joined(numbers: dict[str, dict[str, Any]], tensors: dict[str, Tensor]) -> dict[int, dict[str, Any]]:
    state: dict[int, dict[str, Any]] = {int(parameter): dict(values) for parameter, values in numbers.items()}
    for name, value in _under("optimizer.", tensors).items():
        parameter, _, moment = name.partition(".")
        state[int(parameter)][moment] = value
    return state


def _under(start: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)}
