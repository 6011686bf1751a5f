"""The same fits in one process and, under ``torchrun``, in two: what came out goes to a file.

Called as ``python -m torch.distributed.run --nproc-per-node 2 two_processes.py OUT.json``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.losses import deephit_loss
from training.optimisation.loop import Fit, LoopOptions, run_loop
from training.optimisation.processes import Processes, joined
from training.pretraining.contrastive import ContrastiveOptions, fit_contrastive
from training.pretraining.watch import Watch

PATIENTS, BINS = 38, 6


class Network(nn.Module):
    """With batch statistics, which must be those of the whole batch."""

    def __init__(self) -> None:
        super().__init__()
        # No bias in front of batch statistics, which take it out again: its gradient is rounding alone.
        self.layers = nn.Sequential(
            nn.Conv2d(1, 4, 3, bias=False),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(4 * 36, 8, bias=False),
        )
        self.out = nn.Sequential(nn.BatchNorm1d(8), nn.Linear(8, BINS + 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.log_softmax(self.out(self.layers(x)), dim=1)


def curve(processes: Processes, accumulate: int = 1) -> dict[str, Any]:
    """DeepHit, whose pairs are those of the whole batch, on batches that two processes share unevenly."""
    rng = np.random.default_rng(1)
    images = torch.from_numpy(rng.normal(size=(PATIENTS, 1, 8, 8)).astype(np.float32)) * 3 + 5
    bins = torch.from_numpy(rng.integers(0, BINS + 1, PATIENTS))
    observed = torch.from_numpy(rng.random(PATIENTS) < 0.7) & (bins < BINS)
    torch.manual_seed(3)
    network = Network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.01)

    def batches(epoch: int, rng: np.random.Generator) -> Iterator[Tensor]:
        yield from torch.from_numpy(rng.permutation(PATIENTS)).split(13)

    def loss(net: nn.Module, batch: Tensor) -> tuple[Tensor, dict[str, float]]:
        log_pmf = processes.gather(net(images[batch[processes.own(len(batch))]]))
        value, pairs = deephit_loss(log_pmf, bins[batch], observed[batch])
        return value, {"pairs": pairs}

    told = []
    run_loop(
        Fit(network, optimizer, batches, loss),
        LoopOptions(epochs=4, accumulate=accumulate, clip_norm=1.0),
        seed=7,
        processes=processes,
        on_epoch=lambda report: told.append([report.loss, report.counts["pairs"]]),
    )
    weights = torch.cat([value.double().flatten() for value in network.state_dict().values()])
    return {"curve": told, "weights": weights.tolist()}


def contrast(processes: Processes) -> dict[str, Any]:
    """SimCLR, whose negatives are those of all processes."""
    levels = np.random.default_rng(5).normal(size=31).astype(np.float32)

    def views(index: np.ndarray, seeds: np.ndarray) -> Tensor:
        noise = [np.random.default_rng(seed).normal(size=(1, 8, 8)) for seed in seeds]
        made = [levels[i] + one for i, one in zip(index, noise, strict=True)]
        return torch.from_numpy(np.array(made, dtype=np.float32).reshape(-1, 1, 8, 8))

    torch.manual_seed(4)
    encoder = nn.Sequential(nn.Conv2d(1, 6, 3, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten())
    told = []
    fit_contrastive(
        encoder,
        6 * 36,
        views,
        np.arange(31),
        ContrastiveOptions(LoopOptions(epochs=4), 15, 0.01, 1e-4, 0.1, 16, 8),
        seed=6,
        device=torch.device("cpu"),
        watch=Watch(
            processes=processes,
            on_epoch=lambda report, _: told.append([report.loss, report.counts["known_again"]]),
        ),
    )
    weights = torch.cat([value.double().flatten() for value in encoder.state_dict().values()])
    return {"curve": told, "weights": weights.tolist()}


def everything(processes: Processes) -> dict[str, Any]:
    return {
        "plain": curve(processes),
        "accumulated": curve(processes, accumulate=2),
        "contrastive": contrast(processes),
    }


def main(out: Path) -> None:
    torch.set_num_threads(1)
    with joined(torch.device("cpu")) as (processes, _):
        found = everything(processes)
    # One alive while the interpreter ends can take the process with it.
    names = (comm.read_text().strip() for comm in Path("/proc/self/task").glob("*/comm"))
    threads = [name for name in names if "gloo" in name]
    if processes.is_first:
        out.write_text(json.dumps(found | {"count": processes.count, "threads": threads}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
