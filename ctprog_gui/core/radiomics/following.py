"""A region that is being drawn: what was filtered and counted for the last one is kept for the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.conditioning import Conditioned
from ctprog_gui.core.radiomics.images import KeptImages, of_values
from ctprog_gui.core.radiomics.region import Region
from ctprog_gui.core.radiomics.settings import RadiomicsSettings
from ctprog_gui.core.radiomics.tally import Edit, Tally

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
    """One region's counts in images that are kept, which have room for it to grow.

    Raises
    ------
    OverflowError
        If an image has too many grey levels for its counts to be kept.
    """

    def __init__(self, kept: KeptImages, given: Conditioned, settings: RadiomicsSettings) -> None:
        self._settings = settings
        self._spacing_mm = given.spacing_mm
        self._kept = kept
        self._mask = given.chosen[kept.box].copy()
        depth, rows, columns = (size + 2 for size in self._mask.shape)
        self._shape = depth, rows, columns
        region = Region(self._shape, self._places(np.flatnonzero(self._mask)))
        self._tallies = {
            name: Tally(region, image[self._mask], settings) for name, image in kept.of_name.items()
        }

    def move_to(self, kept: KeptImages, chosen: NDArray[np.bool_]) -> bool:
        """Follow the region to `chosen`, which lies in the box of `kept`.

        False where it went too far for that, or is in other images: what was counted is of no use then.

        Raises
        ------
        OverflowError
            If an image has too many grey levels now.
        """
        if kept is not self._kept:
            return False
        mask = chosen[kept.box]
        changed = np.flatnonzero(mask != self._mask)
        if changed.size > _MOST_CHANGED * np.count_nonzero(self._mask):
            return False
        if changed.size:
            now = mask.ravel()[changed]
            gone, fresh = changed[~now], changed[now]
            region = Region(self._shape, self._places(np.flatnonzero(mask)))
            edit = Edit.of(region, self._places(gone), self._places(fresh))
            index = [np.unravel_index(part, mask.shape) for part in (gone, fresh)]
            for name, image in kept.of_name.items():
                try:
                    self._tallies[name].change(region, edit, image[index[0]], image[index[1]])
                except OverflowError:
                    # Beyond the levels that were kept for it: this image is counted anew.
                    self._tallies[name] = Tally(region, image[mask], self._settings)
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
