"""What the frozen beginning of an encoder makes of each volume, computed once and kept in memory.

Where only an encoder's last layer is fitted, nearly all of its work is the same in each epoch and in
each fold.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import torch
from torch import Tensor

# Kept are some hundred volumes at the paper's size; what is beyond is computed each time.
_LIMIT_BYTES = 4 * 2**30


class FrozenPart:
    """Keeps tensors by what they are of, up to a number of bytes; of one network at a time."""

    def __init__(self, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._network = ""
        self._kept: dict[Hashable, Tensor] = {}
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def of_network(self, sha256: str) -> None:
        """Say whose tensors follow: those of another network are forgotten."""
        if sha256 != self._network:
            self._network, self.bytes = sha256, 0
            self._kept.clear()

    def get(self, key: Hashable, compute: Callable[[], Tensor]) -> Tensor:
        """The tensor of `key`, on the CPU."""
        if key in self._kept:
            return self._kept[key]
        with torch.no_grad():
            found = compute().cpu()
        size = found.numel() * found.element_size()
        if self.bytes + size <= self._limit:
            self._kept[key] = found
            self.bytes += size
        return found
