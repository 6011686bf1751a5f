"""How the volume view shows the CT: a preset, its shift in HU, and a box that cuts off what lies outside."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ctprog_gui.state.language import marked

PRESET_NAMES = (
    marked("Chest"),
    marked("Bone"),
    marked("Lung"),
    marked("Vessels"),
    marked("Soft tissue"),
    marked("Skin"),
    "MIP",
)
LARGEST_SHIFT_HU = 400.0
# What is left of each side at least, as a share of it.
THINNEST = 0.02
WHOLE = ((0.0, 1.0), (0.0, 1.0), (0.0, 1.0))


@dataclass(frozen=True)
class VolumeLook:
    """`crop` has, along the patient's axes L, P and S, where the box begins and ends: shares of the volume,
    counted from the right, the front and the feet.

    A positive shift moves the preset to denser voxels, so that less is seen.
    """

    preset: str = PRESET_NAMES[0]
    shift_hu: float = 0.0
    crop: tuple[tuple[float, float], ...] = WHOLE

    def shifted(self, shift_hu: float) -> VolumeLook:
        return replace(self, shift_hu=float(np.clip(shift_hu, -LARGEST_SHIFT_HU, LARGEST_SHIFT_HU)))

    def cropped(self, axis: int, end: int, share: float) -> VolumeLook:
        """One face of the box moved; it stops before the opposite one."""
        low, high = self.crop[axis]
        share = float(np.clip(share, 0.0, 1.0))
        pair = (min(share, high - THINNEST), high) if end == 0 else (low, max(share, low + THINNEST))
        return replace(self, crop=(*self.crop[:axis], pair, *self.crop[axis + 1 :]))

    @property
    def is_cropped(self) -> bool:
        return self.crop != WHOLE
