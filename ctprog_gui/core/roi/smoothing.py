"""Smoothing a region's surface: majority, opening, closing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctprog_gui.core.roi.effect import Part, Shape
from ctprog_gui.core.roi.margin import grown, shrunk


@dataclass(frozen=True)
class Median:
    """Each voxel becomes what most of the voxels within `radius_mm` are; a tie leaves it as it is.

    Voxels beyond the image's edge have no vote.
    """

    radius_mm: float

    @property
    def name(self) -> str:
        return f"Median {self.radius_mm:g} mm"

    @property
    def reach_mm(self) -> float:
        return self.radius_mm

    def apply(self, part: Part) -> Shape:
        from scipy.signal import oaconvolve

        reach = [int(self.radius_mm / step + 1e-6) for step in part.sampling]
        apart = np.meshgrid(
            *(np.arange(-n, n + 1) * step for n, step in zip(reach, part.sampling, strict=True)),
            indexing="ij",
        )
        ball = (sum(one**2 for one in apart) <= self.radius_mm**2 * (1 + 1e-6)).astype(np.float64)
        votes = oaconvolve(part.voxels.astype(np.float64), ball, mode="same")
        voters = oaconvolve(np.ones(part.voxels.shape), ball, mode="same")
        # Counts are whole; the transform gives them to a few digits.
        lead = np.rint(2 * votes) - np.rint(voters)
        return np.where(lead == 0, part.voxels, lead > 0)


@dataclass(frozen=True)
class Opening:
    """Spurs and bridges thinner than twice `radius_mm` go; nothing is added."""

    radius_mm: float

    @property
    def name(self) -> str:
        return f"Opening {self.radius_mm:g} mm"

    @property
    def reach_mm(self) -> float:
        return 0.0

    def apply(self, part: Part) -> Shape:
        core = Part(shrunk(part, self.radius_mm), part.spacing_mm)
        return grown(core, self.radius_mm)


@dataclass(frozen=True)
class Closing:
    """Notches and gaps narrower than twice `radius_mm` are filled; nothing is taken away."""

    radius_mm: float

    @property
    def name(self) -> str:
        return f"Closing {self.radius_mm:g} mm"

    @property
    def reach_mm(self) -> float:
        # Room for the grown region, so that its shrinking sees the background around it.
        return self.radius_mm

    def apply(self, part: Part) -> Shape:
        wide = Part(grown(part, self.radius_mm), part.spacing_mm)
        # Where the image ends, what was grown stays: only next to the region itself can it be meant.
        return part.voxels | (shrunk(wide, self.radius_mm) & grown(part, self.radius_mm))
