"""The scanner: how sharp it draws, and the noise it adds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.phantom.canvas import Floats

Kernel = Literal["soft", "standard", "sharp"]
KERNELS: tuple[Kernel, ...] = ("soft", "standard", "sharp")
# Widths in mm (standard deviations in the plane), and how strong a kernel's noise is against the
# standard one's. A soft kernel blurs the image as well; a sharp one overshoots at edges, and its
# noise lacks the low frequencies.
_SOFT_BLUR_MM, _SOFT_GRAIN_MM, _SOFT_NOISE = 0.9, 1.6, 0.6
_GRAIN_MM = 0.9
_SHARP_BLUR_MM, _SHARP_GAIN, _SHARP_GRAIN_MM, _SHARP_HOLE_MM, _SHARP_NOISE = 1.2, 0.7, 0.5, 1.5, 1.8


@dataclass(frozen=True)
class Scanner:
    """How an image is made of what is there.

    Parameters
    ----------
    kernel
        The reconstruction kernel. All three work within a slice.
    noise
        The noise's strength against that of the patient's usual dose.
    """

    kernel: Kernel = "standard"
    noise: float = 1.0


def scan(
    hu: Floats, sigma_hu: float, pixel_mm: float, scanner: Scanner, rng: np.random.Generator
) -> NDArray[np.int16]:
    """The image as the scanner gives it: HU as whole numbers, with correlated noise.

    Parameters
    ----------
    hu
        What is there, (z, y, x).
    sigma_hu
        The noise's standard deviation with the standard kernel at the usual dose.
    pixel_mm
        Width of a pixel.
    """
    noise = _noise(hu.shape, pixel_mm, scanner.kernel, rng)
    strength = {"soft": _SOFT_NOISE, "standard": 1.0, "sharp": _SHARP_NOISE}[scanner.kernel] * scanner.noise
    noise *= np.float32(sigma_hu * strength / noise.std())
    noise += _reconstructed(hu, pixel_mm, scanner.kernel)
    np.clip(noise, -1024, 3071, out=noise)
    voxels: NDArray[np.int16] = np.rint(noise, out=noise).astype(np.int16)
    return voxels


def _reconstructed(hu: Floats, pixel_mm: float, kernel: Kernel) -> Floats:
    if kernel == "soft":
        return _blur(hu, _SOFT_BLUR_MM / pixel_mm, "nearest")
    if kernel == "sharp":
        return hu + np.float32(_SHARP_GAIN) * (hu - _blur(hu, _SHARP_BLUR_MM / pixel_mm, "nearest"))
    return hu


def _noise(shape: tuple[int, ...], pixel_mm: float, kernel: Kernel, rng: np.random.Generator) -> Floats:
    """Noise of the kernel's grain, of any strength."""
    white = rng.standard_normal(shape, dtype=np.float32)
    if kernel == "sharp":
        return _blur(white, _SHARP_GRAIN_MM / pixel_mm) - _blur(white, _SHARP_HOLE_MM / pixel_mm)
    return _blur(white, (_SOFT_GRAIN_MM if kernel == "soft" else _GRAIN_MM) / pixel_mm)


def _blur(array: Floats, width: float, mode: str = "wrap") -> Floats:
    from scipy.ndimage import gaussian_filter1d

    for axis in (1, 2):
        array = gaussian_filter1d(array, width, axis=axis, mode=mode, truncate=3.0)
    return array
