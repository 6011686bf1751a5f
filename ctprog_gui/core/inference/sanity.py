"""What the check of a score found, as values. Imports no torch, because the window shows them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Move:
    """The score with the ROI, or the image, `voxels` further along an axis."""

    axis: str
    voxels: int
    risk_score: float


@dataclass(frozen=True)
class Sanity:
    """What the check of one score found.

    `repeat_sd` and `repeat_max` are the standard deviation of all scores, the unmoved one among them,
    and the largest change, in standard deviations of the reference cohort's scores. `map_correlation`
    is the rank correlation of the two maps wherever either is above 0. `moved` says what was:
    the ``ROI`` of a system that reads one, else the ``image``.
    """

    bundle: str
    bundle_sha256: str
    risk_score: float
    cohort_sd: float
    moved: str
    moves: tuple[Move, ...]
    repeat_sd: float
    repeat_max: float
    mass_in_roi: float | None
    random_mass_in_roi: float | None
    map_correlation: float | None
    slice_index: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Sanity:
        """The inverse of `to_json`."""
        return cls(**{**value, "moves": tuple(Move(**move) for move in value["moves"])})


@dataclass(frozen=True, eq=False)
class Pictures:
    """One axial slice (row, column): HU, both maps (0…1, each by its own maximum there), the ROI."""

    image: NDArray[np.int16]
    saliency: NDArray[np.float32]
    random: NDArray[np.float32]
    roi: NDArray[np.bool_]
