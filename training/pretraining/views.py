"""Views of a slice: what may differ between two images of the same anatomy, in HU."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

Index = NDArray[np.int64]
_REACH = 4


@dataclass(frozen=True)
class ViewOptions:
    """How far two views may differ.

    Parameters
    ----------
    least_share
        A view shows at least this share of the slice's area, enlarged to the whole.
    turn_degrees
        It is turned by up to this, and mirrored or not in both directions.
    noise_hu
        Noise has a standard deviation of up to this; in half of the views it is correlated, as a
        smooth kernel makes it.
    blur
        A smooth kernel blurs by a σ of up to this many pixels; a sharp one adds back up to `blur`
        times what a blur by one pixel takes away.
    shift_hu
        The whole is brighter or darker by up to this: contrast medium, and the scanner's calibration.
    """

    least_share: float = 0.4
    turn_degrees: float = 20.0
    noise_hu: float = 25.0
    blur: float = 0.8
    shift_hu: float = 30.0


class SliceViews:
    """Views of slices, each from a seed of its own.

    Colours are no matter of CT, so what SimCLR does to them is done to HU: kernel, noise, level.

    Parameters
    ----------
    pixels
        (slice, row, column) in 0..1.
    hu_window
        The HU of 0 and 1.
    """

    def __init__(
        self, pixels: NDArray[np.float16], hu_window: tuple[float, float], options: ViewOptions
    ) -> None:
        self._pixels = pixels
        self._low, self._high = hu_window
        self._options = options

    def __call__(self, index: Index, seeds: NDArray[np.int64]) -> Tensor:
        """(n, 1, row, column) in 0..1."""
        slices = torch.from_numpy(self._pixels[index].astype(np.float32)).unsqueeze(1)
        drawn = [_draw(int(seed), slices.shape[2:], self._options) for seed in seeds]
        grid = functional.affine_grid(
            torch.stack([one.affine for one in drawn]), list(slices.shape), align_corners=False
        )
        moved = functional.grid_sample(slices, grid, padding_mode="zeros", align_corners=False)
        hu = self._low + (self._high - self._low) * moved
        sigma = torch.tensor([one.sigma for one in drawn])
        amount = torch.tensor([one.amount for one in drawn]).view(-1, 1, 1, 1)
        hu = hu + amount * (_blurred(hu, sigma) - hu)
        noise = torch.stack([one.noise for one in drawn]).unsqueeze(1)
        grain = _blurred(noise, torch.tensor([one.grain for one in drawn]))
        spread = grain.std(dim=(2, 3), keepdim=True).clamp(min=1e-6)
        hu = hu + grain / spread * torch.tensor([one.noise_hu for one in drawn]).view(-1, 1, 1, 1)
        hu = hu + torch.tensor([one.shift_hu for one in drawn]).view(-1, 1, 1, 1)
        return ((hu - self._low) / (self._high - self._low)).clamp(0, 1)


@dataclass(frozen=True, eq=False)
class _Drawn:
    affine: Tensor
    sigma: float
    amount: float
    noise: Tensor
    grain: float
    noise_hu: float
    shift_hu: float


def _draw(seed: int, shape: torch.Size, options: ViewOptions) -> _Drawn:
    rng = np.random.default_rng(seed)
    rows, columns = shape
    side = np.sqrt(rng.uniform(options.least_share, 1.0))
    angle = np.deg2rad(rng.uniform(-options.turn_degrees, options.turn_degrees))
    mirror = rng.choice([-1.0, 1.0], size=2)
    across, down = rng.uniform(-1, 1, size=2) * (1 - side)
    cos, sin = np.cos(angle), np.sin(angle)
    # From the view to the slice, both in −1..1; a turn in pixels, which the sides' ratio stretches.
    affine = side * np.array([[cos, -sin * rows / columns, 0.0], [sin * columns / rows, cos, 0.0]])
    affine[:, :2] *= mirror
    affine[:, 2] = across, down
    kind = rng.random()
    sigma, amount = 1.0, 0.0
    if kind < 0.4:
        sigma, amount = rng.uniform(0.0, options.blur), 1.0
    elif kind < 0.6:
        amount = -rng.uniform(0.0, options.blur)
    grain = rng.uniform(0.5, 1.5) if rng.random() < 0.5 else 0.0
    return _Drawn(
        torch.from_numpy(affine.astype(np.float32)),
        float(sigma),
        float(amount),
        torch.from_numpy(rng.standard_normal((rows, columns), dtype=np.float32)),
        float(grain),
        float(rng.uniform(0, options.noise_hu)),
        float(rng.uniform(-options.shift_hu, options.shift_hu)),
    )


def _blurred(images: Tensor, sigma: Tensor) -> Tensor:
    """Each of (n, 1, row, column) blurred by a σ of its own; 0 leaves it."""
    steps = torch.arange(-_REACH, _REACH + 1, dtype=torch.float32)
    weights = torch.exp(-(steps**2) / (2 * sigma.clamp(min=1e-3).unsqueeze(1) ** 2))
    weights = (weights / weights.sum(dim=1, keepdim=True)).unsqueeze(1)
    count = len(images)
    # One group an image: a single convolution for all.
    rows = functional.pad(images, (0, 0, _REACH, _REACH), mode="replicate").transpose(0, 1)
    down = functional.conv2d(rows, weights.unsqueeze(3), groups=count).transpose(0, 1)
    columns = functional.pad(down, (_REACH, _REACH, 0, 0), mode="replicate").transpose(0, 1)
    return functional.conv2d(columns, weights.unsqueeze(2), groups=count).transpose(0, 1)
