"""DeepHit's loss, forward and backward, against pycox's DeepHitSingleLoss.

A batch of 1 024 patients with logits over 25 bins, a third of them censored, single precision, on the CPU.
Ours gets logits of 25 bins and a last one of 0, which is what pycox adds itself; `training.losses.deephit`
says how the two parameterisations map. pycox's loss takes the matrix of comparable pairs as an argument:
it is made beforehand and its time is not counted. Value and gradient are compared in double and in single
precision before anything is timed. Rounds alternate in one process, on one thread, after a warm-up; the
ratio is of the medians. pycox is no dependency (``pip install pycox torchtuples``); where it is missing
nothing is measured.
Run as ``python tests/benchmarks/bench_losses.py``; prints a list of JSON objects.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from training.losses import deephit_loss

PATIENTS, BINS, ROUNDS = 1024, 25, 60
ALPHA, SIGMA = 0.2, 0.1
GOAL = 1 / 3
CLOSE = 1e-6

Loss = Callable[[Tensor], Tensor]


def losses(dtype: torch.dtype) -> tuple[Loss, Loss, Tensor]:
    """Ours and pycox's as functions of pycox's logits, and the logits."""
    from pycox.models.data import pair_rank_mat
    from pycox.models.loss import DeepHitSingleLoss

    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(PATIENTS, BINS, generator=generator).to(dtype)
    duration = torch.randint(BINS, (PATIENTS,), generator=generator)
    event = torch.rand(PATIENTS, generator=generator) > 1 / 3
    comparable = torch.from_numpy(pair_rank_mat(duration.numpy(), event.numpy().astype("float32"))).to(dtype)
    known = event.to(dtype)
    module = DeepHitSingleLoss(ALPHA, SIGMA)
    bin_ = torch.where(event, duration, duration + 1)
    beta = (1 - ALPHA) * float(comparable.sum()) / PATIENTS**2
    last = torch.zeros(PATIENTS, 1, dtype=dtype)

    def ours(phi: Tensor) -> Tensor:
        log_pmf = torch.log_softmax(torch.cat([phi, last], dim=1), dim=1)
        return deephit_loss(log_pmf, bin_, event, alpha=ALPHA, beta=beta, sigma=SIGMA)[0]

    def peer(phi: Tensor) -> Tensor:
        return module(phi, duration, known, comparable)

    return ours, peer, logits


def both_ways(loss: Loss, logits: Tensor) -> tuple[float, Tensor]:
    phi = logits.clone().requires_grad_(True)
    value = loss(phi)
    value.backward()
    assert phi.grad is not None
    return float(value.detach()), phi.grad


def differences() -> dict[str, float]:
    """Raises if a value differs by more than 1e-6 of it, or a gradient by 1e-6 of the largest."""
    found = {}
    for dtype in (torch.float64, torch.float32):
        ours, peer, logits = losses(dtype)
        # pycox makes a matrix of the default precision on its way.
        torch.set_default_dtype(dtype)
        (mine, gradient), (theirs, expected) = both_ways(ours, logits), both_ways(peer, logits)
        name = str(dtype).removeprefix("torch.")
        found[f"value_{name}"] = abs(mine - theirs) / abs(theirs)
        found[f"gradient_{name}"] = float((gradient - expected).abs().max() / expected.abs().max())
    if max(found.values()) > CLOSE:
        raise AssertionError(f"ctprog's and pycox's losses differ: {found}")
    return found


def seconds(loss: Loss, logits: Tensor) -> float:
    start = time.perf_counter()
    both_ways(loss, logits)
    return time.perf_counter() - start


def run() -> list[dict[str, Any]]:
    try:
        import pycox.models.loss  # noqa: F401
    except ImportError as error:
        print(f"pycox isn't installed, its loss can't be measured: {error}", file=sys.stderr)
        return []
    torch.set_num_threads(1)
    apart = differences()
    ours, peer, logits = losses(torch.float32)
    for _ in range(5):
        seconds(ours, logits), seconds(peer, logits)
    times = [(seconds(ours, logits), seconds(peer, logits)) for _ in range(ROUNDS)]
    mine, other = (statistics.median(column) for column in zip(*times, strict=True))
    return [
        {
            "name": f"DeepHit loss, forward and backward, {PATIENTS} patients, {BINS} bins, against pycox",
            "ours_s": round(mine, 6),
            "peer_s": round(other, 6),
            "ratio": round(mine / other, 3),
            "goal": round(GOAL, 3),
            "differences": {key: float(f"{value:.2g}") for key, value in apart.items()},
        }
    ]


if __name__ == "__main__":
    print(json.dumps(run()))
