"""One fit in several processes: each computes its part of a batch, and all take the same step.

The loss is computed on the whole batch in every process, on outputs gathered from all of them with
their gradients. So pairs of patients and negatives are those of the whole batch, and a fit in n
processes follows the loss curve of one process with the same batch.
"""

from __future__ import annotations

import gc
import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

# The first process prepares a whole cohort while the others wait.
_PATIENCE = timedelta(hours=12)


@dataclass(frozen=True)
class Processes:
    """This process among those of a fit: number `rank` of `count`."""

    rank: int = 0
    count: int = 1

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def own(self, size: int) -> slice:
        """This process's part of `size` things: consecutive, so that gathering keeps the order."""
        share, more = divmod(size, self.count)
        start = self.rank * share + min(self.rank, more)
        return slice(start, start + share + (self.rank < more))

    def gather(self, own: Tensor) -> Tensor:
        """The rows of all processes in order, with gradients; they may differ in number."""
        if self.count == 1:
            return own
        sizes = torch.zeros(self.count, dtype=torch.int64, device=own.device)
        sizes[self.rank] = len(own)
        dist.all_reduce(sizes)
        longest = int(sizes.max())
        padded = torch.cat([own, own.new_zeros(longest - len(own), *own.shape[1:])])
        gathered: Tensor = _Gather.apply(padded, self.rank, self.count)  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return torch.cat([gathered[n, :size] for n, size in enumerate(sizes.tolist())])

    def gather_values(self, own: Tensor) -> list[Tensor]:
        """The same-sized tensors of all processes, without gradients."""
        if self.count == 1:
            return [own]
        found = [torch.empty_like(own) for _ in range(self.count)]
        dist.all_gather(found, own.contiguous())
        return found

    def any(self, flag: bool, device: torch.device) -> bool:
        """Whether the flag is up in any process."""
        if self.count == 1:
            return flag
        told = torch.tensor([int(flag)], device=device)
        dist.all_reduce(told, op=dist.ReduceOp.MAX)
        return bool(told.item())

    def wait(self) -> None:
        """Until all processes are here."""
        if self.count > 1:
            dist.barrier()

    def wrap(self, network: nn.Module, device: torch.device) -> nn.Module:
        """The network with gradients averaged over the processes, and batch statistics of the whole batch.

        `gather` hands each process the gradient of the whole loss times the number of processes
        (each has a copy of that loss), so the average is the gradient of the whole loss.
        """
        if self.count == 1:
            return network
        _synchronise(network)
        return nn.parallel.DistributedDataParallel(
            network, device_ids=[device.index] if device.type == "cuda" else None
        )


@contextmanager
def joined(device: torch.device) -> Iterator[tuple[Processes, torch.device]]:
    """The processes that ``torchrun`` started, or this one alone; and this one's device.

    A GPU is taken by the process's number on its machine. At the end no thread of gloo is left: one
    that still lets go of a tensor while the interpreter ends takes the process with it ("terminate
    called without an active exception", pytorch/pytorch#190489), and ``torchrun`` then calls a fit
    that is done and written a failed one.
    """
    if "WORLD_SIZE" not in os.environ or int(os.environ["WORLD_SIZE"]) == 1:
        yield Processes(), device
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")) % torch.cuda.device_count())
        torch.cuda.set_device(device)
    # DistributedDataParallel imports this module, whose functions have the group of that moment as a
    # default argument. Imported later than the group is made they keep it, and its threads, for ever.
    importlib.import_module("torch.distributed.nn.functional")
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=_PATIENCE)
    try:
        yield Processes(dist.get_rank(), dist.get_world_size()), device
        # Whoever is ready first and leaves takes gloo's connections away under the others, who then
        # abort now and then ("terminate called without an active exception").
        dist.barrier()
    finally:
        dist.destroy_process_group()
        # The threads end with the last who knows of the group: wrapped networks, in circles.
        gc.collect()


class _Gather(torch.autograd.Function):
    """All processes' tensors stacked; backwards, the sum over processes of what each wants of this one."""

    @staticmethod
    def forward(ctx: Any, own: Tensor, rank: int, count: int) -> Tensor:
        ctx.rank = rank
        found = [torch.empty_like(own) for _ in range(count)]
        dist.all_gather(found, own.contiguous())
        return torch.stack(found)

    @staticmethod
    def backward(ctx: Any, *wanted: Tensor) -> tuple[Tensor, None, None]:
        total = wanted[0].clone().contiguous()
        dist.all_reduce(total)
        return total[ctx.rank], None, None


class _Sum(torch.autograd.Function):
    """A sum over processes, forwards and backwards."""

    @staticmethod
    def forward(ctx: Any, own: Tensor) -> Tensor:
        total = own.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *wanted: Tensor) -> Tensor:
        total = wanted[0].clone()
        dist.all_reduce(total)
        return total


def _synchronise(network: nn.Module) -> None:
    """Let each batch normalisation take its statistics over all processes.

    Written out because torch's own works on GPUs alone; the weights keep their names.
    """
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d):
            module.forward = _whole_batch_norm.__get__(module)  # type: ignore[method-assign]  # this module alone is changed


def _whole_batch_norm(self: nn.BatchNorm2d, x: Tensor) -> Tensor:
    """Ioffe and Szegedy (2015), with mean and variance over the batch of all processes."""
    if not self.training or not self.track_running_stats:
        return type(self).forward(self, x)
    dims = [0, *range(2, x.dim())]
    shape = [1, -1, *[1] * (x.dim() - 2)]
    values = x.float()
    count = values.new_full((1,), values.numel() / values.shape[1])
    sums: Tensor = _Sum.apply(torch.cat([values.sum(dim=dims), count]))  # type: ignore[no-untyped-call]  # torch leaves it untyped
    mean = sums[:-1] / sums[-1]
    # A second sum rather than the mean of squares, which loses digits where the mean is large.
    squares: Tensor = _Sum.apply((values - mean.view(shape)).square().sum(dim=dims))  # type: ignore[no-untyped-call]  # torch leaves it untyped
    variance = squares / sums[-1]
    with torch.no_grad():
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        momentum = 0.1 if self.momentum is None else self.momentum
        whole = sums[-1]
        self.running_mean.lerp_(mean, momentum)
        self.running_var.lerp_(variance * whole / (whole - 1), momentum)
        self.num_batches_tracked += 1
    standard = (values - mean.view(shape)) * torch.rsqrt(variance.view(shape) + self.eps)
    return (standard * self.weight.view(shape) + self.bias.view(shape)).to(x.dtype)
