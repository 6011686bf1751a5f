"""Another scanner's view of the same slice: other kernels and other noise."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

_REACH = 4


def as_another_scanner(
    hu: Tensor, rng: np.random.Generator, generator: torch.Generator, *, noise_hu: float, blur: float
) -> Tensor:
    """Slices (n, 1, row, column) in HU, each quarter of the batch with a kernel and noise of its own.

    Parameters
    ----------
    noise_hu
        Noise is drawn with a standard deviation of up to this; in half of the cases it is
        correlated, as a smooth kernel makes it.
    blur
        A smooth kernel blurs by a σ of up to this many pixels; a sharp one adds back up to `blur`
        times what a blur by one pixel takes away.
    """
    parts = []
    for part in torch.tensor_split(hu, 4):
        kind = rng.random()
        if kind < 0.4:
            part = _blurred(part, rng.uniform(0.3, max(0.3, blur)))
        elif kind < 0.6:
            part = part + rng.uniform(0.0, blur) * (part - _blurred(part, 1.0))
        if rng.random() < 0.6 and len(part):
            noise = torch.randn(part.shape, generator=generator)
            if rng.random() < 0.5:
                noise = _blurred(noise, rng.uniform(0.5, 1.5))
                noise = noise / noise.std()
            part = part + noise * torch.rand(len(part), 1, 1, 1, generator=generator) * noise_hu
        parts.append(part)
    return torch.cat(parts)


def _blurred(image: Tensor, sigma: float) -> Tensor:
    if len(image) == 0:
        return image
    steps = torch.arange(-_REACH, _REACH + 1, dtype=torch.float32)
    weights = torch.exp(-(steps**2) / (2 * sigma**2))
    weights = weights / weights.sum()
    rows = functional.pad(image, (0, 0, _REACH, _REACH), mode="replicate")
    image = functional.conv2d(rows, weights.reshape(1, 1, -1, 1))
    columns = functional.pad(image, (_REACH, _REACH, 0, 0), mode="replicate")
    return functional.conv2d(columns, weights.reshape(1, 1, 1, -1))
