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
CUBE = "roi_cube"
PATCH = "roi_patch"
LungMask = Literal["air", "threshold"]
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
    lung_mask
        How lungs are found. ``air``: what is filled with air. ``threshold``: as a reader outlines
        them, with vessels and what they surround.

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
    lung_mask: LungMask = "air"

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
        if self.lung_mask not in get_args(LungMask):
            raise ValueError(f"lung_mask must be one of {get_args(LungMask)}, not {self.lung_mask!r}")
        if not (math.isfinite(self.margin_mm) and self.margin_mm >= 0):
            raise ValueError(f"margin_mm must not be negative, not {self.margin_mm}")
        if not 0 <= self.least_lung_share < 1:
            raise ValueError(f"least_lung_share must lie in 0..1, not {self.least_lung_share}")
        if len(self.slice_size) != 2 or not all(8 <= v <= 2048 for v in self.slice_size):
            raise ValueError(f"slice_size must be two numbers in 8..2048, not {self.slice_size}")

    def to_json(self) -> dict[str, Any]:
        value = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
        if self.lung_mask == "air":
            # There was no other once: recipes of then keep their JSON and their hash.
            del value["lung_mask"]
        return value

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
        return _hash(self.to_json())


@dataclass(frozen=True)
class CubeRecipe:
    """The cube around the tumour, on axes L, P and S.

    Parameters
    ----------
    side
        Voxels along each edge.
    spacing_mm
        Edge of a voxel.
    hu_windows
        One input channel each: HU that become 0 and 1; beyond is clipped.
    keep_within_mm
        A cube that was placed once stays where it is until the ROI's centre lies further than this
        from the cube's, so that a stroke at the ROI's edge does not move what the network sees.

    Raises
    ------
    ValueError
        If a value makes no sense; the message names the field.
    """

    side: int = 84
    spacing_mm: float = 1.0
    hu_windows: tuple[tuple[float, float], ...] = ((-1000.0, 400.0), (-150.0, 250.0))
    keep_within_mm: float = 5.0

    def __post_init__(self) -> None:
        windows = tuple((float(low), float(high)) for low, high in self.hu_windows)
        object.__setattr__(self, "hu_windows", windows)
        if not 16 <= self.side <= 512:
            raise ValueError(f"side must lie in 16..512, not {self.side}")
        if not 0 < self.spacing_mm < 100:
            raise ValueError(f"spacing_mm must be a positive number, not {self.spacing_mm}")
        if not 1 <= len(windows) <= 8 or not all(low < high for low, high in windows):
            raise ValueError(f"hu_windows must be one to eight windows that rise, not {windows}")
        if not (math.isfinite(self.keep_within_mm) and self.keep_within_mm >= 0):
            raise ValueError(f"keep_within_mm must not be negative, not {self.keep_within_mm}")

    @property
    def side_mm(self) -> float:
        return self.side * self.spacing_mm

    def to_json(self) -> dict[str, Any]:
        value = {**asdict(self), "hu_windows": [list(window) for window in self.hu_windows]}
        return {"kind": CUBE, **value}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> CubeRecipe:
        """The inverse of `to_json`; an unknown key is refused."""
        return cls(**_given(cls, value, CUBE))

    @cached_property
    def sha256(self) -> str:
        """Hash of the recipe; equal recipes have equal hashes."""
        return _hash(self.to_json())


@dataclass(frozen=True)
class PatchRecipe:
    """The square on the tumour's largest slice, in the plane of the slices.

    Parameters
    ----------
    side
        Pixels along each edge.
    spacing_mm
        Edge of a pixel.
    hu_window
        HU that become 0 and 1; beyond is clipped.

    Raises
    ------
    ValueError
        If a value makes no sense; the message names the field.

    Source: Deep-RadScore (Zhang et al. 2024), 160 × 160 pixels; the edge of a pixel is not in the paper,
    0.7 mm is what a chest CT of the usual field has.
    """

    side: int = 160
    spacing_mm: float = 0.7
    hu_window: tuple[float, float] = (-1000.0, 400.0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hu_window", tuple(float(v) for v in self.hu_window))
        if not 32 <= self.side <= 512:
            raise ValueError(f"side must lie in 32..512, not {self.side}")
        if not 0 < self.spacing_mm < 100:
            raise ValueError(f"spacing_mm must be a positive number, not {self.spacing_mm}")
        if len(self.hu_window) != 2 or not self.hu_window[0] < self.hu_window[1]:
            raise ValueError(f"hu_window must rise, not {self.hu_window}")

    def to_json(self) -> dict[str, Any]:
        return {"kind": PATCH, **asdict(self), "hu_window": list(self.hu_window)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> PatchRecipe:
        """The inverse of `to_json`; an unknown key is refused."""
        return cls(**_given(cls, value, PATCH))

    @cached_property
    def sha256(self) -> str:
        """Hash of the recipe; equal recipes have equal hashes."""
        return _hash(self.to_json())


def read_recipe(value: dict[str, Any]) -> SliceRecipe | CubeRecipe:
    """The recipe in a bundle's or run's JSON: a cube where ``kind`` says so, else slices of the chest."""
    return CubeRecipe.from_json(value) if "kind" in value else SliceRecipe.from_json(value)


def _given(recipe: type[CubeRecipe | PatchRecipe], value: dict[str, Any], kind: str) -> dict[str, Any]:
    """A recipe's fields in JSON without its kind."""
    given = {key: part for key, part in value.items() if key != "kind"}
    unknown = set(given) - {field.name for field in fields(recipe)}
    if unknown or value.get("kind") != kind:
        named = ", ".join(sorted(unknown)) or f"kind {value.get('kind')!r}"
        raise ValueError(f"unknown key in a preprocessing recipe: {named}")
    return given


def _hash(value: dict[str, Any]) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
