"""The tumour's radiomics with everything outside the tumour painted over."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ctprog_gui.core.cohort.table import PatientRow
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from training.preparation.case import read_case
from training.radiomics import RadiomicsMethod


def painted_over(volume: Volume, mask: Mask) -> Volume:
    """All that lies outside the region becomes the region's mean HU; of it nothing is left to know."""
    level = int(np.rint(volume.voxels[mask.voxels].mean()))
    return replace(volume, voxels=np.where(mask.voxels, volume.voxels, level).astype(volume.voxels.dtype))


@dataclass(frozen=True)
class PaintedRadiomics(RadiomicsMethod):
    """As `RadiomicsMethod`, of the region alone."""

    @property
    def key(self) -> str:
        return f"{super().key}-painted-1"

    def read(self, row: PatientRow) -> tuple[Volume, Mask | None]:
        volume, mask = read_case(row)
        return (volume, mask) if mask is None or mask.is_empty else (painted_over(volume, mask), mask)
