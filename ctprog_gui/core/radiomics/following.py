"""A region that is being drawn: what was filtered and counted for the last one is kept for the next."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.conditioning import Conditioned
from ctprog_gui.core.radiomics.images import KeptImages, of_values
from ctprog_gui.core.radiomics.region import Region
from ctprog_gui.core.radiomics.settings import RadiomicsSettings
from ctprog_gui.core.radiomics.sharing import each
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

    Parameters
    ----------
    threads
        How many work on the images.

    Raises
    ------
    OverflowError
        If an image has too many grey levels for its counts to be kept.
    """

    def __init__(
        self, kept: KeptImages, given: Conditioned, settings: RadiomicsSettings, threads: int = 1
    ) -> None:
        self._settings = settings
        self._threads = threads
        self._spacing_mm = given.spacing_mm
        self._kept = kept
        self._corner = _corner(kept)
        self._mask = given.chosen[kept.box].copy()
        region = self._region(self._mask)

        def count(image: NDArray[Any]) -> Tally:
            return Tally(region, image[self._mask], settings)

        counted = each(count, kept.of_name.values(), threads)
        self._tallies = dict(zip(kept.of_name, counted, strict=True))

    def origin_moves(self, steps: NDArray[np.int64]) -> None:
        """The grid's first voxel lies so many voxels further on now, (z, y, x)."""
        self._corner = self._corner - steps

    def move_to(self, kept: KeptImages, chosen: NDArray[np.bool_]) -> bool:
        """Follow the region to `chosen`, which lies in the box of `kept`.

        False where it went too far for that: what was counted is of no use then.

        Raises
        ------
        OverflowError
            If an image has too many grey levels now.
        """
        before = self._mask if kept is self._kept else self._mask_in(kept)
        mask = chosen[kept.box]
        if before is None:
            return False
        changed = np.flatnonzero(mask != before)
        if changed.size > _MOST_CHANGED * np.count_nonzero(before):
            return False
        if kept is not self._kept:
            self._go_into(kept, before)
        if not changed.size:
            return True
        now = mask.ravel()[changed]
        gone, fresh = changed[~now], changed[now]
        region = self._region(mask)
        edit = Edit.of(region, _places(gone, mask.shape), _places(fresh, mask.shape))
        where = [np.unravel_index(part, mask.shape) for part in (gone, fresh)]

        def change(name: str) -> None:
            image = kept.of_name[name]
            try:
                self._tallies[name].change(region, edit, image[where[0]], image[where[1]])
            except OverflowError:
                # Beyond the levels that were kept for it: this image is counted anew.
                self._tallies[name] = Tally(region, image[mask], self._settings)

        each(change, kept.of_name, self._threads)
        self._mask = mask.copy()
        return True

    def _mask_in(self, kept: KeptImages) -> NDArray[np.bool_] | None:
        """The region in the box of other images; None where it isn't all in it."""
        index = np.argwhere(self._mask) + (self._corner - _corner(kept))
        mask = np.zeros([part.stop - part.start for part in kept.box], np.bool_)
        if (index < 0).any() or (index >= mask.shape).any():
            return None
        mask[tuple(index.T)] = True
        return mask

    def _go_into(self, kept: KeptImages, mask: NDArray[np.bool_]) -> None:
        """Take the counts into images of another box, where the region is `mask`."""
        region = self._region(mask)
        here = _places(np.flatnonzero(self._mask), self._mask.shape)

        def take(name: str) -> Tally:
            values = kept.of_name[name][mask]
            if np.array_equal(values, self._kept.of_name[name][self._mask]):
                return self._tallies[name].taken_to(region, here)
            # Close to the edge of an image its bands depend on where that is.
            return Tally(region, values, self._settings)

        taken = each(take, kept.of_name, self._threads)
        self._tallies = dict(zip(kept.of_name, taken, strict=True))
        self._kept, self._mask, self._corner = kept, mask, _corner(kept)

    def features(self) -> dict[str, float]:
        """First order and texture of every image."""
        merged = self._settings.aggregation == "merged"

        def read(name: str) -> dict[str, float]:
            tally = self._tallies[name]
            matrices = tally.matrices()
            counts = matrices.around.dependents.sum(axis=1)
            found = of_values(name, tally.ordered, counts, self._spacing_mm, self._settings)
            return found | {f"{name}_{one}": value for one, value in matrices.features(merged=merged).items()}

        found: dict[str, float] = {}
        for part in each(read, self._tallies, self._threads):
            found |= part
        return found

    def _region(self, mask: NDArray[np.bool_]) -> Region:
        depth, rows, columns = (size + 2 for size in mask.shape)
        return Region((depth, rows, columns), _places(np.flatnonzero(mask), mask.shape))


def _corner(kept: KeptImages) -> NDArray[np.int64]:
    return np.array([part.start for part in kept.box])


def _places(flat: NDArray[np.intp], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Flat indices in a box as flat indices in the box with its margin of 1."""
    z, y, x = np.unravel_index(flat, shape)
    return np.asarray(((z + 1) * (shape[1] + 2) + y + 1) * (shape[2] + 2) + x + 1, dtype=np.int64)
