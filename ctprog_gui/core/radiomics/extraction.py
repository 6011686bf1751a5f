"""All features of a region in a CT."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.radiomics import first_order, shape
from ctprog_gui.core.radiomics.discretisation import discretise
from ctprog_gui.core.radiomics.region import Region
from ctprog_gui.core.radiomics.settings import DEFAULT, RadiomicsSettings
from ctprog_gui.core.radiomics.textures import CLASSES, texture_features
from ctprog_gui.core.radiomics.wavelets import band_names, wavelet_bands
from ctprog_gui.core.shared.errors import InputError

Box = tuple[slice, slice, slice]


def feature_names(settings: RadiomicsSettings = DEFAULT) -> tuple[str, ...]:
    """The names of `extract`'s features, in its order."""
    names = [f"original_shape_{name}" for name in shape.NAMES]
    for image in image_names(settings):
        names += [f"{image}_firstorder_{name}" for name in first_order.NAMES]
        names += [f"{image}_{kind}_{name}" for kind, of_kind in CLASSES.items() for name in of_kind]
    return tuple(names)


def image_names(settings: RadiomicsSettings) -> tuple[str, ...]:
    bands = band_names(in_plane=settings.in_plane) if "wavelet" in settings.images else ()
    original = ("original",) if "original" in settings.images else ()
    return (*original, *(f"wavelet-{band}" for band in bands))


def extract(volume: Volume, mask: Mask, settings: RadiomicsSettings = DEFAULT) -> dict[str, float]:
    """Features by name, as pyradiomics names them; see `FeatureExtractor.extract`."""
    return FeatureExtractor(volume, settings).extract(mask)


class FeatureExtractor:
    """Extracts features of regions in one CT."""

    def __init__(self, volume: Volume, settings: RadiomicsSettings = DEFAULT) -> None:
        self._volume = volume
        self._settings = settings

    def extract(self, mask: Mask) -> dict[str, float]:
        """Features by name, in the order of `feature_names`.

        A feature that a region does not have (co-occurrence where no two voxels touch) is NaN.

        Raises
        ------
        InputError
            If the region is empty or a single voxel.
        GeometryError
            If it lies on another grid than the CT.
        """
        mask.geometry.require_same(self._volume.geometry, "the ROI")
        box = mask.bounding_box
        if box is None:
            raise InputError("the ROI is empty")
        if mask.count == 1:
            raise InputError("the ROI is a single voxel, which has no texture")
        settings = self._settings
        inside = mask.voxels[box]
        x, y, z = mask.geometry.spacing_mm
        found = {
            f"original_shape_{name}": value
            for name, value in shape.shape_features(np.pad(inside, 1), (z, y, x)).items()
        }
        region = Region.of(inside, max(settings.distances))
        for name, band in self._images(box).items():
            values = band[inside]
            grey = discretise(values, bin_width=settings.bin_width, bin_count=settings.bin_count)
            part = first_order.first_order_features(
                values, grey.counts, x * y * z, excess_kurtosis=settings.excess_kurtosis
            )
            found |= {f"{name}_firstorder_{one}": value for one, value in part.items()}
            found |= {
                f"{name}_{one}": value for one, value in texture_features(region, grey, settings).items()
            }
        return found

    def _images(self, box: Box) -> dict[str, NDArray[Any]]:
        voxels = self._volume.voxels
        images: dict[str, NDArray[Any]] = {}
        if "original" in self._settings.images:
            images["original"] = voxels[box]
        if "wavelet" in self._settings.images:
            bands = wavelet_bands(voxels, box, in_plane=self._settings.in_plane)
            images |= {f"wavelet-{name}": band for name, band in bands.items()}
        return images
