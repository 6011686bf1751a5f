"""All features of a region in a CT."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.radiomics import first_order, shape
from ctprog_gui.core.radiomics.conditioning import Conditioned, condition
from ctprog_gui.core.radiomics.discretisation import GreyLevels, discretise
from ctprog_gui.core.radiomics.region import Region, bounding_box
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
    """Extracts features of regions in one CT.

    The wavelet bands of the box around a region, and some voxels more, are kept for the next region
    that lies within it, as it does while a ROI is drawn. What is kept is as large as that box.
    """

    def __init__(self, volume: Volume, settings: RadiomicsSettings = DEFAULT) -> None:
        self._volume = volume
        self._settings = settings
        self._kept: tuple[Box, dict[str, NDArray[Any]]] | None = None

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
        if mask.is_empty:
            raise InputError("the ROI is empty")
        if mask.count == 1:
            raise InputError("the ROI is a single voxel, which has no texture")
        settings = self._settings
        given = condition(self._volume, mask, settings)
        whole = mask.bounding_box if given.region is mask.voxels else bounding_box(given.region)
        box = whole if given.chosen is given.region else bounding_box(given.chosen)
        # `condition` leaves no region empty.
        assert whole is not None
        assert box is not None
        of_shape = shape.shape_features(
            np.pad(given.region[whole], 1),
            given.spacing_mm,
            sample_covariance=settings.sample_covariance,
        )
        found = {f"original_shape_{name}": value for name, value in of_shape.items()}
        inside = given.chosen[box]
        region = Region.of(inside, max(settings.distances))
        voxel_mm3 = float(np.prod(given.spacing_mm))
        for name, band in self._images(given, box).items():
            values = band[inside]
            grey = self._grey_levels(name, values)
            part = first_order.first_order_features(
                values, grey.counts, voxel_mm3, excess_kurtosis=settings.excess_kurtosis
            )
            found |= {f"{name}_firstorder_{one}": value for one, value in part.items()}
            textures = texture_features(region, grey, settings)
            found |= {f"{name}_{one}": value for one, value in textures.items()}
        return found

    def _grey_levels(self, image: str, values: NDArray[Any]) -> GreyLevels:
        settings = self._settings
        return discretise(
            values,
            bin_width=settings.bin_width,
            bin_count=settings.bin_count,
            origin=settings.bin_origin if image == "original" else None,
        )

    def _images(self, given: Conditioned, box: Box) -> dict[str, NDArray[Any]]:
        images: dict[str, NDArray[Any]] = {}
        if "original" in self._settings.images:
            images["original"] = given.image[box]
        if "wavelet" in self._settings.images:
            # An image that was made for this region can't be kept for another.
            keeps = given.image is self._volume.voxels
            outer, bands = self._bands(given.image, box, keep=keeps)
            inner = tuple(
                slice(part.start - around.start, part.stop - around.start)
                for part, around in zip(box, outer, strict=True)
            )
            images |= {f"wavelet-{name}": band[inner] for name, band in bands.items()}
        return images

    def _bands(self, image: NDArray[Any], box: Box, *, keep: bool) -> tuple[Box, dict[str, NDArray[Any]]]:
        in_plane = self._settings.in_plane
        if not keep:
            return box, wavelet_bands(image, box, in_plane=in_plane)
        if self._kept is None or not _holds(self._kept[0], box):
            first = self._kept is None
            # The first region may be the only one; the next ones are drawn.
            outer = box if first else _grown(box, image.shape)
            self._kept = outer, wavelet_bands(image, outer, in_plane=in_plane)
        return self._kept


# So many voxels more on each side than the region that outgrew what was kept.
_ROOM = 8


def _grown(box: Box, shape: tuple[int, ...]) -> Box:
    z, y, x = (
        slice(max(part.start - _ROOM, 0), min(part.stop + _ROOM, size))
        for part, size in zip(box, shape, strict=True)
    )
    return z, y, x


def _holds(outer: Box, inner: Box) -> bool:
    return all(a.start <= b.start and b.stop <= a.stop for a, b in zip(outer, inner, strict=True))
