"""What is done to a CT before a network sees it, as a value.

A recipe is written into the bundle and obeyed by the viewer, so training and inference cannot drift
apart; its hash names what was cached.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any, Literal, get_args

Crop = Literal["lungs", "body"]
Fit = Literal["stretch", "pad"]


@dataclass(frozen=True)
class SliceRecipe:
    """Axial slices of the chest for a 2D network.

    Parameters
    ----------
    spacing_mm
        Grid (x, y, z) on which the slices are cut; z is the step from slice to slice.
    hu_window
        HU that become 0 and 1; beyond is clipped.
    crop
        ``lungs``: only slices with lung, and in each the box around both lungs. ``body``: all
        slices, and the box around the body.
    margin_mm
        Added on each side of the box, in the plane.
    least_lung_share
        A slice counts where lung covers at least this share of the whole slice.
    slice_size
        Rows and columns that the network gets.
    fit
        ``stretch``: the box is resized to `slice_size`, as the slice-attention paper does; true
        sizes are lost. ``pad``: pixels stay `spacing_mm` wide, the box's centre is the slice's
        centre, and what lies outside `slice_size` is cut off.

    Raises
    ------
    ValueError
        If a value makes no sense; the message names the field.
    """

    spacing_mm: tuple[float, float, float] = (1.0, 1.0, 3.0)
    hu_window: tuple[float, float] = (-1000.0, 400.0)
    crop: Crop = "lungs"
    margin_mm: float = 5.0
    least_lung_share: float = 0.02
    slice_size: tuple[int, int] = (224, 224)
    fit: Fit = "stretch"

    def __post_init__(self) -> None:
        object.__setattr__(self, "spacing_mm", tuple(float(v) for v in self.spacing_mm))
        object.__setattr__(self, "hu_window", tuple(float(v) for v in self.hu_window))
        object.__setattr__(self, "slice_size", tuple(int(v) for v in self.slice_size))
        if len(self.spacing_mm) != 3 or not all(0 < v < 100 for v in self.spacing_mm):
            raise ValueError(f"spacing_mm must be three positive numbers, not {self.spacing_mm}")
        if len(self.hu_window) != 2 or not self.hu_window[0] < self.hu_window[1]:
            raise ValueError(f"hu_window must rise, not {self.hu_window}")
        if self.crop not in get_args(Crop):
            raise ValueError(f"crop must be one of {get_args(Crop)}, not {self.crop!r}")
        if self.fit not in get_args(Fit):
            raise ValueError(f"fit must be one of {get_args(Fit)}, not {self.fit!r}")
        if not (math.isfinite(self.margin_mm) and self.margin_mm >= 0):
            raise ValueError(f"margin_mm must not be negative, not {self.margin_mm}")
        if not 0 <= self.least_lung_share < 1:
            raise ValueError(f"least_lung_share must lie in 0..1, not {self.least_lung_share}")
        if len(self.slice_size) != 2 or not all(8 <= v <= 2048 for v in self.slice_size):
            raise ValueError(f"slice_size must be two numbers in 8..2048, not {self.slice_size}")

    def to_json(self) -> dict[str, Any]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> SliceRecipe:
        """The inverse of `to_json`; an unknown key is refused, because it would be disobeyed."""
        unknown = set(value) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"unknown key in a preprocessing recipe: {', '.join(sorted(unknown))}")
        return cls(**value)

    @cached_property
    def sha256(self) -> str:
        """Hash of the recipe; equal recipes have equal hashes."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
