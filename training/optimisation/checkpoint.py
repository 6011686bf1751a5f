"""Weights on disk: safetensors, never a pickle."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing


def save_checkpoint(path: Path, *networks: nn.Module) -> None:
    """Write one or several networks; the keys of the n-th begin with ``n.`` (``0.`` for one alone)."""
    tensors = {
        f"{n}.{key}": value for n, net in enumerate(networks) for key, value in net.state_dict().items()
    }
    write_tensors(path, tensors)


def write_tensors(path: Path, tensors: dict[str, Tensor], header: dict[str, str] | None = None) -> None:
    """Write tensors under their names; the same tensors give the same bytes.

    `header` goes into the file's own header.
    """
    from safetensors.torch import save

    ordered = {key: tensors[key].detach().cpu().contiguous() for key in sorted(tensors)}
    with replacing(path) as partial:
        partial.write_bytes(save(ordered, header))


def read_tensors(path: Path) -> dict[str, Tensor]:
    """What `write_tensors` wrote.

    Raises
    ------
    InputError
        If the file can't be read or is no safetensors.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors: dict[str, Tensor] = load(path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except SafetensorError as error:
        raise InputError(f"{path} is no safetensors file: {error}") from error
    return tensors


def read_checkpoint(path: Path) -> list[dict[str, Tensor]]:
    """The state of each network that `save_checkpoint` wrote."""
    networks: dict[int, dict[str, Tensor]] = {}
    for key, value in read_tensors(path).items():
        number, _, name = key.partition(".")
        networks.setdefault(int(number), {})[name] = value
    return [networks[number] for number in sorted(networks)]


def half(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Floating-point weights in half precision; running statistics of batch norm stay as they are."""
    return {
        key: value.to(torch.float16) if value.is_floating_point() and "running_" not in key else value
        for key, value in tensors.items()
    }
