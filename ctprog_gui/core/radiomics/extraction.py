"""All features of a region in a CT."""

from __future__ import annotations

import numpy as np

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.radiomics import first_order, shape
from ctprog_gui.core.radiomics.conditioning import Conditioned, condition
from ctprog_gui.core.radiomics.discretisation import discretise
from ctprog_gui.core.radiomics.following import FollowedRegion, can_follow
from ctprog_gui.core.radiomics.images import Box, KeptImages, image_names, images, of_values
from ctprog_gui.core.radiomics.region import Region, bounding_box
from ctprog_gui.core.radiomics.settings import DEFAULT, RadiomicsSettings
from ctprog_gui.core.radiomics.textures import CLASSES, texture_features
from ctprog_gui.core.shared.errors import InputError

# Grids whose voxels lie so close, in voxels, share them.
_WHOLE = 1e-4


def feature_names(settings: RadiomicsSettings = DEFAULT) -> tuple[str, ...]:
    """The names of `extract`'s features, in its order."""
    names = [f"original_shape_{name}" for name in shape.NAMES]
    for image in image_names(settings):
        names += [f"{image}_firstorder_{name}" for name in first_order.NAMES]
        names += [f"{image}_{kind}_{name}" for kind, of_kind in CLASSES.items() for name in of_kind]
    return tuple(names)


def extract(volume: Volume, mask: Mask, settings: RadiomicsSettings = DEFAULT) -> dict[str, float]:
    """Features by name, as pyradiomics names them; see `FeatureExtractor.extract`."""
    return FeatureExtractor(volume, settings).extract(mask)


class FeatureExtractor:
    """Extracts features of regions in one CT.

    Parameters
    ----------
    room
        With 0 nothing is kept from one region to the next. For a ROI that is being drawn: so many
        voxels around it are filtered along with it, and what was counted is kept, so that a region
        that differs from the last of its name by a few voxels costs what these do. A region that
        outgrows the room, or is quite another, is extracted anew.
    threads
        How many work on the images of a region that is followed. Values do not depend on it.
    """

    def __init__(
        self, volume: Volume, settings: RadiomicsSettings = DEFAULT, *, room: int = 0, threads: int = 1
    ) -> None:
        self._volume = volume
        self._threads = threads
        self._settings = settings
        self._room = room if can_follow(settings) else 0
        self._kept: KeptImages | None = None
        self._followed: dict[str, FollowedRegion] = {}

    def extract(self, mask: Mask, region: str = "") -> dict[str, float]:
        """Features by name, in the order of `feature_names`.

        A feature that a region does not have (co-occurrence where no two voxels touch) is NaN.

        Parameters
        ----------
        region
            Where several are drawn in one CT, which of them this is: each is followed by itself.

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
        given = condition(self._volume, mask, self._settings)
        whole = mask.bounding_box if given.region is mask.voxels else bounding_box(given.region)
        box = whole if given.chosen is given.region else bounding_box(given.chosen)
        # `condition` leaves no region empty.
        assert whole is not None
        assert box is not None
        of_shape = shape.shape_features(
            np.pad(given.region[whole], 1),
            given.spacing_mm,
            sample_covariance=self._settings.sample_covariance,
        )
        found = {f"original_shape_{name}": value for name, value in of_shape.items()}
        return found | (self._follow(given, box, region) or self._of_images(given, box))

    def go_to(self, volume: Volume) -> None:
        """Go on in another part of the same CT: what was counted stays where its images do.

        The grids must share their axes and differ by whole voxels; else nothing is kept.
        """
        old, new = self._volume.geometry, volume.geometry
        self._volume, self._kept = volume, None
        away = np.asarray(old.patient_to_index(new.origin_mm))[::-1]
        steps = np.rint(away).astype(np.int64)
        alike = old.spacing_mm == new.spacing_mm and old.direction == new.direction
        if not (alike and np.abs(away - steps).max() < _WHOLE):
            self._followed = {}
        for followed in self._followed.values():
            followed.origin_moves(steps)

    def _of_images(self, given: Conditioned, box: Box) -> dict[str, float]:
        settings = self._settings
        inside = given.chosen[box]
        region = Region.of(inside, max(settings.distances))
        found: dict[str, float] = {}
        for name, band in images(given.image, box, settings).items():
            values = band[inside]
            grey = discretise(
                values,
                bin_width=settings.bin_width,
                bin_count=settings.bin_count,
                origin=settings.bin_origin if name == "original" else None,
            )
            ordered = np.sort(values).astype(np.float64)
            found |= of_values(name, ordered, grey.counts, given.spacing_mm, settings)
            textures = texture_features(region, grey, settings)
            found |= {f"{name}_{one}": value for one, value in textures.items()}
        return found

    def _follow(self, given: Conditioned, box: Box, region: str) -> dict[str, float] | None:
        """The same from what was kept; None where nothing is."""
        if not self._room:
            return None
        if self._kept is None or not self._kept.hold(box):
            self._kept = KeptImages.around(given.image, box, self._settings, self._room, self._threads)
        followed = self._followed.get(region)
        try:
            if followed is None or not followed.move_to(self._kept, given.chosen):
                followed = self._followed[region] = FollowedRegion(
                    self._kept, given, self._settings, self._threads
                )
        except OverflowError:
            # This CT has more grey levels than counts are kept for.
            self._room, self._kept, self._followed = 0, None, {}
            return None
        return followed.features()
