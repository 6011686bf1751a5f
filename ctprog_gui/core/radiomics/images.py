"""The images that features are taken of: the CT and its wavelet bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.first_order import first_order_features
from ctprog_gui.core.radiomics.settings import RadiomicsSettings
from ctprog_gui.core.radiomics.wavelets import band_names, wavelet_bands

Box = tuple[slice, slice, slice]


def image_names(settings: RadiomicsSettings) -> tuple[str, ...]:
    """The names of `images`, in its order."""
    bands = band_names(in_plane=settings.in_plane) if "wavelet" in settings.images else ()
    original = ("original",) if "original" in settings.images else ()
    return (*original, *(f"wavelet-{band}" for band in bands))


def images(
    image: NDArray[Any], box: Box, settings: RadiomicsSettings, threads: int = 1
) -> dict[str, NDArray[Any]]:
    """Each image within a box, by the name that its features begin with."""
    found: dict[str, NDArray[Any]] = {}
    if "original" in settings.images:
        found["original"] = image[box]
    if "wavelet" in settings.images:
        bands = wavelet_bands(image, box, in_plane=settings.in_plane, threads=threads)
        found |= {f"wavelet-{name}": band for name, band in bands.items()}
    return found


def of_values(
    image: str,
    ordered: NDArray[np.float64],
    level_counts: NDArray[np.int64],
    spacing_mm: tuple[float, float, float],
    settings: RadiomicsSettings,
) -> dict[str, float]:
    """First order of an image's values, with the names of the image and the class."""
    found = first_order_features(
        ordered, level_counts, float(np.prod(spacing_mm)), excess_kurtosis=settings.excess_kurtosis
    )
    return {f"{image}_firstorder_{name}": value for name, value in found.items()}


@dataclass(frozen=True, eq=False)
class KeptImages:
    """The images of a CT in a box with room, for the regions that are drawn in it."""

    box: Box
    of_name: dict[str, NDArray[Any]]

    @classmethod
    def around(
        cls, image: NDArray[Any], box: Box, settings: RadiomicsSettings, room: int, threads: int
    ) -> KeptImages:
        """So many voxels on all sides of a box, as far as the image reaches."""
        z, y, x = (
            slice(max(part.start - room, 0), min(part.stop + room, size))
            for part, size in zip(box, image.shape, strict=True)
        )
        return cls((z, y, x), images(image, (z, y, x), settings, threads))

    def hold(self, box: Box) -> bool:
        """Whether another box lies within this one."""
        return all(a.start <= b.start and b.stop <= a.stop for a, b in zip(self.box, box, strict=True))
