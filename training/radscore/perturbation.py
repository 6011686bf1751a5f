"""The same tumour as another scanner and another reader might have it, for features to be compared."""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import PatientRow
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from training.preparation.case import read_case
from training.radiomics import RadiomicsMethod

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Perturbation:
    """How far a draw may go; kernel and noise as far as the encoders' augmentation does.

    Parameters
    ----------
    noise_hu
        Noise of a standard deviation of up to this; in half of the draws correlated within a slice.
    blur
        In half of the draws a Gaussian of σ up to this many pixels within the slice, in the others up
        to this share of what a blur by one pixel takes away is added: a smooth kernel or a sharp one.
    shift_hu
        All values move by up to this.
    edge_mm
        The contour moves outwards, inwards or not at all by this; not where nothing would be left.
    """

    noise_hu: float = 25.0
    blur: float = 0.8
    shift_hu: float = 10.0
    edge_mm: float = 1.0

    def drawn(self, volume: Volume, mask: Mask, draw: int) -> tuple[Volume, Mask]:
        """One draw; the same number gives the same of the same image."""
        rng = np.random.default_rng([draw, zlib.crc32(volume.voxels.tobytes())])
        hu = self._kernel(volume.voxels.astype(np.float64), rng)
        hu = hu + self._noise(hu.shape, rng) + rng.uniform(-self.shift_hu, self.shift_hu)
        kept = np.rint(hu).clip(-32768, 32767).astype(np.int16)
        moved = moved_edge(mask, float(rng.choice([-1, 0, 1])) * self.edge_mm)
        return replace(volume, voxels=kept), moved

    def _kernel(self, hu: Floats, rng: np.random.Generator) -> Floats:
        if rng.random() < 0.5:
            return _blurred(hu, rng.uniform(0.3, max(0.3, self.blur)))
        return hu + rng.uniform(0.0, self.blur) * (hu - _blurred(hu, 1.0))

    def _noise(self, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
        noise = rng.standard_normal(shape)
        if rng.random() < 0.5:
            noise = _blurred(noise, rng.uniform(0.5, 1.5))
            noise /= noise.std()
        found: Floats = noise * rng.uniform(0.0, self.noise_hu)
        return found


def moved_edge(mask: Mask, by_mm: float) -> Mask:
    """The region grown (or, below 0, shrunk) by an exact distance; itself where nothing would be left."""
    from scipy.ndimage import distance_transform_edt

    if by_mm == 0 or mask.is_empty:
        return mask
    steps = mask.geometry.spacing_mm[::-1]
    if by_mm > 0:
        voxels = distance_transform_edt(~mask.voxels, sampling=steps) <= by_mm
    else:
        voxels = distance_transform_edt(mask.voxels, sampling=steps) > -by_mm
    return replace(mask, voxels=voxels) if voxels.any() else mask


def _blurred(hu: Floats, sigma: float) -> Floats:
    from scipy.ndimage import gaussian_filter

    found: Floats = gaussian_filter(hu, (0.0, sigma, sigma), mode="nearest")
    return found


@dataclass(frozen=True)
class PerturbedRadiomics(RadiomicsMethod):
    """As `RadiomicsMethod`, of one draw."""

    perturbation: Perturbation = field(default_factory=Perturbation)
    draw: int = 0

    @property
    def key(self) -> str:
        how = "-".join(f"{value!r}" for value in asdict(self.perturbation).values())
        return f"{super().key}-perturbed-1-{how}-{self.draw}"

    def read(self, row: PatientRow) -> tuple[Volume, Mask | None]:
        volume, mask = read_case(row)
        return (volume, None) if mask is None else self.perturbation.drawn(volume, mask, self.draw)
