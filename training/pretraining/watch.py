"""Who keeps, stops, shares and follows a pretraining."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from torch import nn

from training.optimisation.loop import EpochReport
from training.optimisation.processes import Processes
from training.optimisation.state import Keeper
from training.optimisation.stopping import Stop


@dataclass(frozen=True, eq=False)
class Watch:
    """What `run_loop` is given besides the fit itself.

    `on_step` is called with epoch, step, steps of the epoch and its mean loss so far; `on_epoch`
    behind each epoch, with the encoder in evaluation.
    """

    keeper: Keeper | None = None
    stop: Stop | None = None
    processes: Processes = field(default_factory=Processes)
    on_step: Callable[[int, int, int, float], None] | None = None
    on_epoch: Callable[[EpochReport, nn.Module], None] | None = None

    def of_epochs(self, encoder: nn.Module) -> Callable[[EpochReport], None]:
        """`on_epoch` as the loop calls it."""

        def told(report: EpochReport) -> None:
            if self.on_epoch is not None:
                self.on_epoch(report, encoder)

        return told

    def of_steps(self, steps: int) -> Callable[[int, int, float], None]:
        """`on_step` as the loop calls it, for epochs of so many steps."""

        def told(epoch: int, step: int, mean: float) -> None:
            if self.on_step is not None:
                self.on_step(epoch, step, steps, mean)

        return told
