"""A region that is being drawn: what was filtered and counted for the last one is kept for the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.conditioning import Conditioned
from ctprog_gui.core.radiomics.images import Box, images, of_values
from ctprog_gui.core.radiomics.region import Region
from ctprog_gui.core.radiomics.settings import RadiomicsSettings
from ctprog_gui.core.radiomics.tally import Tally

# Beyond this share of changed voxels counting anew is as fast.
_MOST_CHANGED = 0.2


def can_follow(settings: RadiomicsSettings) -> bool:
    """Whether a change of the region leaves all else as it was, as counts that are kept require."""
    return (
        settings.plane == "3d"
        and settings.distances == (1,)
        and settings.bin_count is None
        and settings.bin_origin is None
        and settings.resample_mm is None
        and not settings.normalise
        and settings.range_hu is None
        and settings.outlier_sd is None
    )


class FollowedRegion:
    """One region's images and counts, in a box with room for it to grow.

    Raises
    ------
    OverflowError
        If an image has too many grey levels for its counts to be kept.
    """

    def __init__(self, given: Conditioned, box: Box, settings: RadiomicsSettings, room: int) -> None:
        self._settings = settings
        self._spacing_mm = given.spacing_mm
        z, y, x = (
            slice(max(part.start - room, 0), min(part.stop + room, size))
            for part, size in zip(box, given.image.shape, strict=True)
        )
        self._box: Box = (z, y, x)
        self._mask = given.chosen[self._box].copy()
        self._images = images(given.image, self._box, settings)
        depth, rows, columns = (size + 2 for size in self._mask.shape)
        self._shape = depth, rows, columns
        region = Region(self._shape, self._places(np.flatnonzero(self._mask)))
        self._tallies = {
            name: Tally(region, image[self._mask], settings) for name, image in self._images.items()
        }

    def move_to(self, chosen: NDArray[np.bool_], box: Box) -> bool:
        """Follow the region to `chosen`, whose box is `box`.

        False where it went too far for that, or to values beyond the levels that are kept: what is
        kept is of no use then.
        """
        if not all(a.start <= b.start and b.stop <= a.stop for a, b in zip(self._box, box, strict=True)):
            return False
        mask = chosen[self._box]
        changed = np.flatnonzero(mask != self._mask)
        if changed.size > _MOST_CHANGED * np.count_nonzero(self._mask):
            return False
        if changed.size:
            now = mask.ravel()[changed]
            gone, fresh = changed[~now], changed[now]
            region = Region(self._shape, self._places(np.flatnonzero(mask)))
            places = self._places(gone), self._places(fresh)
            for name, image in self._images.items():
                index = (np.unravel_index(part, mask.shape) for part in (gone, fresh))
                values = [image[one] for one in index]
                try:
                    self._tallies[name].change(region, (places[0], values[0]), (places[1], values[1]))
                except OverflowError:
                    return False
            self._mask = mask.copy()
        return True

    def features(self) -> dict[str, float]:
        """First order and texture of every image."""
        merged = self._settings.aggregation == "merged"
        found: dict[str, float] = {}
        for name, tally in self._tallies.items():
            matrices = tally.matrices()
            counts = matrices.around.dependents.sum(axis=1)
            found |= of_values(name, tally.ordered, counts, self._spacing_mm, self._settings)
            found |= {f"{name}_{one}": value for one, value in matrices.features(merged=merged).items()}
        return found

    def _places(self, flat: NDArray[np.intp]) -> NDArray[np.int64]:
        """Flat indices in the box as flat indices in the box with its margin of 1."""
        z, y, x = np.unravel_index(flat, self._mask.shape)
        return np.asarray(((z + 1) * self._shape[1] + y + 1) * self._shape[2] + x + 1, dtype=np.int64)
