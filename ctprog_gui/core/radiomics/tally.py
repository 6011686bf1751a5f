"""The texture of a region that changes by a few voxels: counts are corrected instead of made anew."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.discretisation import discretise
from ctprog_gui.core.radiomics.glrlm import add_runs_through, count_runs
from ctprog_gui.core.radiomics.neighbours import Neighbourhood, add_neighbours, count_neighbours, steps
from ctprog_gui.core.radiomics.region import Region
from ctprog_gui.core.radiomics.settings import RadiomicsSettings
from ctprog_gui.core.radiomics.textures import Matrices, drop_uncrossed
from ctprog_gui.core.radiomics.zones import Zones

Integers = NDArray[np.int64]

# Levels below and above those of the first region that later ones may have.
_SPARE = 8
# With more, the matrices of nine images would fill gigabytes.
_MOST_LEVELS = 512
_SIZE_BITS = 40


@dataclass(frozen=True, eq=False)
class Edit:
    """Voxels that leave a region (`gone`) and that join it (`fresh`), and all whose neighbours change."""

    gone: Integers
    fresh: Integers
    affected: Integers

    @classmethod
    def of(cls, region: Region, gone: Integers, fresh: Integers) -> Edit:
        near = region.offsets(steps())
        there = np.zeros(int(np.prod(region.shape)), np.bool_)
        changed = np.concatenate([gone, fresh])
        for step in (0, *near, *-near):
            there[changed + step] = True
        return cls(gone, fresh, np.flatnonzero(there))

    @property
    def changed(self) -> Integers:
        return np.concatenate([self.gone, self.fresh])


class Tally:
    """Values and texture matrices of one image's region, kept up to date.

    Settings must be 3D, of fixed bin width and distance 1. Levels are counted from a fixed one, so
    that a new smallest value renumbers them without a count being touched.

    Parameters
    ----------
    region
        In the box that holds all that it may become, with a margin of 1.
    values
        (n,): of its voxels.

    Raises
    ------
    OverflowError
        If there are too many grey levels to keep.
    """

    def __init__(self, region: Region, values: NDArray[Any], settings: RadiomicsSettings) -> None:
        self._settings = settings
        self._region = region
        voxels = region.voxels
        grey = discretise(values, bin_width=settings.bin_width)
        size = grey.top + 2 * _SPARE
        if size > _MOST_LEVELS:
            raise OverflowError("too many grey levels to keep")
        # The bin, counted from 0 HU, of the first entry of every matrix.
        self._first = grey.first - _SPARE
        self._levels = np.arange(1, size + 1)
        self._near = region.offsets(steps())
        self._grid = region.grid((grey.levels - 1 + _SPARE)[grey.ranks].astype(np.int32))
        self._around = count_neighbours(self._grid, voxels, self._levels, self._near, settings.dependence)
        self._runs = count_runs(self._grid, voxels, size, self._near, max(region.shape))
        self._zones = Zones(self._grid, voxels, self._near)
        # A column for each level and size that there are zones of: both as one number, and how many.
        self._zone_sizes = np.zeros((2, 0), np.int64)
        self._add_zones(self._zones.rows())
        # Its last entry counts the marks that were given out.
        self._seen = np.zeros(self._grid.size + 1, np.int32)
        self.ordered = np.sort(values.astype(np.float64))

    def change(
        self, region: Region, edit: Edit, gone_values: NDArray[Any], fresh_values: NDArray[Any]
    ) -> None:
        """Make the region `region`, which the edit leads to; with the values of the edit's voxels.

        Raises
        ------
        OverflowError
            If a new value lies beyond the levels that are kept; nothing is changed then.
        """
        kept = _without(self.ordered, np.sort(gone_values.astype(np.float64)))
        coming = np.sort(fresh_values.astype(np.float64))
        ordered = np.insert(kept, np.searchsorted(kept, coming), coming)
        # With the region's own extremes, bins begin where those of the whole region do.
        grey = discretise(
            np.concatenate([fresh_values.astype(np.float64), ordered[[0, -1]]]),
            bin_width=self._settings.bin_width,
        )
        entries = (grey.levels - 1 + grey.first - self._first)[grey.ranks]
        if entries.min() < 0 or entries.max() >= self._levels.size:
            raise OverflowError("a value lies beyond the levels that are kept")
        self._count(edit, -1)
        ranks = entries[: edit.fresh.size].astype(np.int32) + 1
        before, after = self._zones.change(self._grid, edit.gone, edit.fresh, ranks, self._seen)
        self._count(edit, 1)
        # Each of those before once less.
        self._add_zones(np.concatenate([before * [1, 1, -1], after]))
        self._region = region
        self.ordered = ordered

    def taken_to(self, region: Region, here: Integers) -> Tally:
        """The same counts of the same voxels in another box, where `here` they lie in this one."""
        other = copy(self)
        other._region = region
        other._near = region.offsets(steps())
        size = int(np.prod(region.shape))
        other._grid = np.zeros(size, np.int32)
        other._grid[region.voxels] = self._grid[here]
        other._zones = self._zones.taken_to(here, region.voxels, size, other._near)
        other._seen = np.zeros(size + 1, np.int32)
        other._around = Neighbourhood(*(part.copy() for part in vars(self._around).values()))
        # Runs may become as long as the box.
        longest = max(region.shape) - self._runs.shape[2]
        other._runs = np.pad(self._runs, ((0, 0), (0, 0), (0, max(longest, 0))))
        return other

    def matrices(self) -> Matrices:
        """The matrices, from the lowest level that occurs to the highest."""
        counts = self._around.dependents.sum(axis=1)
        there = np.flatnonzero(counts)
        used = slice(int(there[0]), int(there[-1]) + 1)
        around = Neighbourhood(
            np.ascontiguousarray(self._around.pairs[:, used, used]),
            self._around.dependents[used],
            # What was added and taken away leaves a rounding error where there is nothing any more.
            np.where(counts > 0, self._around.differences, 0.0)[used],
        )
        runs = self._runs[:, used].copy()
        drop_uncrossed(runs, self._region, self._settings)
        keys, numbers = self._zone_sizes
        ranks, sizes = (keys >> _SIZE_BITS) - used.start, keys & ((1 << _SIZE_BITS) - 1)
        levels = self._levels[: used.stop - used.start]
        return Matrices(levels, around, runs, np.stack([ranks, sizes, numbers], axis=1))

    def _count(self, edit: Edit, sign: int) -> None:
        dependence = self._settings.dependence
        add_neighbours(self._grid, edit.affected, self._levels, self._near, dependence, sign, self._around)
        add_runs_through(self._grid, edit.changed, self._near, sign, self._seen, self._runs)

    def _add_zones(self, zones: Integers) -> None:
        keys = np.concatenate([self._zone_sizes[0], zones[:, 0] << _SIZE_BITS | zones[:, 1]])
        numbers = np.concatenate([self._zone_sizes[1], zones[:, 2]])
        unique, place = np.unique(keys, return_inverse=True)
        counts = np.zeros(unique.size, np.int64)
        np.add.at(counts, place, numbers)
        self._zone_sizes = np.stack([unique[counts != 0], counts[counts != 0]])


def _without(ordered: NDArray[np.float64], gone: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rising values less some of them, each as often as it is listed."""
    # Equal ones lie side by side: the second of them is the next one's place.
    again = np.arange(gone.size) - np.searchsorted(gone, gone)
    return np.delete(ordered, np.searchsorted(ordered, gone) + again)
